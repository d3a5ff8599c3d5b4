"""What routes leave out, told on standard error: who reads a diary or a phone sees no layer `unserved`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo.terminal import err

if TYPE_CHECKING:
    from gridgeo.routes.tables import Routes

SHOWN = 6
"""Names of a reason at the most."""


def tell_unserved(routes: Routes) -> None:
    """One line for each reason, with the first names that it holds for."""
    for reason, own in routes.unserved.groupby("reason", sort=False):
        names = own["what"].drop_duplicates().tolist()
        more = f", … ({len(names):,})" if len(names) > SHOWN else ""
        swapped = "; are lon and lat swapped?" if reason == "outside every grid" and routes.routes.empty else ""
        told = f"gridgeo: not served, {reason}{swapped}: {', '.join(names[:SHOWN])}{more}"
        err.print(told, soft_wrap=True, markup=False)
