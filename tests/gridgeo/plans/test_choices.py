"""What is refused before several plans are searched; the search itself is proven in test_rules_held."""

import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.choices import alternatives, front


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"count": 0}, "0 alternatives"),
        ({"count": 2.5}, "count is 2.5; give a whole number"),
        ({"count": 2, "worse": -1}, "worse is -1"),
        ({"count": 2, "apart": 7}, "apart is 7"),
        ({"count": 2, "within": "planet"}, "planet"),
    ],
)
def test_alternatives_that_can_not_be_meant_are_refused(lattice, wishes, message):
    with pytest.raises(BadInput, match=message):
        alternatives(lattice, k=3, **wishes)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"balance": {"households": (10, 500)}}, "varies the tolerance"),
        ({"tolerances": ()}, "at least one tolerance"),
        ({"tolerances": (0.1, -0.2)}, "band tolerance -0.2"),
    ],
)
def test_a_front_that_has_nothing_to_vary_is_refused(lattice, wishes, message):
    with pytest.raises(BadInput, match=message):
        front(lattice, (2, 3), **wishes)
