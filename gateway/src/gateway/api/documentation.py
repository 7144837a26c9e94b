"""The documentation of everything behind the gateway, on one page that works without the internet."""

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.domain.errors import UnknownPage
from gateway.domain.merging import Part, merged
from gateway.doors import parts_of

router = APIRouter(prefix="/docs", include_in_schema=False)

TYPES = {"docs.css": "text/css; charset=utf-8", "docs.js": "text/javascript; charset=utf-8"}
# the page runs its own script only, and talks to nobody but this gateway
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("")
async def page() -> Response:
    """Show the page."""
    return Response(_read("docs.html"), media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/openapi.json")
async def document(request: Request) -> dict[str, Any]:
    """Merge what the services and the gateway say about themselves."""
    parts, missing = await parts_of(request).documents.fetch()
    own = Part("gateway", "", request.app.openapi())
    return merged([own, *parts], missing, title=request.app.title)


@router.get("/{name}")
async def asset(name: str) -> Response:
    """Hand out the page's script and style."""
    if name not in TYPES:
        raise UnknownPage()
    return Response(_read(name), media_type=TYPES[name])


def _read(name: str) -> bytes:
    return (files("gateway") / "pages" / name).read_bytes()
