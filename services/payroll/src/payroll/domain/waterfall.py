"""What may be taken: each class of deduction within its legal limit, in the order of the law.

0. Time that was not worked is not paid: at most the value of that time, out of base salary.
1. What was not earned (a bonus whose condition failed, a commission whose sale was refunded) reduces the pool it
   belongs to, never base salary. A commission given back beyond this month's pool is carried; a bonus that is not
   there cannot be lost.
2. Compensation of a loss: at most 20 % of the month's wage, and never below the local minimum wage
   (工资支付暂行规定 art. 16); the rest is carried to later months, oldest case first.
3. A disciplinary fine: only where local rules allow it.

A charge may come with limits of its own (not confirmed, reduced on appeal, more than the time was worth): what they
hold back lapses; what the law holds back of a loss is carried.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from payroll.domain.clause import LegalClass
from payroll.domain.deciding import NOT_NOTICED
from payroll.domain.line import Kind, Limit, Line
from payroll.domain.money import CONTEXT, ZERO, cents_within
from payroll.domain.statute import Statute, Statutory, Unestablished
from payroll.domain.text import Text

MINIMUM_WAGE, LOSS_SHARE, FINE = (
    "minimum_wage_monthly",
    "loss_compensation_share",
    "disciplinary_fine_allowed",
)
ORDER = {legal_class: place for place, legal_class in enumerate(LegalClass)}
FROM_POOL = (LegalClass.UNWORKED_TIME, LegalClass.BONUS_NOT_EARNED)


@dataclass(slots=True)
class _Purse:
    """What is left to take from while the waterfall runs."""

    pools: dict[str, Decimal]
    wage: Decimal
    gross: Decimal
    loss_taken: Decimal = ZERO


def settle(
    earnings: Sequence[Line], charges: Iterable[Line], statutory: Statutory, place: str | None, day: date
) -> list[Line]:
    """Let each charge take what it may; answers the charges with `allowed`, `carried` and the limits held against them.

    `earnings` are the salary and earning lines. Charges run by class, then by the day they began, then by key.
    """
    pools: dict[str, Decimal] = {}
    for line in earnings:
        pools[line.pool] = pools.get(line.pool, ZERO) + line.allowed
    wage = sum(pools.values(), ZERO)
    purse, settled = _Purse(pools, wage, wage), list[Line]()
    for charge in sorted(charges, key=_rank):
        bound = min([-charge.wanted, *(limit.amount or ZERO for limit in charge.limits)])
        if not bound:
            line = charge
        elif charge.legal_class in FROM_POOL:
            line = _from_pool(charge, purse, bound)
            purse.gross += line.allowed
        elif charge.legal_class is LegalClass.LOSS_COMPENSATION:
            line = _compensation(charge, purse, bound, _loss_limits(charge, purse, statutory, place, day))
        elif charge.legal_class is LegalClass.DISCIPLINARY_FINE:
            line = _fine(charge, statutory, place, day)
        else:
            line = _agreed(charge, purse, bound)
        purse.wage += line.allowed
        settled.append(line)
    return settled


def _rank(line: Line) -> tuple[int, date, str]:
    assert line.legal_class is not None
    return ORDER[line.legal_class], line.since, line.key


def _from_pool(charge: Line, purse: _Purse, bound: Decimal) -> Line:
    pool = purse.pools.get(charge.pool, ZERO)
    taken = min(bound, pool)
    purse.pools[charge.pool] = pool - taken
    carried = taken - bound if charge.kind is Kind.REVERSAL else ZERO
    limit = Limit(Text(f"本月该项尚余 {pool}", f"left in its pool this month: {pool}"), pool, None, None)
    limits = charge.limits if taken == bound else (*charge.limits, limit)
    return replace(charge, allowed=-taken, carried=carried, limits=limits)


def _agreed(charge: Line, purse: _Purse, bound: Decimal) -> Line:
    taken = min(bound, purse.wage)
    return replace(charge, allowed=-taken, carried=taken - bound)


def _compensation(charge: Line, purse: _Purse, bound: Decimal, limits: list[Limit]) -> Line:
    taken = min([bound, *(limit.amount or ZERO for limit in limits)])
    purse.loss_taken += taken
    return replace(charge, allowed=-taken, carried=taken - bound, limits=(*charge.limits, *limits))


def _loss_limits(charge: Line, purse: _Purse, statutory: Statutory, place: str | None, day: date) -> list[Limit]:
    """List the limits of art. 16; one that cannot be established leaves 0: nothing is taken without a ground."""
    limits = [] if charge.told else [NOT_NOTICED]
    share = statutory.find(LOSS_SHARE, place, day)
    if isinstance(share, Statute):
        assert isinstance(share.value, Decimal)
        left = max(ZERO, cents_within(CONTEXT.multiply(share.value, max(ZERO, purse.gross))) - purse.loss_taken)
        percent = f"{share.value * 100:f}".rstrip("0").rstrip(".")
        title = Text(f"当月工资 {purse.gross} 的 {percent}%", f"{percent} % of this month's wage of {purse.gross}")
        limits.append(Limit(title, left, share.reference, share.confidence))
    else:
        limits.append(_unestablished(share))
    floor = statutory.find(MINIMUM_WAGE, place, day)
    if isinstance(floor, Statute):
        assert isinstance(floor.value, Decimal)
        title = Text(f"余额不低于当地最低工资 {floor.value}", f"never below the local minimum wage of {floor.value}")
        limits.append(Limit(title, max(ZERO, purse.wage - floor.value), floor.reference, floor.confidence))
    else:
        limits.append(_unestablished(floor))
    return limits


def _unestablished(missing: Unestablished) -> Limit:
    reason = missing.reason
    return Limit(Text(f"暂不扣：{reason.zh}", f"nothing is taken: {reason.en}"), None, None, None)


def _fine(charge: Line, statutory: Statutory, place: str | None, day: date) -> Line:
    """Refuse a true fine; where the law of the place would allow it, the company has to acknowledge its rules first."""
    allowed = statutory.find(FINE, place, day)
    if isinstance(allowed, Unestablished):
        return replace(charge, limits=(*charge.limits, _unestablished(allowed)))
    if allowed.value:
        title = Text(
            "罚款默认关闭：规章尚未公示并经员工确认",
            "off by default: no published, acknowledged rules are recorded",
        )
    else:
        title = Text("当地不允许罚款", "local rules forbid fines")
    return replace(charge, limits=(*charge.limits, Limit(title, ZERO, allowed.reference, allowed.confidence)))
