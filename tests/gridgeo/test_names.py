import pytest

from gridgeo.crs import local_metric
from gridgeo.names import chinese_name, spaced

BEIJING, TOKYO = local_metric(116.4, 39.9), local_metric(139.7, 35.7)


@pytest.mark.parametrize(
    ("name", "given", "crs", "answer"),
    [
        ("Monaco", "摩纳哥", TOKYO, "摩纳哥"),
        ("东城区", None, BEIJING, "东城区"),
        ("Dongcheng", None, BEIJING, None),
        ("東京", None, TOKYO, None),
        (None, None, BEIJING, None),
        (float("nan"), None, BEIJING, None),
    ],
)
def test_a_name_is_chinese_where_it_is_mapped_so_or_written_so_in_china(name, given, crs, answer):
    assert chinese_name(name, given, crs) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("共15个", "共 15 个"),
        ("东至Quai Été，西至海", "东至 Quai Été，西至海"),
        ("a b", "a b"),
        ("已 spaced", "已 spaced"),
        ("", ""),
    ],
)
def test_chinese_and_latin_stand_apart_by_one_space(text, answer):
    assert spaced(text) == answer
