"""`python3 -m deploy.container.trial [--keep]`, from the root of the checkout: exit code 0 when everything held."""

import argparse
import hashlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .asking import Gateway, Refused
from .claims import breached, looked_at, stopped_badly, table
from .engine import ROOT, Engine, EngineTrouble
from .found import compared, paid
from .journey import Journey
from .killing import Killer
from .plan import NEXT, SELLERS, SHOP
from .sales import Tills

CREATE_BOSS = (
    "run",
    "--rm",
    "-T",
    "gateway-api",
    "python",
    "-m",
    "gateway.accounts",
    "create",
    "boss",
    "--role",
    "boss",
)


def main() -> int:
    """Run the trial; whatever happens, end and remove what it started."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.container.trial", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the containers running at the end")
    keep: bool = parser.parse_args().keep
    engine, troubles = Engine(_free_port()), list[str]()
    try:
        troubles += _secrets_are_kept()  # without them compose.yaml cannot even be read
        engine.remove()  # what a trial that was broken off has left
        troubles += _tried(engine)
    except (EngineTrouble, Refused) as trouble:
        troubles.append(str(trouble))
        _say(_last_words(engine))
    finally:
        if keep:
            _say(f"left running: http://127.0.0.1:{engine.port}")
        else:
            took = _timed(engine.remove)
            _say(f"removed containers, network and volumes in {took:.1f} s; images stay")
    for told in troubles:
        _say(f"✘ {told}")
    _say("✘ FAILED" if troubles else "✔ nothing lost, nothing double, everything claimed holds")
    return 1 if troubles else 0


def _tried(engine: Engine) -> list[str]:
    troubles: list[str] = []
    _say(f"built in {_timed(lambda: engine.compose('build')):.0f} s")
    _say(f"up in {_timed(lambda: engine.compose('up', '-d')):.0f} s, healthy {engine.await_health():.0f} s later\n")
    seen = looked_at(engine)
    _say("\n".join(table(seen)) + "\n")
    troubles += breached(seen)

    password = secrets.token_urlsafe(18)
    _say(engine.compose(*CREATE_BOSS, said=f"{password}\n").strip())
    gateway = Gateway(engine.port, {"boss": password})
    journey = Journey(engine, gateway, Tills(gateway))
    killer = _walked(journey)
    _told(journey, killer)
    troubles += compared(journey)
    troubles += _restarted(engine, journey)
    return troubles


def _secrets_are_kept() -> list[str]:
    """Make the secrets as documented, twice; the second time must change nothing."""
    states = []
    for _ in range(2):
        subprocess.run([str(ROOT / "zhanggui"), "secrets"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        states.append({str(path): hashlib.sha256(path.read_bytes()).digest() for path in _secret_files()})
    _say(f"./zhanggui secrets, twice: {len(states[0])} files, {'kept' if states[0] == states[1] else 'CHANGED'}")
    return [] if states[0] == states[1] else ["./zhanggui secrets changes what is there"]


def _secret_files() -> Sequence[Path]:
    keys = (ROOT / "deploy/container/keys").rglob("*.pem")
    return (ROOT / ".env", *sorted(keys))


def _walked(journey: Journey) -> Killer:
    """Walk step by step: each begins as its container has been killed, the next when that is healthy again."""
    killer = Killer(journey.engine)
    with ThreadPoolExecutor(1) as watching:
        for title, victim, act in journey.steps():
            kill = killer.kill(victim)
            back = watching.submit(killer.await_back, kill)
            took = _timed(act)
            back.result()
            journey.tills.check()
            _say(f"✔ {title:<31} {took:5.1f} s {len(journey.sales):5} orders, SIGKILL {kill}")
    return killer


def _told(journey: Journey, killer: Killer) -> None:
    """Tell what came of the kills."""
    slowest = max(killer.kills, key=lambda kill: kill.healthy_after)
    victims, lasting = {kill.before.service for kill in killer.kills}, {one.service for one in journey.engine.lasting()}
    _say(
        f"\n{len(killer.kills)} kills of {len(victims)} of {len(lasting)} containers; "
        f"the slowest to be healthy again: {slowest.before.service}, {slowest.healthy_after:.1f} s"
    )
    met = ", ".join(f"{what} {n}" for what, n in journey.gateway.troubles.most_common())
    _say(f"requests asked again: {met or 'none'}; answered from an earlier try: {journey.gateway.replayed}")
    done = [sale for sale in journey.sales if sale.completed]
    _say(
        f"{len(journey.sales)} orders accepted, {len(done)} completed for {sum(s.price for s in done)}, "
        f"commission {sum(s.commission for s in done)}; paid: "
        + ", ".join(f"{who} {net}" for who, net in sorted(paid(journey.gateway).items()))
    )
    never = lasting - victims
    if never:
        raise EngineTrouble(f"never killed: {', '.join(sorted(never))}")


def _restarted(engine: Engine, journey: Journey) -> list[str]:
    """Stop, take down and start again with the same volumes: what was there is there, and events flow again."""
    before = paid(journey.gateway)
    stopped = _timed(lambda: engine.compose("stop"))
    troubles = stopped_badly(engine)
    down = _timed(lambda: engine.compose("down"))
    up = _timed(lambda: engine.compose("up", "-d"))
    healthy = engine.await_health()
    _say(f"restart: stop {stopped:.1f} s, down {down:.1f} s, up {up:.0f} s, healthy {healthy:.0f} s later")
    if paid(journey.gateway) != before:
        troubles.append("payslips differ after a restart")
    at = f"{NEXT}-02T10:00:00+08:00"
    lines = [{"sku": "lamp", "unit_price": "5000.00"}]
    order = {
        "shop": SHOP,
        "order_no": "after",
        "placed_at": at,
        "completed_at": at,
        "seller": SELLERS[0],
        "lines": lines,
    }
    journey.post("finance", "orders/orders", order)

    def earned() -> bool:
        slip = journey.gateway.ask("finance", "GET", f"/api/payroll/running/{SELLERS[0]}?period={NEXT}")
        return [entry["result"] for line in slip["lines"] for entry in line["entries"]] == ["50.00"]

    journey.gateway.until("an order of the next month on its payslip", earned, patience=60)
    _say("same payslips; an order taken now is on the next payslip")
    return troubles


def _last_words(engine: Engine) -> str:
    try:
        bad = [one.service for one in engine.containers().values() if _is_bad(one.state, lasting=one.lasting)]
        return engine.last_words(bad or ["gateway-api"])
    except EngineTrouble as trouble:
        return str(trouble)


def _is_bad(state: dict[str, object], *, lasting: bool) -> bool:
    return not state["Running"] if lasting else bool(state["ExitCode"])


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
