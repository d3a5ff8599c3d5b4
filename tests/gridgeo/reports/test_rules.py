import dataclasses

from gridgeo.plans.rules import Band
from gridgeo.reports import Departure
from gridgeo.reports.rules import departures, figure_rows, rule_rows
from gridgeo.reports.wording import Words


def ruled(plan, **rules):
    return dataclasses.replace(plan, rules=dataclasses.replace(plan.rules, **rules))


def told(plan, lang="en"):
    return {str(name): str(value) for name, value in rule_rows(plan, Words(lang))}


def test_bands_are_told_in_the_units_of_the_paper(now):
    rows = told(ruled(now, balance={"area": Band(tolerance=0.5), "workload": Band(low=600, high=6000)}))
    assert rows["Area of a grid"] == "within 50\u2009% of the mean: 8.0 to 24.0 ha"
    assert rows["Workload of a grid"] == "10.0 to 100.0 h a month"
    assert (
        told(ruled(now, balance={"area": Band(tolerance=0.5)}), "zh")["每个网格的面积"]
        == "不超出均值 ±50%：8.0 至 24.0 公顷"
    )


def test_wishes_are_told_and_empty_ones_left_out(now):
    plain = told(now)
    wished = told(
        ruled(now, keep_together=(("U000", "U001"),), reach=12.0, prefer_borders=("roads", "rivers"), aim=("workload",))
    )
    assert {name: wished[name] for name in set(wished) - set(plain)} == {
        "Units kept together": "1",
        "Longest walk inside a grid": "12 min",
        "Borders follow where they can": "streets, rivers",
        "Evened out first": "Workload",
    }


def test_a_plan_by_hand_has_no_figures_but_its_status(now):
    assert [str(value) for _, value in figure_rows(now, Words("en"))] == ["drawn or changed by hand"]


def test_a_fault_keeps_the_reason_that_names_its_grid_and_rule(now):
    narrow = ruled(now, balance={"households": Band(low=0, high=1)})
    code = now.identities["code"]["02"]
    rows = departures(
        narrow, Words("en"), [Departure(code, "balance", "a school", "Li Na"), Departure("", "noise", "x")]
    )
    reasons = {row["grid"]: row["reason"] for row in rows}
    assert len(rows) == 7
    assert (reasons[code], reasons[now.identities["code"]["01"]], reasons[""]) == ("a school", "", "x")
    assert "band 0 to 1" in str(rows[0]["what"])


def test_other_faults_are_named_in_the_papers_language_with_the_judges_words(now):
    parted = now.move(["U050"], "03")
    row = next(row for row in departures(parted, Words("zh"), ()) if row["rule"] == "步行不连通")
    assert '<span lang="en">' in row["text"]
    assert "pieces" in row["text"]
