import pytest

from gridgeo.errors import NotInstalled
from gridgeo.reports import fonts


@pytest.fixture(autouse=True)
def fontconfig():
    """These tests ask the machine's own fontconfig."""
    try:
        fonts.uncovered({"a"})
    except NotInstalled as lacking:
        pytest.skip(str(lacking))


def test_latin_is_covered_and_a_private_sign_is_not():
    assert fonts.uncovered({"a", "Z", "7"}) == set()
    assert fonts.uncovered({"a", "\U0010fffd"}) == {"\U0010fffd"}


def test_a_sign_that_no_font_has_is_refused():
    with pytest.raises(NotInstalled, match="has 1 characters"):
        fonts.refuse_tofu("grid \U0010fffd")


def test_spaces_and_joiners_need_no_font(monkeypatch):
    asked = []
    monkeypatch.setattr(fonts, "uncovered", lambda signs: asked.append(signs) or set())
    fonts.refuse_tofu("a\u2009b\u2003c\u200bd\u00ade\n\t\ufe0f")
    assert asked == [set("abcde")]


def test_without_fontconfig_the_packages_are_named(monkeypatch):
    fonts._fontconfig.cache_clear()
    monkeypatch.setattr(fonts.ctypes, "CDLL", lambda _: (_ for _ in ()).throw(OSError("no such library")))
    with pytest.raises(NotInstalled, match="libfontconfig1"):
        fonts.uncovered({"a"})
    monkeypatch.undo()
    fonts._fontconfig.cache_clear()
