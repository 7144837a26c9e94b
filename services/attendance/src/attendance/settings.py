"""The environment of attendance as typed values."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every process is told; attendance needs nothing beyond it."""
