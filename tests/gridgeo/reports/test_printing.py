"""The PDF, read back by pypdf."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridgeo.errors import NotInstalled
from gridgeo.reports.printing import to_pdf, visible_text

LANGS = ("en", "zh", "both")


def texts(reader):
    return [page.extract_text() for page in reader.pages]


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_bears_the_number_the_hash_and_its_place(read, now, lang):
    pages = texts(read(lang))
    assert len(pages) > 8
    for place, text in enumerate(pages, start=1):
        assert now.fingerprint() in re.sub(r"\s", "", text), f"page {place}"
        assert "P-2026-001" in text
        if lang != "zh":
            assert f"Page {place} of {len(pages)}" in text
        if lang != "en":
            assert f"第 {place} 页 共 {len(pages)} 页" in text


@pytest.mark.parametrize("lang", LANGS)
def test_pages_are_a4(read, lang):
    for page in read(lang).pages:
        assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]


def test_two_cards_stand_on_a_page(read):
    cards = [text for text in texts(read("en")) if "?grid=" in text]
    assert [text.count("?grid=") for text in cards] == [2, 2, 2]


def test_chinese_text_can_be_copied_and_searched(read):
    text = "".join(texts(read("zh")))
    for words in ("网格登记表", "四至", "均衡性", "基尼系数", "党支部书记", "空缺", "周敏", "北街"):
        assert words in text


def test_both_languages_stand_in_one_paper(read):
    text = "".join(texts(read("both")))
    for words in ("网格登记表", "Register of grids", "督导员", "Supervisor"):
        assert words in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_font_is_embedded_and_knows_its_text(read, lang):
    seen = 0
    for page in read(lang).pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            assert "/ToUnicode" in font
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            seen += 1
    assert seen


@pytest.mark.parametrize("lang", LANGS)
def test_maps_are_drawn_in_lines_not_in_pixels(read, lang):
    assert all(len(page.images) == 0 for page in read(lang).pages)


def test_the_outline_leads_to_every_section_and_card(read):
    def titles(entries):
        return [title for entry in entries for title in (titles(entry) if isinstance(entry, list) else [entry.title])]

    found = " ".join(titles(read("en").outline))
    for words in ("Rules", "Balance", "Register of grids", "Approvals", "Contact cards", "110101001001006"):
        assert words in found


def test_the_same_page_gives_the_same_pdf(pages, printed):
    assert to_pdf(pages["en"]) == printed["en"]


def test_the_pdf_has_no_date_but_the_papers(read, make):
    import io

    from pypdf import PdfReader

    from gridgeo.reports import Heading

    assert str(read("en").metadata.creation_date).startswith("2026-11-20")
    undated = PdfReader(io.BytesIO(to_pdf(make("en", heading=Heading("P-1"), cards=None))))
    assert undated.metadata.creation_date is None


def test_text_is_told_from_marks_and_styles():
    page = "<style>b{}</style><p>1 &lt; 2<br>好</p><script>x</script>"
    assert visible_text(page).split() == ["1", "<", "2", "好"]


def test_a_page_that_asks_for_something_outside_gets_nothing(printed):
    # WeasyPrint leaves out what can't be fetched; the fetcher itself refuses.
    from gridgeo.reports.printing import _refuse

    with pytest.raises(ValueError, match="links to nothing outside"):
        _refuse("https://example.org/a.png")


@pytest.mark.parametrize(
    ("raised", "said"),
    [("ModuleNotFoundError('weasyprint')", r"pip install 'gridgeo\[report\]'"), ("OSError('cannot load libpango')", "libpango-1.0-0 libpangoft2-1.0-0")],
)  # fmt: skip
def test_what_is_missing_for_a_pdf_is_named(monkeypatch, raised, said):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise eval(raised)  # the two errors of this test's own table

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(NotInstalled, match=said):
        to_pdf("<p>x</p>")


def test_without_a_chinese_font_nothing_is_printed_and_the_font_is_named(printed, tmp_path):
    """In a process of its own, whose fontconfig knows the Latin fonts of matplotlib alone."""
    import matplotlib as mpl

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    code = "from gridgeo.reports.printing import to_pdf; print(len(to_pdf('<p>Rue</p>'))); to_pdf('<p>网格</p>')"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"FONTCONFIG_FILE": str(config), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert int(ran.stdout) > 1000, "Latin text needs no Chinese font"
    assert "no font on this machine has 2 characters of the text (格 网); install a Chinese font" in ran.stderr
    assert "fonts-noto-cjk" in ran.stderr
