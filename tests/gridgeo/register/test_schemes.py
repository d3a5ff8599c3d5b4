import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.register.schemes import SCHEMES, Part, Scheme, read_scheme


@pytest.mark.parametrize(
    ("name", "code", "parts"),
    [
        ("14", "11010100100207", ["110101", "001", "002", "07"]),
        ("15", "110101001002007", ["110101", "001", "002", "007"]),
        ("16", "1101010010021007", ["110101", "001", "002", "1", "007"]),
        ("20", "00000011010100100207", ["000000", "110101", "001", "002", "07"]),
    ],
)
def test_grid_7_of_a_community_has_the_code_written_down_here(name, code, parts):
    scheme = SCHEMES[name]
    assert scheme.length == len(code) == int(name)
    assert scheme.code("110101001002", 7) == code
    assert list(scheme.split(code).values()) == parts
    assert scheme.read(code) == ("110101001002", 7)


@given(
    name=st.sampled_from(sorted(SCHEMES)), area=st.from_regex(r"[0-9]{12}", fullmatch=True), serial=st.integers(1, 99)
)
def test_what_is_coded_is_read_back(name, area, serial):
    assert SCHEMES[name].read(SCHEMES[name].code(area, serial)) == (area, serial)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("11010100100200", "14 digits"),
        ("11010100100200x", "something else than the digits"),
        ("11010100100200７", "something else than the digits"),
        ("110101001002000", "serial number 0"),
    ],
)
def test_a_code_of_another_form_is_refused_with_what_is_wrong(code, message):
    with pytest.raises(BadInput, match=message):
        SCHEMES["15"].read(code)


def test_a_fixed_part_is_checked_and_can_be_changed():
    special = SCHEMES["16"].with_fixed(kind="2")
    assert special.code("110101001002", 1) == "1101010010022001"
    with pytest.raises(BadInput, match="part 'kind' is 1; scheme '16' has 2"):
        special.read("1101010010021001")
    with pytest.raises(BadInput, match="no fixed part 'colour'; it has kind"):
        SCHEMES["16"].with_fixed(colour="1")
    with pytest.raises(BadInput, match="exactly 1 digits"):
        SCHEMES["16"].with_fixed(kind="12")


@pytest.mark.parametrize(
    ("area", "serial", "message"), [("11010100100", 1, "12 digits"), ("110101001002", 1000, "999")]
)
def test_a_number_that_does_not_fit_is_refused(area, serial, message):
    with pytest.raises(BadInput, match=message):
        SCHEMES["15"].code(area, serial)


def test_a_scheme_is_read_from_a_file_and_from_a_dictionary(tmp_path):
    (tmp_path / "own.toml").write_text(
        'name = "城东"\n[[parts]]\nname = "community"\ndigits = 12\n'
        '[[parts]]\nname = "grid"\ndigits = 4\nsource = "serial"\n',
        encoding="utf-8",
    )
    own = read_scheme(tmp_path / "own.toml")
    assert (own.name, own.length, own.most) == ("城东", 16, 9999)
    parts = [{"name": "community", "digits": 12}, {"name": "grid", "digits": 4, "source": "serial"}]
    assert read_scheme({"name": "城东", "parts": parts}) == own
    assert read_scheme("15") is SCHEMES["15"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("17", "no numbering scheme '17'; choose 14, 15, 16, 20"),
        ({}, "no list 'parts'"),
        ({"parts": [{"name": "x"}]}, "part 1 must have name and digits"),
        ({"parts": [{"name": "x", "digits": "six"}]}, "part 'x' has six digits"),
        ({"parts": [{"name": "x", "digits": 3, "source": "moon"}]}, "area, fixed or serial"),
        ({"parts": [{"name": "x", "digits": 3}]}, "0 serial parts"),
        ({"parts": [{"name": "x", "digits": 3, "source": "fixed", "value": "1"}]}, "exactly 3 digits"),
    ],
)
def test_a_scheme_that_is_none_is_refused_with_the_mend(given, message):
    with pytest.raises(BadInput, match=message):
        read_scheme(given)


def test_a_file_that_is_no_scheme_is_refused_by_name(tmp_path):
    with pytest.raises(UnreadableSource, match=r"absent\.toml"):
        read_scheme(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("parts = [")
    with pytest.raises(BadInput, match=r"broken\.toml: is no TOML"):
        read_scheme(tmp_path / "broken.toml")


def test_parts_of_one_name_are_refused():
    with pytest.raises(BadInput, match="two parts 'a'"):
        Scheme("twice", (Part("a", 3), Part("a", 3, "serial")))
