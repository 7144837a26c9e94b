"""Small files only their owner may read, written whole or not at all."""

import os
import secrets
from pathlib import Path


def write_secret(path: Path, content: bytes) -> None:
    """Write `content` readable by this account only (0600); a reader sees the old file or the whole new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def password(folder: Path, name: str, *, size: int = 32) -> str:
    """Read the password called `name`, made on first use: `size` random bytes as URL-safe text."""
    path = folder / f"{name}.password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(path, secrets.token_urlsafe(size).encode())
    return path.read_text()
