"""The command as a user meets it, and a town on disk for it."""

import sys

import pytest

from gridgeo import cli
from gridgeo.sources import write_jurisdiction


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


@pytest.fixture(scope="module")
def town(lattice, tmp_path_factory):
    """The lattice town as a file."""
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_jurisdiction(lattice, path)
    return path
