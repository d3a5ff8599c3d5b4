"""`gridgeo cases`: make the table of cases again from its events, and look whether anything is left without a department."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.errors import BadInput
from gridgeo.terminal import out

app = typer.Typer(no_args_is_help=True, help="Cases in the server's store, and the tables they go by.")

Data = Annotated[Path | None, typer.Option(help="Folder that 'gridgeo serve' serves; 'out' if not set.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("rebuild")
def rebuild_cases(
    data: Data = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit status 1 where something differs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the state of every case again from its events; tell what differed. A server must not use the folder meanwhile."""
    from contextlib import nullcontext

    from gridgeo_server.cases.rebuilding import differences, rebuild_all
    from gridgeo_server.store import Store
    from gridgeo_server.store.folder import STORE, held

    folder = _folder(data)
    if not (folder / STORE).is_file():
        raise BadInput(f"{folder / STORE} is missing; give the folder that 'gridgeo serve' serves")
    with nullcontext() if check else held(folder):
        store = Store(folder / STORE, wait_s=600)
        try:
            if check:
                with store.reading() as connection:
                    found = list(differences(connection))
            else:
                found = store.write(lambda transaction: rebuild_all(transaction.connection))
        finally:
            store.close()
    rows = [
        {"case": one.case, "field": one.field, "stored": _plain(one.stored), "events": _plain(one.rebuilt)}
        for one in found
    ]
    if as_json:
        _print({"differences": rows, "mended": not check})
    elif not rows:
        out.print("Every case is what its events make of it.")
    else:
        _table(("case", "field", "stored", "by its events"), [tuple(row.values()) for row in rows])
        out.print(f"{len(rows)} differences{'' if check else ' mended'}.")
    if check and rows:
        raise typer.Exit(1)


@app.command("check")
def check_tables(data: Data = None, as_json: Json = False) -> None:
    """Read calendar, categories, limits, duty, responsibilities and attributes as the server would; tell what no department is responsible for."""
    from gridgeo_server.cases.files import categories_of, desk_limits_of, responsibility_of
    from gridgeo_server.clocks.files import calendar_of
    from gridgeo_server.open311.attributes import attributes_of
    from gridgeo_server.responders.duty import duty_of
    from gridgeo_server.responders.roster import roster
    from gridgeo_server.settings import settings_from
    from gridgeo_server.town import read_town

    settings = settings_from(data=data)
    folder = _folder(data)
    town = read_town(folder)
    calendar = calendar_of(folder, settings.time_zone)
    categories = categories_of(folder, calendar, settings.limits)
    duties = responsibility_of(folder, categories, town.jurisdiction.areas["area"].astype(str))
    desk_limits_of(folder)
    duty_of(folder, calendar.zone, [one.responder for one in roster(settings, town)])
    attributes_of(folder, [one.category for one in categories.all()])
    gaps = duties.gaps(sorted({str(area) for area in town.grids["area"]}))
    if as_json:
        _print({"categories": len(categories.all()), "gaps": [{"area": area, "category": kind} for area, kind in gaps]})
    elif gaps:
        _table(("area", "category without a department"), gaps)
    else:
        out.print(f"{len(categories.all())} categories; a department is responsible for each in every area.")
    if gaps:
        raise typer.Exit(1)


def _folder(data: Path | None) -> Path:
    from gridgeo_server.settings import settings_from

    folder: Path = settings_from(data=data).data
    if not folder.is_dir():
        raise BadInput(f"--data {folder}: no such folder; give the one that 'gridgeo serve' serves")
    return folder


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in head:
        table.add_column(column)
    for row in rows:
        table.add_row(*("–" if value is None else str(value) for value in row))
    out.print(table)


def _print(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n")
