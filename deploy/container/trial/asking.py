"""Asking the gateway from outside: every request is repeated, with the same key, until it is answered."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

STUBBORN = 240.0
"""Seconds for which one request is asked again before the trial is given up."""

PASSING = (408, 429, 502, 503, 504)
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """The gateway answered something that will not pass by waiting, or nothing for too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        """The code of a problem; empty when the body is none."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return ""
        return str(said.get("code", "")) if isinstance(said, dict) else ""


@dataclass
class Gateway:
    """Everybody who signs in at the published port; used by several threads."""

    port: int
    passwords: dict[str, str]
    troubles: Counter[str] = field(default_factory=Counter)
    """What repeated requests met, and how often."""
    replayed: int = 0
    """Requests that were answered from what an earlier try had already done."""
    broken: list[str] = field(default_factory=list)
    """Answers nobody should get, whatever is killed."""
    _tokens: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        content: tuple[str, bytes] | None = None,
        done: str = "",
    ) -> Any:
        """Ask as somebody until there is an answer, and give its JSON. Raises Refused.

        `content` is a body that is no JSON, with its type; `done` is the refusal that a second try meets when the
        first was done and its answer lost, where there is no key.
        """
        if content is None and body is not None:
            content = ("application/json", json.dumps(body).encode())
        signed_in_again, deadline = False, time.monotonic() + STUBBORN
        for attempt in count():
            headers = {"Authorization": f"Bearer {self._token(who)}"} | ({"Idempotency-Key": key} if key else {})
            trouble, answer = self._once(method, path, headers, content)
            if answer is not None:
                if answer.status < 300 or (attempt and done and answer.code == done):
                    return answer.json
                if answer.status == 401 and not signed_in_again:
                    signed_in_again = True
                    self._forget(who)
                    continue
                if not _passing(answer):
                    raise Refused(f"{method} {path}: {answer.status} {answer.body[:600].decode('utf-8', 'replace')}")
            self._pause(f"{method} {path}", trouble, deadline)
        raise AssertionError("unreachable")

    def pages(self, who: str, path: str, **wanted: str) -> list[dict[str, Any]]:
        """Read a list to its end."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.ask(who, "GET", f"{path}?{urlencode({'limit': '200', **wanted, **cursor})}")
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    def until(self, what: str, look: Callable[[], Any], *, patience: float = STUBBORN) -> Any:
        """Look until there is something, and give it. Raises Refused."""
        deadline = time.monotonic() + patience
        while not (found := look()):
            if time.monotonic() > deadline:
                raise Refused(f"waited {patience:g} s in vain for: {what}")
            time.sleep(0.5)
        return found

    def _token(self, who: str) -> str:
        with self._lock:
            if who in self._tokens:
                return self._tokens[who]
        form = urlencode({"username": who, "password": self.passwords[who]}).encode()
        deadline = time.monotonic() + STUBBORN
        while True:
            trouble, answer = self._once("POST", "/auth/token", {}, (FORM, form))
            if answer is not None and answer.status == 200:
                with self._lock:
                    return self._tokens.setdefault(who, answer.json["access_token"])
            if answer is not None and not _passing(answer):
                raise Refused(f"{who} cannot sign in: {answer.status} {answer.body[:300]!r}")
            self._pause("sign in", trouble, deadline)

    def _forget(self, who: str) -> None:
        with self._lock:
            self._tokens.pop(who, None)

    def _once(
        self, method: str, path: str, headers: dict[str, str], content: tuple[str, bytes] | None
    ) -> tuple[str, Answer | None]:
        """Send one request; gives what was in its way, and the answer if there was one."""
        kind, body = content or ("", None)
        sent = headers | ({"Content-Type": kind} if kind else {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, quote(path, safe="/?=&%:+"), body=body, headers=sent)
            heard = connection.getresponse()
            answer = Answer(heard.status, heard.read())
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, None
        finally:
            connection.close()
        with self._lock:
            self.replayed += heard.getheader("Idempotency-Replayed") == "true"
            if answer.status == 500:
                self.broken.append(f"500 {method} {path}: {answer.body[:300].decode('utf-8', 'replace')}")
        return f"{answer.status} {answer.code}", answer

    def _pause(self, asked: str, trouble: str, deadline: float) -> None:
        with self._lock:
            self.troubles[trouble] += 1
        if time.monotonic() > deadline:
            raise Refused(f"{asked}: {trouble} for {STUBBORN:g} s")
        time.sleep(0.1)


def _passing(answer: Answer) -> bool:
    # a 500 is noted and fails the trial in the end; asked again, it shows whether anything was lost by it
    return answer.status in (*PASSING, 500) or answer.code == "request-in-flight"
