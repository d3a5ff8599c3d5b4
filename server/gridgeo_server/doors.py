"""A door of the server's own API: what FastAPI calls a route, which looks at a query before anything is done for it, and reads what is
plain by itself.
"""

from __future__ import annotations

from functools import cached_property
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from gridgeo_server.bodies import replayed
from gridgeo_server.errors import BadRequest
from gridgeo_server.straight import Straight
from gridgeo_server.texts import Listed, say

SHOWN = 20
"""Most parameters that a refusal names."""


class Door(APIRoute):
    """A route that refuses a query parameter which nobody reads, or which stands twice: a slip gets no wrong answer.

    It is looked at here and not by a dependency: a request without a query, as most are, then pays nothing for it.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose path leads here."""
        mine = scope["method"] in (self.methods or ())
        if mine and scope["query_string"]:
            self._check(scope["query_string"])
        if mine and self._straight is not None:
            request = Request(scope, receive)
            answer = await self._straight.answer(request)
            if answer is not None:
                await answer(scope, receive, send)
                return
            receive = replayed(await request.body(), receive)
        await super().handle(scope, receive, send)

    @cached_property
    def _straight(self) -> Straight | None:
        """How its requests are read; None where more is to be asked before."""
        return None if self.dependencies else Straight.of(self.endpoint)

    def _check(self, query: bytes) -> None:
        """Raise `BadRequest` for a query parameter that stands twice, or that the door doesn't know; it names those there are."""
        told = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
        if len(set(told)) < len(told):
            name = next(one for one in told if told.count(one) > 1)
            raise BadRequest(say("query.twice", name=name), name)
        for name in told:
            if name not in self._known:
                if not self._known:
                    raise BadRequest(say("query.none", name=name), name)
                raise BadRequest(say("query.unknown", name=name, known=Listed(self._known, SHOWN)), name)

    @cached_property
    def _known(self) -> tuple[str, ...]:
        return tuple(sorted(_read_by(self.dependant)))


def _read_by(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_read_by(part) for part in dependant.dependencies))
