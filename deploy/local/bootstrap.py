"""Makes the project's environment `.venv` when it is missing or out of date, then becomes `python -m local_stack`.

Standard library only: it runs before anything is installed (`python -I -S`).
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "zhanggui.stamp"
LOG = VENV / "set-up.log"
ROOM = 700 * 1024**2
"""Bytes the environment and the unpacking of its wheels need, with some to spare."""

NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Connection refused"
    r"|Network is unreachable|Temporary failure in name resolution|Connection reset|SSLError"
)


class SetUpFailed(Exception):
    """The environment could not be made; the text names the remedy, Chinese first."""


def main() -> None:
    """Make what is missing, tell each step in one line, and hand over."""
    if sys.platform == "win32":
        sys.exit("请在 WSL 中运行掌柜。\nRun Zhanggui inside WSL.")
    try:
        if not is_ready():
            with alone():
                if not is_ready():  # the run we waited for may have made it
                    make()
        link_members()
    except SetUpFailed as error:
        sys.exit(str(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sys.exit(disk_full())
    except KeyboardInterrupt:
        sys.exit("\n已中断；下次会从头准备。\nInterrupted; the next run starts over.")
    # Without its bytecode every process compiles what it imports when it starts, and there are a dozen of them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    python = VENV / "bin" / "python"
    os.execv(python, [str(python), "-m", "local_stack", *sys.argv[1:]])


def is_ready() -> bool:
    """Tell whether `.venv` is whole and belongs to this checkout, this Python and this lock."""
    try:
        return STAMP.read_text() == "\n".join(wanted())
    except OSError:
        return False


def wanted() -> list[str]:
    """What `.venv` depends on: where it stands, the Python it runs, the packages."""
    home = f"{ROOT} {platform.python_implementation()} {platform.python_version()} {sysconfig.get_platform()}"
    return [home, hashlib.sha256(LOCK.read_bytes()).hexdigest()]


def make() -> None:
    """Make or bring up to date the environment; the stamp is taken away first and written last."""
    if (free := shutil.disk_usage(ROOT).free) < ROOM:
        raise SetUpFailed(disk_full(free))
    home, packages = wanted()
    same_python = STAMP.exists() and STAMP.read_text().startswith(f"{home}\n")
    STAMP.unlink(missing_ok=True)
    if not same_python:  # an interrupted set-up has no stamp and is made anew as well
        need_venv_module()
        tell(f"准备环境 / Making the environment .venv (Python {platform.python_version()})")
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(VENV)], "venv")
    tell("安装依赖（按哈希核对） / Installing the packages, each checked against its hash")
    install()
    draft = STAMP.with_suffix(".new")
    draft.write_text(f"{home}\n{packages}")
    draft.replace(STAMP)


def install() -> None:
    """Install exactly what the lock names, wheels only, and say what a failure means."""
    total = len(re.findall(r"^[A-Za-z0-9][\w.-]*==", LOCK.read_text(), re.M))
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps"]
    command += [
        "--only-binary",
        ":all:",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]
    command += ["--retries", "2", "--timeout", "20", "-r", str(LOCK)]
    said: list[str] = []
    seen = 0
    with (
        LOG.open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            log.write(line)
            said.append(line)
            if line.startswith("Collecting "):
                seen += 1
                show(seen, total, line.split()[1].split("==")[0])
    if pip.returncode:
        raise SetUpFailed(explain("".join(said)))
    show(total, total, "")


def explain(said: str) -> str:
    """Turn pip's words into what happened and what to do."""
    if os.strerror(errno.ENOSPC) in said:
        return disk_full()
    if "DO NOT MATCH THE HASHES" in said:
        return (
            f"下载的安装包与 requirements.lock 的哈希不符，未安装。请检查所用的镜像源。详情：{LOG}\n"
            f"A downloaded package does not match its hash in requirements.lock and was not installed. "
            f"Check the package index you use. Details: {LOG}"
        )
    if NETWORK.search(said):
        return (
            f"连不上安装包仓库。请检查网络、代理（HTTPS_PROXY）或镜像（PIP_INDEX_URL）后重试。详情：{LOG}\n"
            f"The package index cannot be reached. Check the network, the proxy (HTTPS_PROXY) or your mirror "
            f"(PIP_INDEX_URL), and try again. Details: {LOG}"
        )
    if missing := re.search(r"No matching distribution found for (\S+)", said):
        machine = f"{sysconfig.get_platform()}, Python {platform.python_version()}"
        return (
            f"没有适合本机（{machine}）的安装包 {missing[1]}。请换用 Python 3.11–3.14 的 Linux（glibc）或 macOS，"
            f"或者用容器：docker compose up\n"
            f"There is no wheel of {missing[1]} for this machine ({machine}). Use Python 3.11 to 3.14 on Linux "
            f"(glibc) or macOS, or containers: docker compose up"
        )
    last = "\n".join(said.splitlines()[-8:])
    return f"安装失败，详情：{LOG}\nInstalling failed, details: {LOG}\n{last}"


def need_venv_module() -> None:
    """Debian and its children split `venv` off: install it as root, else say how."""
    if has_venv():
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if shutil.which("apt-get") is None:
        raise SetUpFailed(
            "这个 Python 没有 venv/ensurepip 模块。请安装带有它的 Python 3.11+。\n"
            "This Python lacks the modules venv and ensurepip. Install a Python 3.11+ that has them."
        )
    if os.geteuid() == 0:
        tell(f"安装系统包 / Installing the system package {package}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *command], env=environment, capture_output=True, check=False)
        importlib.invalidate_caches()
        if has_venv():
            return
    raise SetUpFailed(
        f"缺少 Python 的 venv 模块。请执行：sudo apt-get install {package}\n"
        f"Python's module venv is missing. Run: sudo apt-get install {package}"
    )


def has_venv() -> bool:
    """Tell whether this Python can make an environment with pip in it."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def run(command: list[str], name: str) -> None:
    """Run one step; its words are shown only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        if os.strerror(errno.ENOSPC) in done.stdout:
            raise SetUpFailed(disk_full())
        raise SetUpFailed(f"{name} 失败 / failed:\n{done.stdout}")


def link_members() -> None:
    """Put the members' sources on the path of `.venv`, as the workspace in pyproject.toml lists them."""
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    sources = [source for member in workspace for source in sorted(ROOT.glob(f"{member}/src"))]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    link = VENV / "lib" / version / "site-packages" / "zhanggui.pth"
    content = "".join(f"{source}\n" for source in sources)
    if not link.exists() or link.read_text() != content:
        link.write_text(content)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout's set-up lock, which the system frees however this process ends."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("等待另一个正在准备环境的进程 / Waiting for another run that is making the environment")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def disk_full(free: int | None = None) -> str:
    """The message for a file system without room."""
    left = "" if free is None else f" ({free // 1024**2} MiB)"
    return (
        f"磁盘空间不足{left}：{ROOT} 需要约 {ROOM // 1024**2} MiB。请清理后重试。\n"
        f"Not enough disk space{left}: {ROOT} needs about {ROOM // 1024**2} MiB. Free some and try again."
    )


def tell(text: str) -> None:
    """Say one step."""
    print(f"· {text}", file=sys.stderr, flush=True)


def show(done: int, total: int, name: str) -> None:
    """Draw the progress of the installation on a terminal; elsewhere only its end is told."""
    if sys.stderr.isatty():
        bar = "█" * (24 * done // total)
        print(
            f"\r  {bar:<24} {done}/{total} {name:<32}",
            end="\n" if not name else "",
            file=sys.stderr,
            flush=True,
        )
    elif not name:
        print(f"  {total} packages", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
