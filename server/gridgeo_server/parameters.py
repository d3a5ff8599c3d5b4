"""What a query may ask: a parameter that nobody reads is refused, so that a slip of the pen gets no wrong answer."""

from __future__ import annotations

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import Listed, say

SHOWN = 20
"""Most parameters that a refusal names."""


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise `BadRequest` for the first query parameter that the door doesn't know; it names those that there are."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = sorted(_read_by(route.dependant))
    for name in request.query_params:
        if name not in known:
            if not known:
                raise BadRequest(say("query.none", name=name), name)
            raise BadRequest(say("query.unknown", name=name, known=Listed(tuple(known), SHOWN)), name)


def _read_by(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_read_by(part) for part in dependant.dependencies))


KNOWN_ONLY = Depends(refuse_unknown_parameters)
"""To be given to routers."""
