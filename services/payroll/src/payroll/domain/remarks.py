"""What a payslip says besides its lines: what had no effect, what to look at, what stops it."""

from decimal import Decimal

from payroll.domain.assessment import Assessed
from payroll.domain.clause import Rulebook
from payroll.domain.facts import Fact
from payroll.domain.money import ZERO, shown
from payroll.domain.period import Period
from payroll.domain.statute import Statute, Statutory
from payroll.domain.terms import Person
from payroll.domain.text import Text
from payroll.domain.waterfall import MINIMUM_WAGE


def unpriced_cases(facts: list[Fact], assessed: Assessed) -> list[Text]:
    """Name loss cases that cite a clause not in force: they may not vanish without a word."""
    cases = [fact for fact in facts if fact.type == "loss.confirmed"]
    if not cases:
        return []
    priced = {entry.event_id for a in assessed.by_clause.values() for entry in a.entries}
    return [
        Text(
            f"赔偿案 {f.event_id} 所依据的条款 {f.fields['clause']} 在 {f.business_date} 并未生效",
            f"loss case {f.event_id} cites clause {f.fields['clause']}, which is not in force on {f.business_date}",
        )
        for f in cases
        if f.event_id not in priced
    ]


def refund_remarks(refunds: list[Fact]) -> list[Text]:
    """Say which refunds took nothing back: no sale of ours is behind them, or it earned this person nothing."""
    remarks = []
    historical, unearned = [f for f in refunds if not f.sale], [f for f in refunds if f.sale]
    if historical:
        count, total = len(historical), shown(sum((f.amount for f in historical), ZERO))
        zh = f"历史退款 {count} 笔，合计 {total}：没有对应的已提成订单，不影响工资"
        en = f"{count} historical refunds of {total} together: no sale that earned commission is behind them, no effect"
        remarks.append(Text(zh, en))
    if unearned:
        count, total = len(unearned), shown(sum((f.amount for f in unearned), ZERO))
        zh = f"退款 {count} 笔，合计 {total}：对应的订单没有给您提成，不影响工资"
        en = f"{count} refunds of {total} together: their sales had earned you nothing, no effect"
        remarks.append(Text(zh, en))
    return remarks


def person_remarks(
    period: Period, person: Person, gross: Decimal, statutory: Statutory, place: str | None
) -> list[Text]:
    """Say what somebody should look at: no terms of pay, a whole month below the local minimum wage."""
    remarks = []
    if person.terms_on(period.last) is None and person.employed_days(period):
        remarks.append(Text("没有登记工资约定：没有基本工资", "no terms of pay are recorded: no base salary is paid"))
    floor = statutory.find(MINIMUM_WAGE, place, period.last) if place else None
    whole_month = person.employed_days(period) == (period.first, period.last)
    if isinstance(floor, Statute) and isinstance(floor.value, Decimal) and whole_month and gross < floor.value:
        zh = f"应发 {gross} 低于当地最低工资 {floor.value}（{floor.reference.zh}），请核对是否提供了正常劳动"
        en = (
            f"gross {gross} is below the local minimum wage of {floor.value} ({floor.reference.en}): check working time"
        )
        remarks.append(Text(zh, en))
    return remarks


def unpriced_facts(assessed: Assessed, rulebook: Rulebook, person: Person, period: Period) -> list[Text]:
    """Name facts that no rulebook was in force for where several are adopted and none was agreed with the person."""
    terms = person.terms_on(period.last)
    if not assessed.unpriced or not rulebook.versions or rulebook.only_pack or (terms and terms.scheme):
        return []
    zh = f"{assessed.unpriced} 条事实没有计价：公司采用了多个制度，工资约定没有写明适用哪一个"
    en = f"{assessed.unpriced} facts are not priced: several packs are adopted and the terms name none of them"
    return [Text(zh, en)]
