from __future__ import annotations

from typing import get_args

import pytest

from gridgeo.dispatch import Refusal, not_offered, offered
from gridgeo.dispatch.duty import Code
from gridgeo.dispatch.words import duration

VALUES = {"seconds": 1_500.0, "skills": ["first aid"], "open_cases": 3, "most": 3, "mode": "car"}


@pytest.mark.parametrize("code", get_args(Code))
def test_every_code_has_words_in_both_languages(code: Code) -> None:
    english, chinese = (not_offered(Refusal(code, VALUES), lang) for lang in ("en", "zh"))
    assert english.isascii()
    assert any("一" <= sign <= "鿿" for sign in chinese)
    assert not {"{", "}"} & set(english + chinese)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [(0.2, "0 s", "0秒"), (59.6, "1 min", "1分"), (220, "3 min 40 s", "3分40秒"), (7_260, "2 h 1 min", "2小时1分")],
)
def test_a_time_is_told_as_one_says_it(seconds: float, english: str, chinese: str) -> None:
    assert (duration(seconds), duration(seconds, "zh")) == (english, chinese)


def test_what_speaks_for_and_against_an_officer_is_told() -> None:
    told = {"need": ["a", "b"], "open_cases": 1, "own_grid": True, "on_the_way": True, "late_s": 60}
    assert (
        offered(220, **told)
        == "3 min 40 s, 1 min late, has the skills, own grid, on the way to another case, 1 open case"
    )
    assert offered(220, **told, lang="zh") == "3分40秒，超时1分，具备技能，本网格，正赶往另一事件，手上1件事件"
