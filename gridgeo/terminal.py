"""What a person sees at the terminal: progress on standard error, tables and figures on standard output."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import relative_gap

out = Console(highlight=False)
"""Standard output: results."""

err = Console(stderr=True, highlight=False)
"""Standard error: progress, notes and errors."""


class TerminalProgress(Progress):
    """Shows each stage as a line with a bar or a spinner, and the solver's incumbent beside it."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None
        self._name = ""

    def stage(self, name: str, total: int | None = None) -> None:
        """Finish the line of the last stage and begin the next."""
        self.finish()
        self._name = name
        self._task = self._bars.add_task(name, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bars.advance(self._task, steps)

    def incumbent(self, objective: float, bound: float | None = None) -> None:
        """Write the best answer, its bound and the gap between them beside the stage."""
        if self._task is not None:
            self._bars.update(self._task, description=f"{self._name}  {_reached(objective, bound)}")

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(text, style="dim", markup=False)

    def finish(self) -> None:
        """Mark the current stage as done."""
        if self._task is not None:
            task = self._bars.tasks[self._bars.task_ids.index(self._task)]
            total = task.total if task.total is not None else 1
            self._bars.update(self._task, total=total, completed=total)
            self._task = None


class Notes(Progress):
    """What is worth a line, where standard error is no terminal that could show more."""

    def note(self, text: str) -> None:
        """Print a line."""
        err.print(text, soft_wrap=True, markup=False)


def _reached(objective: float, bound: float | None) -> str:
    if bound is None:
        return f"best {objective:,.2f}"
    return f"best {objective:,.2f}, bound {bound:,.2f}, gap {relative_gap(objective, bound) or 0.0:.2%}"


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress on the terminal; notes alone where standard error is no terminal."""
    if not err.is_terminal:
        yield Notes()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=err) as bars:
        shown = TerminalProgress(bars)
        yield shown
        shown.finish()


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Ctrl-C ends the search with the best answer so far; a second one ends the program."""
    interrupt = Interrupt()
    before = signal.signal(signal.SIGINT, interrupt.ring)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


class Interrupt:
    """A stopping rule that Ctrl-C sets."""

    def __init__(self) -> None:
        self._rung = False

    def __call__(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._rung

    def ring(self, _signal: int, _frame: FrameType | None) -> None:
        """Ask the search to stop; the second time, stop the program."""
        if self._rung:
            raise KeyboardInterrupt
        self._rung = True
        err.print("stopping with the best answer so far; press Ctrl-C again to drop it")


def show(result: Mapping[str, Any], as_json: bool, rows: Sequence[Mapping[str, Any]] = (), title: str = "") -> None:
    """Print one result: as JSON, or as lines of figures and a table of `rows`."""
    if as_json:
        body = dict(result) | ({"rows": list(rows)} if rows else {})
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1, default=_plain) + "\n")
        return
    width = max((len(name) for name in result), default=0)
    for name, value in result.items():
        out.print(f"{name.replace('_', ' '):<{width}}  {_text(value)}", soft_wrap=True)
    if rows:
        out.print(_table(rows, title))


def show_table(rows: Sequence[Mapping[str, Any]], title: str) -> None:
    """Print a table below what `show` printed; nothing where there are no rows."""
    if rows:
        out.print()
        out.print(_table(rows, title))


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        number = all(isinstance(row[name], int | float) or row[name] is None for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    return table


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10 else f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(item)}" for name, item in value.items())
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return str(value)
