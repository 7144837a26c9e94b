"""Handing a file in at a service's import door."""

from dataclasses import dataclass
from typing import Any

import httpx
from rich.progress import Progress

from demo.asking import DemoTrouble, checked, until


@dataclass(frozen=True, slots=True)
class File:
    """A file, the service it goes to, and the profile that reads it."""

    name: str
    service: str
    kind: str
    profile: str


def hand_in(client: httpx.Client, file: File, content: bytes, progress: Progress) -> None:
    """Send a file, wait for its validation, commit it, and wait for that.

    What a file names may still be on its way as events (people, orders): refused rows are then sent again with it.
    """
    bar = progress.add_task(file.name, total=None)

    def state(number: str) -> dict[str, Any]:
        found: dict[str, Any] = checked(client.get(f"/api/{file.service}/imports/{number}"))
        if found["state"] in {"failed", "expired"}:
            raise DemoTrouble(f"{file.name}: {found['problem']}")
        return found

    def refused() -> list[dict[str, Any]]:
        sent = client.post(
            f"/api/{file.service}/imports",
            data={"kind": file.kind, "profile": file.profile},
            files={"file": (file.name, content, "text/csv")},
        )
        number = str(checked(sent)["id"])
        found = until(f"{file.name} validated", lambda: state(number), lambda seen: seen["state"] == "validated")
        accepted.append(found)
        return list(found["refusals"][:3])

    accepted: list[dict[str, Any]] = []
    until(f"{file.name} without refused rows", refused, lambda seen: not seen, pause=1.0, patience=45)
    number, total = accepted[-1]["id"], sum(accepted[-1]["counts"][verdict] for verdict in ("new", "same", "amended"))
    checked(client.post(f"/api/{file.service}/imports/{number}/commit"))

    def committed() -> dict[str, Any]:
        seen = state(number)
        progress.update(bar, total=total, completed=round(seen["progress"] * total))
        return seen

    done = until(f"{file.name} committed", committed, lambda seen: seen["state"] == "committed")
    if done["counts"]["refused"]:
        raise DemoTrouble(f"{file.name}: {done['refusals']}")
