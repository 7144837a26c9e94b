"""`up` and `down` as the user sees them: in the foreground, or in the background with the start shown."""

import os
import sys
import time
import traceback
from pathlib import Path

from chassis import clock
from local_stack.accounts import DEMO, DEMO_EMPLOYEES, FIRST, FirstAccount, account_password
from local_stack.forks import Forked, fork
from local_stack.home import Home
from local_stack.ports import HOST
from local_stack.processes import Identity, await_end
from local_stack.stack import up
from local_stack.supervisor import end_leftovers
from local_stack.troubles import NotRunning, Trouble, disk_trouble

DOWN_SECONDS = 90


def run_up(home: Home, port: int, *, demo: bool, detach: bool) -> int:
    """Start the stack and stay with it, or leave it in the background once it is ready; the exit code."""
    if detach:
        return _in_background(home, port, demo=demo)
    _serve(home, port, demo=demo, ready=None)
    return 0


def run_down(home: Home) -> int:
    """End the stack of `home`, and what a killed one left; the exit code."""
    state = home.state()
    if not state:
        raise NotRunning(home.root)
    who = state["supervisor"]
    supervisor = Identity(who["pid"], who["started"]).process()
    if supervisor is not None:
        supervisor.terminate()
        if await_end([supervisor], DOWN_SECONDS):
            supervisor.kill()
    end_leftovers(state)
    home.forget_state()
    print("已停止 / Stopped")
    return 0


def _serve(home: Home, port: int, *, demo: bool, ready: int | None) -> None:
    """Run the stack until it is told to end; `ready` is a pipe that hears one byte when all that was asked stands."""

    def tell(text: str) -> None:
        print(text, flush=True)
        with (home.logs / "stack.log").open("a") as log:
            log.write(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {text}\n")

    def visit(accounts: list[FirstAccount]) -> Forked | None:
        address = f"http://{HOST}:{port}"
        print(f"\n掌柜已启动 / Zhanggui is up:  {address}   接口 / API: {address}/docs")
        print(f"数据目录 / home: {home.root}")
        if not demo:
            for account in accounts:
                print(f"登录 / sign in:  {account.login}  {account.password}", flush=True)
            return None
        passwords = {account.login: account.password for account in accounts}
        passwords |= {login: account_password(home, login) for login in DEMO_EMPLOYEES}
        from local_stack.demo import run_demo  # noqa: PLC0415 - its HTTP client is for the demo alone

        return fork(lambda: run_demo(address, passwords), title="demo")

    def settled(code: int) -> None:
        if code:
            tell(f"演示数据未能载入（{code}） / the demo input was not loaded ({code})")
        if ready is not None:
            os.write(ready, b"0" if code else b"1")

    up(home, port, logins=DEMO if demo else FIRST, visit=visit, settled=settled, tell=tell)


def _in_background(home: Home, port: int, *, demo: bool) -> int:
    """Start the stack in a session of its own and show what it says until all that was asked stands, or cannot."""
    home.make()
    log = home.logs / "supervisor.log"
    log.touch(mode=0o600)
    offset = log.stat().st_size
    hear, say = os.pipe()
    if pid := os.fork():
        os.close(say)
        os.set_blocking(hear, False)
        return _follow(pid, hear, log, offset)
    os.close(hear)
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        _serve(home, port, demo=demo, ready=say)
        code = 0
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
    except OSError as error:
        print(disk_trouble(error, home.root) or traceback.format_exc(), file=sys.stderr)
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _follow(pid: int, hear: int, log: Path, offset: int) -> int:
    with log.open("rb") as said:
        said.seek(offset)
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            try:
                heard = os.read(hear, 1)
            except BlockingIOError:
                heard = b""
            sys.stdout.buffer.write(said.read())
            sys.stdout.buffer.flush()
            if heard:
                return int(heard != b"1")
            if ended:
                return os.waitstatus_to_exitcode(status) or 1
            time.sleep(0.05)
