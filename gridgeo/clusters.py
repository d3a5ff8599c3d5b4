"""The door to a Dask cluster; `gridgeo[dask]` brings what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from gridgeo.errors import BadInput

PATIENCE = 10
"""Seconds that the scheduler has to answer."""

RETRIES = 2
"""How often a cluster runs a task again that failed for another reason than its own."""


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """An executor over the workers of the Dask scheduler at `address`; None where no address is given.

    Raises
    ------
    BadInput
        dask.distributed isn't installed, no scheduler answers, or it has no workers.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise BadInput("a Dask cluster needs dask.distributed: pip install 'gridgeo[dask]'") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"no Dask scheduler answers at {address} ({type(error).__name__}: {error}); start one with 'dask scheduler' and "
            f"give its address, e.g. tcp://10.0.0.5:8786"
        ) from None
    with client:
        if not client.nthreads():
            raise BadInput(f"the Dask scheduler at {address} has no workers; start some with 'dask worker {address}'")
        yield client.get_executor(pure=False, retries=RETRIES)
