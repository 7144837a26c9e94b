"""The terms of pay that formulas may read of a person's month; what is not known is refused by name when it is read."""

from decimal import Decimal

from payroll.domain.money import CONTEXT, ZERO
from payroll.domain.period import Period
from payroll.domain.statute import Statutory, Unestablished
from payroll.domain.terms import Person
from payroll.domain.text import Text
from payroll.domain.waterfall import MINIMUM_WAGE

PAID_DAYS, SICK_FLOOR = "paid_days_a_month", "sick_pay_floor_share"
HOURS_A_DAY = Decimal(8)
# years of continuous service from which the next share of a local sick pay scale holds
SICK_SCALE = (8, 6, 4, 2, 0)


def term_values(period: Period, statutory: Statutory, person: Person) -> dict[str, Decimal | Text]:
    """Gather the values by name; a Text says why a value is not known, one not agreed or recorded is left out.

    An hour's wage is a day's / 8, a day's the month's / 21.75 (人社部发〔2025〕2号). A day of sick leave is worth the
    local scale's share of the daily wage, at least 80 % of the minimum wage, at most the daily wage.
    """
    values: dict[str, Decimal | Text] = {}
    employed = person.employed_days(period)
    terms = person.terms_on(employed[1]) if employed else None
    if person.hire_date is not None:
        last, hired = period.last, person.hire_date
        anniversary_passed = (last.month, last.day) >= (hired.month, hired.day)
        values["years_of_service"] = Decimal(max(0, last.year - hired.year - (not anniversary_passed)))
    if terms is None:
        return values
    values["base_salary"] = terms.base_salary
    values["performance_bonus"] = terms.performance_bonus or ZERO
    values["attendance_bonus"] = terms.attendance_bonus or ZERO
    paid_days = _value(statutory, PAID_DAYS, None, period)
    if isinstance(paid_days, Decimal):
        daily = CONTEXT.divide(terms.base_salary, paid_days)
        values["daily_wage"], values["hourly_wage"] = daily, CONTEXT.divide(daily, HOURS_A_DAY)
        values["sick_pay_daily"] = _sick_pay(period, statutory, person, daily, paid_days)
    return values


def _sick_pay(
    period: Period, statutory: Statutory, person: Person, daily: Decimal, paid_days: Decimal
) -> Decimal | Text:
    place, years = person.place_on(period.last), 0
    if person.hire_date is not None:
        years = max(0, (period.last - person.hire_date).days * 4 // 1461)
    step = next(years_from for years_from in SICK_SCALE if years >= years_from)
    share = _value(statutory, f"sick_pay_share_{step}_years", place, period)
    floor = _value(statutory, SICK_FLOOR, place, period)
    minimum = _value(statutory, MINIMUM_WAGE, place, period)
    if isinstance(share, Text):
        return share
    if isinstance(floor, Text) or isinstance(minimum, Text):
        return floor if isinstance(floor, Text) else minimum
    least = CONTEXT.divide(CONTEXT.multiply(floor, minimum), paid_days)
    return min(daily, max(CONTEXT.multiply(share, daily), least))


def _value(statutory: Statutory, name: str, place: str | None, period: Period) -> Decimal | Text:
    found = statutory.find(name, place, period.last)
    if isinstance(found, Unestablished):
        return found.reason
    assert isinstance(found.value, Decimal)
    return found.value
