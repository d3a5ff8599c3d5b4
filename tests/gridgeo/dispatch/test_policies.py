from __future__ import annotations

import numpy as np
import pytest

from emergencies import street
from gridgeo.dispatch import POLICIES, policy_of
from gridgeo.errors import BadInput
from gridgeo_solvers.dispatching import Situation


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_can_be_had_by_its_name(name: str) -> None:
    policy = policy_of(name, street(), limit=150, per_day=50, handling=600)
    assert policy.assign(Situation.of(np.array([[60.0, 200.0]]), limit=150.0, owner=0)).tolist() == [0]
    assert policy.reassigns == ("together" in name)


def test_what_cannot_be_had_is_told_with_the_mend() -> None:
    with pytest.raises(BadInput, match="unknown policy 'best'; choose one of owner, nearest"):
        policy_of("best")
    with pytest.raises(BadInput, match="give the plan's ground"):
        policy_of("coverage")
