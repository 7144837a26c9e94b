"""Settings that begin on a day, per warehouse or shop: what they are called, mean, and are unless said."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from inventory.domain.errors import SettingUnknown, SettingUnusable


class Setting(NamedTuple):
    """One setting; `scope` says of what an own value may be set, `wanted` what a value looks like."""

    default: str
    scope: Literal["warehouse", "shop"]
    usable: Callable[[str], bool]
    wanted: str
    wanted_zh: str


def _weekday(value: str) -> bool:
    return len(value) == 1 and value in "01234567"


def _not_negative(value: str) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and 0 <= number < Decimal(10) ** 9


SETTINGS: Mapping[str, Setting] = {
    # A-004-1.22b: a physical count every Friday
    "stocktake_weekday": Setting(
        "5", "warehouse", _weekday, "1 (Monday) to 7 (Sunday), 0: none", "1（周一）至 7（周日），0 表示无"
    ),
    # the rules name no threshold ("checked at once", A-004-1.22c); these are ours
    "second_count_quantity": Setting("2", "warehouse", _not_negative, "a number from 0", "不小于 0 的数"),
    "second_count_value": Setting("100", "warehouse", _not_negative, "an amount from 0", "不小于 0 的金额"),
    "ships_from": Setting("", "shop", bool, "a warehouse", "仓库编号"),
}


def check_setting(name: str, value: str) -> None:
    """Refuse a setting that nobody reads, or a value that cannot be read. Raises SettingUnknown, SettingUnusable."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise SettingUnknown(field="name", name=name, names=", ".join(SETTINGS))
    if not setting.usable(value):
        raise SettingUnusable(field="value", name=name, value=value, wanted=setting.wanted, wanted_zh=setting.wanted_zh)
