"""gridgeo as a user has it: a wheel in an environment of its own, served by the `gridgeo` command, without any Node."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READY_S = 300.0


def build_wheel(folder: Path) -> Path:
    """The wheel named in GRIDGEO_WHEEL, or one built from this checkout."""
    named = os.environ.get("GRIDGEO_WHEEL")
    if named:
        return Path(named)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the wheel could not be built:\n{done.stdout}\n{done.stderr}"
    (wheel,) = folder.glob("gridgeo-*.whl")
    return wheel


def install_wheel(wheel: Path, folder: Path) -> Path:
    """A new environment with the wheel; its dependencies are those of this one. Returns its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    python = python if python.exists() else programs / "python"
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        str(python),
    ]
    subprocess.run([*install, str(wheel)], check=True)
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # A path in a .pth comes after the environment's own packages, and .pth files found there are not read:
    # the checkout, which is installed editable here, stays out of sight.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    where = subprocess.run(
        [
            str(python),
            "-c",
            "import gridgeo, gridgeo_server; print(gridgeo.__file__, gridgeo_server.__file__, sep='\\n')",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env=_bare(programs),
    ).stdout.split()
    assert all(Path(path).is_relative_to(folder) for path in where), f"not the wheel's packages: {where}"
    return programs


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Board:
    """A server process on one folder and one port; can be stopped and started again."""

    programs: Path
    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    options: tuple[str, ...] = ()
    """Further options of `gridgeo serve`."""

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it is ready."""
        log = (self.data / "server.log").open("ab")
        command = [str(self.programs / "gridgeo"), "serve", "--data", str(self.data), "--port", str(self.port)]
        command += self.options
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.data, env=_bare(self.programs))
        log.close()
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the server ended by itself:\n{self.log()}"
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the server was not ready within {READY_S:g} s:\n{self.log()}")

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def log(self) -> str:
        """What it printed."""
        return (self.data / "server.log").read_text(encoding="utf-8", errors="replace")


def _bare(programs: Path) -> dict[str, str]:
    """An environment in which only the wheel's own programs are found: no Node, no checkout."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": str(programs), "PYTHONNOUSERSITE": "1"}
