"""A door of the server's own API: what FastAPI calls a route, which looks at a query before anything is done for it, and reads what is
plain by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

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
        if scope["query_string"] and scope["method"] in (self.methods or ()):
            self._check(scope["query_string"])
        await super().handle(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request: straight, where that can be done and nothing further is to be asked before."""
        by_framework = super().get_route_handler()
        straight = None if self.dependencies else Straight.of(self.endpoint)
        if straight is None:
            return by_framework

        async def answer(request: Request) -> Response:
            told = await straight.answer(request)
            return await by_framework(request) if told is None else told

        return answer

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
