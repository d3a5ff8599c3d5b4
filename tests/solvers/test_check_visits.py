import pytest

from gridgeo_solvers.check_visits import Call, Day, visit_faults

DOORS = {
    "place": [0, 1],
    "service": [600.0, 600.0],
    "early": [0.0, 36000.0],
    "late": [86400.0, 39600.0],
    "open": [[True] * 9, [True] * 8 + [False]],
    "persons": [1, 2],
    "need": [0, 1],
    "may": [[True, False], [True, True]],
    "count": [2, 1],
    "least": [3, 1],
    "most": [5, 99],
    "first_from": [0, 0],
    "first_to": [3, 8],
    "last_from": [4, 0],
    "last_to": [8, 8],
}
OFFICERS = {
    "mode": [0, 0],
    "has": [0, 1],
    "since": [[28800.0] * 9, [28800.0] * 5 + [0.0] * 4],
    "until": [[43200.0] * 9, [43200.0] * 5 + [0.0] * 4],
    "start": [[2] * 9] * 2,
    "end": [[2] * 9] * 2,
    "rest": [[0.0] * 9, [600.0] * 9],
    "rest_from": [[0.0] * 9, [34200.0] * 9],
    "rest_to": [[0.0] * 9, [36000.0] * 9],
}
TRAVEL = [[[0.0, 300.0, 300.0], [300.0, 0.0, 300.0], [300.0, 300.0, 0.0]]]
CALLS = [
    Call(0, 1, 0, 0, 29100.0, 29700.0),
    Call(0, 5, 0, 1, 29100.0, 29700.0),
    Call(0, 2, 1, 0, 36300.0, 36900.0),
    Call(1, 2, 1, 0, 36300.0, 36900.0),
]
DAYS = [
    Day(0, 1, 28800.0, 30000.0, None),
    Day(0, 5, 28800.0, 30000.0, None),
    Day(0, 2, 36000.0, 37200.0, None),
    Day(1, 2, 34000.0, 37200.0, 34500.0),
]

# An officer who is at work before and after the break: another two-person visit, earlier that day.
LONG = [CALLS[0]._replace(officer=1, day=2, begin=29100.0, leave=29700.0), *CALLS[1:]]


def faults(calls=CALLS, days=DAYS, left_out=(), doors=None, officers=None) -> list[str]:
    return visit_faults(
        doors=DOORS | (doors or {}),
        officers=OFFICERS | (officers or {}),
        travel=TRAVEL,
        calls=calls,
        days=days,
        left_out=left_out,
    )


def moved(row: int, **change) -> list[Call]:
    return [call._replace(**change) if number == row else call for number, call in enumerate(CALLS)]


def test_a_right_plan_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"calls": moved(1, day=3), "days": [DAYS[0], DAYS[1]._replace(day=3), *DAYS[2:]]},
            "lie 2 days apart, not 3 to 5",
        ),
        ({"calls": moved(0, begin=28900.0)}, "can't be there before"),
        ({"calls": moved(0, leave=29200.0)}, "leaves door 0 after 100 s"),
        (
            {"calls": moved(0, officer=1), "days": [Day(1, 1, 28800.0, 40000.0, 35000.0), *DAYS[1:]]},
            "officer 1 may not call here",
        ),
        ({"calls": CALLS[:3], "days": DAYS[:3]}, "2 should call"),
        ({"calls": moved(3, begin=36400.0, leave=37000.0)}, "don't begin together"),
        ({"calls": [*CALLS[:2], *(c._replace(begin=35400.0, leave=36000.0) for c in CALLS[2:])]}, "outside the window"),
        ({"doors": {"need": [0, 2]}}, "needs skills 10"),
        ({"doors": {"open": [[True] * 9, [False] * 9]}}, "when the door is closed"),
        ({"doors": {"count": [3, 1]}}, "neither made nor said to be left out"),
        ({"doors": {"count": [1, 1]}}, "only 1 are due"),
        ({"left_out": [(0, 1)]}, "made and said to be left out"),
        ({"left_out": [(0, 1), (0, 1)]}, "is left out twice"),
        ({"doors": {"first_to": [0, 8]}}, "the first, is made on day 1, too early or too late"),
        ({"doors": {"last_from": [6, 0]}}, "the last, is made on day 5, too early or too late"),
        ({"days": DAYS[1:]}, "has stops on day 1, but no tour"),
        ({"days": [*DAYS, DAYS[0]]}, "two tours on one day"),
        ({"days": [DAYS[0]._replace(end=29900.0), *DAYS[1:]]}, "can't be back before"),
        ({"days": [DAYS[0]._replace(start=28000.0), *DAYS[1:]]}, "outside the shift"),
        ({"officers": {"until": [[28800.0] * 9] * 2}}, "works without a shift"),
        ({"calls": LONG, "days": [*DAYS[:3], DAYS[3]._replace(start=28800.0, rest=None)]}, "has no break"),
        ({"days": [*DAYS[:3], DAYS[3]._replace(rest=36500.0)]}, "rests at 36500, outside"),
    ],
)
def test_each_fault_is_found(change, fault: str):
    assert any(fault in told for told in faults(**change)), faults(**change)


def test_a_break_takes_its_time_out_of_the_day():
    late = [*DAYS[:3], DAYS[3]._replace(rest=35900.0)]
    assert any("officer 1, day 2: begins at door 1" in fault for fault in faults(days=late))


def test_the_judge_knows_no_solver():
    import gridgeo_solvers.check_visits as judge

    assert not any("routing" in str(getattr(value, "__module__", "")) for value in vars(judge).values())
