"""The environment of inventory as typed values."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every process is told; inventory needs nothing beyond it."""
