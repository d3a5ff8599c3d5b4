import re

import pytest

from gridgeo.errors import BadInput, NotInstalled
from gridgeo.reports.codes import board_link, qr


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://a.example", "https://a.example/?grid=07%2F1"),
        (" http://127.0.0.1:8000/board/ ", "http://127.0.0.1:8000/board/?grid=07%2F1"),
    ],
)
def test_the_link_opens_the_board_with_the_grid_selected(base, link):
    assert board_link(base, "07/1") == link


@pytest.mark.parametrize("base", ["a.example", "javascript:alert(1)", "https://", "https://a/?x=1", "https://a/#b", ""])
def test_what_is_no_address_of_a_board_is_refused(base):
    with pytest.raises(BadInput, match="begins with http:// or https://"):
        board_link(base, "01")


def test_a_code_holds_its_link_and_says_what_it_is():
    import segno

    link = "https://a.example/?grid=01"
    drawing = qr(link, 22.0, "Grid <01>")
    assert 'width="22mm"' in drawing
    assert "<title>Grid &lt;01&gt;</title>" in drawing
    # The drawing is as wide as the code of this very link with its quiet zone of four.
    side = segno.make(link, error="q", micro=False).symbol_size(border=4)[0]
    assert re.search(rf'viewBox="0 0 {side} {side}"', drawing)


def test_without_segno_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(NotInstalled, match=r"gridgeo\[report\]"):
        qr("https://a.example", 22.0, "x")
