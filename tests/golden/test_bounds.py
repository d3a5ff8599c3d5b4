"""A reported bound is never above a plan, whoever finds it and whenever. `renew.py` keeps better plans and bounds."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bounds import CASES, above, improved, kept, short_run, value_of  # noqa: E402

from gridgeo_solvers.partition import read_instance  # noqa: E402
from gridgeo_solvers.partition.bounds.lagrangian import lagrangian  # noqa: E402
from gridgeo_solvers.partition.ground.parts import parts_of  # noqa: E402
from gridgeo_solvers.partition.instances import MOI_KM2  # noqa: E402
from gridgeo_solvers.partition.large.plan import large_plan  # noqa: E402

PUBLIC = ("us2010_IA_county", "us2010_ID_tract", "us2010_NM_tract", "london_msoa983_k33")
DECIMALS = 1e-8
"""Published values are rounded to four decimals."""


def test_every_case_is_kept():
    assert set(kept()) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_kept_plan_is_valid_and_worth_what_is_kept(name):
    row = kept()[name]
    assert value_of(CASES[name](), row["plan"]) == pytest.approx(row["best"], rel=1e-9)
    assert not above(row["bound"], row["best"])


@pytest.mark.parametrize("name", CASES)
def test_no_bound_is_above_the_best_plan_ever_found(name):
    row, problem = kept()[name], CASES[name]()
    answer = short_run(problem)
    worth = value_of(problem, answer.assignment)
    assert not above(answer.bound, min(worth, row["best"]))
    assert not above(row["bound"], worth), "this plan refutes a bound that was reported before"


@pytest.mark.parametrize("name", PUBLIC)
def test_no_bound_is_above_a_published_value(shared, name):
    document = json.loads((shared / "benchmarks" / "partition" / f"{name}.json").read_text(encoding="utf-8"))
    answer = short_run(read_instance(document), seconds=10.0)
    published = document["best_known"]["moi_km2"]["value"]
    assert answer.bound is None or answer.bound / MOI_KM2 <= published * (1 + DECIMALS)


@pytest.mark.parametrize("name", ["us2010_OK_county", "us2010_IA_county", "us2010_OK_tract"])
def test_no_relaxation_is_above_a_published_value_whatever_plan_it_begins_from(shared, name):
    document = json.loads((shared / "benchmarks" / "partition" / f"{name}.json").read_text(encoding="utf-8"))
    problem = read_instance(document)
    (part,) = parts_of(problem)
    published = document["best_known"]["moi_km2"]["value"] * MOI_KM2
    for seed in range(3):
        plan = large_plan(part, problem.k, seed=seed, stop=bool, sweeps=20 * (seed + 1))
        bound = lagrangian(part, problem.k, published, plan, 300, bool)
        assert 0.5 * published < bound.value <= published * (1 + DECIMALS)


def test_a_bound_above_a_plan_is_never_kept():
    name = "scattered 30"
    problem, row = CASES[name](), kept()[name]
    with pytest.raises(ValueError, match="stands against a plan"):
        improved(row | {"bound": row["best"] * 1.001}, problem, [], name)
