"""What a `Content-Type` says of a body."""

from __future__ import annotations

from email.message import Message


def is_json(content_type: str) -> bool:
    """Whether a `Content-Type` says that a body is JSON.

    Examples
    --------
    >>> [is_json(kind) for kind in ("application/json; charset=utf-8", "application/geo+json", "text/plain", "")]
    [True, True, False, False]
    """
    if content_type == "application/json":
        return True
    message = Message()
    message["content-type"] = content_type or "text/plain"
    kind = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (kind == "json" or kind.endswith("+json"))


def charset_of(content_type: str) -> str | None:
    """The charset that a `Content-Type` declares, in small letters; None where it declares none.

    Examples
    --------
    >>> charset_of('text/csv; header=present; charset="Windows-1252"'), charset_of("text/csv")
    ('windows-1252', None)
    """
    message = Message()
    message["content-type"] = content_type or "text/plain"
    return message.get_content_charset()
