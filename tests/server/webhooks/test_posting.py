from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gridgeo_server.webhooks.addresses import Target, target_of
from gridgeo_server.webhooks.model import Outcome
from gridgeo_server.webhooks.posting import post
from loops import run
from server.webhooks.conftest import Receiver

NAMED = ("127.0.0.1", "localhost")


def sent(target: Target, wait_s: float = 5) -> Outcome:
    outcome: Outcome = run(post(target, {"webhook-id": "msg_1"}, b'{"a":1}', wait_s, ssl.create_default_context()))
    return outcome


def test_a_body_arrives_with_its_headers_and_the_final_status_is_told(receiver: Receiver) -> None:
    assert sent(target_of(receiver.address, NAMED)) == Outcome(answer=204)
    headers, body = receiver.got[0]
    assert (body, headers["webhook-id"], headers["content-type"]) == ('{"a":1}', "msg_1", "application/json")
    assert headers["host"] == receiver.address.split("/")[2]


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]
    assert sent(target_of(receiver.address, NAMED)) == Outcome(answer=302)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("answer", "wait_s", "told"), [("cut", 5, "no HTTP"), ("noise", 5, "no HTTP"), ("slow", 0.1, "no answer within")]
)
def test_whatever_goes_wrong_is_told(receiver: Receiver, answer: str, wait_s: float, told: str) -> None:
    receiver.answers = [answer]
    outcome = sent(target_of(receiver.address, NAMED), wait_s)
    assert outcome.answer is None
    assert told in str(outcome.fault)


def test_a_port_that_nobody_listens_on_and_a_name_that_nobody_has_are_told() -> None:
    assert "no connection" in str(sent(target_of("http://127.0.0.1:1/", NAMED)).fault)
    assert "no connection" in str(sent(target_of("https://name.invalid/", ())).fault)


def test_plain_http_where_https_was_asked_for_is_no_secure_connection(receiver: Receiver) -> None:
    target = target_of(receiver.address.replace("http:", "https:"), NAMED)
    assert "no secure connection" in str(sent(target).fault)
    assert receiver.got == []


def test_a_name_that_leads_inside_is_never_connected_to(receiver: Receiver) -> None:
    target = target_of(receiver.address.replace("127.0.0.1", "localhost"), NAMED)
    outcome = sent(replace(target, named=False))
    assert "lies inside" in str(outcome.fault)
    assert receiver.got == []


def test_a_name_is_resolved_once_so_that_it_can_not_lead_elsewhere_after_it_was_judged(receiver: Receiver) -> None:
    target = target_of(receiver.address.replace("127.0.0.1", "localhost"), NAMED)
    asked: list[str] = []

    async def rebinding() -> Outcome:
        loop = asyncio.get_running_loop()
        real: Callable[..., Any] = loop.getaddrinfo

        async def resolve(host: Any, *more: Any, **named: Any) -> Any:
            asked.append(host)
            return await real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *more, **named)

        loop.getaddrinfo = resolve  # type: ignore[method-assign]
        return await post(target, {}, b"{}", 5, ssl.create_default_context())

    assert run(rebinding()) == Outcome(answer=204)
    assert asked == ["localhost"]
