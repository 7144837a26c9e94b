"""Who may say what: the first word of a subject belongs to exactly one producer.

Streams, broker permissions and the test of ownership are all derived from this table (design: events.md).
"""

from collections.abc import Mapping
from types import MappingProxyType

PRODUCERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "attendance": (
            "attendance",
            "employee",
            "shift",
            "leave",
            "overtime",
            "duty",
            "handover",
            "conduct",
            "suggestion",
            "mentoring",
            "training",
        ),
        "orders": ("orders", "order", "refund", "shop", "lead", "deal", "sales"),
        "service_desk": (
            "service_desk",
            "chat",
            "inquiry",
            "seat",
            "review",
            "complaint",
            "callback",
            "phone",
            "survey",
            "quality",
        ),
        "inventory": (
            "inventory",
            "stock",
            "stocktake",
            "return",
            "shipment",
            "listing",
            "price",
            "warehouse",
            "custody",
        ),
        "payroll": ("payroll", "period", "payslip", "deduction", "appeal", "recommendation", "fund"),
    }
)


def producer_of(subject: str) -> str:
    """Name the one producer that may publish `subject`.

    Raises LookupError when the first word belongs to nobody.
    """
    word = subject.split(".", 1)[0]
    for producer, words in PRODUCERS.items():
        if word in words:
            return producer
    raise LookupError(f"{subject!r}: no producer owns the word {word!r}; see contracts.subjects.PRODUCERS")


def stream_of(producer: str) -> str:
    """Name the producer's stream, e.g. `SERVICE_DESK`."""
    return producer.upper()
