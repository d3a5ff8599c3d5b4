"""`/api/v1/roles` and `/api/v1/me`: what roles there are, and who the bearer of a key is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.auth.roles import permissions, roles

router = APIRouter(prefix="/api/v1", tags=["auth"])


@router.get("/roles")
def all_roles() -> dict[str, Any]:
    """The roles, and what each may do."""
    return {
        "roles": [
            {"role": one.role, "name_en": one.name_en, "name_zh": one.name_zh, "may": sorted(one.may)}
            for one in roles().values()
        ],
        "permissions": [
            {"permission": name, "meaning_en": words["en"], "meaning_zh": words["zh"]}
            for name, words in permissions().items()
        ],
    }


@router.get("/me")
def me(bearer: BearerOf) -> dict[str, Any]:
    """Who the bearer of the key is, and what they may do."""
    return {
        "key": bearer.key,
        "name": bearer.name,
        "role": bearer.role,
        "area": bearer.area,
        "may": sorted(roles()[bearer.role].may),
    }
