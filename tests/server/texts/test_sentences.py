"""One table of sentences: both languages alike, everything said stands in it, everything in it is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import gridgeo
import gridgeo_server
from gridgeo_server.texts import Listed, Named, one_of, recognised, say, table
from gridgeo_server.texts.sentences import BELOW

SERVER, LIBRARY = Path(gridgeo_server.__file__).parent, Path(gridgeo.__file__).parent
DOORS = ("plans", "auth", "rosters", "webhooks", "photos")
"""Parts of the server whose refusals are in both languages."""
FOREIGN = {"register.py", "register_endpoints.py", "staging.py", "life_endpoints.py", "changing.py", "codes.py"}
"""Files that say English sentences, which are recognised."""
SAYS_BY_PREFIX = ("title.", "state.", "invalid.", "http.", "finding.", "kind.", "auth.expired", "auth.revoked")
"""Keys that are put together in the code."""
ERRORS = {"NotFound", "OutOfOrder", "Clash", "Changed", "NotSignedIn", "NotAllowed", "BadRequest", "KeyReused"}


def names(sentence: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(sentence) if name is not None}


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, *wanted: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in wanted:
            yield node


def test_both_languages_of_every_sentence_hold_the_same_places():
    for key, said in table().items():
        assert set(said) == {"en", "zh"}, key
        assert names(said["en"]) == names(said["zh"]) or key.startswith("invalid."), key
        assert names(said["zh"]) <= names(said["en"]) or key.startswith("invalid."), key
        assert all(said.values()), key


def test_english_is_without_han_and_chinese_is_chinese():
    signs_alone = {"list.join", "columns.join", "given.join", "fields.join", "field"}
    for key, said in table().items():
        assert not re.search("[\u3400-\u9fff]", said["en"]), key
        assert key in signs_alone or re.search("[\u3400-\u9fff]", re.sub(r"\{\w+\}", "", said["zh"])), key


def test_every_sentence_that_is_said_stands_in_the_table_with_the_places_it_fills():
    said = 0
    for path, tree in trees(SERVER):
        for call in calls(tree, "say"):
            key = call.args[0]
            if not isinstance(key, ast.Constant):
                continue
            said += 1
            assert key.value in table(), f"{path}: {key.value}"
            if all(word.arg for word in call.keywords):
                given = {str(word.arg) for word in call.keywords}
                assert given == names(table()[key.value]["en"]), f"{path}: {key.value}"
    assert said > 60


def test_every_sentence_of_the_table_is_said_somewhere():
    source = "\n".join(path.read_text(encoding="utf-8") for path in SERVER.rglob("*.py"))
    for key in table():
        if key.startswith((BELOW, *SAYS_BY_PREFIX)):
            continue
        listed = key.endswith(".join") and f'"{key.removesuffix(".join")}"' in source
        assert listed or f'"{key}"' in source, f"{key} is said nowhere"


def test_no_door_refuses_with_a_sentence_that_is_in_one_language_alone():
    for door in DOORS:
        for path, tree in trees(SERVER / door):
            if path.name in FOREIGN:
                continue
            for call in calls(tree, *ERRORS):
                first = call.args[0]
                plain = isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and first.value)
                assert not plain, f"{path}, line {call.lineno}: say it from the table"


def _shapes(tree: ast.Module) -> Iterator[str]:
    """Texts of the code with a mark where something is put in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def _said_below() -> str:
    return "\n".join(shape for root in (LIBRARY, SERVER) for _, tree in trees(root) for shape in _shapes(tree))


@pytest.mark.parametrize("key", [key for key in table() if key.startswith(BELOW)])
def test_every_recognised_sentence_is_still_said_by_the_code_below(key: str):
    source = _said_below()
    parts = [words for words, *_ in Formatter().parse(table()[key]["en"]) if len(words.strip()) > 3]
    assert parts
    for words in parts:
        whole = words.strip() in source
        assert whole or all(piece.strip() in source for piece in re.split(r"[:;,] ", words)), f"{key}: {words!r}"


def test_a_sentence_in_a_sentence_a_list_and_a_name_are_told_in_the_language_of_the_whole():
    told = say(
        "plan.no_step", plan="P-1", state=say("state.draft"), to=say("state.approved"), possible=one_of(["x", "y"])
    )
    assert str(told) == "plan P-1 is draft, so it can't become approved; what may follow: x or y"
    assert told.told("zh") == "方案 P-1 草案，不能转为“已批准”；其后可为：x或y"
    assert Listed(("a", "b", "c"), most=2).told("en") == "a, b and 1 more"
    assert Listed(("a", "b", "c"), most=2).told("zh") == "a、b等，另有 1 个"
    assert (Named("Police officer", "警员").told("zh"), str(Named("Police officer", "警员"))) == (
        "警员",
        "Police officer",
    )


def test_sentences_from_below_are_recognised_with_what_stands_in_them():
    english = "roster, row 3: from: 'soon' is no day; write it as 2026-11-24"
    assert recognised(english, "zh") == "花名册第 3 行，起始日期：“soon”不是日期；请写作 2026-11-24"
    assert recognised(english, "en") == english
    assert recognised("something that no table has", "zh") == "something that no table has"


@pytest.mark.parametrize("key", [key for key in table() if key.startswith(BELOW)])
def test_every_recognised_sentence_is_told_in_chinese_whatever_stands_in_it(key: str):
    values = {name: f"x{name}" for name in names(table()[key]["en"])}
    assert recognised(say(key, **values).told("en"), "zh") == say(key, **values).told("zh")
