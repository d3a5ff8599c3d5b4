"""What FastAPI alone takes for a report: reads it, proves it by a model, answers as long a body, keeps nothing.

``python benchmarks/bare_door.py PORT`` serves until it is ended; `durable.py` measures it beside the server.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.responses import Response

app = FastAPI()
ANSWER = b'{"case": "20261128-0001", "version": 3, "filler": "' + b"-" * 1_100 + b'"}'


class Report(BaseModel):
    """What a report says."""

    category: str
    lon: float
    lat: float
    description: str = ""


@app.post("/api/v1/cases", status_code=201)
async def report(body: Report) -> Response:
    """Answer, and do nothing."""
    return Response(ANSWER, 201, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
