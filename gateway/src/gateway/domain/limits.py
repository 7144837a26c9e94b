"""Token buckets: how often somebody may ask."""

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second in the long run, and so many at once."""

    per_second: float
    burst: float


@dataclass(slots=True)
class Buckets:
    """The buckets of one rate, one for each key, held in the memory of one process.

    A full bucket says nothing that a missing one would not say, so full ones are dropped when there are many.
    """

    rate: Rate
    most: int = 20_000
    _held: dict[str, tuple[float, float]] = field(default_factory=dict)  # key -> (tokens left, at that moment)

    def take(self, key: str, now: float) -> int:
        """Take one token; answers 0, or the whole seconds to wait where none is left. `now` is monotonic seconds."""
        tokens = self._tokens(key, now)
        if tokens < 1:
            return max(1, ceil((1 - tokens) / self.rate.per_second))
        self._held[key] = (tokens - 1, now)
        if len(self._held) > self.most:
            self._drop_full(now)
        return 0

    def wait(self, key: str, now: float) -> int:
        """Tell how many whole seconds there are to wait, 0 for none, and take nothing."""
        tokens = self._tokens(key, now)
        return 0 if tokens >= 1 else max(1, ceil((1 - tokens) / self.rate.per_second))

    def _tokens(self, key: str, now: float) -> float:
        held = self._held.get(key)
        if held is None:
            return self.rate.burst
        return min(self.rate.burst, held[0] + (now - held[1]) * self.rate.per_second)

    def _drop_full(self, now: float) -> None:
        """Forget full buckets; where a flood of keys leaves none full, forget half of them instead of growing."""
        kept = {key: value for key, value in self._held.items() if self._tokens(key, now) < self.rate.burst}
        if len(kept) > self.most // 2:
            kept = dict(list(kept.items())[-self.most // 2 :])
        self._held = kept


def network_of(address: str) -> str:
    """Name the party behind an address: an IPv4 address is one party, an IPv6 party owns its /64 (RFC 6177)."""
    if ":" not in address:
        return address
    try:
        whole = ip_address(address)
    except ValueError:
        return address
    if isinstance(whole, IPv6Address) and whole.ipv4_mapped is None:
        return f"{IPv6Address(int(whole) >> 64 << 64)}/64"
    return str(getattr(whole, "ipv4_mapped", whole))
