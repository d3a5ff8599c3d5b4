"""What can be set, from the command line or from environment variables that begin with ``GRIDGEO_``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridgeo.errors import BadInput


class Settings(BaseSettings):
    """Settings of one server."""

    model_config = SettingsConfigDict(env_prefix="GRIDGEO_", frozen=True)

    data: Path = Field(
        default=Path("out"), description="Folder with town.gpkg and plan.gpkg; the store is kept there too."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 lets other machines in.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    auth: Literal["optional", "required"] = Field(
        default="optional",
        description="Whether cases take a key: optional lets whoever sits at this machine do everything with them, required lets"
        " whoever carries no key report and see what the public may. Needed to listen on another address than loopback.",
    )
    session_hours: float = Field(default=12.0, gt=0, le=720, description="Hours after which a browser signs in again.")
    reports_hour: int = Field(
        default=30,
        ge=1,
        description="Reports an hour from one address (of IPv6, one /64) without a key; a third of them may come at once.",
    )
    reports_hour_all: int = Field(
        default=3_000, ge=1, description="The same from all addresses together, reports through Open311 among them."
    )
    guesses_hour: int = Field(
        default=60,
        ge=1,
        description="Keys, tokens and sessions an hour that may turn out wrong from one address (of IPv6, one /64); a third of them at once.",
    )
    guesses_hour_all: int = Field(default=6_000, ge=1, description="The same from all addresses together.")
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; none if not set.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of OpenID Connect tokens that are taken as keys; none if not set."
    )
    oidc_audience: str | None = Field(default=None, description="The audience (aud) that its tokens must name.")
    oidc_keys: str | None = Field(
        default=None, description="File or https address of the issuer's keys, a JWK set; RS256 and ES256 are taken."
    )
    oidc_role_claim: str = Field(
        default="gridgeo_role", description="Claim that tells the role; dots lead into it, e.g. realm_access.roles."
    )
    oidc_roles: dict[str, str] = Field(
        default={},
        description="Value of that claim to role, the first that fits; each role by its own name if not set.",
    )
    oidc_area_claim: str = Field(
        default="gridgeo_area", description="Claim that tells the area; a token without it speaks for all."
    )
    oidc_officer_claim: str = Field(default="gridgeo_officer", description="Claim that tells which officer it is.")
    oidc_name_claim: str = Field(default="name", description="Claim that tells the name that stands in events.")
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Host names that requests may be addressed to; left empty, this machine's own names when listening"
        " on it alone, any otherwise.",
    )
    officers_on_duty: bool = Field(
        default=True, description="Officers made from the plan's grids start on duty, at their grid's middle."
    )
    officers_mode: str = Field(default="foot", description="How officers made from the plan travel: foot, ebike, car.")
    busy_min: float = Field(
        default=0.0,
        ge=0,
        description="Minutes by which each open case puts an officer back when the nearest is chosen; 0 looks at the"
        " road alone.",
    )
    policy: Literal["nearest", "owner", "coverage"] = Field(
        default="nearest",
        description="Who is sent first: nearest, whoever is there first; owner, the officer of the grid; coverage, of those"
        " there in time the one who is missed least.",
    )
    response_min: float = Field(default=15.0, gt=0, description="Minutes to arrival that the policy coverage goes by.")
    fix_age_min: float | None = Field(
        default=None, ge=0, description="Minutes after which a position is too old to be sent from; any age if not set."
    )
    open_cases: int | None = Field(
        default=None,
        ge=1,
        description="Cases in hand with which an officer isn't sent any more; any number if not set.",
    )
    answer_s: float = Field(
        default=0.0,
        ge=0,
        description="Seconds within which whoever is sent has to acknowledge before the next candidate is asked; 0 waits for"
        " nobody's answer.",
    )
    time_zone: str = Field(
        default="UTC",
        description="Time zone of the working calendar where calendar.json names none, e.g. Asia/Shanghai.",
    )
    limits: str | None = Field(
        default=None,
        description="Time limits of a city that come along: city_a, city_b or golden (secondary sources); those of the"
        " table of categories if not set.",
    )
    clocks_s: float = Field(default=10.0, gt=0, description="Seconds between two looks at which cases go up a level.")
    simulate: bool = Field(default=False, description="Let simulated officers walk and simulated cases appear.")
    simulation_seed: int = Field(default=1, description="Seed of the simulation.")
    simulation_speed: float = Field(default=6.0, gt=0, description="How many times faster simulated officers are.")
    body_limit: int = Field(default=65_536, ge=1_024, description="Largest request body, bytes.")
    plan_limit: int = Field(
        default=16_777_216,
        ge=1_024,
        description="Largest body of a request that carries a key and changes plans, bytes.",
    )
    photo_limit: int = Field(default=12_582_912, ge=1_024, description="Largest photo of a case, bytes.")
    photo_wait_s: float = Field(default=60.0, gt=0, description="Longest time a photo may take to arrive, seconds.")
    photo_pixels: int = Field(
        default=50_000_000, ge=1, le=89_000_000, description="Most pixels of a photo; larger ones aren't decoded."
    )
    body_wait_s: float = Field(default=10.0, gt=0, description="Longest time a request may take to arrive, seconds.")
    reader_wait_s: float = Field(
        default=30.0, gt=0, description="Longest time that whoever is sent something may read nothing of it, seconds."
    )
    connections: int = Field(default=2_000, ge=1, description="Most connections at once.")
    writes: int = Field(
        default=512, ge=1, description="Most writing requests served at once; more are told to come again."
    )
    jurisdiction_id: str | None = Field(
        default=None,
        description="What Open311 clients call this town, e.g. city.gov; requests that name another get a 404. Any name is"
        " taken if not set.",
    )
    contact: str = Field(
        default="Ask whoever runs this server.", description="Whom developers may ask, as Open311 clients are told."
    )
    key_service: str = Field(
        default="Whoever runs this server makes keys with 'gridgeo keys add'.",
        description="How an API key is got, as Open311 clients are told.",
    )
    viewers: int = Field(default=500, ge=1, description="Most live streams at once.")
    stream_life_s: float = Field(default=3_600.0, gt=0, description="Longest life of one live stream, seconds.")
    ping_s: float = Field(
        default=4.0,
        gt=0,
        description="Seconds between two signs of life on a quiet stream; pages that hear nothing for twice as long and a"
        " second tell that the line is lost.",
    )
    indicators_s: float = Field(default=5.0, gt=0, description="Seconds between two looks at the indicators.")
    webhooks_s: float = Field(
        default=1.0, gt=0, description="Seconds between two looks at what webhooks are to be sent."
    )
    webhook_wait_s: float = Field(
        default=10.0, gt=0, description="Longest time that a webhook's receiver has to answer, seconds."
    )
    webhook_attempts: int = Field(
        default=8, ge=1, le=50, description="Attempts after which a webhook's message is given up; 8 take a few hours."
    )
    webhook_hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts that webhooks may be sent to though they lie inside or speak plain http, e.g. of an intranet.",
    )
    tile_cache: int = Field(default=2_000, ge=1, description="Most tiles kept in memory.")


def settings_from(**given: Any) -> Settings:
    """Settings of the environment, with the options that were given (not None) in place of its variables."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GRIDGEO_{str(first['loc'][0]).upper()}"
        raise BadInput(
            f"setting {name}={first['input']!r}: {first['msg'].lower()}; see the reference of settings"
        ) from None
