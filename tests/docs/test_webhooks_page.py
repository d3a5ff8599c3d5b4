"""The receiver that the page on webhooks shows tells genuine messages from others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gridgeo_server.webhooks.model import headers, new_secret

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "webhooks.md"


def test_the_receiver_of_the_page_takes_what_the_server_signs_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(code, names)
    genuine, secret, body, now = (
        names["genuine"],
        new_secret(),
        '{"type":"case.close","note":"已办结"}',
        datetime.now(UTC),
    )
    signed = headers("msg_1", secret, body, now)
    assert genuine(signed, body.encode(), secret)
    changing = headers("msg_1", new_secret(), body, now, secret)
    assert genuine(changing, body.encode(), secret)
    assert not genuine(changing, body.encode(), new_secret())
    assert not genuine(signed, body.encode() + b" ", secret)
    assert not genuine(signed, body.encode(), new_secret())
    assert not genuine({**signed, "webhook-id": "msg_2"}, body.encode(), secret)
    old = headers("msg_1", secret, body, now - timedelta(minutes=10))
    assert not genuine(old, body.encode(), secret)
