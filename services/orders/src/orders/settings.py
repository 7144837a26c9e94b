"""The environment of orders as typed values."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.settings import ServiceSettings
from orders.domain.sellers import REMARK_PATTERN


def _compiles(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"ZHANGGUI_REMARK_PATTERN is no regular expression: {error}") from error
    if groups > 1:
        raise ValueError("ZHANGGUI_REMARK_PATTERN may have one group, the staff number")
    return pattern


class Settings(ServiceSettings):
    """What every process is told, and how this company's agents sign their orders."""

    remark_pattern: Annotated[
        str,
        AfterValidator(_compiles),
        Field(description="finds staff numbers (工号) in order remarks: the first group, or the whole match"),
    ] = REMARK_PATTERN
