"""The command as a user meets it, on a town and two plans of it."""

import dataclasses

import pandas as pd
import pytest

from boards import lattice_plan
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
