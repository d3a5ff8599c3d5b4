"""What a person sees while the command works: a bar on a terminal, notes elsewhere."""

import io

import pytest
from rich.console import Console

from gridgeo import terminal


@pytest.fixture
def screen(monkeypatch):
    """Makes standard error a terminal, or a file that no terminal shows, and gives what is written to it."""

    def error(*, a_terminal):
        written = io.StringIO()
        console = Console(file=written, force_terminal=a_terminal, width=120, color_system=None)
        monkeypatch.setattr(terminal, "err", console)
        return written

    return error


def test_a_terminal_shows_the_best_plan_with_its_bound_and_gap(screen):
    written = screen(a_terminal=True)
    with terminal.progress() as progress:
        progress.stage("partition", 2)
        progress.incumbent(1000.0)
        progress.incumbent(1000.0, 980.0)
    assert "partition  best 1,000.00, bound 980.00, gap 2.00%" in written.getvalue()


@pytest.mark.parametrize("a_terminal", [True, False])
def test_a_note_is_a_line_everywhere_whatever_signs_are_in_it(screen, a_terminal):
    written = screen(a_terminal=a_terminal)
    with terminal.progress() as progress:
        progress.stage("[/] of [U1]")
        progress.note("island [U1] has no bridge [/]")
    assert "island [U1] has no bridge [/]" in written.getvalue()
    assert ("[/] of [U1]" in written.getvalue()) == a_terminal
