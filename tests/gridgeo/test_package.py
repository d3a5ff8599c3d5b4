"""What `import gridgeo` offers."""

import subprocess
import sys

import pytest

import gridgeo


def test_every_door_that_is_listed_opens_and_explains_itself():
    assert set(gridgeo.__all__) == set(gridgeo._DOORS)
    for name in gridgeo.__all__:
        door = getattr(gridgeo, name)
        assert door.__module__.startswith("gridgeo.")
        assert len(door.__doc__) > 40
    assert set(gridgeo.__all__) <= set(dir(gridgeo))


def test_a_door_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = gridgeo.nothing_here


@pytest.mark.parametrize(("package", "heavy"), [("gridgeo", "geopandas"), ("gridgeo_solvers", "numba")])
def test_importing_a_package_loads_nothing_heavy(package, heavy):
    code = f"import sys, {package}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
