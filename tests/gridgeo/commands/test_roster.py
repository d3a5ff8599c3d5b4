"""The check of a roster at the command line."""

import json


def check(run, files, tmp_path, text, *words):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    return run(
        "roster", files / "town.gpkg", files / "plan.gpkg", tmp_path / "roster.csv", "--on", "2026-05-01", *words
    )


def test_empty_places_are_listed_by_code_and_role(run, files, tmp_path):
    text = "grid,role,person,to\n01,fire,Zhou,\nG-2,fire,Zhou,2026-05-01\n03,fire,Zhou,2026-04-30\n"
    status, out, _ = check(run, files, tmp_path, text, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["places"], told["filled"], told["empty"], told["people_with_several_places"]) == (42, 2, 40, 1)
    fire = [row["grid"] for row in told["rows"] if row["role"] == "fire"]
    assert fire == ["03", "04", "05", "06"]
    assert {"grid": "G-2", "role": "police", "en": "Police officer", "zh": "警员"} in told["rows"]


def test_a_full_roster_has_no_empty_place(run, files, tmp_path):
    text = "grid,role,person\n" + "".join(f"0{i},{role},Zhou\n" for i in range(1, 7) for role in ("head", "网格员"))
    status, out, _ = check(run, files, tmp_path, text, "--roles", "two", "--json")
    assert status == 0
    assert json.loads(out)["empty"] == 0


def test_a_row_that_cant_be_used_ends_with_2_and_its_place(run, files, tmp_path):
    status, _, errors = check(run, files, tmp_path, "grid,role,person\n01,fire,Zhou\n77,fire,Zhou\n")
    assert status == 2
    assert "row 3: the plan has no grid '77'" in errors
