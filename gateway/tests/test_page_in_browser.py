"""The documentation page in a real browser: it shows every route of every service, and asks nobody but the gateway."""

import asyncio
import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from .conftest import Streets, reply, served

DESCRIBED = sorted((Path(__file__).resolve().parents[2] / "contracts" / "openapi").glob("*.json"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
METHODS = {"get", "post", "put", "patch", "delete"}
ALONE = (  # a browser fetches things for itself too, unless it is told not to
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # and what it still tries does not leave this machine
)


@pytest.fixture
def browser() -> str:
    """Find a browser: ZHANGGUI_CHROMIUM, else one on the path; without one the test is skipped."""
    found = os.environ.get("ZHANGGUI_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)} is on the path, ZHANGGUI_CHROMIUM is not set")
    return found


def describing(document: bytes) -> ASGIApp:
    """Make a service that answers what it says about itself."""

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            assert scope["path"] == "/openapi.json"
            await reply(send, 200, document)

    return service


async def shown(browser: str, url: str, folder: Path) -> tuple[str, list[str]]:
    """Open a page; answers the document as the page's script left it, and every address it made the browser ask."""
    log = folder / "net.json"
    own = [f"--user-data-dir={folder}", f"--log-net-log={log}", "--virtual-time-budget=15000", "--dump-dom", url]
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    run = await asyncio.create_subprocess_exec(
        browser, *ALONE, *root, *own, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        dom, said = await asyncio.wait_for(run.communicate(), 60)
    finally:
        if run.returncode is None:
            run.kill()
            await run.wait()
    assert run.returncode == 0, said.decode()
    events: list[dict[str, Any]] = json.loads(log.read_text())["events"]
    page = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    by_page = [e["params"] for e in events if e.get("params", {}).get("initiator") == page]
    return dom.decode(), sorted({asking["url"] for asking in by_page})


async def test_a_browser_shows_every_route_and_asks_only_the_gateway(
    street: Streets, browser: str, tmp_path: Path
) -> None:
    documents = {path.stem: path.read_bytes() for path in DESCRIBED}
    assert {"attendance", "orders", "payroll"} <= set(documents)
    quiet = await street(upstreams="{}")
    upstreams = {"nobody_there": "http://127.0.0.1:9"}
    for name, document in documents.items():
        port = await quiet.stack.enter_async_context(served(describing(document)))
        upstreams[name] = f"http://127.0.0.1:{port}"
    town = await street(upstreams=json.dumps(upstreams))

    dom, asked = await shown(browser, f"http://127.0.0.1:{town.port}/docs", tmp_path)

    summaries = re.findall(r"<summary>(.*?)</summary>", dom)
    plain = [html.unescape(re.sub(r"<[^>]*>", " ", one)).split()[:2] for one in summaries]
    counted = 0
    for name, document in documents.items():
        prefix = f"/api/{name.replace('_', '-')}"
        routes = {
            (method.upper(), prefix + path)
            for path, described in json.loads(document)["paths"].items()
            for method in METHODS & set(described)
            if path != "/healthz"
        }
        counted += len(routes)
        assert routes <= {(method, path) for method, path in plain}, name
    assert counted > 50
    assert ["POST", "/auth/token"] in plain
    assert "nobody-there: 未响应 not answering" in dom
    assert "正在读取" not in dom

    page = f"http://127.0.0.1:{town.port}"
    assert asked == [f"{page}/docs/{name}" for name in ("docs.css", "docs.js", "openapi.json")]
