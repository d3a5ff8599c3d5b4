"""What can go wrong in the solvers."""


class BadProblem(ValueError):
    """A problem's numbers contradict themselves; the message names the field and the item."""


class Infeasible(RuntimeError):
    """No answer meets the hard rules; `reasons` says which ones conflict, in words."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = list(reasons)
        super().__init__("; ".join(self.reasons))
