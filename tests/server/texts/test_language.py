import pytest

from gridgeo_server.texts import language_of


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"), ("", "en"), ("*", "en"), ("fr-CH, de;q=0.5", "en"), ("zh", "zh"), ("zh-CN", "zh"), ("ZH-hans-cn", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr, en;q=0.3, zh;q=0.4", "zh"),
        ("zh;q=0", "en"), ("zh;q=x", "en"), ("zh;level=1", "en"), (";;,,q", "en"),
    ],
)  # fmt: skip
def test_the_language_that_is_wished_most_is_answered_english_where_none_is(accepted, language):
    assert language_of(accepted) == language
