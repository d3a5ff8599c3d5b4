"""The command as a user meets it, on a town and two plans of it."""

import dataclasses
import sys

import pandas as pd
import pytest

from boards import lattice_plan
from gridgeo import cli
from gridgeo.sources import write_jurisdiction


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with town.gpkg, old.gpkg and plan.gpkg, whose grid 02 has the code G-2."""
    folder = tmp_path_factory.mktemp("reports")
    plan = dataclasses.replace(lattice_plan(), identities=pd.DataFrame({"grid": ["02"], "code": ["G-2"]}))
    write_jurisdiction(plan.jurisdiction, folder / "town.gpkg")
    plan.to_file(folder / "plan.gpkg")
    plan.move(["U004"], "01").to_file(folder / "old.gpkg")
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs `gridgeo …` in this process and gives its exit status, output and errors."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["gridgeo", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return command
