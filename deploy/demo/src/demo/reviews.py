"""Reviews: most of them good; the others with cause, responsible people and the shop's public answer."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import wording
from demo.attended import Attended
from demo.month import Month, wall
from demo.people import Person
from demo.plan import COMPLAINTS, Complaint
from demo.sales import Order

REVIEWS, FAIR = 400, 36


@dataclass(frozen=True, slots=True)
class Review:
    """A buyer's review of an order, with the public answer if there is one."""

    review_no: str
    order: Order
    score: int
    text: str
    written_at: datetime
    answered_at: datetime | None = None
    answered_by: Person | None = None
    complaint: Complaint | None = None

    @property
    def turned_at(self) -> datetime | None:
        """When the buyer made it a good one, if so."""
        turned = self.complaint is not None and self.complaint.fate == "turned"
        return self.written_at + timedelta(days=3, hours=2) if turned else None


def reviews_of(month: Month, orders: Sequence[Order], attended: Iterable[Attended]) -> list[Review]:
    """Write the reviews of a month in the order of time; one review an order."""
    chance = month.chance("reviews")
    until = month.exported_at - timedelta(days=9)
    done = [order for order in orders if order.completed_at and order.completed_at < until]
    service = [one for one in attended if one.duty.person.work == "after_sales" and one.came_at]
    taken: set[str] = set()
    written: list[tuple[datetime, Order, int, str, Complaint | None]] = []
    for complaint in COMPLAINTS:
        fitting = [order for order in done if order.order_no not in taken and _sold_by(order, complaint.seller)]
        order = chance.choice(fitting)
        taken.add(order.order_no)
        written.append((_after(chance, order), order, complaint.score, complaint.text, complaint))
    for order in chance.sample([order for order in done if order.order_no not in taken], REVIEWS - len(COMPLAINTS)):
        score, texts = (4, wording.FAIR_REVIEWS) if chance.random() < FAIR / REVIEWS else (5, wording.GOOD_REVIEWS)
        written.append((_after(chance, order), order, score, chance.choice(texts), None))
    written.sort(key=lambda one: (one[0], one[1].order_no))
    return [
        _review(chance, f"P{month.first:%y%m}{number:05d}", one, service) for number, one in enumerate(written, start=1)
    ]


def _sold_by(order: Order, seller: str) -> bool:
    return not seller or order.sellers == ((seller, 1),)


def _after(chance: random.Random, order: Order) -> datetime:
    assert order.completed_at is not None
    return order.completed_at + timedelta(minutes=chance.randrange(20, 5 * 1440))


def _review(
    chance: random.Random,
    review_no: str,
    told: tuple[datetime, Order, int, str, Complaint | None],
    service: Sequence[Attended],
) -> Review:
    written_at, order, score, text, complaint = told
    if complaint is None and chance.random() > 0.25:
        return Review(review_no, order, score, text, written_at)
    wanted = timedelta(hours=29) if complaint and complaint.late_answer else timedelta(minutes=chance.randrange(5, 240))
    answered_at, by = _answered(service, written_at + wanted)
    return Review(review_no, order, score, text, written_at, answered_at, by, complaint)


def _answered(service: Iterable[Attended], wanted: datetime) -> tuple[datetime, Person]:
    """Find the first moment from `wanted` on at which somebody of after-sales is there, and who."""
    moments = ((max(wanted, start), one.duty.person) for one in service for start, end in one.intervals if end > wanted)
    return min(moments, key=lambda moment: (moment[0], moment[1].employee_no))


def review_rows(reviews: Iterable[Review]) -> list[dict[str, str]]:
    """The reviews as a shop keeps them; what the buyer changed later is not in it."""
    return [
        {
            "评价编号": review.review_no,
            "店铺": review.order.shop,
            "订单编号": review.order.order_no,
            "买家": review.order.buyer,
            "评分": str(review.score),
            "评价内容": review.text,
            "评价时间": wall(review.written_at),
            "责任人工号": _parties(review.complaint),
            "原因": review.complaint.cause if review.complaint else "",
            "回复时间": wall(review.answered_at),
            "回复人工号": review.answered_by.employee_no if review.answered_by else "",
        }
        for review in reviews
    ]


def _parties(complaint: Complaint | None) -> str:
    if complaint is None:
        return ""
    parties = complaint.responsible
    return ",".join(f"{who}:{weight}" if len(parties) > 1 else who for who, weight in parties)
