"""From tracks to coverage: every street's passes, its last one, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.coverage.tables import Coverage, layer
from gridgeo.coverage.times import local_times, read_times, written, zone_of
from gridgeo.coverage.tracks import Run, Tracks, prepared
from gridgeo.errors import BadInput
from gridgeo.graphs import road_graph
from gridgeo.plans.plan import Plan
from gridgeo.routes.streets import patrolled_streets
from gridgeo.routes.tables import Routes
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.tracking import Cells, FollowParams, follow, passes, stays, walked_share
from gridgeo_solvers.tracking.walked import walked_stretches

STAIRS = ("steps", "corridor", "elevator")
"""OpenStreetMap classes where going counts as a visit, never as kilometres."""

MOST_M_S = {"foot": 2.5, "ebike": 9.0, "car": 25.0}
"""Metres a second that nobody goes faster than on patrol, by mode."""
CELL_M = {"foot": 4.0, "ebike": 8.0, "car": 15.0}
"""Metres of the cells that streets are cut into, by mode."""

_PASS = 0.5
"""A pass counts for a street when it goes over at least this share of it."""
_STAY_S, _STAY_M = 300.0, 30.0
"""A visit: so many seconds within so many metres."""
_PLACE_M = 40.0
"""Metres at the most to the place that a visit is named by."""


@dataclass(frozen=True)
class _Network:
    """Pieces of street as they are followed: number, class, line, cells."""

    street: NDArray[np.int64]
    highway: NDArray[np.object_]
    lines: NDArray[np.object_]
    metres: NDArray[np.float64]
    cells: Cells


@proven
def street_coverage(
    plan: Plan,
    tracks: pd.DataFrame,
    *,
    patrols: Routes | Sequence[Routes] | None = None,
    duty: pd.DataFrame | None = None,
    times: int = 1,
    mode: str = "foot",
    zone: str = "UTC",
    noise_m: float = 10.0,
    until: str | None = None,
    progress: Progress | None = None,
) -> Coverage:
    """Tell which streets of a plan were walked when, and what of the planned patrols is done.

    Each track is followed along the streets by a hidden Markov model (`gridgeo_solvers.tracking.follow`). Positions far off the
    streets, gaps of some minutes, standing about and clocks that jump don't add streets; what lies in a longer gap isn't
    claimed. A stay of five minutes or more is a visit, and so is a flight of stairs; neither adds metres.

    Parameters
    ----------
    plan
        Grids over the jurisdiction's streets; which streets count is told by `gridgeo.routes.patrolled_streets`.
    tracks
        One row a position: `time`, and `lon` and `lat` (degrees, WGS 84) or a geometry of points; `officer` and `track` where
        several are in one table; `accuracy_m` where the device tells it. `gridgeo.sources.read_tracks` reads them.
    patrols
        Routes of `patrol_routes`: a street is planned as often as they serve it. Without any, every street is planned once.
    duty
        Columns `officer`, `from`, `to`. Only positions on duty are looked at; the others are counted and forgotten.
    times
        How often the patrols were to be walked in the time of the tracks.
    mode
        foot, ebike or car: the streets that may be used, and how fast one goes.
    zone
        Local time zone: of times that name none, of weeks, of what is told.
    noise_m
        Standard deviation of a position on each axis, metres, where the device doesn't tell it.
    until
        Time at which gaps are counted; the last position unless given.
    progress
        Told when a track is done.

    Raises
    ------
    BadInput
        An option, column or cell can't be used, a track lies in another town, or no position is left.
    """
    if mode not in MOST_M_S:
        raise BadInput(f"unknown mode '{mode}'; travel by {', '.join(MOST_M_S)}")
    if times < 1:
        raise BadInput(f"times is {times}; the patrols are walked once or more")
    if not (np.isfinite(noise_m) and noise_m > 0):
        raise BadInput(f"noise_m is {noise_m}; give a number above 0")
    clock, observer = zone_of(zone), progress or Progress()
    end = None if until is None else float(read_times(pd.Series([until], name="until"), clock, "until")[0])
    town = plan.jurisdiction
    if town.road_edges.empty:
        raise BadInput(f"{town.name} has no streets; import a map with streets")
    ready = prepared(tracks, town, duty, clock)
    first = min((float(run.seconds[0]) for run in ready.runs), default=0.0)
    if end is not None and end < first:
        raise BadInput(
            f"until is {until}, before the first position at {written(np.array([first]), clock)[0]}; give a later time"
        )
    network = _network(plan, mode)
    streets = patrolled_streets(plan, mode=mode, skip=())
    observer.stage("tracks", len(ready.runs))
    params = FollowParams(noise_m=noise_m, most_m_s=MOST_M_S[mode])
    told = []
    for run in ready.runs:
        told.append(_followed(run, network.cells, params))
        observer.advance()
    gone = pd.concat([one for one, _ in told], ignore_index=True)
    visits = pd.concat([one for _, one in told], ignore_index=True)
    last = max((float(run.seconds[-1]) for run in ready.runs), default=0.0) if end is None else end
    planned = _planned(streets, patrols, times)
    return _drawn(plan, streets, planned, network, gone, visits, ready, clock, last, mode, times)


def _network(plan: Plan, mode: str) -> _Network:
    town = plan.jurisdiction
    graph = road_graph(town.road_nodes, town.road_edges, mode)
    street, first, count = np.unique(graph.street, return_index=True, return_counts=True)
    edges = town.road_edges
    lines = edges.geometry.to_numpy()[graph.row[first]]
    xy, own = shapely.get_coordinates(lines, return_index=True)
    cells = Cells.of(graph.tail[first], graph.head[first], np.bincount(own), xy, both=count > 1, cell_m=CELL_M[mode])
    highway = edges["highway"].astype(str).to_numpy(dtype=object)[graph.row[first]]
    return _Network(street, highway, lines, graph.length_m[first], cells)


def _followed(run: Run, cells: Cells, params: FollowParams) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Passes and visits of one run."""
    found = stays(run.x, run.y, run.seconds, least_s=_STAY_S, within_m=_STAY_M)
    keep, stands = np.ones(len(run.x), dtype=bool), np.zeros(len(run.x), dtype=bool)
    x, y = run.x.copy(), run.y.copy()
    for a, b, mid_x, mid_y in zip(found.first.tolist(), found.last.tolist(), found.x, found.y, strict=True):
        keep[a + 1 : b] = False
        x[[a, b]], y[[a, b]], stands[b] = mid_x, mid_y, True
    x, y, seconds, stands = x[keep], y[keep], run.seconds[keep], stands[keep]
    noise = np.where(np.isnan(run.accuracy_m[keep]), params.noise_m, np.maximum(run.accuracy_m[keep], 3.0))
    gone = passes(cells, follow(cells, x, y, seconds, noise_m=noise, stands=stands, params=params))
    table = pd.DataFrame(
        {
            "officer": run.officer,
            "piece": gone.piece,
            "low": gone.low,
            "high": gone.high,
            "begin": seconds[gone.begin],
            "end": seconds[gone.end],
            "way": gone.way,
            "metres": gone.metres,
        }
    )
    visits = pd.DataFrame(
        {
            "officer": run.officer,
            "begin": run.seconds[found.first],
            "end": run.seconds[found.last],
            "x": found.x,
            "y": found.y,
        }
    )
    return table, visits


def _planned(streets: gpd.GeoDataFrame, patrols: Routes | Sequence[Routes] | None, times: int) -> NDArray[np.int64]:
    if patrols is None:
        return np.full(len(streets), times, dtype=np.int64)
    every: Iterable[Routes] = [patrols] if isinstance(patrols, Routes) else patrols
    stops = pd.concat([one.stops["what"].astype(str) for one in every] or [pd.Series([], dtype=str)])
    number = pd.to_numeric(stops.str.extract(r"^street (\d+)$", expand=False), errors="coerce").dropna().astype("int64")
    if number.empty:
        raise BadInput("the patrols serve no street; give the file that 'gridgeo patrol' wrote for this plan")
    strange = ~number.isin(streets["street"])
    if strange.any():
        raise BadInput(
            f"the patrols serve street {number[strange].iloc[0]}, which the plan doesn't have; route them anew for this plan"
        )
    count = number.value_counts()
    return streets["street"].map(count).fillna(0).to_numpy(dtype=np.int64) * times


def _drawn(
    plan: Plan,
    streets: gpd.GeoDataFrame,
    planned: NDArray[np.int64],
    network: _Network,
    gone: pd.DataFrame,
    visits: pd.DataFrame,
    ready: Tracks,
    clock: ZoneInfo,
    last: float,
    mode: str,
    times: int,
) -> Coverage:
    gone = gone[gone["begin"] <= last].sort_values("begin", kind="stable", ignore_index=True)
    cells = network.cells
    stairs = np.isin(network.highway, STAIRS)
    gone["stairs"] = stairs[gone["piece"].to_numpy()]
    gone.loc[gone["stairs"], "metres"] = 0.0
    gone["street"] = network.street[gone["piece"].to_numpy()]
    size = np.diff(cells.first)[gone["piece"].to_numpy()]
    gone["whole"] = (gone["high"] - gone["low"] + 1) >= _PASS * size
    crs = streets.crs
    own = np.searchsorted(network.street, streets["street"].to_numpy(dtype=np.int64))
    covered = walked_share(cells, gone["low"].to_numpy(), gone["high"].to_numpy())[own]
    full = gone[gone["whole"]]
    count = full.groupby("street").size()
    latest = full.groupby("street")["end"].max()
    table = streets.assign(
        counts_as=np.where(np.isin(streets["highway"], STAIRS), "visits", "metres"),
        planned=planned,
        passes=streets["street"].map(count).fillna(0).astype("int64"),
        covered=covered,
    )
    seen = streets["street"].map(latest)
    has = seen.notna().to_numpy()
    text = np.full(len(streets), None, dtype=object)
    text[has] = written(seen[has].to_numpy(dtype=float), clock)
    table["last_pass"] = text
    table["gap_days"] = (last - seen.to_numpy(dtype=float)) / 86_400
    order = ["street", "grid", "name", "highway", "counts_as", "length_m", "planned", "passes", "covered", "last_pass", "gap_days", "geometry"]  # fmt: skip
    rows = _pass_rows(gone, cells, clock)
    meta = {
        "mode": mode,
        "zone": str(clock),
        "times": times,
        "until": written(np.array([last]), clock)[0],
        "positions": ready.positions,
        "officers": len({run.officer for run in ready.runs}),
        **{name: int(ready.dropped.get(name, 0)) for name in ("off_duty", "off_the_map", "same_time")},
        "km": round(float(gone["metres"].sum()) / 1000, 3),
        "notes": list(ready.notes),
    }
    return Coverage(
        layer("coverage", table[order], crs),
        layer("walked", _walked(network, gone, crs), crs),
        layer("passes", rows, None),
        layer("weeks", _weeks(streets, own, network, gone, visits, clock), None),
        layer("stays", _visits(plan, visits, clock), crs),
        meta,
    )


def _pass_rows(gone: pd.DataFrame, cells: Cells, clock: ZoneInfo) -> pd.DataFrame:
    low, high = gone["low"].to_numpy(), gone["high"].to_numpy()
    size = np.diff(cells.first)[gone["piece"].to_numpy()]
    return pd.DataFrame(
        {
            "officer": gone["officer"],
            "street": gone["street"],
            "begin": written(gone["begin"].to_numpy(), clock),
            "end": written(gone["end"].to_numpy(), clock),
            "from_share": cells.share(low),
            "to_share": cells.share(high) + 1.0 / size,
            "way": gone["way"].map({1: "along", -1: "against", 0: "out and back"}),
            "metres": gone["metres"],
        }
    )


def _walked(network: _Network, gone: pd.DataFrame, crs: object) -> gpd.GeoDataFrame:
    """The stretches of street that somebody went over, each once."""
    piece, begin, end = walked_stretches(network.cells, gone["low"].to_numpy(), gone["high"].to_numpy())
    lines = network.lines[piece]
    whole = (begin <= 0) & (end >= 1)
    drawn = [
        line if all_ else shapely.ops.substring(line, a, b, normalized=True)
        for line, a, b, all_ in zip(lines, begin.tolist(), end.tolist(), whole.tolist(), strict=True)
    ]
    table = {"street": network.street[piece], "from_share": begin, "to_share": end}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(drawn, crs=crs), crs=crs)


def _weeks(
    streets: gpd.GeoDataFrame,
    own: NDArray[np.int64],
    network: _Network,
    gone: pd.DataFrame,
    visits: pd.DataFrame,
    clock: ZoneInfo,
) -> pd.DataFrame:
    """What each week covered of each class of street."""
    week = _week(gone["begin"].to_numpy(dtype=float), clock)
    stays_of = pd.Series(_week(visits["begin"].to_numpy(dtype=float), clock)).value_counts()
    highway = streets["highway"].astype(str).to_numpy(dtype=object)
    length = streets["length_m"].to_numpy(dtype=float)
    rows = []
    for one in sorted({*week.tolist(), *stays_of.index}):
        part = gone[week == one]
        share = walked_share(network.cells, part["low"].to_numpy(), part["high"].to_numpy())[own]
        full = part[part["whole"]].groupby("street").size()
        count = streets["street"].map(full).fillna(0).to_numpy(dtype=np.int64)
        for kind in sorted(set(highway.tolist())):
            mine = highway == kind
            stairs = kind in STAIRS
            metres = float((share * length)[mine].sum())
            rows.append(
                {
                    "week": one,
                    "highway": kind,
                    "streets": int(mine.sum()),
                    "length_m": 0.0 if stairs else float(length[mine].sum()),
                    "covered_m": 0.0 if stairs else metres,
                    "share": float((share[mine] >= _PASS).mean())
                    if stairs
                    else metres / max(float(length[mine].sum()), 1e-9),
                    "passes": int(count[mine].sum()),
                    "visits": int(count[mine].sum()) if stairs else 0,
                }
            )
        if stays_of.get(one, 0):
            rows.append(
                {
                    "week": one,
                    "highway": "(stays)",
                    "streets": 0,
                    "length_m": 0.0,
                    "covered_m": 0.0,
                    "share": 0.0,
                    "passes": 0,
                    "visits": int(stays_of[one]),
                }
            )
    return pd.DataFrame(rows)


def _week(seconds: NDArray[np.float64], clock: ZoneInfo) -> NDArray[np.object_]:
    """ISO 8601 week of each time, 2026-W48."""
    about = local_times(seconds, clock).isocalendar()
    return np.array(
        [f"{year}-W{week:02d}" for year, week in zip(about["year"], about["week"], strict=True)], dtype=object
    )


def _visits(plan: Plan, visits: pd.DataFrame, clock: ZoneInfo) -> gpd.GeoDataFrame:
    town = plan.jurisdiction
    points = shapely.points(visits["x"].to_numpy(dtype=float), visits["y"].to_numpy(dtype=float))
    name = np.full(len(visits), None, dtype=object)
    for layer_, column in ((town.road_edges, "name"), (town.places, "name")):  # a place outranks its street
        known = layer_[layer_[column].notna() & (layer_[column].astype(str) != "")]
        if len(known) and len(visits):
            which, found = shapely.STRtree(known.geometry.to_numpy()).query_nearest(
                points, max_distance=_PLACE_M, all_matches=False
            )
            name[which] = known[column].astype(str).to_numpy()[found]
    table = {
        "officer": visits["officer"],
        "begin": written(visits["begin"].to_numpy(dtype=float), clock),
        "end": written(visits["end"].to_numpy(dtype=float), clock),
        "minutes": (visits["end"] - visits["begin"]) / 60,
        "place": name,
    }
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(points, crs=town.crs), crs=town.crs)
