"""What moves between two plans, as tables."""

from __future__ import annotations

import pandas as pd

from gridgeo.plans.plan import Plan


def flows(before: Plan, after: Plan) -> pd.DataFrame:
    """Households and units that go from one grid to another, the most households first.

    Returns
    -------
    `from`, `to`, `from_code`, `to_code`, `from_name`, `to_name`, `units`, `households` and `listed`, a list of
    (unit, households).
    """
    moved = before.diff(after)
    rows = []
    for (old, new), part in moved.groupby(["from", "to"]):
        listed = [(str(unit), int(people)) for unit, people in zip(part["unit"], part["households"], strict=True)]
        rows.append(
            {"from": old, "to": new, "units": len(part), "households": int(part["households"].sum()), "listed": listed}
        )
    table = pd.DataFrame(rows, columns=["from", "to", "units", "households", "listed"])
    for end, plan in (("from", before), ("to", after)):
        names = plan.identities
        table[f"{end}_code"] = table[end].map(names["code"])
        table[f"{end}_name"] = table[end].map(names["name"])
    return table.sort_values(["households", "from", "to"], ascending=[False, True, True], ignore_index=True)
