"""Headers: what may pass in, what may pass out, and what the gateway adds."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from chassis.door import new_id_text
from chassis.problems import Unauthorised
from gateway.domain.errors import AmbiguousLength

Raw = tuple[bytes, bytes]

# Of one connection only (RFC 9110 section 7.6.1), or written anew for the next one.
_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer trailers "
    b"transfer-encoding upgrade http2-settings content-length".split()
)
# Who asks is proved by the token and said by the internal token alone; nothing a visitor writes may sound like it.
_IDENTITY = frozenset(
    b"host expect authorization cookie cookie2 forwarded via x-correlation-id traceparent tracestate "
    b"remote-user x-real-ip x-client-ip true-client-ip x-original-url x-rewrite-url x-http-method-override".split()
)
_IDENTITY_PREFIX = re.compile(rb"x-(forwarded|user|auth|remote|internal|principal|employee|role|zhanggui)|.*_")

_CORRELATION = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_BREAKS = re.compile(rb"[\r\n\0]")
_RELATIVE = re.compile(r"[A-Za-z0-9._~?#-]")  # not a backslash, which browsers read as a slash

SECURITY: list[Raw] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
]
STRICT: Raw = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
NO_STORE: Raw = (b"cache-control", b"no-store")
_OURS = frozenset(name for name, _ in [*SECURITY, STRICT]) | {b"server", b"date", b"set-cookie", b"x-correlation-id"}


@dataclass(slots=True)
class Incoming:
    """What the gateway reads out of the headers of one request."""

    passing: list[Raw] = field(default_factory=list)
    correlation_id: bytes = b""
    traceparent: bytes = b""
    authorization: bytes | None = None
    length: int | None = None
    chunked: bool = False
    nominated: bytes = b""  # what `Connection` names as meant for the gateway only


def read(raw: Iterable[Raw]) -> Incoming:
    """Take the headers of a request apart: those to pass on, and those the gateway answers for itself.

    Raises AmbiguousLength where the body is framed in two ways (request smuggling, RFC 9112 section 6.3), and
    Unauthorised where two tokens came.
    """
    incoming = Incoming()
    passing = incoming.passing
    for header in raw:
        if _passes(header[0]):
            passing.append(header)
        else:
            _note(incoming, *header)
    if incoming.chunked and incoming.length is not None:
        raise AmbiguousLength()
    if incoming.nominated not in (b"", b",keep-alive", b",close"):
        dropped = {token.strip().lower() for token in incoming.nominated.split(b",")}
        incoming.passing = [header for header in passing if header[0] not in dropped]
    incoming.correlation_id = incoming.correlation_id or fresh_correlation()
    if not incoming.traceparent:
        random = os.urandom(24).hex().encode()
        incoming.traceparent = b"00-%b-%b-01" % (random[:32], random[32:])
    return incoming


def _note(incoming: Incoming, name: bytes, value: bytes) -> None:
    """Read a header that does not pass on as it came."""
    if name == b"authorization":
        if incoming.authorization is not None:
            raise Unauthorised()
        incoming.authorization = value
    elif name == b"content-length":
        if incoming.length is not None or not value.isdigit() or len(value) > 15:
            raise AmbiguousLength()
        incoming.length = int(value)
    elif name == b"transfer-encoding":
        if incoming.chunked or value.strip().lower() != b"chunked":
            raise AmbiguousLength()
        incoming.chunked = True
    elif name == b"connection":
        incoming.nominated += b"," + value
    elif name == b"x-correlation-id" and _CORRELATION.fullmatch(value):
        incoming.correlation_id = value
    elif name == b"traceparent" and _TRACEPARENT.fullmatch(value):
        incoming.traceparent = value


def fresh_correlation() -> bytes:
    """Make the correlation id of a request that brought none."""
    return new_id_text().encode()


@lru_cache(maxsize=1024)
def _passes(name: bytes) -> bool:
    return not (name in _HOP or name in _IDENTITY or _IDENTITY_PREFIX.match(name))


def request_head(incoming: Incoming, bearer: str, *, line: bytes, host: bytes, length: int | None) -> bytes:
    """Write the head of a request to a service, `line` being its first, as bytes.

    Raises AmbiguousLength where a value would break out of its line.
    """
    if _BREAKS.search(b"".join([value for _, value in incoming.passing])):
        raise AmbiguousLength()
    lines = [
        b"%b\r\nhost: %b\r\nauthorization: %b\r\nx-correlation-id: %b\r\ntraceparent: %b"
        % (line, host, bearer.encode(), incoming.correlation_id, incoming.traceparent)
    ]
    lines += [b"%b: %b" % (n, v if v.isascii() else _text(v).encode()) for n, v in incoming.passing]
    if length is not None:
        lines.append(b"content-length: %d" % length)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def request_headers(incoming: Incoming, bearer: str) -> list[tuple[str, str]]:
    """Shape the headers of a request for a service; host and framing are for the client to add."""
    headers = [
        ("authorization", bearer),
        ("x-correlation-id", incoming.correlation_id.decode()),
        ("traceparent", incoming.traceparent.decode()),
    ]
    headers += [(name.decode("ascii"), _text(value)) for name, value in incoming.passing]
    return headers


def _text(value: bytes) -> str:
    """Read a value for the client, which writes UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def answer_headers(raw: Iterable[Raw], *, correlation_id: bytes, origin: str, prefix: str, private: bool) -> list[Raw]:
    """Shape the headers of a service's answer for the visitor; the names come out in lower case.

    `origin` is the service's inner address and `prefix` its public path: a redirect is rewritten from the one to the
    other and goes nowhere else. `private` answers are never stored.
    """
    headers = [*SECURITY, STRICT, (b"x-correlation-id", correlation_id)]
    if private:
        headers.append(NO_STORE)
    for given, value in raw:
        name = given.lower()
        if name in _OURS or (name in _HOP and name != b"content-length") or (private and name == b"cache-control"):
            continue
        if name not in (b"location", b"content-location"):
            headers.append((name, value))
        elif (place := _public(value.decode("latin-1"), origin, prefix)) is not None:
            headers.append((name, place.encode("latin-1")))
    return headers


def own_headers(raw: Iterable[Raw], incoming: Incoming, bearer: str | None) -> list[Raw]:
    """Shape the headers of a request for the gateway's own pages, as a service would get them."""
    framing = (b"host", b"content-length", b"transfer-encoding")
    headers = [header for header in raw if _passes(header[0]) or header[0] in framing]
    headers.append((b"x-correlation-id", incoming.correlation_id))
    headers.append((b"traceparent", incoming.traceparent))
    if bearer is not None:
        headers.append((b"authorization", bearer.encode()))
    return headers


def secured(raw: Iterable[Raw]) -> list[Raw]:
    """Add the security headers to an answer of the gateway's own pages; a page with its own policy keeps it."""
    headers = list(raw)
    given = {name for name, _ in headers}
    return headers + [header for header in [*SECURITY, STRICT] if header[0] not in given]


def _public(location: str, origin: str, prefix: str) -> str | None:
    parts = urlsplit(location)
    if parts.scheme or parts.netloc:
        if f"{parts.scheme}://{parts.netloc}" != origin:
            return None
        location = location[len(origin) :] or "/"
    if location.startswith("/"):
        return prefix + location
    return location if _RELATIVE.match(location) else None
