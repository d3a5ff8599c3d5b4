"""Reports at the command line."""

import json

import pytest


def test_a_report_without_a_kind_is_the_page_as_ever(run, files, tmp_path):
    town, plan = files / "town.gpkg", files / "plan.gpkg"
    for words in (("report", town, plan), ("report", "page", town, plan), ("report", "--lang", "en", town, plan)):
        assert run(*words, "-o", tmp_path / f"{len(words)}.html")[0] == 0
    pages = {file.read_bytes() for file in tmp_path.iterdir()}
    assert len(pages) == 1


def test_the_paper_is_written_with_what_the_tables_say(run, files, tmp_path):
    (tmp_path / "roster.csv").write_text("网格,岗位,姓名\nG-2,督导员,周敏\n", encoding="gbk")
    (tmp_path / "signed.csv").write_text("step,name,date\ndrawn,Zhou Min,2026-11-20\n", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("grid,what,reason\n01,noise,a reason\n", encoding="utf-8")
    status, text, _ = run(
        "report", "plan", files / "town.gpkg", files / "plan.gpkg", "--before", files / "old.gpkg",
        "--roster", tmp_path / "roster.csv", "--approvals", tmp_path / "signed.csv", "--exceptions", tmp_path / "odd.csv",
        "--number", "P-2027-001", "--effective", "2027-01-01", "--lang", "zh", "--cards",
        "--board", "http://127.0.0.1:8000", "-o", tmp_path / "a.html", "--json",
    )  # fmt: skip
    told, page = json.loads(text), (tmp_path / "a.html").read_text(encoding="utf-8")
    assert status == 0
    assert told["number"] == "P-2027-001"
    for words in (told["hash"], "P-2027-001", "2027年1月1日", "周敏", "Zhou Min", "a reason", "/?grid=02"):
        assert words in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lang", "fr"), "choose en, zh or both"),
        (("--dated", "soon"), "--dated: 'soon' is no day"),
        (("--board", "http://a.b"), "add --cards"),
        (("--cards", "--board", "example.org"), "begins with http:// or https://"),
        (("--roster", "missing.csv"), "there is no such file"),
    ],
)
def test_an_option_that_cant_be_used_ends_with_2_and_writes_nothing(run, files, tmp_path, words, said):
    status, _, errors = run(
        "report", "plan", files / "town.gpkg", files / "plan.gpkg", *words, "-o", tmp_path / "a.html"
    )
    assert status == 2
    assert said in errors
    assert not (tmp_path / "a.html").exists()
