"""What a user can type, set, ask for, read or catch stands in the reference."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import pytest

import gridgeo
from gridgeo import errors, schemas
from gridgeo.cli import app

Page = Callable[[str], str]
Section = Callable[[str, str], str]

LAYERS = {**schemas.JURISDICTION, **schemas.PLAN, **schemas.ROUTES, **schemas.COVERAGE, **schemas.REGISTER}


def cells(text: str) -> set[str]:
    """Everything between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def parameters(command: Any) -> Iterator[Any]:
    return (one for one in command.params if one.name != "help")


def all_commands() -> dict[str, Any]:
    import typer
    from typer.main import get_command

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            for part, child in inner.items():
                yield from walk(child, f"{name} {part}".strip())

    offered = typer.Typer()
    offered.callback()(lambda: None)
    for point in entry_points(group="gridgeo.commands"):
        point.load()(offered)
    return dict(walk(get_command(app), "")) | dict(walk(get_command(offered), ""))


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    """Every command by its full name, those of the server included."""
    return all_commands()


def test_every_table_says_what_the_code_says(root: Any, tables: ModuleType) -> None:
    stale = [
        str(path.relative_to(root))
        for path in sorted((root / "docs").rglob("*.md"))
        if tables.renewed(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8")
    ]
    assert not stale, f"out of date: {', '.join(stale)}; run python docs/make_tables.py and read the difference"


def test_every_command_has_a_section(commands: dict[str, Any], page: Page) -> None:
    headings = set(re.findall(r"^## gridgeo (.+)$", page("reference/commands.md"), re.MULTILINE))
    assert headings == set(commands)


def test_serve_and_demo_are_commands(commands: dict[str, Any]) -> None:
    assert {"import", "partition", "check", "compare", "patrol", "visits", "serve", "demo"} <= set(commands)


def test_every_option_of_every_command_is_documented(commands: dict[str, Any], section: Section) -> None:
    for name, command in commands.items():
        told = cells(section("reference/commands.md", f"gridgeo {name}"))
        for one in parameters(command):
            switches = {one.metavar or one.name.upper()} if one.param_type_name == "argument" else set(one.opts)
            assert switches <= told, f"gridgeo {name}: {switches - told} is undocumented"


def test_no_option_is_documented_that_doesnt_exist(commands: dict[str, Any], section: Section) -> None:
    for name, command in commands.items():
        known = {switch for one in command.params for switch in (*one.opts, *one.secondary_opts)}
        rows = re.findall(r"^\| (`-[^|]+) \|", section("reference/commands.md", f"gridgeo {name}"), re.MULTILINE)
        told = {switch for row in rows for switch in cells(row)}
        assert told <= known, f"gridgeo {name}: {told - known} is documented but doesn't exist"


def test_every_option_has_a_help_text(commands: dict[str, Any]) -> None:
    silent = [f"{name} {one.name}" for name, command in commands.items() for one in parameters(command) if not one.help]
    assert not silent


def test_every_exit_status_is_documented(page: Page) -> None:
    assert re.findall(r"^\| (\d) \|", page("reference/commands.md"), re.MULTILINE) == ["0", "1", "2", "3"]


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_every_layer_and_column_is_documented(layer: str, section: Section) -> None:
    text = section("reference/files.md", layer)
    for name, column in LAYERS[layer].columns.items():
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert column.kind in row, f"{layer}.{name} is undocumented"
        assert column.meaning in row
        assert ("may be empty" in row) == column.nullable


def test_every_format_that_is_written_is_documented(page: Page) -> None:
    from gridgeo.sources.vectors import FORMATS

    assert set(FORMATS) - {".json"} <= cells(page("reference/files.md"))


def test_the_plan_tables_columns_are_documented(lattice: Any, section: Section) -> None:
    from gridgeo.plans.plan import Plan
    from gridgeo.plans.rules import Rules

    plan = Plan(lattice, lattice.units.set_index("unit")["area"].rename("grid"), Rules(k=2))
    assert set(plan.record()) <= cells(section("reference/files.md", "plan"))


def test_every_setting_is_documented(page: Page) -> None:
    from gridgeo_server.settings import Settings

    text = page("reference/settings.md")
    for name, field in Settings.model_fields.items():
        assert f"`{name}`" in text
        assert f"`GRIDGEO_{name.upper()}`" in text
        assert field.description, f"setting {name} has no description"
        assert field.description in text


def test_every_path_is_documented(tables: ModuleType, page: Page) -> None:
    text = page("reference/http.md")
    paths = tables.openapi()["paths"]
    assert len(paths) > 15
    for path, methods in paths.items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in text


def test_every_problem_type_is_documented(page: Page) -> None:
    from gridgeo_server.errors import STATUS

    for kind in STATUS.values():
        assert re.search(rf"^\| {kind.status} \| `urn:gridgeo:problem:{kind.name}` \|", page("reference/http.md"), re.M)


def test_every_category_and_action_is_documented(page: Page) -> None:
    from gridgeo_server.cases.categories import Categories
    from gridgeo_server.cases.stages import machine

    told = cells(page("reference/http.md"))
    assert {one.category for one in Categories.packaged().all()} <= told
    assert {name for name, one in machine().actions.items() if one.who} | set(machine().stages) <= told


def test_every_error_is_named(page: Page) -> None:
    from gridgeo_solvers import errors as solver_errors

    for module, name in ((errors, "reference/python.md"), (solver_errors, "reference/solvers.md")):
        told = cells(page(name))
        own = [kind for kind in vars(module).values() if inspect.isclass(kind) and kind.__module__ == module.__name__]
        assert own
        for kind in own:
            assert issubclass(kind, Exception)
            assert kind.__name__ in told


def test_every_name_at_the_top_is_documented_and_has_a_docstring(page: Page) -> None:
    told = cells(page("reference/python.md"))
    assert len(gridgeo.__all__) > 8
    for name in gridgeo.__all__:
        assert name in told, f"gridgeo.{name} is undocumented"
        thing = getattr(gridgeo, name)
        assert isinstance(thing, str) or inspect.getdoc(thing), f"gridgeo.{name} has no docstring"
