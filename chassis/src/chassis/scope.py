"""Whose rows somebody may see: their own, their team's, their department's, those of some shops, or all.

Row scope stands in the query, so that a foreign row answers like an absent one, in lists, exports and totals too.
"""

from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from chassis.auth import Principal

LEADS = frozenset({"lead"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller sees of rows about people, and of rows about shops.

    `everybody`: rows about all people; else those about `own`, about `own`'s team where `team` is set, and about
    people of `departments`. `shops`: only rows of these shops; none named: of all.
    """

    everybody: bool
    own: str
    team: bool
    departments: frozenset[str]
    shops: frozenset[str]


def scope_of(by: Principal, *, sees_all: Set[str]) -> Scope:
    """Tell what a caller sees where the roles `sees_all` see everybody.

    Such a caller whose account names departments sees these departments only. A lead sees their team and the
    departments of their account; whoever else, themselves; somebody without an employee number, nobody.
    """
    own = by.employee_no or ""
    if not by.roles.isdisjoint(sees_all):
        return Scope(not by.departments, own, False, by.departments, by.shops)
    leads = not by.roles.isdisjoint(LEADS)
    return Scope(False, own, leads and own != "", by.departments if leads else frozenset(), by.shops)


def about_people(
    scope: Scope, employee_no: ColumnElement[str] | InstrumentedAttribute[str], directory: FromClause
) -> ColumnElement[bool]:
    """Say in SQL which people's rows a scope covers.

    `directory` is the service's projection of `employee.*`, with the columns employee_no, department and manager_no.
    A team is everybody below somebody, however far.
    """
    if scope.everybody:
        return true()
    covered: list[ColumnElement[bool]] = [employee_no == scope.own]
    people = directory.c
    if scope.team:
        below = select(people.employee_no).where(people.manager_no == scope.own).cte(recursive=True)
        further = directory.alias()
        below = below.union(select(further.c.employee_no).where(further.c.manager_no == below.c.employee_no))
        covered.append(employee_no.in_(select(below.c.employee_no)))
    if scope.departments:
        covered.append(employee_no.in_(select(people.employee_no).where(people.department.in_(scope.departments))))
    return or_(*covered)


def of_shops(scope: Scope, shop: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Say in SQL which shops' rows a scope covers."""
    return shop.in_(scope.shops) if scope.shops else true()


def covers_shop(scope: Scope | Principal, shop: str) -> bool:
    """Tell whether a shop lies within a scope, or within what somebody's account is limited to."""
    return not scope.shops or shop in scope.shops
