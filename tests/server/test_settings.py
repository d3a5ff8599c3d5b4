from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gridgeo_server.settings import Settings


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, f"setting '{name}' has no description"
        assert field.description.endswith("."), name


def test_settings_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDGEO_PORT", "8123")
    monkeypatch.setenv("GRIDGEO_DATA", "/srv/town")
    assert (Settings().port, Settings().data) == (8123, Path("/srv/town"))


def test_nonsense_is_refused() -> None:
    for wrong in ({"port": -1}, {"body_limit": 0}, {"simulation_speed": 0}, {"viewers": 0}):
        with pytest.raises(ValidationError):
            Settings(**wrong)
