"""One search more of the only part, in another process, while this one searches or proves.

Where the clock limits the work, more processors do more of it: two searches from different random numbers, of which the
better counts. Where only work is limited nothing is searched beside, so that the answer doesn't depend on processes.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from gridgeo_solvers.partition.ground.answer import PartitionParams
from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found
from gridgeo_solvers.processes import Bell

BESIDE = 1 << 21
"""What is added to the seed of a search beside another."""
MOST = 4_000_000
"""Rows × grids above which a part isn't copied into another process."""

Searched = tuple[Found, int]


@dataclass
class Beside:
    """Begins a search on `executor`, and takes its plan when asked."""

    executor: Executor
    _flying: tuple[Future[Searched | None], Bell, tempfile.TemporaryDirectory[str]] | None = field(
        default=None, init=False, repr=False
    )

    def begin(
        self, part: Part, k: int, params: PartitionParams, seed: int, start: IntArray | None, seconds: float
    ) -> bool:
        """Search `part` for plans of `k` grids in another process, until `seconds` from now or `end`; whether it is so."""
        if part.n * k > MOST:
            return False
        folder = tempfile.TemporaryDirectory(prefix="gridgeo-", ignore_cleanup_errors=True)
        bell = Bell(str(Path(folder.name) / "stop"))
        asked = (part, k, params, seed + BESIDE, start, time.time() + seconds, bell)
        try:
            self._flying = self.executor.submit(_search, *asked), bell, folder
        except RuntimeError:
            # Broken or shut down: the search here goes on alone.
            folder.cleanup()
        return self._flying is not None

    def end(self, *, wait: bool = True) -> Searched | None:
        """What was found since `begin`, and the number of starts; None where nothing was, or nobody waits for it."""
        if self._flying is None:
            return None
        (future, bell, folder), self._flying = self._flying, None
        if not wait:
            bell.ring()
            if not future.cancel():
                # Its process may look for the bell until it hears it.
                future.add_done_callback(lambda _: folder.cleanup())
            return None
        try:
            return future.result()
        except (Exception, CancelledError):
            # A process that died takes nothing along but its own tries: this one's plan stands.
            return None
        finally:
            folder.cleanup()


def _search(
    part: Part, k: int, params: PartitionParams, seed: int, start: IntArray | None, ends: float, bell: Bell
) -> Searched | None:
    # Compiled kernels load here, not when the package is imported.
    from gridgeo_solvers.partition.search import search

    seconds = ends - time.time()
    return search(part, k, params, seed, start, seconds, bell) if seconds > 0 and not bell() else None
