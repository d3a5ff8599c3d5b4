"""The tutorial on a district that is drawn anew is run as it stands: its commands, its Python, and its calls of the server."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo import cli
from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "redraw-a-district.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SERVER = "http://127.0.0.1:8000"
TODAY = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Reader:
    """Somebody who types what the page says, in one folder, with the map already imported."""

    def __init__(self, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.keys: dict[str, str] = {}
        self.printed = ""
        self.answer: dict[str, Any] = {}
        self._town, self._patch = town, monkeypatch
        self._client: TestClient | None = None

    def python(self, text: str) -> None:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(text, str(PAGE), "exec"), self.names)
        self.printed = out.getvalue()

    def type(self, line: str, capsys: pytest.CaptureFixture[str]) -> None:
        words = shlex.split(line)
        if words[0] == "curl":
            self._curl(words[1:])
        elif words[0] == "gridgeo":
            self._gridgeo(words[1:], capsys)
        else:
            assert words[0] in ("mkdir", "cp"), line
            subprocess.run(words, check=True)

    def _gridgeo(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        if words[0] == "import":
            assert (words[1], words[-1]) == ("monaco-2023.osm.pbf", "town.gpkg")
            shutil.copy(self._town, "town.gpkg")
            return
        self._patch.setattr(sys, "argv", ["gridgeo", *words, *(["--json"] if words[0] == "keys" else [])])
        with pytest.raises(SystemExit) as end:
            cli.main()
        told = capsys.readouterr()
        assert not end.value.code, f"{' '.join(words)}: {told.err}"
        if words[0] == "keys":
            self.keys[words[words.index("--role") + 1].upper()] = json.loads(told.out)["token"]

    def _curl(self, words: list[str]) -> None:
        url = next(word for word in words if word.startswith(SERVER))
        options = [(word, words[i + 1]) for i, word in enumerate(words) if word in ("-X", "-H", "-d", "--data-binary")]
        headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
        for name, token in self.keys.items():
            headers = {key: value.replace(f"${name}", token) for key, value in headers.items()}
        given = dict(options)
        body = given.get("-d", "").encode()
        if "--data-binary" in given:
            body = Path(given["--data-binary"].removeprefix("@")).read_bytes()
        path = url.removeprefix(SERVER)
        self.answer = self.client.request(given.get("-X", "GET"), path, headers=headers, content=body).json()

    @property
    def client(self) -> TestClient:
        """The server of the folder `office`, started at the first call."""
        if self._client is None:
            app = create_app(Settings(data=Path("office"), indicators_s=3_600), None, lambda: TODAY)
            self._client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
            self._client.__enter__()
        return self._client

    def leave(self) -> None:
        if self._client is not None:
            self._client.__exit__(None, None, None)


@pytest.fixture
def reader(tmp_path: Path, monaco_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in an empty folder."""
    monkeypatch.chdir(tmp_path)
    one = Reader(monaco_file, monkeypatch)
    yield one
    one.leave()


def holds(told: Any, wanted: Any) -> bool:
    """Whether `told` has everything that `wanted` has."""
    if isinstance(wanted, dict):
        return isinstance(told, dict) and all(name in told and holds(told[name], one) for name, one in wanted.items())
    if isinstance(wanted, list):
        return len(told) == len(wanted) and all(holds(a, b) for a, b in zip(told, wanted, strict=True))
    return bool(told == wanted)


def test_the_whole_story_runs_and_says_what_it_says(reader: Reader, capsys: pytest.CaptureFixture[str]) -> None:
    compared = 0
    for language, text in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        if language == "python":
            reader.python(text)
        elif language == "sh":
            for line in text.splitlines():
                reader.type(line, capsys)
        elif language == "text":
            assert reader.printed == text
            compared += 1
        elif language == "json":
            assert holds(reader.answer, json.loads(text)), f"{text} isn't in {reader.answer}"
            compared += 1
    assert compared == 12
    assert len((Path("choices") / "choices.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert "P-2026-002" in Path("paper.html").read_text(encoding="utf-8")
    _grids_of_a_day(reader)


def _grids_of_a_day(reader: Reader) -> None:
    """The register names, for units that moved, the old grid's code before the day of their area and the new one's after."""
    old, new = reader.names["old"], reader.names["new"]
    for unit, day in (("U0236", "2027-01-04"), ("U0066", "2027-03-01")):
        before = f"{day[:8]}{int(day[8:]) - 1:02d}" if day[8:] != "01" else "2027-02-28"
        for plan, on in ((old, before), (new, day)):
            told = reader.client.get(f"/api/v1/register/locate?address={unit}&on={on}").json()
            (grid,) = told["grids"]
            assert grid["code"] == plan.identities["code"][plan.assignment[unit]]
            owner = reader.client.get(f"/api/v1/register/grids/{grid['code']}?on={on}").json()["owner"]
            assert owner == f"Officer {plan.assignment[unit]}"
