"""The environment of the gateway as typed values."""

from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What the gateway is told beyond what every process is told."""

    upstreams: Annotated[
        dict[str, str], Field(description='package name to address: {"orders": "http://host:port"}')
    ] = Field(default_factory=dict)
    body_limit: Annotated[int, Field(gt=0, description="bytes of a request body")] = 2 * 1024 * 1024
    upload_limit: Annotated[int, Field(gt=0, description="bytes of an upload to /imports")] = 512 * 1024 * 1024
    metrics_token: Annotated[str, Field(repr=False, description="bearer token of whoever scrapes /metrics")] = ""
    statement_seconds: Annotated[
        int, Field(ge=1, le=60, description="seconds for one statement; every request of a visitor waits for one")
    ] = 5
    upstream_timeout: Annotated[float, Field(gt=0, description="seconds without a byte from a service")] = 60.0
    user_rate: Annotated[float, Field(gt=0, description="requests a second of one account")] = 5_000
    address_rate: Annotated[float, Field(gt=0, description="requests a second from one address")] = 10_000
    refused_rate: Annotated[float, Field(gt=0, description="invalid tokens a second from one address")] = 20
    sign_in_rate: Annotated[float, Field(gt=0, description="sign-ins a second from one address")] = 30
