import pytest

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources.files import existing, replacing, writable


def _fail_after(written):
    raise ZeroDivisionError


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    target = tmp_path / "plan.csv"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(target) as fresh:
        _fail_after(fresh.write_text("half"))
    assert target.read_text() == "old"
    with replacing(target) as fresh:
        fresh.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.csv"]


def test_a_folder_takes_the_place_of_a_folder(tmp_path):
    target = tmp_path / "town"
    for word in ("old", "new"):
        with replacing(target, ("old",)) as fresh:
            fresh.mkdir()
            (fresh / word).write_text(word)
    assert [item.name for item in target.iterdir()] == ["new"]
    assert [item.name for item in tmp_path.iterdir()] == ["town"]


def test_an_old_folder_stays_when_the_new_one_fails(tmp_path):
    target = tmp_path / "town"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(target, ("old",)) as fresh:
        _fail_after(fresh.mkdir())
    assert [item.name for item in target.iterdir()] == ["old"]


@pytest.mark.parametrize("ours", [(), ("plan-*.gpkg",)])
def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path, ours):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-my-mother.txt").write_text("dear mother")
    message = "letters: is a folder that holds 'to-my-mother.txt', which would be lost"
    for ask in (writable, lambda *asked: replacing(*asked).__enter__()):
        with pytest.raises(BadInput, match=message):
            ask(tmp_path / "letters", ours)
    assert (tmp_path / "letters" / "to-my-mother.txt").read_text() == "dear mother"


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere doesn't exist"), replacing(tmp_path / "nowhere" / "plan.csv"):
        pass


def test_a_missing_and_an_empty_file_are_refused_by_name(tmp_path):
    with pytest.raises(UnreadableSource, match=r"gone\.csv: there is no such file; give the path of a table"):
        existing(tmp_path / "gone.csv", "a table")
    (tmp_path / "hollow.csv").touch()
    with pytest.raises(UnreadableSource, match=r"hollow\.csv: is empty"):
        existing(tmp_path / "hollow.csv", "a table")
