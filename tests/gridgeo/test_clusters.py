"""The door to a Dask cluster, and the command through it."""

import json
import sys

import pytest

from clusters import dask_processes
from gridgeo import cli, clusters
from gridgeo.errors import BadInput
from gridgeo.sources import write_jurisdiction


def test_no_address_is_no_cluster():
    with clusters.cluster(None) as executor:
        assert executor is None


def test_an_address_where_nobody_answers_is_refused(monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with (
        pytest.raises(BadInput, match="no Dask scheduler answers"),
        clusters.cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_without_workers_is_refused(tmp_path):
    with (
        dask_processes(tmp_path, workers=0) as processes,
        pytest.raises(BadInput, match="has no workers"),
        clusters.cluster(processes.address),
    ):
        pass


def test_the_command_draws_the_same_plan_on_a_cluster_as_here(lattice, tmp_path, monkeypatch, capsys):
    town = tmp_path / "town.gpkg"
    write_jurisdiction(lattice, town)

    def drawn(name, *options):
        words = ["--each", "quarter", "-k", "4", "--balance", "households=0.4", "--json", "-o", str(tmp_path / name)]
        monkeypatch.setattr(sys, "argv", ["gridgeo", "partition", str(town), *words, *options])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code
        rows = json.loads(capsys.readouterr().out)["rows"]
        return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]

    here = drawn("here.gpkg", "--jobs", "1")
    with dask_processes(tmp_path, workers=1) as processes:
        processes.await_workers(1)
        assert drawn("there.gpkg", "--dask", processes.address) == here
    assert (tmp_path / "here.gpkg").read_bytes() == (tmp_path / "there.gpkg").read_bytes()
