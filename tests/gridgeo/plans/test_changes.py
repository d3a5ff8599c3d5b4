import pandas as pd
import pytest

from boards import lattice_plan
from gridgeo.plans.changes import CHANGES, share_out, ties_kept, what_changed


def changed(before, after, households, kept, area=None):
    units = pd.DataFrame({"households": households, "area_m2": area or [100.0] * len(households)})
    return what_changed(share_out(list(before), list(after), units), kept)


@pytest.mark.parametrize(
    ("before", "after", "households", "kept", "expected"),
    [
        ("AAB", "112", [5, 5, 5], {"1": "A", "2": "B"}, {"1": "kept", "2": "kept"}),
        ("AAB", "122", [5, 5, 5], {"1": "A", "2": "B"}, {"1": "shrunk", "2": "grown"}),
        ("AAB", "122", [5, 0, 5], {"1": "A", "2": "B"}, {"1": "shrunk", "2": "grown"}),
        ("AABB", "1212", [5, 5, 5, 5], {"1": "A", "2": "B"}, {"1": "reshaped", "2": "reshaped"}),
        ("AAB", "123", [5, 4, 5], {"1": "A", "3": "B"}, {"1": "split", "2": "new", "3": "kept"}),
        ("AAB", "111", [5, 5, 5], {"1": "A"}, {"1": "merged", "": "retired"}),
        ("AABB", "1112", [5, 5, 5, 4], {"1": "A"}, {"1": "merged", "2": "new", "": "retired"}),
    ],
)
def test_each_kind_of_change_is_told(before, after, households, kept, expected):
    table = changed(before, after, households, kept)
    assert dict(zip(table["grid"], table["change"], strict=True)) == expected
    assert set(table["change"]) <= set(CHANGES)


def test_parents_and_heirs_come_with_the_largest_share_first():
    # Grid 1 takes 3 from A, 9 from B and 2 from C, and goes on as C; A's rest goes to 2, which goes on as A.
    table = changed("AABC", "1211", [3, 8, 9, 2], {"1": "C", "2": "A"}).set_index("grid")
    assert table.loc["1", "parents"] == ["B", "A"]
    assert table.loc["2", "heirs"] == ["1"]
    assert table.loc["", ["before", "change"]].tolist() == ["B", "retired"]
    assert table.loc["", "heirs"] == ["1"]


def test_figures_before_after_and_in_common_add_up():
    table = changed("AAB", "122", [3, 4, 5], {"1": "A", "2": "B"}, [10.0, 20.0, 30.0]).set_index("grid")
    columns = [
        "households_before",
        "households_after",
        "households_kept",
        "area_m2_before",
        "area_m2_after",
        "area_m2_kept",
    ]
    assert table.loc["1", columns].tolist() == [7, 3, 3, 30.0, 10.0, 10.0]
    assert table.loc["2", columns].tolist() == [5, 9, 5, 30.0, 50.0, 30.0]


def test_land_that_no_grid_had_counts_for_its_new_grid_alone():
    table = changed(["A", None], ["1", "1"], [3, 4], {"1": "A"}).iloc[0]
    assert (table["change"], table["households_before"], table["households_after"]) == ("grown", 3, 7)
    assert table["parents"] == []


def test_ties_are_pairs_of_neighbours_that_shared_a_grid():
    # A grid of 4 × 4 blocks has 24 inner borders, six grids 144; a unit inside is tied to four others.
    plan = lattice_plan()
    kept = plan.assignment
    assert ties_kept(plan.jurisdiction, kept, kept) == 1.0
    assert ties_kept(plan.jurisdiction, kept, plan.move(["U013"], "06").assignment) == 1 - 4 / 144


def test_neighbours_that_nobody_can_walk_between_are_no_tie(divided):
    whole = ["1"] * len(divided.units)
    halves = ["w" if area == "west" else "e" for area in divided.units["area"]]
    # 4 rows of 5 and 3 rows of 6 borders are 38; a railway closes three of them, and one of 35 is parted.
    assert ties_kept(divided, whole, halves) == 1 - 1 / 35
