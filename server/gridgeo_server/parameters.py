"""What a query may ask: a parameter that nobody reads, or that stands twice, is refused, so that a slip gets no wrong answer."""

from __future__ import annotations

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import Listed, say

SHOWN = 20
"""Most parameters that a refusal names."""


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise `BadRequest` for a query parameter that stands twice, or that the door doesn't know; it names those that there are."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = sorted(_read_by(route.dependant))
    told = [name for name, _ in request.query_params.multi_items()]
    if len(set(told)) < len(told):
        name = next(one for one in told if told.count(one) > 1)
        raise BadRequest(say("query.twice", name=name), name)
    for name in told:
        if name not in known:
            if not known:
                raise BadRequest(say("query.none", name=name), name)
            raise BadRequest(say("query.unknown", name=name, known=Listed(tuple(known), SHOWN)), name)


def _read_by(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_read_by(part) for part in dependant.dependencies))


KNOWN_ONLY = Depends(refuse_unknown_parameters)
"""To be given to routers."""
