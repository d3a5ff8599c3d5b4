"""What the jobs of the writer remember for the next ones, since nobody else writes in between."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

AHEAD = "what was looked up for the jobs of this commit"
"""Where the memo has it, by key; it ends with the commit."""


def memo_of(connection: sa.Connection) -> dict[str, Any] | None:
    """What jobs before read and still holds, by names of their choice; None on a connection that doesn't write.

    Who changes what is remembered changes or forgets it here too. A job that fails takes all of it away.
    """
    memo: dict[str, Any] | None = connection.get_execution_options().get("memo")
    return memo
