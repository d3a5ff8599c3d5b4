"""`gridgeo serve` beyond this machine: refused at the start unless it takes keys, with what to add."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from gridgeo import cli


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_serving_beyond_this_machine_without_keys_ends_with_2_and_names_the_mend(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Any
) -> None:
    command = ["gridgeo", "serve", "--host", host, "--port", "0", "--data", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "add --auth required" in told
    assert "gridgeo keys add" in told
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "argv", [*command, "--auth", "required"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    # Further than that: to the town, which isn't there.
    assert "auth" not in capsys.readouterr().err
