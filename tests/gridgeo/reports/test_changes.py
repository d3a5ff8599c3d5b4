from gridgeo.reports.changes import flows, ties_kept


def test_flows_add_up_to_what_the_plans_differ_by(now, before):
    table, moved = flows(before, now), before.diff(now)
    assert table["households"].sum() == moved["households"].sum()
    assert sorted(unit for listed in table["listed"] for unit, _ in listed) == sorted(moved["unit"])
    assert table["households"].is_monotonic_decreasing
    assert (table["from_code"] == "1101010010010" + table["from"]).all()


def test_a_plan_keeps_all_its_own_ties(now):
    assert ties_kept(now, now) == 1.0
    assert flows(now, now).empty


def test_ties_are_pairs_of_neighbours_that_shared_a_grid(now):
    # A grid of 4 × 4 blocks has 24 inner borders, six grids 144; a unit inside is tied to four others.
    assert ties_kept(now, now.move(["U013"], "06")) == 1 - 4 / 144
