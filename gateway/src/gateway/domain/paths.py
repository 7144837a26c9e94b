"""Which service a public path means, and what it is called there."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from gateway.domain.errors import UnsafePath

API = b"/api/"

# What a service keeps for its own network: the gateway never asks for it on behalf of a visitor.
INTERNAL = frozenset({b"/healthz", b"/metrics", b"/docs", b"/redoc", b"/openapi.json"})

# Segments of plain characters that do not begin with a dot, each behind one slash: nothing to decode, nothing to climb.
_PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9_~!$&'()*+,=:@.-]*)*/?")
_SEGMENT = re.compile(rb"(?:[A-Za-z0-9_~!$&'()*+,=:@.-]|%[0-9A-Fa-f]{2})+")
_QUERY = re.compile(rb"[\x21-\x7e]*")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f/\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """A service by its public segment, and the path there, undecoded."""

    segment: bytes
    path: bytes


def target(raw_path: bytes, query: bytes) -> Target:
    """Split a public path `/api/<segment>/…` as it came over the wire, undecoded.

    Raises UnsafePath for whatever could name another place after one more round of decoding or normalising: empty and
    dot segments, encoded slashes, backslashes, control characters, broken escapes (RFC 3986 section 5.2.4).
    """
    segment, slash, rest = raw_path.removeprefix(API).partition(b"/")
    path = slash + rest
    if _QUERY.fullmatch(query) is None:
        raise UnsafePath()
    if _PLAIN.fullmatch(path) is None:
        for part in path.removesuffix(b"/").split(b"/")[1:]:
            _check(part)
    return Target(segment, path or b"/")


def _check(part: bytes) -> None:
    if _SEGMENT.fullmatch(part) is None:
        raise UnsafePath()
    decoded = unquote_to_bytes(part)
    if decoded in (b".", b"..") or _CONTROL.search(decoded):
        raise UnsafePath()


def is_internal(path: bytes) -> bool:
    """Tell whether a service keeps this path for its own network, however it is spelt."""
    decoded = unquote_to_bytes(path).rstrip(b"/")
    return decoded in INTERNAL or decoded.startswith(b"/docs/")


def is_upload(path: bytes) -> bool:
    """Tell whether this path takes files, for which the larger limit holds."""
    return path == b"/imports" or path.startswith(b"/imports/")
