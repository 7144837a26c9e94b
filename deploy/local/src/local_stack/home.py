"""The folder everything of one installation lives in, and what stands where."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.troubles import AlreadyRunning


@dataclass(frozen=True, slots=True)
class Home:
    """Where one installation keeps its data, keys, passwords and logs."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The cluster's folder."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """The broker's folder."""
        return self.root / "nats"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "logs"

    @property
    def private_keys(self) -> Path:
        """Who can sign: `<issuer>.pem`, readable by our account only."""
        return self.root / "secrets" / "keys"

    @property
    def public_keys(self) -> Path:
        """Whom everybody believes: `<issuer>.pem`."""
        return self.root / "public-keys"

    @property
    def passwords(self) -> Path:
        """Passwords made once: database roles and first accounts."""
        return self.root / "secrets" / "passwords"

    def make(self) -> None:
        """Make the folders. The root stays open to walk through: PostgreSQL may run as another account."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder, mode in ((self.logs, 0o700), (self.root / "secrets", 0o700), (self.public_keys, 0o755)):
            folder.mkdir(exist_ok=True, mode=mode)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only `up` of this home; raises AlreadyRunning. The system lets go however this process ends."""
        with (self.root / "lock").open("a+") as file:
            try:
                # A record lock, not flock: children made by fork must not hold it after us.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunning(self.root, self.state().get("supervisor", {}).get("pid", 0)) from None
            yield

    def state(self) -> dict[str, Any]:
        """What the running (or killed) stack last wrote about itself; empty when it ended in order."""
        with suppress(FileNotFoundError, ValueError):
            return dict(json.loads((self.root / "stack.json").read_text()))
        return {}

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace what is known about the running stack, whole or not at all."""
        draft = self.root / "stack.json.new"
        draft.write_text(json.dumps(state, indent=1))
        draft.replace(self.root / "stack.json")

    def forget_state(self) -> None:
        """Nothing runs any more."""
        (self.root / "stack.json").unlink(missing_ok=True)


def choose_home(given: str | None) -> Home:
    """Take `--home`, else `$ZHANGGUI_HOME`, else the user's data folder, for root `/var/lib/zhanggui`."""
    if chosen := given or os.environ.get("ZHANGGUI_HOME"):
        return Home(Path(chosen).expanduser().resolve())
    if os.geteuid() == 0:
        return Home(Path("/var/lib/zhanggui"))
    if sys.platform == "darwin":
        return Home(Path.home() / "Library" / "Application Support" / "zhanggui")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Home(Path(data) / "zhanggui")
