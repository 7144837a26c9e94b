"""The environment of payroll as typed values."""

from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every process is told, and where payroll asks others for their seals when a month is closed."""

    peers: Annotated[dict[str, str], Field(description='package name to address: {"orders": "http://host:port"}')] = (
        Field(default_factory=dict)
    )
    statement_seconds: Annotated[
        int, Field(ge=1, le=60, description="seconds for one statement; checking a run of thousands takes some")
    ] = 60
