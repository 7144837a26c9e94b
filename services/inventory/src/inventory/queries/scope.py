"""Which stocktakes and mismatches a caller sees, said in SQL."""

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import InstrumentedAttribute

from chassis.scope import Scope, about_people
from inventory.models import ColleagueRow, MismatchShareRow, StocktakePersonRow, StocktakeRow

DIRECTORY = ColleagueRow.__table__


def concerned(scope: Scope, stocktake_id: InstrumentedAttribute[object]) -> ColumnElement[bool]:
    """Cover stocktakes that somebody within the scope keeps, counts or answers in."""
    if scope.everybody:
        return true()
    person = StocktakePersonRow
    within = about_people(scope, person.employee_no, DIRECTORY)
    return exists(select(1).where(person.stocktake_id == stocktake_id, within))


def answered(scope: Scope, mismatch_id: InstrumentedAttribute[object]) -> ColumnElement[bool]:
    """Cover mismatches that somebody within the scope answers for."""
    if scope.everybody:
        return true()
    share = MismatchShareRow
    within = about_people(scope, share.employee_no, DIRECTORY)
    return exists(select(1).where(share.mismatch_id == mismatch_id, within))


def kept_blind(warehouse: InstrumentedAttribute[str], *, blind: bool, own: str | None) -> ColumnElement[bool]:
    """Say that a stocktake is open in a warehouse whose count the caller must not foresee.

    That is any for a `blind` caller, and one that `own` keeps or is named for, whatever else they may see.
    """
    is_open = [StocktakeRow.warehouse == warehouse, StocktakeRow.state == "open"]
    if not blind:
        person = StocktakePersonRow
        theirs = person.stocktake_id == StocktakeRow.stocktake_id, person.role.in_(("keeper", "named"))
        is_open.append(exists(select(1).where(*theirs, person.employee_no == (own or ""))))
    return exists(select(1).where(*is_open))
