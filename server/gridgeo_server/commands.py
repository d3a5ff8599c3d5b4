"""The commands that the server adds to `gridgeo`: `serve`, `demo`, `backup`, `restore`, `keys` and `cases`."""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridgeo.errors import BadInput
from gridgeo.terminal import err, out
from gridgeo_server.auth.commands import app as keys
from gridgeo_server.cases.commands import app as cases

if TYPE_CHECKING:
    from gridgeo_server.settings import Settings
    from gridgeo_server.store.backup import Manifest

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Auth = Literal["optional", "required"]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the typer application `app`."""
    app.command()(serve)
    app.command()(demo)
    app.command()(backup)
    app.command()(restore)
    app.add_typer(keys, name="keys")
    app.add_typer(cases, name="cases")


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 8000 if not set; 0 takes a free one.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with town.gpkg and plan.gpkg, and patrols.gpkg and visits.gpkg if any; 'out' if not set."
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on, 127.0.0.1 if not set; 0.0.0.0 lets other machines in and takes --auth required."
        ),
    ] = None,
    auth: Annotated[
        Auth | None,
        typer.Option(
            help="Whether cases take a key: optional, if not set, leaves them to whoever sits at this machine; required"
            " lets others report and see what the public may."
        ),
    ] = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Add simulated officers and incidents.")] = False,
    as_json: Json = False,
) -> None:
    """Serve a town's layers, cases and live board until stopped; its store is kept in the data folder."""
    from gridgeo_server.settings import settings_from

    run(settings_from(port=port, data=data, host=host, auth=auth, simulate=simulate or None), as_json)


def demo(
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make the files, don't start the server.")] = False,
    output: Annotated[Path, typer.Option("--out", help="Folder for everything that is made.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """The whole job on the sample map: import, partition, patrols, visits, report, then the live board."""
    from gridgeo_server.demo import make
    from gridgeo_server.settings import settings_from
    from gridgeo_server.store.folder import begin_demo_store, check_own_of_demo, held

    output.mkdir(parents=True, exist_ok=True)
    with held(output):
        check_own_of_demo(output)
        made = make(output, quiet=as_json)
        begin_demo_store(output)
    if as_json:
        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        sys.stdout.flush()
    if not no_serve:
        # Simulated cases come thick and fast: they are spread over the officers instead of piling up on the nearest.
        run(settings_from(port=port, data=output, simulate=True, busy_min=8.0), as_json)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write; one of before is replaced.")],
    data: Annotated[Path | None, typer.Option(help="Folder that 'gridgeo serve' serves; 'out' if not set.")] = None,
    as_json: Json = False,
) -> None:
    """Write store and plan files to one file, while the server goes on or not."""
    from gridgeo_server.settings import settings_from
    from gridgeo_server.store.backup import back_up

    _tell(back_up(settings_from(data=data).data, target), "written to", target, as_json)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that 'gridgeo backup' wrote.")],
    data: Annotated[Path | None, typer.Option(help="Folder to restore; 'out' if not set.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what the folder holds; its store is kept as gridgeo-before.sqlite.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring a backup into a folder that no server uses, then 'gridgeo serve' serves it."""
    from gridgeo_server.settings import settings_from
    from gridgeo_server.store.backup import restore as bring_back

    folder = settings_from(data=data).data
    _tell(bring_back(source, folder, force=force), "restored to", folder, as_json)


def _tell(manifest: Manifest, done: str, place: Path, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n")
        return
    cases, events = manifest.counts["cases"], manifest.counts["events"]
    held = f"{cases:,} cases and {events:,} events of {manifest.made_at}, {len(manifest.files)} files"
    out.print(f"{held}, {done} {place}", soft_wrap=True, markup=False)


def run(settings: Settings, as_json: bool) -> None:
    """Serve with `settings`; what a user can mend becomes one line and exit status 2, a store that fails 1."""
    # Half a million objects are made before the first answer, and all stay: nobody looks for garbage among them.
    gc.disable()
    from gridgeo_server.errors import StoreUnavailable
    from gridgeo_server.serving import serve as serve_until_stopped

    def ready(address: str) -> None:
        if as_json:
            sys.stdout.write(json.dumps({"address": address, "data": str(settings.data)}) + "\n")
            sys.stdout.flush()
            return
        moving = " with simulated officers and cases" if settings.simulate else ""
        out.print(f"Live board{moving}: [bold]{address}[/bold]   (Ctrl-C stops)", soft_wrap=True)

    try:
        serve_until_stopped(settings, ready=ready)
    except OSError as error:
        raise BadInput(
            f"can't listen on {settings.host}, port {settings.port}: {error.strerror or error}; choose another --port"
        ) from None
    except StoreUnavailable as error:
        err.print(f"gridgeo: {error}", soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    finally:
        gc.enable()
