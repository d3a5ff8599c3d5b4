"""`gridgeo number` and `gridgeo crosswalk`: codes of grids, and the way from one division of a town to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands.options import Json, PlanFile, Town, rows
from gridgeo.errors import BadInput
from gridgeo.terminal import show


def number(
    town: Town,
    plan: PlanFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Plan file to write (.gpkg).")],
    scheme: Annotated[str, typer.Option(help="14, 15, 16 or 20 digits, or a .toml file that lists the parts.")] = "15",
    before: Annotated[
        Path | None, typer.Option(help="Earlier plan of the same units, whose codes, names and owners are kept.")
    ] = None,
    register: Annotated[Path | None, typer.Option(help="Register whose codes are never given again.")] = None,
    area_codes: Annotated[
        Path | None, typer.Option(help="CSV area,code with official codes, where the town has none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give every grid its registered code; a code that was ever used goes to no other grid."""
    from gridgeo.plans.continuity import keep_identities
    from gridgeo.plans.files import read_plan
    from gridgeo.register import number_grids, read_register, read_scheme
    from gridgeo.sources import read_jurisdiction

    if output.suffix.lower() != ".gpkg":
        raise BadInput(f"{output}: only a plan file (.gpkg) holds codes; give that ending")
    place = read_jurisdiction(town)
    drawn, rule = read_plan(plan, place), read_scheme(scheme)
    official = None if area_codes is None else _area_codes(area_codes)
    used = frozenset() if register is None else read_register(register).codes

    def coded(one: Any, old: Any) -> Any:
        return number_grids(one, used | set(old), scheme=rule, area_codes=official)

    told: list[dict[str, Any]]
    if before is None:
        numbered = coded(drawn, ())
        table = numbered.grids[["grid", "code", "area", "households"]]
        told = rows(table)
    else:
        found = keep_identities(read_plan(before, place), drawn, coded)
        numbered = found.plan
        columns = ["code", "grid", "change", "parents", "heirs", "households_before", "households_after"]
        told = rows(found.changes[columns])
    numbered.to_file(output)
    result = {"grids": len(numbered.identities), "scheme": rule.name, "digits": rule.length, "file": str(output)}
    show(result, as_json, told)


def crosswalk(
    town: Town,
    source: Annotated[Path, typer.Argument(help="Plan, or a vector file of polygons, to go from.", metavar="A")],
    target: Annotated[Path, typer.Argument(help="Plan, or a vector file of polygons, to go to.", metavar="B")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write (.csv).")] = None,
    key: Annotated[str | None, typer.Option(help="Column that names the polygons; grid, code, id or name.")] = None,
    as_json: Json = False,
) -> None:
    """Tell which share of each grid of A lies in which of B, by households and area, with overlaps and gaps."""
    from gridgeo.crosswalks import crosswalk as walk
    from gridgeo.sources import read_jurisdiction

    if output is not None and output.suffix.lower() != ".csv":
        raise BadInput(f"{output}: the table is written as CSV; give the ending .csv")
    place = read_jurisdiction(town)
    found = walk(_division(source, place), _division(target, place), key=key)
    result = found.figures()
    if output is not None:
        found.to_file(output)
        result["file"] = str(output)
    if as_json:
        result |= {"overlapping": rows(found.overlaps), "missing": rows(found.gaps)}
    show(result, as_json, rows(found.weights if as_json else found.weights.round(4)))


def _division(path: Path, place: Any) -> Any:
    """A plan where the file is one, else its polygons."""
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_layer, read_layers

    suffix = path.suffix.lower()
    if suffix == ".csv" or (suffix == ".gpkg" and "assignment" in read_layers(path)):
        return read_plan(path, place)
    return read_layer(path)


def _area_codes(path: Path) -> dict[str, str]:
    from gridgeo.sources import read_csv

    table = read_csv(path)
    missing = [name for name in ("area", "code") if name not in table.columns]
    if missing:
        raise BadInput(f"{path}: has no column {', '.join(missing)}; it must have area and code")
    empty = table[["area", "code"]].isna().any(axis=1)
    if empty.any():
        raise BadInput(f"{path}, line {int(empty.to_numpy().argmax()) + 2}: area or code is empty; fill it in")
    return dict(zip(table["area"], table["code"], strict=True))
