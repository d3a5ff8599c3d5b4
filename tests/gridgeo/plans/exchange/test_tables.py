"""Rows against units: every row ends as matched or as a finding, and every unit as matched, missing or in conflict."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.plans.exchange.tables import match_table

KNOWN = pd.Index(["001", "002", "003", "A1"])
IDS = st.one_of(st.none(), st.sampled_from(["001", "002", "003", "A1", "1", " 2", "a01", "X"]))
ROWS = st.lists(st.tuples(IDS, st.one_of(st.none(), st.sampled_from(["g", "h"]))), max_size=8)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.booleans(), st.booleans())
def test_nothing_is_lost(rows, accept, ignore):
    table = pd.DataFrame(rows, columns=["unit", "grid"], index=range(2, len(rows) + 2), dtype="str")
    matched, findings = match_table(table, KNOWN, accept_suggestions=accept, ignore_unmatched=ignore)
    by_kind = findings.groupby("finding")
    named = {kind: set(part["unit"].dropna()) for kind, part in by_kind}
    assert matched["unit"].is_unique
    assert set(matched["unit"]) <= set(KNOWN)
    assert not set(matched["unit"]) & named.get("missing", set())
    gone = named.get("missing", set()) | named.get("conflict", set()) | named.get("blank grid", set())
    assert set(KNOWN) <= set(matched["unit"]) | gone
    told = {int(row) for row in findings["row"].dropna()}
    silent = [row for row in table.index if row not in told and table.loc[row].notna().any()]
    assert len(silent) + int((findings["finding"] == "corrected").sum()) >= len(matched)
    assert all(table.at[row, "unit"] in KNOWN for row in silent)
    assert ("corrected" in named) <= accept
    assert ("left out" in named) <= ignore
    assert not (ignore and "unmatched" in named)


def test_a_unit_without_a_grid_is_told_once(plan):
    table = pd.DataFrame({"unit": ["001", "002", "003", "A1"], "grid": ["g", None, "g", "h"]}, index=[2, 3, 4, 5])
    _, findings = match_table(table, KNOWN)
    assert findings[["finding", "unit", "row"]].values.tolist() == [["blank grid", "002", 3]]
