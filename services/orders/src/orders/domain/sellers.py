"""Who sold it: read out of a remark or a column, and what each one's part comes to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from orders.domain.errors import SellerLeft, SellerListedTwice, SellersUnreadable, SellerUnknown
from orders.domain.money import NOTHING, apportion

WHOLE_ORDER = 0
"""Stands for the line number where sellers stand for all lines that have no sellers of their own."""

REMARK_PATTERN = r"(?:工号|客服)\s*[:：]?\s*([A-Za-z]*\d+)"
"""Agents write their staff number into the order's remark (catalogue B-01.7a)."""


class Seller(NamedTuple):
    """One of the people who sold something; weights are integers so that thirds are exact."""

    employee_no: str
    weight: int = 1


class Holding(NamedTuple):
    """What one seller holds at present of a line's money, or of the order's (line WHOLE_ORDER)."""

    line_no: int
    employee_no: str
    weight: int
    amount: Decimal


Sellers = tuple[Seller, ...]

_ONE = re.compile(r"([^\s,;，；、:：*]{1,64})(?:\s*[:：*]\s*([1-9]\d{0,5}))?")
_BETWEEN = re.compile(r"\s*[,;，；、]\s*")


def sellers_in_remark(remark: str | None, pattern: re.Pattern[str]) -> Sellers:
    """Read staff numbers out of a remark: the pattern's first group, or its whole match; each person once."""
    found = [match[1] if pattern.groups else match[0] for match in pattern.finditer(remark or "")]
    return tuple(Seller(employee_no) for employee_no in dict.fromkeys(found) if employee_no)


def read_sellers(text: str, *, field: str = "seller") -> Sellers:
    """Read a column: `A001`, or `A001:2,A002:1`.

    Raises SellersUnreadable, SellerListedTwice.
    """
    found = []
    for part in _BETWEEN.split(text.strip()):
        if (match := _ONE.fullmatch(part)) is None:
            raise SellersUnreadable(field=field, text=text)
        found.append(Seller(match[1], int(match[2] or 1)))
    return each_once(found, field=field)


def each_once(sellers: Sequence[Seller], *, field: str) -> Sellers:
    """Take sellers as they are listed; raises SellerListedTwice."""
    if len(sellers) > 1:
        seen: set[str] = set()
        for seller in sellers:
            if seller.employee_no in seen:
                raise SellerListedTwice(field=field, employee_no=seller.employee_no)
            seen.add(seller.employee_no)
    return tuple(sellers)


@dataclass(frozen=True, slots=True)
class Directory:
    """What the staff directory says about some people: their last day, None while they are employed."""

    knows_anybody: bool
    last_day: Mapping[str, date | None]

    def employs(self, employee_no: str, on: date) -> bool:
        """Tell whether somebody works here on a day; while the directory is empty, everybody may."""
        if not self.knows_anybody:
            return True
        return employee_no in self.last_day and on <= (self.last_day[employee_no] or on)

    def check(self, people: Iterable[str], *, sold_on: date, accepts_leavers: bool) -> None:
        """Refuse sellers who cannot have sold it; while the directory is empty, everybody can have.

        Raises SellerUnknown, SellerLeft.
        """
        if not self.knows_anybody:
            return
        for employee_no in people:
            if employee_no not in self.last_day:
                raise SellerUnknown(field="seller", employee_no=employee_no)
            last_day = self.last_day[employee_no]
            if last_day is not None and last_day < sold_on and not accepts_leavers:
                raise SellerLeft(field="seller", employee_no=employee_no)


def held(amounts: Mapping[int, Decimal], sellers: Sellers, line_sellers: Mapping[int, Sellers]) -> tuple[Holding, ...]:
    """Split the money of an order's lines (line number to amount) among those who sold it.

    Lines with sellers of their own are split each by itself; what remains is split once, as one sum, among the order's
    sellers. An order without lines gives its sellers a share of nothing.
    """
    holdings: list[Holding] = []
    if sellers and (not amounts or len(line_sellers) < len(amounts)):
        rest = sum((amount for no, amount in amounts.items() if no not in line_sellers), NOTHING)
        holdings += _split(WHOLE_ORDER, rest, sellers)
    for line_no, own in line_sellers.items():
        holdings += _split(line_no, amounts[line_no], own)
    return tuple(holdings)


def _split(line_no: int, amount: Decimal, sellers: Sellers) -> list[Holding]:
    parts = apportion(amount, [seller.weight for seller in sellers])
    return [Holding(line_no, s.employee_no, s.weight, part) for s, part in zip(sellers, parts, strict=True)]


def totals(holdings: Sequence[Holding]) -> dict[str, Decimal]:
    """Add holdings up by person, in the order in which people are first listed."""
    if len(holdings) == 1:
        return {holdings[0].employee_no: holdings[0].amount}
    sums: dict[str, Decimal] = {}
    for holding in holdings:
        sums[holding.employee_no] = sums.get(holding.employee_no, NOTHING) + holding.amount
    return sums


def taken_back(holdings: Sequence[Holding], amount: Decimal) -> list[Decimal]:
    """Tell how much of a refund falls on each holding of one line (or of the order's rest).

    By what each still holds, so that nobody gives back more than they have and a full refund takes everything.
    """
    return apportion(amount, [int(holding.amount.scaleb(2)) for holding in holdings])
