"""The department's own rulebook: clauses of two shipped packs, as they are, and one of its own about lateness."""

from collections.abc import Mapping
from typing import Any

import yaml

PACK = "zhanggui-demo"
TAKEN = {
    "ecommerce-department": (1, "004", "A-004-"),
    "night-shop-5": (3, "篇五", ("B-05.R2.1", "B-05.R2.2", "B-05.D1.5")),
}
"""Pack: its version, what the department calls it, and which clauses it takes over (how their ids begin)."""

HEAD = """
pack: zhanggui-demo
title: {zh: 电商部薪酬与考核办法, en: Pay and conduct of the e-commerce department}
document: {zh: 电商部薪酬与考核办法（采自 004、篇五与方案一）, en: "Pay and conduct (out of 004, chapter 5 and plan 1)"}
pools:
  attendance_bonus: {zh: 全勤奖, en: attendance bonus}
clauses:
  - id: A-000-1.2.2.7.1
    title: {zh: 迟到扣全勤奖, en: "Lateness, charged to the attendance bonus"}
    source: "方案一 第二章 二(七)1"
    event: attendance.late
    when: nth >= gate
    window: month
    amount: -band(minutes, bands)
    parameters:
      gate: 3
      bands: {15 min: 30 CNY, 30 min: 50 CNY, 60 min: 100 CNY}
    names:
      gate: {zh: 从第几次起, en: from which time in a month on}
      bands: {zh: 迟到时长分档, en: bands of lateness}
    legal_class: bonus_not_earned
    pool: attendance_bonus
    family: lateness
    examples:
      - {given: [{minutes: 20 min}, {minutes: 20 min}], expect: none, cites: "catalogue A C-01: from the third time on"}
      - given: [{minutes: 20 min}, {minutes: 20 min}, {minutes: 31 min}]
        expect: -100.00 CNY
        cites: "A-000-1.2.2.7.1c: more than 30 and up to 60 minutes, 100 CNY"
"""
EVERY_LATENESS = {"A-000-1.2.2.7.1": {"gate": "1"}}
"""How the department reads the clause: each time counts (catalogue A C-01, reading c)."""


def house_rules(shipped: Mapping[str, str]) -> str:
    """Put the department's rulebook together out of the packs' texts by name, as YAML; every scalar stays text."""
    own: dict[str, Any] = yaml.load(HEAD, yaml.BaseLoader)
    clauses, pools = own.pop("clauses"), own["pools"]
    for name, (version, called, begins) in TAKEN.items():
        pack: dict[str, Any] = yaml.load(shipped[name], yaml.BaseLoader)
        pools |= pack["pools"]
        [text] = [one for one in pack["versions"] if one["version"] == str(version)]
        for clause in text["clauses"]:
            if clause["id"].startswith(begins):
                said = clause["source"].removeprefix(called).strip()
                clauses.append(clause | {"source": f"{called} {said}"})
    note = {"zh": "采自三份制度", "en": "out of three regulations"}
    own["versions"] = [{"version": "1", "note": note, "clauses": clauses}]
    return yaml.safe_dump(own, allow_unicode=True, sort_keys=False, width=1000)
