from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from gridgeo_server.webhooks.model import (
    LONGEST,
    Former,
    Message,
    Outcome,
    Webhook,
    given_up,
    headers,
    new_secret,
    pause,
)

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
MESSAGE = Message(1, "msg_1", "wh_1", 1, "20261118-0001", "case.report", "{}", "waiting", NOW, NOW, 0)
HOOK = Webhook("wh_1", "https://example.org", "", (), (), "", NOW, "k")


def test_a_signature_is_the_one_that_the_specification_publishes() -> None:
    # The example of the specification's own libraries.
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    told = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}', at)
    assert told == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_changed_both_sign_with_a_space_between_the_new_one_first() -> None:
    old, new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    alone = [headers("msg_1", one, "{}", NOW)["webhook-signature"] for one in (new, old)]
    assert headers("msg_1", new, "{}", NOW, old)["webhook-signature"] == " ".join(alone)


def test_a_secret_of_before_signs_as_long_as_the_newest_change_lets_it_and_no_longer() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    once = replace(HOOK, secret="a").renewed("b", NOW, day)
    assert (once.secret, once.former) == ("b", (Former("a", NOW + day),))
    assert once.signing(NOW + day - timedelta(seconds=1)) == once.former
    assert once.signing(NOW + day) == ()
    assert once.renewed("c", NOW + hour, day).former == (Former("b", NOW + hour + day), Former("a", NOW + day))
    assert once.renewed("c", NOW, hour).former == (Former("b", NOW + hour), Former("a", NOW + hour))
    assert once.renewed("c", NOW + day, day).former == (Former("b", NOW + day + day),)
    assert once.renewed("c", NOW, timedelta()).former == ()


def test_secrets_differ() -> None:
    assert len({new_secret() for _ in range(10)}) == 10


def test_pauses_grow_fourfold_to_six_hours_and_are_scattered() -> None:
    for attempts, most in ((1, 5), (2, 20), (3, 80), (7, 20_480), (8, 21_600), (500, 21_600)):
        drawn = {pause(attempts, Random(seed)).total_seconds() for seed in range(50)}
        assert len(drawn) > 40
        assert most / 2 <= min(drawn) <= max(drawn) <= most


def test_a_message_is_given_up_after_its_attempts_or_after_days() -> None:
    assert not given_up(MESSAGE, 3, NOW, 4)
    assert given_up(MESSAGE, 4, NOW, 4)
    assert given_up(replace(MESSAGE, queued_at=NOW - LONGEST), 1, NOW, 4)
    assert not given_up(replace(MESSAGE, queued_at=NOW - LONGEST + timedelta(seconds=1)), 1, NOW, 4)


@pytest.mark.parametrize(("answer", "delivered"), [(200, True), (299, True), (302, False), (410, False), (500, False)])
def test_only_a_2xx_is_a_delivery(answer: int, delivered: bool) -> None:
    assert Outcome(answer).delivered is delivered


def test_a_webhook_wants_its_kinds_in_its_areas() -> None:
    line = ("town", "west", "west-1")
    assert HOOK.wants("close", line)
    assert replace(HOOK, events=("close",), areas=("west",)).wants("close", line)
    assert not replace(HOOK, events=("close",)).wants("report", line)
    assert not replace(HOOK, areas=("east",)).wants("close", line)
