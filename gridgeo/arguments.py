"""What a front door is given, proven against the kinds in its signature before anything is done with it."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from functools import cache, wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from gridgeo.errors import BadInput

P = ParamSpec("P")
R = TypeVar("R")

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "str": "a text",
    "DataFrame": "a table (a pandas DataFrame)",
    "GeoDataFrame": "a GeoDataFrame",
    "Jurisdiction": "a Jurisdiction, e.g. gridgeo.read_jurisdiction(path)",
    "Plan": "a Plan, e.g. gridgeo.read_plan(path, town)",
    "Routes": "Routes, e.g. gridgeo.read_routes(path)",
    "Roster": "a Roster, e.g. gridgeo.read_roster(path, plan=plan)",
    "Register": "a Register, e.g. gridgeo.read_register(path)",
    "PathLike": "a path",
}


def proven(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, whose arguments are of the kinds that its signature names, or `BadInput` says which one isn't.

    Single NumPy numbers come in as Python's. A lone text is no list of texts. No seed is
    negative. What other numbers may be, and what a table must hold, is said where it is used.

    Examples
    --------
    >>> @proven
    ... def twice(minutes: float) -> float:
    ...     return 2 * minutes
    >>> twice(np.int64(4))
    8
    >>> twice("4")
    Traceback (most recent call last):
    gridgeo.errors.BadInput: twice: minutes is '4'; give a number
    """
    signature = inspect.signature(function)

    @wraps(function)
    def door(*args: P.args, **kwargs: P.kwargs) -> R:
        bound, kinds = signature.bind(*args, **kwargs), _kinds(function)
        for name, value in bound.arguments.items():
            if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: _proven(function, key, one, kinds.get(key)) for key, one in value.items()}
            else:
                bound.arguments[name] = _proven(function, name, value, kinds.get(name))
        return function(*bound.args, **bound.kwargs)

    return door


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, tuple[Any, ...]]:
    """The kinds that each argument may be of; ``**wishes: Unpack[Wishes]`` counts as its keys."""
    kinds: dict[str, tuple[Any, ...]] = {}
    for name, hint in get_type_hints(function).items():
        inner = get_args(hint)
        if inner and inspect.isclass(inner[0]) and hasattr(inner[0], "__required_keys__"):
            kinds |= {key: tuple(_flat(one)) for key, one in get_type_hints(inner[0]).items()}
        else:
            kinds[name] = tuple(_flat(hint))
    return kinds


def _flat(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        for one in get_args(hint):
            yield from _flat(one)
    else:
        yield hint


def _proven(function: Callable[..., Any], name: str, value: Any, kinds: tuple[Any, ...] | None) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if name == "seed" and isinstance(value, int) and value < 0:
        raise BadInput(f"{function.__name__}: the seed is {value}; give a whole number of 0 or more")
    if kinds is None or any(_is(value, kind) for kind in kinds):
        return value
    wanted = " or ".join(dict.fromkeys(_word(kind) for kind in kinds if kind is not type(None)))
    told = repr(value) if isinstance(value, str | int | float | tuple | None) else f"a {type(value).__name__}"
    raise BadInput(f"{function.__name__}: {name} is {told}; give {wanted}")


def _is(value: Any, kind: Any) -> bool:
    """Whether `value` is of `kind`; what can't be told at run time is let through."""
    origin = get_origin(kind) or kind
    if origin in (int, float):
        return isinstance(value, Integral if origin is int else Real) and not isinstance(value, bool)
    if origin is Mapping:
        return hasattr(value, "items")
    if origin is tuple or (inspect.isclass(origin) and issubclass(origin, Iterable) and get_args(kind)):
        held = get_args(kind)
        fixed = origin is tuple and Ellipsis not in held
        if isinstance(value, str) or not isinstance(value, Iterable):
            return False
        return not fixed or (isinstance(value, Sized) and len(value) == len(held))
    return not inspect.isclass(origin) or getattr(origin, "_is_protocol", False) or isinstance(value, origin)


def _word(kind: Any) -> str:
    origin = get_origin(kind) or kind
    name = getattr(origin, "__name__", str(origin))
    if name in _WORDS:
        return _WORDS[name]
    if origin is tuple and Ellipsis not in get_args(kind):
        return f"{len(get_args(kind))} values in brackets"
    if origin is Mapping:
        return "a dict"
    if origin is Callable:
        return "a function"
    return "a list" if get_args(kind) else f"a {name}"
