"""An officer as the board sees one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from gridgeo_server.store.instants import to_text
from gridgeo_server.town import Town

STALE_S = 60.0
"""Age of a fix after which it is stale."""

MARK, MARK_ZH = " (simulated)", "（模拟）"
"""What the stored name of a simulated officer ends with, so that no record can be taken for a person's doing."""
RESPONDER_FIELDS = (
    "responder",
    "name",
    "name_zh",
    "initials",
    "grids",
    "on_duty",
    "status",
    "lon",
    "lat",
    "heading",
    "fix_at",
    "open_cases",
    "mode",
    "simulated",
    "skills",
)
"""Names of an officer's values, in their order."""


@dataclass(frozen=True)
class Responder:
    """A person or team who can be sent.

    `station` is where they start from, and where they are taken to be while no fix is known.
    """

    responder: str
    name: str
    name_zh: str
    initials: str
    grids: tuple[str, ...]
    mode: str
    on_duty: bool
    station_lon: float
    station_lat: float
    lon: float | None = None
    lat: float | None = None
    heading: float | None = None
    fix_at: datetime | None = None
    simulated: bool = False
    skills: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[float, float]:
        """Longitude and latitude of the last fix, of the station where there is none."""
        if self.lon is None or self.lat is None:
            return self.station_lon, self.station_lat
        return self.lon, self.lat

    def status(self, open_cases: int) -> str:
        """``off``, ``free`` or ``busy``."""
        if not self.on_duty:
            return "off"
        return "busy" if open_cases else "free"

    def fix_age_s(self, now: datetime) -> float | None:
        """Seconds since the last fix; None where there is none."""
        return None if self.fix_at is None else max(0.0, round((now - self.fix_at).total_seconds(), 1))


@overload
def shown(name: str) -> str: ...
@overload
def shown(name: str | None) -> str | None: ...
def shown(name: str | None) -> str | None:
    """A stored name as it is served: without the mark of the simulated, which `simulated` says beside it.

    Examples
    --------
    >>> shown("Officer 01 (simulated)"), shown("王芳")
    ('Officer 01', '王芳')
    """
    return None if name is None else name.removesuffix(MARK).removesuffix(MARK_ZH)


def view(responder: Responder, open_cases: int) -> dict[str, Any]:
    """The officer as JSON values."""
    lon, lat = responder.place
    return {
        "responder": responder.responder,
        "name": shown(responder.name),
        "name_zh": shown(responder.name_zh),
        "initials": responder.initials,
        "grids": list(responder.grids),
        "on_duty": responder.on_duty,
        "status": responder.status(open_cases),
        "lon": lon,
        "lat": lat,
        "heading": responder.heading,
        "fix_at": None if responder.fix_at is None else to_text(responder.fix_at),
        "open_cases": open_cases,
        "mode": responder.mode,
        "simulated": responder.simulated,
        "skills": list(responder.skills),
    }


def skills_of(text: str | None) -> tuple[str, ...]:
    """Skills that are written with ; between them, without repeats.

    Examples
    --------
    >>> skills_of("first aid; climbing;first aid"), skills_of("")
    (('first aid', 'climbing'), ())
    """
    return tuple(dict.fromkeys(one.strip() for one in (text or "").replace("；", ";").split(";") if one.strip()))


def one_per_grid(town: Town, *, mode: str = "foot", on_duty: bool = True, simulated: bool = False) -> list[Responder]:
    """One officer for each grid of the plan, named by the grid, stationed in its middle."""
    found = []
    suffix, suffix_zh = (MARK, MARK_ZH) if simulated else ("", "")
    for row in town.grids.itertuples():
        grid = str(row.grid)
        found.append(
            Responder(
                responder=f"officer-{grid}",
                name=f"Officer {grid}{suffix}",
                name_zh=f"网格员{grid}{suffix_zh}",
                initials=grid[-3:],
                grids=(grid,),
                mode=mode,
                on_duty=on_duty,
                station_lon=float(row.label_lon),
                station_lat=float(row.label_lat),
                simulated=simulated,
            )
        )
    return found
