"""Is this process well, and what does it measure: the two routes without a permission."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from chassis.problems import Unavailable

router = APIRouter(tags=["health"])
OPEN_ROUTES = frozenset({"/healthz", "/metrics", "/openapi.json"})


@router.get("/healthz")
async def healthz(request: Request) -> dict[str, str]:
    """Answer 200 while the database answers, 503 otherwise."""
    try:
        async with request.app.state.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        raise Unavailable() from error
    return {"status": "ok"}


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Print the metrics of this process for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
