"""Up to which amount somebody decides about a deduction (A-004-8.1a; above it the president, A-004-8.4)."""

from collections.abc import Set
from decimal import Decimal

from payroll.domain.errors import BeyondAuthority
from payroll.domain.money import shown
from payroll.domain.permissions import UNLIMITED

SHIPPED_LIMIT = Decimal("300.00")
"""CNY for each deduction, included (A-004-8.1a, C-17: per case), until the company sets another limit."""


def check_authority(roles: Set[str], amount: Decimal, limit: Decimal) -> None:
    """Refuse an amount (of either sign) that is above the caller's authority. Raises BeyondAuthority."""
    if abs(amount) > limit and roles.isdisjoint(UNLIMITED):
        raise BeyondAuthority(amount=shown(abs(amount)), limit=shown(limit))
