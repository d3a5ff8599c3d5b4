"""What empties the outbox: one webhook's messages one after another, several webhooks at once, each message at least once.

A message is settled only after its answer came. A server that is killed in between sends it again when it is back, with the same
``webhook-id``; whoever receives it tells by that.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from starlette.concurrency import run_in_threadpool

from gridgeo_server.errors import BadRequest, NotFound, StoreUnavailable
from gridgeo_server.state import State
from gridgeo_server.store import Transaction
from gridgeo_server.webhooks import store
from gridgeo_server.webhooks.addresses import target_of
from gridgeo_server.webhooks.model import DEAD, DELIVERED, Message, Outcome, Webhook, given_up, headers, pause
from gridgeo_server.webhooks.posting import post

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Most webhooks that are sent to at the same time."""


@dataclass
class Sender:
    """Sends what lies in the outbox of `state`; `random` scatters the times of new attempts."""

    state: State
    random: Random = field(default_factory=Random)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def run(self) -> None:
        """Look again and again for what is due, until cancelled."""
        busy: set[str] = set()

        async def send_on(webhook: str) -> None:
            try:
                while await self.send_next(webhook):
                    pass
            except StoreUnavailable as error:
                logger.warning("webhook %s waits: %s", webhook, error)
            except Exception:
                logger.exception("webhook %s could not be sent to; it is tried again", webhook)
            finally:
                busy.discard(webhook)

        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    for webhook in await run_in_threadpool(self.due):
                        if webhook not in busy and len(busy) < AT_ONCE:
                            busy.add(webhook)
                            group.create_task(send_on(webhook))
                except StoreUnavailable as error:
                    logger.warning("the outbox waits: %s", error)
                except Exception:
                    logger.exception("the outbox could not be looked at; it is tried again")
                await asyncio.sleep(self.state.settings.webhooks_s)

    def due(self) -> list[str]:
        """Webhooks whose next message may be sent now; the one that waits longest first."""
        now = self.state.clock()
        with self.state.store.reading() as connection:
            heads = [store.head(connection, one.webhook) for one in store.active(connection)]
        ready = [one for one in heads if one is not None and one.next_at <= now]
        return [one.webhook for one in sorted(ready, key=lambda one: one.next_at)]

    async def send_next(self, webhook: str) -> bool:
        """Send the next message of a webhook, if it is due; whether to go on with the one behind it."""
        found = await run_in_threadpool(self._next, webhook)
        if found is None:
            return False
        hook, message = found
        outcome = await self._attempt(hook, message)
        return await run_in_threadpool(self._settle, hook, message, outcome)

    async def _attempt(self, hook: Webhook, message: Message) -> Outcome:
        settings = self.state.settings
        try:
            target = target_of(hook.url, settings.webhook_hosts)
        except BadRequest as error:  # the setting changed since
            return Outcome(fault=str(error))
        now = self.state.clock()
        former = (one.secret for one in hook.signing(now))
        signed = headers(message.message, hook.secret, message.body, now, *former)
        return await post(target, signed, message.body.encode(), settings.webhook_wait_s, self.context)

    def _next(self, webhook: str) -> tuple[Webhook, Message] | None:
        with self.state.store.reading() as connection:
            try:
                hook = store.get(connection, webhook)
            except NotFound:
                return None
            message = store.head(connection, webhook)
        due = message is not None and message.next_at <= self.state.clock()
        return (hook, message) if message is not None and due and hook.state == "active" else None

    def _settle(self, hook: Webhook, message: Message, outcome: Outcome) -> bool:
        now = self.state.clock()
        settled = self._after(message, outcome, now)

        def work(transaction: Transaction) -> None:
            store.settle(transaction.connection, settled)
            if len(hook.signing(now)) < len(hook.former):
                store.forget_lapsed(transaction.connection, hook.webhook, now)
            if outcome.gone:
                store.stop(transaction.connection, hook, now, "the receiver answered 410: it wants nothing more")

        self.state.store.write(work)
        if settled.state == DEAD:
            logger.warning("webhook %s: message %s was given up: %s", hook.webhook, message.message, settled.fault)
        return settled.settled_at is not None

    def _after(self, message: Message, outcome: Outcome, now: datetime) -> Message:
        attempts = message.attempts + 1
        tried = replace(message, attempts=attempts, tried_at=now, answer=outcome.answer, fault=outcome.fault)
        if outcome.delivered:
            return replace(tried, state=DELIVERED, settled_at=now, fault=None)
        tried = replace(tried, fault=outcome.fault or f"the receiver answered {outcome.answer}")
        if outcome.gone or given_up(message, attempts, now, self.state.settings.webhook_attempts):
            return replace(tried, state=DEAD, settled_at=now)
        return replace(tried, next_at=now + pause(attempts, self.random))
