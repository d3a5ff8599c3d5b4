"""Write the tables of the reference pages from the code that they describe.

A page marks a table by ``<!-- table: KEY -->`` and ``<!-- end -->``; everything between is replaced.
``python docs/make_tables.py`` renews every page; a test fails while a committed table says something else than the code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DOCS = Path(__file__).resolve().parent
# This checkout is what the pages describe, whatever is installed.
sys.path[:0] = [str(DOCS.parent / folder) for folder in ("", "solvers", "server")]

BLOCK = re.compile(r"(<!-- table: (?P<key>[^>]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str) -> str:
    """The page `text` with every marked table written afresh."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{table(block['key'])}\n\n{block[3]}", text)


def table(key: str) -> str:
    """The Markdown that stands under `key`."""
    kind, _, name = key.partition(" ")
    writers = {
        "command": _command,
        "layer": _layer,
        "settings": lambda _: _settings(),
        "errors": _errors,
        "names": lambda _: _names(),
        "paths": _paths,
        "collections": lambda _: _collections(),
        "problems": lambda _: _problems(),
        "actions": lambda _: _actions(),
        "stages": lambda _: _stages(),
        "figures": lambda _: _figures(),
        "limits": lambda _: _limits(),
        "desk": lambda _: _desk_limits(),
        "casefile": _case_file,
        "open311": lambda _: _open311(),
        "steps": lambda _: _steps(),
        "roles": lambda _: _roles(),
        "categories": lambda _: _categories(),
        "measures": lambda _: _measures(),
        "factors": lambda _: _factors(),
        "findings": lambda _: _findings(),
    }
    return writers[kind](name)


def commands() -> dict[str, Any]:
    """Every command of ``gridgeo`` by its full name, those of the server included."""
    import typer
    from typer.main import get_command

    from gridgeo.cli import app

    added = typer.Typer()
    added.callback()(lambda: None)
    for point in entry_points(group="gridgeo.commands"):
        point.load()(added)
    found: dict[str, Any] = {}
    for group in (get_command(app), get_command(added)):
        _collect(group, "", found)
    return found


def _collect(command: Any, name: str, found: dict[str, Any]) -> None:
    if hasattr(command, "commands"):
        for part, inner in command.commands.items():
            _collect(inner, f"{name} {part}".strip(), found)
    else:
        found[name] = command


def _command(name: str) -> str:
    command = commands()[name]
    arguments, options = [], []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            arguments.append((f"`{_metavar(parameter)}`", parameter.help or "", ""))
        elif parameter.name != "help":
            options.append((_switches(parameter), parameter.help or "", _default(parameter)))
    words = ["gridgeo", name, *(_metavar(p) for p in command.params if p.param_type_name == "argument"), "[OPTIONS]"]
    usage = f"```\n{' '.join(words)}\n```\n\n{command.help}"
    return f"{usage}\n\n{_rows(('argument or option', 'meaning', 'default'), [*arguments, *options])}"


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _switches(option: Any) -> str:
    return ", ".join(f"`{switch}`" for switch in (*option.opts, *option.secondary_opts))


def _default(option: Any) -> str:
    if option.required:
        return "required"
    if option.default is None or option.default is False or option.default == "":
        return ""
    if option.default is True:
        return f"`{option.opts[0]}`"
    many = " (repeatable)" if option.multiple else ""
    return f"`{option.default:g}`{many}" if isinstance(option.default, float) else f"`{option.default}`{many}"


def _layer(name: str) -> str:
    from gridgeo import schemas

    every = (
        schemas.JURISDICTION, schemas.PLAN, schemas.ROUTES, schemas.COVERAGE, schemas.REGISTER, schemas.VISITING,
    )  # fmt: skip
    layer = next(tables[name] for tables in every if name in tables)
    rows = [
        (
            f"`{column}`",
            f"{spec.kind}{', may be empty or left out' if spec.optional else ', may be empty' if spec.nullable else ''}",
            spec.meaning,
        )
        for column, spec in layer.columns.items()
    ]
    if layer.geometry:
        rows.append(("`geometry`", " or ".join(layer.geometry), ""))
    return _rows(("column", "kind", "meaning"), rows)


def _measures() -> str:
    from gridgeo.plans.rules import MEASURES

    return _rows(("measure", "meaning"), [(f"`{name}`", meaning) for name, meaning in MEASURES.items()])


def _findings() -> str:
    from gridgeo.plans.exchange import FINDINGS

    rows = [(name, one.meaning, "yes" if one.blocks else "–") for name, one in FINDINGS.items()]
    return _rows(("finding", "meaning", "stands in the way"), rows)


def _factors() -> str:
    from gridgeo.units.difficulty import MEASURED, SUPPLIED, Factors

    weights = Factors().weights
    rows = [(f"`{name}`", what, "the map", f"{weights[name]:g}") for name, what in MEASURED.items()]
    rows += [(f"`{name}`", what, "a column of the units", f"{weights[name]:g}") for name, what in SUPPLIED.items()]
    return _rows(("factor", "meaning", "taken from", "weight"), rows)


def _settings() -> str:
    from gridgeo_server.settings import Settings

    prefix = Settings.model_config["env_prefix"]
    rows = [
        (f"`{name}`", f"`{prefix}{name.upper()}`", field.description or "", _value(field.get_default()))
        for name, field in Settings.model_fields.items()
    ]
    return _rows(("setting", "environment variable", "meaning", "default"), rows)


def _value(value: object) -> str:
    if value is None or value == ():
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _errors(package: str) -> str:
    from importlib import import_module

    module = import_module(f"{package}.errors")
    rows = []
    for name, kind in vars(module).items():
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == module.__name__:
            bases = ", ".join(f"`{base.__name__}`" for base in kind.__bases__)
            rows.append((f"`{name}`", bases, (kind.__doc__ or "").strip().splitlines()[0]))
    return _rows(("error", "is a", "meaning"), rows)


def _names() -> str:
    import gridgeo

    rows = []
    for name in sorted(gridgeo.__all__):
        thing = getattr(gridgeo, name)
        first = (thing.__doc__ or "").strip().split("\n\n")[0] if not isinstance(thing, str) else "The version."
        rows.append((f"`{name}`", " ".join(first.split())))
    return _rows(("name", "what for"), rows)


def _paths(prefixes: str) -> str:
    """Requests whose path begins with one of `prefixes` and with none that has a minus in front."""
    wanted = tuple(one for one in prefixes.split() if not one.startswith("-"))
    left_out = tuple(one[1:] for one in prefixes.split() if one.startswith("-"))
    rows = []
    for path, methods in openapi()["paths"].items():
        other = not path.startswith(("/api/v1/", "/ogc", "/open311"))
        if (path.startswith(wanted) and not (left_out and path.startswith(left_out))) or (other and "other" in wanted):
            for method, operation in methods.items():
                asked = [f"`{one['name']}`" for one in operation.get("parameters", []) if one["in"] != "path"]
                what = operation.get("description", operation["summary"]).split("\n\n")[0].replace("\n", " ")
                rows.append((f"`{method.upper()} {path}`", what, ", ".join(asked)))
    return _rows(("request", "what it does", "query and headers"), rows)


def _collections() -> str:
    from gridgeo_server.layers.features import ABOUT

    rows = [(f"`{name}`", about.description, f"`{about.key}`") for name, about in ABOUT.items()]
    return _rows(("collection", "what it holds", "identifier"), rows)


def _problems() -> str:
    from gridgeo_server.errors import STATUS

    rows = [
        (str(kind.status), f"`urn:gridgeo:problem:{kind.name}`", (error.__doc__ or "").strip().splitlines()[0])
        for error, kind in STATUS.items()
    ]
    return _rows(("status", "type", "meaning"), sorted(rows))


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document of a server; it is the same for every town, so a small made-up one is served."""
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from gridgeo.plans.plan import Plan
    from gridgeo.plans.rules import Rules
    from gridgeo_server.app import create_app
    from gridgeo_server.settings import Settings
    from gridgeo_server.town import Town
    from towns import lattice_town

    place = lattice_town()
    plan = Plan(place, place.units.set_index("unit")["area"].rename("grid"), Rules(k=2))
    with TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder)), Town(plan))
        app.state.gridgeo.store.close()
        return app.openapi()


def _actions() -> str:
    from gridgeo_server.cases.stages import BEFORE, SAME, machine

    words = {SAME: "the same", BEFORE: "where it was"}
    rows = []
    for one in machine().actions.values():
        if one.who:
            takes = ", ".join([*(["a reason"] if one.note else []), *([f"{one.needs} only"] if one.needs else [])])
            name = f"{one.en} · {one.zh}"
            starts = "any" if len(one.starts) == len(machine().stages) else ", ".join(one.starts)
            rows.append((f"`{one.action}`", name, starts, words.get(one.to, one.to), ", ".join(one.who), takes))
    return _rows(("action", "name", "from", "to", "meant for", "needs"), rows)


def _stages() -> str:
    from gridgeo_server.cases.stages import machine

    return _rows(
        ("stage", "English", "中文", "finished"),
        [(f"`{one.stage}`", one.en, one.zh, "yes" if one.finished else "") for one in machine().stages.values()],
    )


def _figures() -> str:
    from gridgeo_server.board.figures import FIGURES, RATES

    rows = [(f"`{name}`", what) for name, what in FIGURES.items()]
    return _rows(("figure or rate", "what it is"), rows + [(f"`{n}`", f"`{a}` ÷ `{b}`") for n, (a, b) in RATES.items()])


def _case_file(name: str) -> str:
    from gridgeo_server.cases.files import CATEGORY_COLUMNS, DESK_COLUMNS, DUTY_COLUMNS
    from gridgeo_server.clocks.files import FIELDS
    from gridgeo_server.open311.attributes import FIELDS as ATTRIBUTE_FIELDS
    from gridgeo_server.responders.duty import COLUMNS as SHIFT_COLUMNS
    from gridgeo_server.responders.roster import COLUMNS as OFFICER_COLUMNS

    columns = {
        "calendar": FIELDS,
        "categories": CATEGORY_COLUMNS,
        "responsibility": DUTY_COLUMNS,
        "attributes": ATTRIBUTE_FIELDS,
        "desk": DESK_COLUMNS,
        "officers": OFFICER_COLUMNS,
        "duty": SHIFT_COLUMNS,
    }[name]
    kind = "field" if name in {"calendar", "attributes"} else "column"
    return _rows((kind, "meaning"), [(f"`{n}`", m) for n, m in columns.items()])


def _open311() -> str:
    from gridgeo_server.open311.intake import FIELDS

    rows = [(f"`{name}`", about, f"{most:,}") for name, (most, about) in FIELDS.items()]
    rows.append(
        ("`attribute[CODE]`", "Answer to what the service asks; `attribute[CODE][]` where several may be given.", "")
    )
    return _rows(("field", "meaning", "most characters"), rows)


def _limits() -> str:
    from gridgeo_server.cases.categories import Categories, presets
    from gridgeo_server.clocks import Limit

    rows = []
    for name, preset in presets().items():
        table = Categories.packaged(limits=name)
        for category in preset["limits"]:
            one = table[category]
            further = "; ".join(words["en"] for words in one.further)
            rows.append((f"`{name}`", f"`{category}`", Limit(one.limit, one.clock).words()["en"], further))
    return _rows(("limits", "category", "time limit", "further steps"), rows)


def _desk_limits() -> str:
    from gridgeo_server.cases.desk_limits import packaged

    words = {None: "all", True: "urgent", False: "others"}
    rows = [
        (f"`{one.name}`", words[one.urgent], f"{one.limit_min:g} min", "yes" if one.climbs else "–")
        for one in packaged().rows
    ]
    return _rows(("clock", "cases", "limit", "takes up a level"), rows)


def _steps() -> str:
    from gridgeo_server.auth.roles import who_may
    from gridgeo_server.plans.model import STEPS

    rows = []
    for step in STEPS:
        takes = "a date, and areas or all that are left" if step.by_area else "a date, today if left out"
        who = ", ".join(f"`{role}`" for role in who_may(step.permission))
        rows.append((f"`{step.start}`", f"`{step.to}`", who, takes if step.dated else ""))
    return _rows(("from", "to", "by", "takes"), rows)


def _roles() -> str:
    from gridgeo_server.auth.roles import permissions, roles

    rows = []
    for role in roles().values():
        may, own = (
            "; ".join(words["en"] for name, words in permissions().items() if name in held)
            for held in (role.may, role.own)
        )
        rows.append((f"`{role.role}`", role.name_zh, may, own))
    return _rows(("role", "中文", "may", "may with what is their own"), rows)


def _categories() -> str:
    from gridgeo_server.cases.categories import Categories
    from gridgeo_server.clocks import Limit

    table = Categories.packaged()
    rows = [
        (
            f"`{one.category}`",
            one.name_en,
            one.name_zh,
            f"{one.kind} {one.code}",
            Limit(one.limit, one.clock).words()["en"],
            table.departments[one.department or ""]["en"],
        )
        for one in table.all()
    ]
    return _rows(("category", "English", "中文", "local code", "time limit", "department"), rows)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    parts = text.replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]  # outside of code spans it would begin a tag
    return "`".join(parts)


def main() -> int:
    """Renew every page; with ``--check`` only say which are out of date."""
    check = sys.argv[1:] == ["--check"]
    stale = 0
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        fresh = renewed(text)
        if fresh != text:
            stale += 1
            sys.stdout.write(f"{'out of date' if check else 'renewed'}: {page.relative_to(DOCS.parent)}\n")
            if not check:
                page.write_text(fresh, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
