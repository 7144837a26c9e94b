"""Whose pay the caller may see."""

from chassis.auth import Principal
from chassis.scope import Scope, scope_of
from payroll.domain.errors import WholeCompanyOnly
from payroll.domain.permissions import SEES_ALL


def seen_by(by: Principal) -> Scope:
    """Tell whose pay the caller sees."""
    return scope_of(by, sees_all=SEES_ALL)


def whole_company(by: Principal) -> None:
    """Refuse an account limited to departments what concerns everybody. Raises WholeCompanyOnly."""
    if not seen_by(by).everybody:
        raise WholeCompanyOnly()
