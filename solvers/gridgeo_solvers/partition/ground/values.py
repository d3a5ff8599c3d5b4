"""What plans of one part are compared by."""

from __future__ import annotations

from dataclasses import dataclass

from gridgeo_solvers.partition.ground.parts import IntArray, Part


@dataclass(frozen=True, order=True)
class Value:
    """First what rules are missed by (see `Part.violation`), then the cost."""

    violation: float
    cost: float


@dataclass(frozen=True)
class Found:
    """A plan of a part with its value."""

    plan: IntArray
    value: Value

    @property
    def feasible(self) -> bool:
        """Whether every rule holds."""
        return self.value.violation <= 0.0


def found(part: Part, plan: IntArray, k: int) -> Found:
    """A plan with its value, computed afresh."""
    return Found(plan, Value(part.violation(plan, k), part.objective(plan)))


def better(a: Found, b: Found) -> Found:
    """The better of two plans, the first on a tie."""
    return b if b.value < a.value else a
