import json
import re
from datetime import date
from importlib import resources

import pytest

from gridgeo.errors import BadInput
from gridgeo.reports.heading import Cards
from gridgeo.reports.wording import Words

WORDS = json.loads((resources.files("gridgeo") / "templates" / "paper.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(WORDS))
def test_every_word_stands_in_both_languages_with_the_same_places(key):
    en, zh = WORDS[key]["en"], WORDS[key]["zh"]
    assert bool(en) == bool(zh.strip())
    assert sorted(re.findall(r"{(\w+)}", en)) == sorted(re.findall(r"{(\w+)}", zh))


@pytest.mark.parametrize("key", sorted(WORDS))
def test_every_word_is_used(key):
    folder = resources.files("gridgeo")
    sources = [file.read_text(encoding="utf-8") for file in (folder / "reports").iterdir() if file.name.endswith(".py")]
    pages = [(folder / "templates" / name).read_text(encoding="utf-8") for name in ("paper.html.j2", "rounds.html.j2")]
    text = "\n".join([*sources, *pages])
    families = ("state_", "status_", "f_", "a_", "m_", "mw_", "u_", "s_", "weekday_")
    made = key.startswith(families) and any(
        f'"{f}" ~' in text or f'"{f}{{' in text for f in families if key.startswith(f)
    )
    from gridgeo.plans.objectives import OBJECTIVES
    from gridgeo.plans.rules import LINES

    assert made or f'"{key}"' in text or key in {*OBJECTIVES, *LINES, "cuts", "diameter", "balance"}


def test_numbers_have_commas_a_true_minus_and_no_negative_zero():
    words = Words("en")
    assert [words.number(-1234.5, 1), words.number(0.04, 1, True), words.number(-0.04, 1), words.number(None)] == [
        "−1,234.5", "0.0", "0.0", "–",
    ]  # fmt: skip
    assert words.percent(0.123, 1, True) == "+12.3\u2009%"
    assert Words("zh").percent(0.123) == "12.3%"


def test_days_are_written_as_each_language_does():
    day = date(2026, 11, 4)
    assert [Words(lang).day(day) for lang in ("en", "zh", "both")] == ["4 November 2026", "2026年11月4日", "2026-11-04"]


def test_names_with_marks_are_escaped_and_curly_apostrophes_straightened():
    assert Words("en").foreign("l’<b> 网格") == 'l&#39;&lt;b&gt; <span lang="zh-CN">网格</span>'


def test_other_languages_and_other_numbers_of_cards_are_refused():
    with pytest.raises(BadInput, match="choose en, zh or both"):
        Words("de")
    with pytest.raises(BadInput, match="3 cards a page"):
        Cards(3)
