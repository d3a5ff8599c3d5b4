"""`gridgeo keys`: make, list and revoke API keys in a data folder's store; a running server heeds it at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from gridgeo.errors import BadInput
from gridgeo.terminal import out

if TYPE_CHECKING:
    from gridgeo_server.auth.keys import Key
    from gridgeo_server.store import Store

app = typer.Typer(no_args_is_help=True, help="API keys of the server: who may do what with cases, plans and rosters.")

Data = Annotated[Path | None, typer.Option(help="Folder that 'gridgeo serve' serves; 'out' if not set.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def add(
    role: Annotated[
        str,
        typer.Option(
            help="What the bearer is: officer, dispatcher, supervisor, planner, reviewer, approver, admin or public."
        ),
    ],
    name: Annotated[str, typer.Option(help="Whose key it is, as it shall stand in the history of plans.")],
    area: Annotated[
        str | None, typer.Option(help="The one area, with those below it, for which the bearer speaks; all if not set.")
    ] = None,
    officer: Annotated[
        str | None, typer.Option(help="Whose cases an officer may handle, as /api/v1/responders names the officer.")
    ] = None,
    days: Annotated[int, typer.Option(min=0, max=36_500, help="Days until it is over; 0 never.")] = 365,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only a hash of it is kept."""
    from gridgeo_server.auth import keys, store
    from gridgeo_server.auth.roles import roles_of_keys

    if role not in roles_of_keys():
        raise BadInput(f"--role {role}: there is no such role; choose {', '.join(roles_of_keys())}")
    if (role == "officer") != (officer is not None):
        raise BadInput("--officer goes with --role officer, each with the other: whose cases are the bearer's own?")
    shown = " ".join(name.split())
    if not shown or len(shown) > 100 or not shown.isprintable():
        raise BadInput(f"--name {name!r}: give a name of 1 to 100 characters")
    identifier, secret, token = keys.new_token()
    now = datetime.now(UTC)
    key = keys.Key(identifier, shown, role, now, area, now + timedelta(days=days) if days else None, officer=officer)
    with _store(data) as opened:
        opened.write(lambda transaction: store.insert(transaction.connection, key, keys.hashed(secret)))
    if as_json:
        _print({**_row(key, now), "token": token})
        return
    out.print(f"Key {identifier} for {shown} ({role}). Hand it over now; it can't be shown again:", markup=False)
    out.print(token, soft_wrap=True, markup=False, highlight=False)


@app.command("list")
def list_keys(data: Data = None, as_json: Json = False) -> None:
    """List the keys, without their secrets."""
    from gridgeo_server.auth import store

    with _store(data) as opened, opened.reading() as connection:
        found = store.everything(connection)
    now = datetime.now(UTC)
    if as_json:
        _print({"keys": [_row(key, now) for key in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("key", "name", "role", "area", "officer", "until", "state"):
        table.add_column(column)
    for row in (_row(key, now) for key in found):
        table.add_row(
            row["key"],
            row["name"],
            row["role"],
            row["area"] or "all",
            row["officer"] or "–",
            row["expires_at"] or "–",
            row["state"],
        )
    out.print(table if found else "No keys. 'gridgeo keys add --role planner --name NAME' makes one.")


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Identifier of the key, as 'gridgeo keys list' shows it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End a key for good; what was done with it stays in the history."""
    from gridgeo_server.auth import store
    from gridgeo_server.errors import NotFound

    now = datetime.now(UTC)
    try:
        with _store(data) as opened:
            ended = opened.write(lambda transaction: store.revoke(transaction.connection, key, now))
    except NotFound as error:
        raise BadInput(str(error)) from None
    if as_json:
        _print(_row(ended, now))
        return
    out.print(f"Key {ended.key} of {ended.name} is revoked.", markup=False)


@contextmanager
def _store(data: Path | None) -> Iterator[Store]:
    """The store of a data folder, closed at the end; migrated when it is older than this version."""
    from gridgeo_server.errors import StoreUnavailable
    from gridgeo_server.settings import settings_from
    from gridgeo_server.store import Store
    from gridgeo_server.store.folder import STORE

    folder: Path = settings_from(data=data).data
    if not folder.is_dir():
        raise BadInput(f"--data {folder}: no such folder; give the one that 'gridgeo serve' serves")
    try:
        opened = Store(folder / STORE)
    except StoreUnavailable as error:
        raise BadInput(str(error)) from None
    try:
        yield opened
    finally:
        opened.close()


def _row(key: Key, now: datetime) -> dict[str, Any]:
    from gridgeo_server.store.instants import to_text

    return {
        "key": key.key,
        "name": key.name,
        "role": key.role,
        "area": key.area,
        "officer": key.officer,
        "created_at": to_text(key.created_at),
        "expires_at": None if key.expires_at is None else to_text(key.expires_at),
        "revoked_at": None if key.revoked_at is None else to_text(key.revoked_at),
        "state": key.state(now),
    }


def _print(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n")
