import pytest

from gridgeo.signs import fault_of


@pytest.mark.parametrize("text", ["Li", "王芳", "Jean-Marc Durand", "👩\u200d👩\u200d👧", "محمد", ""])
def test_names_of_every_script_are_good(text):
    assert fault_of(text, name=True) is None


@pytest.mark.parametrize("code", [*range(9), 0x0B, 0x1B, 0x7F, 0x85, 0xD800])
def test_control_signs_are_found_in_every_text(code):
    assert fault_of(f"a{chr(code)}") == ("control", f"U+{code:04X}")


@pytest.mark.parametrize("code", [0x061C, 0x200E, 0x202E, 0x2066])
def test_turning_marks_are_found_in_names_alone(code):
    assert fault_of(f"a{chr(code)}", name=True) == ("turning", f"U+{code:04X}")
    assert fault_of(f"a{chr(code)}") is None
