"""Who is there, what is sold, and what must come of it: added up with the standard library, sharing nothing.

All of it lies in one past month, so that nothing depends on the day on which the trial runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

PERIOD, NEXT = "2025-03", "2025-04"
FIRST = f"{PERIOD}-01"
SHOP, HOUSE, IN_STOCK = "trial", "trial-house", 100_000
SKUS = ("lamp", "vase", "rug", "cup")
COUNTED = "bell"
"""Ten are delivered, nine are found: what the keeper answers for."""

SALES_PACK, HOUSE_PACK = "night-shop-5", "ecommerce-department"
SELLERS = tuple(f"T{n:02}" for n in range(1, 7))
TALKER, KEEPER, ROSTERED = "T20", "T21", "T22"
STAFF = (TALKER, KEEPER, ROSTERED, *SELLERS)
COMMISSION = Decimal("0.01")  # night-shop-5, B-05.R2.1: 1 % of every completed order, each half up to the cent
BASE = {TALKER: Decimal(6000), KEEPER: Decimal(5000), ROSTERED: Decimal(4350)} | dict.fromkeys(SELLERS, Decimal(4000))
BONUS = {TALKER: Decimal(1000)}
REVIEWS = {
    "R1": (1, Decimal(200)),
    "R2": (3, Decimal(100)),
}  # ecommerce-department, A-004-1.20c and 1.20b: score, charge
UNIT_COST = Decimal("12.34")
DAYS_OF_A_MONTH = Decimal("21.75")  # one day of absence costs a day's pay and no more
CHINA = timezone(timedelta(hours=8))
STEPS = {"paid": timedelta(minutes=1), "shipped": timedelta(hours=5), "completed": timedelta(days=3)}
CENT = Decimal("0.01")


def day(number: int, hour: int, minute: int = 0) -> str:
    """Give an instant of the month."""
    start = datetime.fromisoformat(f"{FIRST}T00:00:00").replace(tzinfo=CHINA)
    return (start + timedelta(days=number - 1, hours=hour, minutes=minute)).isoformat()


@dataclass(frozen=True, slots=True)
class Sale:
    """One order: everything about it follows from its number."""

    number: int
    imported: bool = False

    @property
    def order_no(self) -> str:
        return f"{'F' if self.imported else 'A'}{self.number:06}"

    @property
    def seller(self) -> str:
        return SELLERS[self.number % len(SELLERS)]

    @property
    def sku(self) -> str:
        return SKUS[self.number % len(SKUS)]

    @property
    def price(self) -> Decimal:
        return (Decimal(1000 + self.number * 7919 % 90_001) / 100).quantize(CENT)

    @property
    def completed(self) -> bool:
        """Every tenth parcel is still on its way: it earns nothing yet."""
        return self.number % 10 != 9

    @property
    def steps(self) -> dict[str, str]:
        """When the order took each of its steps."""
        return {step: self._at(after) for step, after in STEPS.items() if step != "completed" or self.completed}

    @property
    def placed_at(self) -> str:
        return self._at(timedelta())

    @property
    def commission(self) -> Decimal:
        return (self.price * COMMISSION).quantize(CENT, ROUND_HALF_UP)

    def body(self) -> dict[str, Any]:
        """Say the order without its steps."""
        return {
            "shop": SHOP,
            "order_no": self.order_no,
            "placed_at": self.placed_at,
            "seller": self.seller,
            "lines": [{"line_no": 1, "sku": self.sku, "unit_price": str(self.price)}],
        }

    def _at(self, after: timedelta) -> str:
        placed = datetime.fromisoformat(day(1 + self.number % 25, 10)) + timedelta(seconds=self.number % 3000)
        return (placed + after).isoformat()


def net_pay(sales: Sequence[Sale]) -> dict[str, Decimal]:
    """Add up what everybody must be paid for the month."""
    net = {who: BASE[who] + BONUS.get(who, Decimal(0)) for who in STAFF}
    for sale in sales:
        if sale.completed:
            net[sale.seller] += sale.commission
    net[TALKER] -= sum(charge for _, charge in REVIEWS.values())
    net[KEEPER] -= UNIT_COST
    net[ROSTERED] -= (BASE[ROSTERED] / DAYS_OF_A_MONTH).quantize(CENT, ROUND_HALF_UP)
    return net
