"""The environment of one process as typed values."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

TimeZone = Annotated[ZoneInfo, BeforeValidator(lambda name: ZoneInfo(name) if isinstance(name, str) else name)]


class ServiceSettings(BaseSettings):
    """What every process of Zhanggui is told; a missing variable names itself when it is needed."""

    model_config = SettingsConfigDict(env_prefix="ZHANGGUI_", extra="ignore", arbitrary_types_allowed=True)

    database_url: Annotated[str, Field(repr=False, description="runtime role: postgresql://orders_app:…@host/orders")]
    nats_url: Annotated[str, Field(repr=False, description="nats://user:password@host:port")] = ""
    nats_monitor_url: Annotated[
        str, Field(description="the broker's monitoring endpoint; only it tells sync_always")
    ] = ""
    public_keys: Annotated[
        Path | None, Field(description="directory of <issuer>.pem, the Ed25519 keys trusted here")
    ] = None
    private_key: Annotated[Path | None, Field(description="own Ed25519 key, PEM")] = None
    timezone: Annotated[TimeZone, Field(description="the company's time zone; it decides business dates")] = ZoneInfo(
        "Asia/Shanghai"
    )
    pool_size: Annotated[int, Field(ge=1, le=100, description="database connections of this process")] = 10
    statement_seconds: Annotated[
        int, Field(ge=1, le=60, description="seconds an API lets one database statement take; then it answers 503")
    ] = 15
    outbox_limit: Annotated[
        int,
        Field(ge=2, description="events that may wait in the outbox; then what announces more is 503, imports at half"),
    ] = 500_000
    import_days: Annotated[
        int, Field(ge=1, le=365, description="days after which an import that nobody committed is dropped")
    ] = 7


class MigrationSettings(BaseSettings):
    """What a migration is told: the owner role, never given to a serving process."""

    model_config = SettingsConfigDict(env_prefix="ZHANGGUI_", extra="ignore")

    owner_database_url: Annotated[str, Field(repr=False)]


def broker_user(nats_url: str) -> str:
    """Read the user out of a broker address; inboxes are named after it, so that permissions can tell users apart."""
    return urlsplit(nats_url).username or "anonymous"
