"""Why there is no plan is told completely and once."""

from gridgeo.errors import NoFeasiblePlan, told
from gridgeo_solvers.partition.refusal.conflicts import Conflict
from gridgeo_solvers.partition.refusal.rulebook import Rule

RULES = (Rule("contiguity", None, "every grid is connected"), Rule("seeds", None, "every grid holds its seed"))


def test_the_rules_that_conflict_and_the_causes_follow_the_reasons():
    error = NoFeasiblePlan(["none was found"], conflict=Conflict(RULES, True, True), causes=["unit 7 is too heavy"])
    assert error.told() == [
        "none was found",
        "the smallest set of rules that conflict: every grid is connected; every grid holds its seed",
        "unit 7 is too heavy",
    ]
    assert all(line in str(error) for line in error.told())


def test_a_conflict_that_may_not_be_the_smallest_is_not_called_so():
    assert told([], Conflict(RULES, True, False))[0].startswith("rules that conflict: ")


def test_what_the_reasons_say_is_not_said_again():
    conflict = Conflict(RULES, True, True)
    lines = [conflict.text, "unit 7 is too heavy: widen its band"]
    assert told([*lines, lines[0]], conflict, ["unit 7 is too heavy", "unit 7 is too heavy"]) == lines


def test_a_line_added_to_the_reasons_stands_before_the_conflict():
    error = NoFeasiblePlan(["none was found"], conflict=Conflict(RULES, True, True))
    error.reasons.append("the nearest plan is written")
    assert error.told()[1] == "the nearest plan is written"
