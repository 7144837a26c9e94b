"""The environment of service-desk as typed values."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every process is told; service-desk needs nothing beyond it."""
