import pytest

from gridgeo.errors import BadInput
from gridgeo.rosters.roles import PRESETS, Role, find_role, read_roles, roles_of


def test_the_seven_roles_of_the_fine_grids_come_along():
    assert [role.role for role in PRESETS["seven"]] == [
        "administrator",
        "assistant",
        "police",
        "supervisor",
        "party_secretary",
        "judicial",
        "fire",
    ]


def test_every_role_that_comes_along_is_named_in_both_languages():
    for roles in PRESETS.values():
        assert all(role.name("en").isascii() and not role.name("zh").isascii() for role in roles)


@pytest.mark.parametrize("role", PRESETS["seven"], ids=lambda role: role.role)
def test_a_role_is_found_by_any_of_its_names(role):
    for text in (role.role, role.en, role.en.upper(), role.zh, f"网格{role.zh}", f" {role.en} "):
        assert find_role(PRESETS["seven"], text) is role
    assert find_role(PRESETS["seven"], "janitor") is None


def test_roles_of_ones_own_are_read_from_a_table(tmp_path):
    file = tmp_path / "roles.csv"
    file.write_bytes("role,en,zh,seats\nhead,Head,网格长,1\nhelper,Helper,帮手,\n".encode("gb18030"))
    assert read_roles(file) == (Role("head", "Head", "网格长", 1), Role("helper", "Helper", "帮手"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("role,en\nhead,Head\n", "'zh' is missing"),
        ("role,en,zh\nhead,,网格长\n", "line 2: en is empty"),
        ("role,en,zh,seats\nhead,Head,网格长,0\n", "line 2: seats is '0'"),
        ("role,en,zh\nhead,Head,长\nhead,Head,长\n", "role 'head' stands twice"),
        ("role,en,zh\n", "at least one role"),
    ],
)
def test_a_table_of_roles_that_cant_be_used_says_why(tmp_path, text, said):
    file = tmp_path / "roles.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        read_roles(file)


def test_an_unknown_set_of_roles_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="seven or two"):
        roles_of("nine")
