"""Tokens and the walk that they tell: each token is a walk up to a state, its parent the walk before its last step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import inner_kernel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Tokens(NamedTuple):
    """Where each is, the one that it came from (-1: none), at which position, and whether it came from off the streets."""

    state: Ints
    parent: Ints
    fix: Ints
    jump: Bools
    used: Ints
    """(1): how many there are."""


class Walk(NamedTuple):
    """The walk so far, cell by cell, as `Followed` tells it."""

    state: Ints
    fix: Ints
    begins: Bools
    leaves: Ints
    length: Ints
    """(1): how many of them are filled."""


@inner_kernel
def blank(size: int) -> Ints:
    """Numbers to be written."""
    return np.empty(size, dtype=np.int64)


@inner_kernel
def counter() -> Ints:
    """A number, 0 at first, that kernels count up in place."""
    return np.zeros(1, dtype=np.int64)


@inner_kernel
def tokens_of(size: int) -> Tokens:
    """No token, with room for `size`."""
    return Tokens(blank(size), blank(size), blank(size), np.empty(size, dtype=np.bool_), counter())


@inner_kernel
def walk_of(size: int) -> Walk:
    """A walk over no cell, with room for `size`."""
    return Walk(blank(size), blank(size), np.empty(size, dtype=np.bool_), blank(size), counter())


@inner_kernel
def _doubled(values: Any) -> Any:
    return np.concatenate((values, values))


@inner_kernel
def with_room(tokens: Tokens, more: int) -> Tokens:
    """The same tokens with room for `more`."""
    while tokens.used[0] + more > len(tokens.state):
        state, parent, fix, jump, used = tokens
        tokens = Tokens(_doubled(state), _doubled(parent), _doubled(fix), _doubled(jump), used)
    return tokens


@inner_kernel
def thinned(tokens: Tokens, active: Ints, many: int) -> Tokens:
    """Without tokens that have no descendant among the first `many` of `active`, once there are many of them."""
    if tokens.used[0] <= len(tokens.state) // 2:
        return tokens
    _sweep(tokens, active, many)
    return with_room(tokens, 3 * len(tokens.state) // 4)


@inner_kernel
def _sweep(tokens: Tokens, active: Ints, many: int) -> None:
    """Keep only the tokens from which an active one descends; a parent always has the lower number."""
    state, parent, fix, jump, used = tokens
    kept = np.zeros(used[0], dtype=np.int64)
    for k in range(many):
        kept[active[k]] = 1
    for token in range(used[0] - 1, -1, -1):
        if kept[token] and parent[token] >= 0:
            kept[parent[token]] = 1
    fresh = np.cumsum(kept) - 1
    for token in range(used[0]):
        if kept[token]:
            place = fresh[token]
            state[place], fix[place], jump[place] = state[token], fix[token], jump[token]
            parent[place] = -1 if parent[token] < 0 else fresh[parent[token]]
    for k in range(many):
        active[k] = fresh[active[k]]
    used[0] = fresh[-1] + 1


@inner_kernel
def added(tokens: Tokens, s: int, parent: int, t: int, jump: bool) -> int:
    """The number of a new token, which there must be room for."""
    token = tokens.used[0]
    tokens.state[token], tokens.parent[token], tokens.fix[token], tokens.jump[token] = s, parent, t, jump
    tokens.used[0] = token + 1
    return token


@inner_kernel
def extended(walk: Walk, tokens: Tokens, best: int, last: int) -> Walk:
    """The walk with that of the token `best` (-1: none) at its end, which stays in its last cell up to position `last`."""
    token, end = best, walk.length[0]
    while token >= 0:
        end += 1
        token = tokens.parent[token]
    while end > len(walk.state):
        state, fix, begins, leaves, length = walk
        walk = Walk(_doubled(state), _doubled(fix), _doubled(begins), _doubled(leaves), length)
    token, place, leave = best, end - 1, last
    while token >= 0:
        entered, jump = tokens.fix[token], tokens.jump[token]
        walk.state[place], walk.fix[place], walk.leaves[place] = tokens.state[token], entered, leave
        walk.begins[place] = jump or tokens.parent[token] < 0
        leave = entered - 1 if jump else entered
        place -= 1
        token = tokens.parent[token]
    walk.length[0] = end
    return walk
