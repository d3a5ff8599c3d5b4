"""How options and variables of the environment become settings."""

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.settings import settings_from


def test_an_option_wins_over_a_variable_and_a_variable_over_the_default(monkeypatch):
    monkeypatch.setenv("GRIDGEO_PORT", "8123")
    monkeypatch.setenv("GRIDGEO_SIMULATE", "true")
    assert settings_from(port=None, simulate=None).port == 8123
    assert settings_from(port=9000).port == 9000
    assert settings_from(simulate=None).simulate is True


@pytest.mark.parametrize(
    ("name", "value"), [("GRIDGEO_VIEWERS", "abc"), ("GRIDGEO_PORT", "70000"), ("GRIDGEO_PING_S", "-1")]
)
def test_a_variable_that_is_no_setting_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=f"{name}='{value}'"):
        settings_from(host="127.0.0.1")
