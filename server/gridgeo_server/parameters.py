"""What doors of several rooms are asked with: the language of the answer, the name of a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query

Accepts = Annotated[str | None, Header(alias="Accept-Language", max_length=200)]
FileName = Annotated[str, Query(min_length=1, max_length=255, description="Its name; the ending says what it is.")]
