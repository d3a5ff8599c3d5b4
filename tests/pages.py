"""Pages of the documentation, run as they stand."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(path: Path) -> list[tuple[str, str, int]]:
    """Language, text and first line number of every fenced block."""
    text = path.read_text(encoding="utf-8")
    return [(one[1], one[2], text.count("\n", 0, one.start()) + 2) for one in FENCE.finditer(text)]


def run(path: Path) -> dict[str, Any]:
    """Run the Python blocks of a page in one namespace; a text block after one is what it must print."""
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for language, text, line in blocks(path):
        if language == "python":
            out = io.StringIO()
            with redirect_stdout(out):
                # The page's own line numbers make a traceback lead to the line that failed.
                exec(compile("\n" * (line - 1) + text, str(path), "exec"), names)
            printed = out.getvalue()
        elif language == "text":
            assert printed.strip() == text.strip(), f"{path.name}, line {line}: printed\n{printed}"
    return names
