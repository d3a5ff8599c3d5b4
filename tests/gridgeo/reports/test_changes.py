from gridgeo.reports.changes import flows


def test_flows_add_up_to_what_the_plans_differ_by(now, before):
    table, moved = flows(before, now), before.diff(now)
    assert table["households"].sum() == moved["households"].sum()
    assert sorted(unit for listed in table["listed"] for unit, _ in listed) == sorted(moved["unit"])
    assert table["households"].is_monotonic_decreasing
    assert (table["from_code"] == "1101010010010" + table["from"]).all()


def test_nothing_flows_from_a_plan_to_itself(now):
    assert flows(now, now).empty
