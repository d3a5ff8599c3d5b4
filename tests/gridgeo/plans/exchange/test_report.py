"""The report of an import: what blocks, what is only told, and how it is written."""

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.exchange import FINDINGS, ImportReport
from gridgeo.plans.exchange.report import COLUMNS, empty, listed
from gridgeo.sources import read_csv, read_workbook

MATCHED = pd.DataFrame({"unit": ["a"], "grid": ["01"], "how": "id", "share": 1.0})


def report(*findings, matched=MATCHED):
    return ImportReport(
        "plan.csv", "plan", "table", "Lattice", 2, matched, pd.concat(findings) if findings else empty()
    )


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_finding_blocks_the_plan_exactly_where_it_says_so(kind):
    told = report(listed(kind, unit=["b"], text=["b is odd"]))
    assert told.ok != FINDINGS[kind].blocks
    assert bool(told.why()) == FINDINGS[kind].blocks
    assert told.counts() == {kind: 1}


def test_the_reason_names_counts_first_cases_rows_and_the_mend():
    told = report(
        listed("unmatched", row=[9], unit=["x"], text=["'x' is no unit here"]),
        listed("missing", unit=["b", "c"], text=["", ""]),
    )
    assert told.why() == (
        "plan.csv: 2 units have no grid, first b; 1 id or polygon that Lattice has no unit for, first 'x' is no unit here (row 9); "
        "see every row with 'gridgeo import-plan TOWN FILE --dry-run --report report.csv'; if it was drawn for other units of the same place, "
        "carry it over by its ground: 'gridgeo import-plan TOWN FILE --carry-over -o NEW.gpkg'"
    )


def test_a_report_is_a_table_of_findings_and_matches_in_csv_and_xlsx(tmp_path):
    told = report(listed("mismatch", row=[3], unit=["网"], share=[0.75], text=["cut"]))
    for name, read in (("r.csv", read_csv), ("r.xlsx", lambda path: read_workbook(path)["report"])):
        told.to_file(tmp_path / name)
        table = read(tmp_path / name)
        assert tuple(table.columns) == COLUMNS
        assert table["finding"].tolist() == ["mismatch", "matched"]
        assert table["unit"].tolist() == ["网", "a"]
        assert table["share"].astype(float).tolist() == [0.75, 1.0]
    report().to_file(tmp_path / "clean.csv")
    assert read_csv(tmp_path / "clean.csv")["finding"].tolist() == ["matched"]
    with pytest.raises(BadInput, match=r"written as \.csv or \.xlsx"):
        told.to_file(tmp_path / "r.pdf")
