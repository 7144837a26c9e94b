"""What time that was not worked is worth: no rule takes more than that as "no work, no pay" (law/statutory.md, 5)."""

from decimal import Decimal

from payroll.domain.clause import Clause, LegalClass
from payroll.domain.facts import Fact
from payroll.domain.money import CONTEXT, cents
from payroll.domain.month import CannotPrice, Month
from payroll.domain.text import Text

DAILY = Text("日工资", "daily wage")
HOURLY = Text("小时工资", "hourly wage")


def worth_of(clause: Clause, fact: Fact, month: Month) -> Decimal | None:
    """Tell what the time of a fact is worth: its days at the daily wage, else its minutes at the hourly wage.

    None for clauses of any other legal class. Raises CannotPrice when the wage is not known.
    """
    if clause.legal_class is not LegalClass.UNWORKED_TIME:
        return None
    days, minutes = fact.fields.get("days"), fact.fields.get("minutes")
    if isinstance(days, Decimal):
        return cents(CONTEXT.multiply(month.term("daily_wage", DAILY), days))
    if isinstance(minutes, Decimal):
        return cents(CONTEXT.divide(CONTEXT.multiply(month.term("hourly_wage", HOURLY), minutes), Decimal(60)))
    raise CannotPrice(Text("没有说明未工作的时间", "the time that was not worked is not said"))
