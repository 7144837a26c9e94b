"""What is allowed, from which day on, in which shop: dated settings, with the values the product ships with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service_desk.domain.clocks import Limits
from service_desk.domain.duty import day_ends
from service_desk.domain.errors import ThresholdUnusable

EVERY_SHOP = ""


class Threshold(NamedTuple):
    """A setting: the value it ships with, its bounds, and whether a shop may have its own; `most` 0: a person."""

    shipped: str
    least: int
    most: int
    by_shop: bool
    source: str


SETTINGS: Mapping[str, Threshold] = MappingProxyType(
    {
        "greeting_seconds": Threshold("30", 1, 86_400, True, "B-03.6a, B 4.5"),
        "reply_seconds": Threshold("180", 1, 86_400, True, "A-004-1.10b, C-19"),
        "count_unanswered": Threshold("1", 0, 1, True, "B-04.3.2b"),
        "day_close_minutes": Threshold("360", 0, 1_440, False, "B-05.N1a: shifts end after midnight"),
        "conversion_window_hours": Threshold("48", 1, 720, True, "B-05.R2.1, A7"),
        "review_reply_hours": Threshold("24", 1, 720, True, "A-004-1.19b"),
        "after_sales_holder": Threshold("", 0, 0, True, "A-004-1.19a"),
    }
)


class Setting(NamedTuple):
    """A value in force from a day on; shop '' means every shop without a value of its own."""

    name: str
    shop: str
    value: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All settings that were ever made, in the order in which they were recorded."""

    settings: Mapping[tuple[str, str], tuple[Setting, ...]]

    def text(self, name: str, shop: str, day: date) -> str:
        """Give the value in force in a shop on a day."""
        for scope in (shop, EVERY_SHOP):
            past = [s for s in self.settings.get((name, scope), ()) if s.valid_from <= day]
            if past:  # max takes the first of equals, so the last recorded must come first
                return max(reversed(past), key=lambda setting: setting.valid_from).value
        return SETTINGS[name].shipped

    def number(self, name: str, shop: str, day: date) -> int:
        """Give the value of a setting that is a number."""
        return int(self.text(name, shop, day))

    def day_ends(self, day: date, zone: ZoneInfo) -> datetime:
        """Tell when a business date is closed."""
        return day_ends(day, self.number("day_close_minutes", EVERY_SHOP, day), zone)

    def limits(self, shop: str, day: date) -> Limits:
        """Give what the clocks of a shop's chats allow on a day."""
        return Limits(
            self.number("greeting_seconds", shop, day),
            self.number("reply_seconds", shop, day),
            self.number("day_close_minutes", EVERY_SHOP, day),
            bool(self.number("count_unanswered", shop, day)),
        )


def thresholds(settings: Iterable[Setting]) -> Thresholds:
    """Sort settings, in the order in which they were recorded, by name and shop."""
    found: dict[tuple[str, str], tuple[Setting, ...]] = {}
    for setting in settings:
        key = setting.name, setting.shop
        found[key] = (*found.get(key, ()), setting)
    return Thresholds(found)


def check_setting(name: str, shop: str, value: str) -> str:
    """Give a value in its normal form. Raises ThresholdUnusable."""
    known = SETTINGS[name]
    if shop != EVERY_SHOP and not known.by_shop:
        raise ThresholdUnusable(
            field="shop", name=name, value=value, why="it is the same for every shop", why_zh="该项不分店铺"
        )
    if known.most == 0:
        return value
    if not (value.isascii() and value.isdigit() and len(value) < 10 and known.least <= int(value) <= known.most):
        raise ThresholdUnusable(
            field="value",
            name=name,
            value=value[:50],
            why=f"it is a whole number from {known.least} to {known.most}",
            why_zh=f"应为 {known.least} 至 {known.most} 的整数",
        )
    return str(int(value))
