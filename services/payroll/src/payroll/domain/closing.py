"""Whether a period may be closed: what each producer sealed, what payroll consumed, and what lies open, compared.

Evidence comes twice, over the stream and from the producer itself over HTTP, so that whoever alters a stream would
have to alter the producer's database as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

PRODUCERS = ("attendance", "orders", "service_desk", "inventory")


@dataclass(frozen=True, slots=True)
class Total:
    """How many events of a type, and the sum of its measure where it has one."""

    count: int
    sum: Decimal | None


class Sealed(NamedTuple):
    """A producer's seal: chains are hexadecimal, `sealed_chain` includes the seal's own event."""

    event_id: UUID
    position: int
    chain: str
    totals: Mapping[str, Total]
    sealed_at: datetime
    sealed_by: str
    sealed_chain: str


class Told(NamedTuple):
    """What a producer answered itself: nothing at all, that it has not sealed, or its seal and epoch."""

    answered: bool
    seal: Sealed | None = None
    epoch: int | None = None


class Consumed(NamedTuple):
    """What payroll has of a producer: how far it came, what it put aside, and the seal as the stream told it.

    `announced_at` is where the seal's event stood, `own_chain` payroll's own chain before it, `counted` what payroll's
    facts of the period come to up to the seal, for each type that payroll records.
    """

    position: int
    epoch: int
    quarantined: int
    seal: Sealed | None = None
    announced_at: int = 0
    own_chain: str = ""
    counted: Mapping[str, Total] = {}


class Company(NamedTuple):
    """What lies open at payroll itself, each a number of things or people."""

    issued: int
    changed: int
    waiting: int
    undecided: int
    appealed: int


class Pending(NamedTuple):
    """One matter that stands in the way."""

    code: str
    producer: str | None
    zh: str
    en: str


def pending_of(producer: str, told: Told, consumed: Consumed) -> Iterator[Pending]:
    """List what one producer's evidence lacks."""
    for code, zh, en in _evidence(told, consumed):
        yield Pending(code, producer, f"{producer}：{zh}", f"{producer}: {en}")


def _evidence(told: Told, consumed: Consumed) -> Iterator[tuple[str, str, str]]:
    own, seal = told.seal, consumed.seal
    if not told.answered:
        yield "no-answer", "没有应答，无法核对封存", "does not answer, so its seal cannot be compared"
    elif own is None:
        yield "not-sealed", "该期间尚未封存", "the period is not sealed"
    if seal is None and own is not None:
        if consumed.position <= own.position:
            at = f"{consumed.position} / {own.position + 1}"
            yield "not-consumed", f"事件只接收到 {at}", f"consumed to {at}"
        else:
            yield "seal-missing", "事件流中没有封存记录", "the seal did not come over the stream"
    if seal is not None:
        if own is not None and (differing := _differing(own, seal, told.epoch, consumed.epoch)):
            yield (
                "seal-differs",
                f"事件流中的封存与该服务自身所述不同：{differing}",
                f"the stream's seal is not what the service itself says: {differing}",
            )
        if (seal.chain, seal.position + 1) != (consumed.own_chain, consumed.announced_at):
            yield "chain-differs", "哈希链与所接收的事件不一致", "its hash chain is not that of the events consumed"
        yield from _totals(seal, consumed.counted)
    if consumed.quarantined:
        yield (
            "quarantine",
            f"隔离区有 {consumed.quarantined} 个事件未处理",
            f"{consumed.quarantined} events are in quarantine",
        )


def _differing(own: Sealed, seal: Sealed, epoch: int | None, consumed: int) -> str:
    names = [name for name in Sealed._fields if getattr(own, name) != getattr(seal, name)]
    return ", ".join(names if epoch == consumed else [*names, "epoch"])


def _totals(seal: Sealed, counted: Mapping[str, Total]) -> Iterator[tuple[str, str, str]]:
    """Compare the totals of every type that payroll records; the others are covered by the chain."""
    for type, own in sorted(counted.items()):
        said = seal.totals.get(type, Total(0, None))
        agree = said.count == own.count and (said.sum is None or said.sum == own.sum)
        if not agree:
            yield (
                "totals-differ",
                f"{type} 封存 {_shown(said)}，本处 {_shown(own)}",
                f"{type}: sealed {_shown(said)}, here {_shown(own)}",
            )


def _shown(total: Total) -> str:
    return str(total.count) if total.sum is None else f"{total.count} ({total.sum})"


def pending_here(company: Company) -> Iterator[Pending]:
    """List what payroll itself has not finished."""
    if not company.issued:
        yield Pending("run-not-issued", None, "工资尚未发放", "the pay of the period is not issued")
    for count, code, zh, en in (
        (company.changed, "differences-not-issued", "人有差额尚未发放", "people have differences that are not issued"),
        (company.waiting, "not-assessed", "人的扣款尚待检查", "people's deductions wait to be looked at"),
        (company.undecided, "deductions-undecided", "笔扣款尚未决定", "deductions are not decided"),
        (company.appealed, "appeals-open", "项申诉尚未裁定", "appeals are not decided"),
    ):
        if count:
            yield Pending(code, None, f"{count} {zh}", f"{count} {en}")
