"""One decorator for all inner loops that are compiled.

They are compiled at their first call, kept beside their source, and free the lock of the interpreter while they run. The
seconds that compiling takes are not counted by `clock`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit
from numba.core import event

from gridgeo_solvers import clock

SUMS = {"reassoc", "contract", "nsz"}
"""What may be done to floating-point sums where their order doesn't matter, so that several are added at once."""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function`; divisions by zero give what they give in NumPy."""
    return njit(cache=True, nogil=True, error_model="numpy")(function)


def summing_kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` as `kernel` does, but add sums up in any order."""
    return njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)(function)


def inner_kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` for other kernels alone: without the wrappers for Python, which would take the longest."""
    return njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def bare_kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` as `kernel` does, but count no references to arrays; it must make none.

    On many arrays in many small steps counting takes most of the time.
    """
    return njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)


def folded_kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` into every `bare_kernel` that calls it, so that no array is handed over."""
    return njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True, _nrt=False
    )(function)  # fmt: skip


class _Sparing(event.TimingListener):
    """Tells the clock of every compilation once it is over, those inside it included."""

    def on_end(self, event: Any) -> None:
        """Called as a compilation ends."""
        super().on_end(event)
        if self._depth == 0:
            clock.spare(self.duration)
            del self._duration


event.register("numba:compile", _Sparing())
