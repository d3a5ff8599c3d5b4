"""Endpoints whose requests are read straight: a JSON body, headers, and what depends on the request alone.

FastAPI reads any signature, and finds out anew at each request what there is to read: twice as long as it takes to read what a report
of a case brings. Here it is found out once. What isn't as expected is left to FastAPI, which says what is wrong with it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Request
from fastapi.params import Depends, Header, Security
from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response

from gridgeo_server.bodies import VALUES

Depended = Callable[[Request], Awaitable[Any]]


@dataclass(frozen=True)
class Straight:
    """How the parameters of one endpoint are read.

    Parameters
    ----------
    endpoint
        What is called with them.
    requests
        Names of those that are the request itself.
    depends
        Those that are made of the request by an asynchronous function.
    headers
        Those that are a header: its name, what proves it, and what holds without it.
    body
        The one that is the JSON body, and its model.
    """

    endpoint: Callable[..., Awaitable[Response]]
    requests: tuple[str, ...]
    depends: tuple[tuple[str, Depended], ...]
    headers: tuple[tuple[str, str, TypeAdapter[Any], Any], ...]
    body: tuple[str, type[BaseModel]]

    @classmethod
    def of(cls, endpoint: Callable[..., Any]) -> Straight | None:
        """How it is read; None where its signature asks for something else too, or it answers with no response of its own."""
        hints = get_type_hints(endpoint, include_extras=True)
        if not inspect.iscoroutinefunction(endpoint) or hints.pop("return", None) is not Response:
            return None
        requests: list[str] = []
        depends: list[tuple[str, Depended]] = []
        headers: list[tuple[str, str, TypeAdapter[Any], Any]] = []
        bodies: list[tuple[str, type[BaseModel]]] = []
        for name, parameter in inspect.signature(endpoint).parameters.items():
            hint = hints[name]
            marker = get_args(hint)[-1] if get_origin(hint) is Annotated else None
            if hint is Request:
                requests.append(name)
            elif inspect.isclass(hint) and issubclass(hint, BaseModel) and parameter.default is parameter.empty:
                bodies.append((name, hint))
            elif (dependency := _of_request_alone(marker)) is not None:
                depends.append((name, dependency))
            elif isinstance(marker, Header) and get_args(hint)[0] in (str, str | None):
                header = marker.alias or name.replace("_", "-")
                headers.append((name, header, TypeAdapter(hint), parameter.default))
            else:
                return None
        return cls(endpoint, tuple(requests), tuple(depends), tuple(headers), bodies[0]) if len(bodies) == 1 else None

    async def answer(self, request: Request) -> Response | None:
        """The endpoint's answer; None where the request isn't as expected, and nothing was done but to look at it."""
        told = request.headers
        if told.get("content-type") != "application/json":
            return None
        name, model = self.body
        try:
            values: dict[str, Any] = {name: model.model_validate(await _values(request))}
            for name, header, adapter, default in self.headers:
                given = told.get(header)
                values[name] = default if given is None else adapter.validate_python(given)
        except (ValueError, RecursionError):  # no JSON, or not what the model or a header may be
            return None
        for name in self.requests:
            values[name] = request
        for name, made in self.depends:
            values[name] = await made(request)
        return await self.endpoint(**values)


async def _values(request: Request) -> Any:
    """What its JSON body holds: as `bodies.read` read it, if it did."""
    known = request.scope.get(VALUES)
    return json.loads(await request.body()) if known is None else known


def _of_request_alone(marker: object) -> Depended | None:
    """What makes a parameter of the request and of nothing else; None where `marker` says something else."""
    if not isinstance(marker, Depends) or isinstance(marker, Security) or marker.dependency is None:
        return None
    made = marker.dependency
    hints = get_type_hints(made) if inspect.iscoroutinefunction(made) else {}
    hints.pop("return", None)
    return made if list(hints.values()) == [Request] else None
