import numpy as np
import pytest

from gridgeo.errors import BadInput
from gridgeo.routes.visiting.frequency import MONTH, Frequency, due, read_frequency

WORKDAYS = np.arange(28) % 7 < 5


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", 0.0),
        (None, 0.0),
        ("once", 0.0),
        ("Weekly", 7.0),
        ("每周", 7.0),
        ("monthly", MONTH),
        ("每季度", 3 * MONTH),
        ("yearly", 12 * MONTH),
        ("every 10 days", 10.0),
        ("10 days", 10.0),
        ("每10天", 10.0),
        ("every 2 weeks", 14.0),
        ("2 a week", 3.5),
        ("3 times per month", MONTH / 3),
        ("每周2次", 3.5),
        ("14", 14.0),
        ("at most 14 days apart", 14.0),
        ("≤ 3 days", 3.0),
        ("至多14天", 14.0),
    ],
)
def test_a_frequency_is_read_as_people_write_it(text, days):
    found = read_frequency(text)
    assert found is not None
    assert found.days == pytest.approx(days)
    assert found.at_most is (str(text)[:1] in ("a", "≤", "至"))


@pytest.mark.parametrize("text", ["often", "every 0 days", "-3", "at most 5", "0.5", "每", "9 a week at most"])
def test_what_names_no_frequency_is_not_guessed(text):
    assert read_frequency(text) is None


@pytest.mark.parametrize(("every", "gap"), [(7, (5, 9)), (3, (2, 4)), (MONTH, (24, 37)), (12 * MONTH, (336, 395))])
def test_a_gap_may_differ_by_a_quarter_and_by_a_month_at_the_most(every, gap):
    assert Frequency(every).gap == gap


def test_a_given_slack_replaces_the_quarter():
    assert read_frequency("weekly", 0).gap == (7, 7)


def test_at_most_allows_every_shorter_gap():
    assert Frequency(14, at_most=True).gap == (1, 14)


@pytest.mark.parametrize("days", [-1, 0.5, float("nan")])
def test_less_than_a_day_is_refused(days):
    with pytest.raises(BadInput, match="give 1 day or more"):
        Frequency(days)


def test_a_negative_slack_is_refused():
    with pytest.raises(BadInput, match="slack of -1"):
        Frequency(7, slack=-1)


def test_visits_are_due_as_often_as_the_period_fits_in():
    assert due(Frequency(7.0), None, WORKDAYS).count == 4
    assert due(Frequency(MONTH), None, WORKDAYS).count == 1
    assert due(Frequency(0.0), None, WORKDAYS).count == 1
    assert due(Frequency(1.0), None, WORKDAYS).count == 20


def test_the_last_visit_says_when_the_next_is_due():
    found = due(Frequency(7.0), -3, WORKDAYS)
    assert (found.first_from, found.first_to, found.count) == (2, 6, 4)
    assert due(Frequency(3 * MONTH), -10, WORKDAYS).count == 0
    assert due(Frequency(90, at_most=True), -10, WORKDAYS).count == 0


def test_an_overdue_visit_is_made_up_for_soon():
    found = due(Frequency(MONTH), -60, WORKDAYS)
    assert (found.count, found.first_from, found.first_to) == (1, 0, 7)


@pytest.mark.parametrize("most", [3, 4, 7, 14])
def test_at_most_asks_for_the_fewest_visits_that_the_open_days_allow(most):
    found = due(Frequency(most, at_most=True), None, WORKDAYS)
    days = np.flatnonzero(WORKDAYS)
    # Fewest by trying: from each day the latest open one within reach.
    count, at = 0, -1
    while at < 28 - most:
        at = days[days <= (at + most if at >= 0 else most - 1)].max()
        count += 1
    assert found.count == count
