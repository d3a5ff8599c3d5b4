import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.lines import Line, lines_of, short


def test_lines_keep_their_numbers_past_blank_ones():
    assert [line.number for line in lines_of("\n a\n\n\tb\n")] == [2, 4]
    with pytest.raises(BadProblem, match="holds no line"):
        lines_of(" \n\n")


@pytest.mark.parametrize("word", ["nan", "inf", "1e13", "x", "", "1,5"])
def test_what_is_no_usable_number_is_refused(word):
    with pytest.raises(BadProblem, match="line 7: the load is"):
        Line(7, word).value(word, "the load")


def test_whole_numbers_may_be_written_with_a_point():
    assert Line(1, "").whole("4.0", "days") == 4
    with pytest.raises(BadProblem, match=r"days is 4\.5; write a whole number"):
        Line(1, "").whole("4.5", "days")


def test_long_text_is_shown_short():
    assert len(short("x" * 100)) <= 40
