"""Dated settings of shops: how long clocks run, and who answers for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from orders.domain.errors import SettingUnusable
from orders.domain.sellers import Sellers, read_sellers

Name = Literal[
    "payment_chase_minutes", "dispatch_target_hours", "dispatch_hours", "dispatch_holders", "operations_specialist"
]
REFUND_SEAT = "refund_seat"
"""Held by exactly one person of each shop (A-004-1.25c); it has a route of its own."""

SHIPPED: Mapping[str, str] = {
    "payment_chase_minutes": "60",  # B-05.D1.5
    "dispatch_target_hours": "24",  # B-08.1.4.2b: "within 24 hours, latest 48"
    "dispatch_hours": "48",
}
NUMBERS: Mapping[str, range] = {
    "payment_chase_minutes": range(1, 7 * 24 * 60 + 1),
    "dispatch_target_hours": range(1, 30 * 24 + 1),
    "dispatch_hours": range(1, 30 * 24 + 1),
}


class Setting(NamedTuple):
    """A value from a day on; without a shop it is every shop's that has none of its own."""

    name: str
    shop: str | None
    value: str
    valid_from: date


@dataclass(slots=True)
class ShopSettings:
    """All that was ever set, to be asked what is in force on a day."""

    rows: Mapping[tuple[str, str | None], list[Setting]] = field(default_factory=dict)

    def in_force(self, name: str, shop: str, on: date) -> Setting | None:
        """Give what was set for the shop, else for all shops; None where nobody has set anything."""
        for key in ((name, shop), (name, None)):
            for setting in reversed(self.rows.get(key, ())):
                if setting.valid_from <= on:
                    return setting
        return None

    def number(self, name: str, shop: str, on: date) -> int:
        """Give a threshold: what was set, else what ships."""
        found = self.in_force(name, shop, on)
        return int(found.value if found else SHIPPED[name])

    def people(self, name: str, shop: str, on: date) -> Sellers:
        """Give who answers for something, with their weights; nobody where nobody was named."""
        found = self.in_force(name, shop, on)
        return read_sellers(found.value) if found else ()

    def holder(self, shop: str, on: date) -> str | None:
        """Name the one person who may execute the shop's refunds."""
        found = self.in_force(REFUND_SEAT, shop, on)
        return found.value if found else None


def settings_of(rows: Iterable[Setting]) -> ShopSettings:
    """Make settings of rows in the order in which they were recorded; of one day's the last holds."""
    grouped: dict[tuple[str, str | None], list[Setting]] = {}
    for row in rows:
        grouped.setdefault((row.name, row.shop), []).append(row)
    for found in grouped.values():
        found.sort(key=lambda setting: setting.valid_from)  # stable
    return ShopSettings(grouped)


def read_value(name: Name, value: str) -> Sellers:
    """Check a value, and give the people it names. Raises SettingUnusable, SellersUnreadable, SellerListedTwice."""
    if (numbers := NUMBERS.get(name)) is None:
        return read_sellers(value, field="value")
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) in numbers):
        least, most = numbers[0], numbers[-1]
        raise SettingUnusable(
            field="value",
            name=name,
            value=repr(value),
            wanted=f"a whole number from {least} to {most}",
            wanted_zh=f"应为 {least} 到 {most} 的整数",
        )
    return ()
