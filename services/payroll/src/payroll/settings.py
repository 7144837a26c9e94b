"""The environment of payroll as typed values."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every process is told; payroll needs nothing beyond it."""
