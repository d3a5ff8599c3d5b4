"""The page and its files."""

import dataclasses
import re
from html import unescape

import numpy as np
import pytest

from gridgeo.errors import BadInput
from gridgeo.reports import Cards, Departure, Heading, render_plan, report_plan
from gridgeo.reports.printing import visible_text


def rows_of(page, section):
    """The cells of every table row of one section, as text."""
    body = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL)[0]
    found = []
    for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        found.append([re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cell))).strip() for cell in cells])
    return found


def test_the_balance_is_what_units_add_up_to(pages, now, before):
    """Every figure of the table anew, from the units alone, with the plain definitions."""
    told = [cells for cells in rows_of(pages["en"], "s_balance") if any(re.fullmatch("before|now", c) for c in cells)]
    units = now.jurisdiction.units.set_index("unit")
    measures = [
        (units["households"], 1, 0),
        (units["area_m2"], 1e-4, 1),
        (units["households"] * units["difficulty"], 1, 0),
        (units["workload_min"], 1 / 60, 1),
    ]
    wanted = []
    for values, factor, digits in measures:
        for plan in (before, now):
            sums = [
                float(values[plan.assignment.index[plan.assignment == g]].sum()) for g in sorted(set(plan.assignment))
            ]
            mean = sum(sums) / len(sums)
            cv = (sum((s - mean) ** 2 for s in sums) / len(sums)) ** 0.5 / mean
            gini = sum(abs(a - b) for a in sums for b in sums) / (2 * len(sums) ** 2 * mean)
            worst = max(abs(s / mean - 1) for s in sums)
            figures = [f"{x * factor:,.{digits}f}" for x in (min(sums), mean, max(sums))]
            wanted.append([*figures, f"{cv:.3f}", f"{gini:.3f}", f"{worst * 100:.1f} %"])
    assert [cells[-6:] for cells in told] == wanted


def test_the_register_lists_every_grid_whole(pages, now):
    register = {cells[0]: cells for cells in rows_of(pages["en"], "s_register")}
    for grid in now.grids.itertuples():
        cells = register[grid.code]
        assert grid.name in cells[1]
        assert grid.owner in cells[1]
        assert cells[2].startswith("between Row")
        assert cells[3].startswith(f"{grid.households:,}")
        assert cells[4:] == [f"{grid.area_m2 / 1e4:,.1f}", f"{grid.workload_min / 60:,.1f}", f"{grid.difficulty:.2f}"]
    assert register["Total"][3] == f"{now.grids['households'].sum():,}"


def test_every_unit_that_changes_grid_is_listed_with_its_households(pages, now):
    households = now.jurisdiction.units.set_index("unit")["households"]
    changes = rows_of(pages["en"], "s_changes")
    listed = " ".join(cells[-1] for cells in changes)
    for unit in ("U004", "U016", "U050"):
        assert f"{unit} ({households[unit]})" in listed
    total = next(cells for cells in changes if cells[0] == "Total")
    assert total[2:4] == ["3", str(households[["U004", "U016", "U050"]].sum())]


def test_what_breaks_the_rules_is_told_with_its_reason_or_without(now, before):
    uneven = before  # three units more or fewer make its grids leave ±10 %
    page = render_plan(uneven, exceptions=[Departure("01", "balance", "the school stands alone")])
    rows = rows_of(page, "s_exceptions")[1:]
    assert ["the school stands alone" in " ".join(cells) for cells in rows].count(True) == 1
    assert any("no reason given" in " ".join(cells) for cells in rows)
    assert {cells[0] for cells in rows if "band" in cells[1]} >= {"110101001001001", "110101001001002"}
    assert f"Departures from the rules: {len(rows)}" in page


def test_a_plan_within_its_rules_says_so(now):
    kept = dataclasses.replace(now, rules=dataclasses.replace(now.rules, balance={}))
    assert "Every rule of section 1 holds." in render_plan(kept)


def test_approvals_are_blank_lines_until_somebody_signs(make):
    steps = [cells[0] for cells in rows_of(make("en", approvals=()), "s_approvals")]
    assert steps == ["Step", "Drawn by", "Reviewed by", "Consulted", "Approved by"]


def test_given_approvals_stand_with_name_office_and_day(pages):
    assert ["Drawn by", "Zhou Min Planning office", "", "20 November 2026", ""] in rows_of(pages["en"], "s_approvals")


def test_empty_places_are_counted_and_named(pages):
    assert "On 1 January 2027, 38 of 42 places are empty." in pages["en"]
    supervisors = next(cells for cells in rows_of(pages["en"], "s_officers") if cells[0] == "Supervisor")
    assert supervisors[1:4] == ["6", "2", "4"]
    assert supervisors[4].split(", ") == [f"11010100100100{i}" for i in (3, 4, 5, 6)]


def test_a_card_tells_officers_phones_and_the_board(pages):
    cards = re.findall(r'<div class="card">.*?</div>', pages["en"], re.DOTALL)
    assert len(cards) == 6
    text = re.sub(r"\s+", " ", visible_text(cards[0]))
    assert "Supervisor 周敏 13800000001" in text
    assert "Police officer vacant" in text
    assert "https://grids.example.org/?grid=01" in text


def test_without_a_plan_before_nothing_is_compared(make):
    page = make("en", before=None)
    assert 'id="s_changes"' not in page
    assert "before" not in [cells[1] for cells in rows_of(page, "s_balance") if len(cells) > 1]


def test_a_plan_of_the_same_grids_changes_nothing(make, now):
    page = make("en", before=now)
    assert "no unit changes grid" in page
    assert "No unit changes grid." in page


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_the_same_input_gives_the_same_page(make, pages, lang):
    assert make(lang) == pages[lang]


@pytest.mark.parametrize(("lang", "tag"), [("en", "en"), ("zh", "zh-CN"), ("both", "zh-CN")])
def test_the_language_is_declared_and_foreign_names_are_marked(pages, lang, tag):
    assert f'<html lang="{tag}">' in pages[lang]
    assert ('<span lang="zh-CN">北街</span>' in pages[lang]) == (lang == "en")


def test_a_chinese_page_has_no_english_words_of_ours(pages):
    text = visible_text(pages["zh"])
    for word in ("Register", "Households", "vacant", "Page", "border", "north"):
        assert word not in text


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_a_page_links_to_nothing_outside_itself(pages, lang):
    outside = re.findall(r"""(?:src|href)=["'](?!#)[^"']+|@import|url\((?!#)""", pages[lang])
    assert outside == []


def test_a_name_cannot_inject_markup(now, before):
    evil = "<script>alert(1)</script>\"'"
    ids = now.identities.assign(name=evil, owner=evil)
    town = now.jurisdiction
    town = dataclasses.replace(town, areas=town.areas.assign(name=evil, name_en=None))
    town = dataclasses.replace(town, road_edges=town.road_edges.assign(name=evil))
    plan = dataclasses.replace(now, identities=ids, jurisdiction=town)
    page = render_plan(
        plan, heading=Heading(evil, evil, evil), exceptions=[Departure("", evil, evil, evil)], cards=Cards(1)
    )
    assert "<script" not in page


def test_numbers_a_plan_doesnt_have_are_not_invented(now):
    page = render_plan(now)
    assert "not numbered yet" in page
    assert "Objective" not in page


def test_an_unknown_ending_or_language_is_refused_before_anything_is_written(now, tmp_path):
    with pytest.raises(BadInput, match=r"written as \.pdf or \.html, not '\.docx'"):
        report_plan(now, out=[tmp_path / "a.html", tmp_path / "a.docx"])
    with pytest.raises(BadInput, match="choose en, zh or both"):
        report_plan(now, out=tmp_path / "a.html", lang="fr")
    assert list(tmp_path.iterdir()) == []


def test_a_roster_needs_a_day(now, roster):
    with pytest.raises(BadInput, match="say on which"):
        render_plan(now, roster=roster)


def test_page_and_pdf_are_written_at_once(now, tmp_path, printed):
    written = report_plan(now, out=[tmp_path / "a.pdf", tmp_path / "a.html"])
    assert [file.read_bytes()[:5] for file in written] == [b"%PDF-", b"<!doc"]


def test_a_grid_without_people_has_a_paper(now):
    town = now.jurisdiction
    empty = dataclasses.replace(town, units=town.units.assign(households=0))
    page = render_plan(dataclasses.replace(now, jurisdiction=empty), cards=Cards(2))
    assert "nan" not in visible_text(page).lower().split()
    assert np.isfinite([float(n) for n in re.findall(r'cx="(-?[\d.]+)"', page)]).all()
