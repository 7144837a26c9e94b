"""The commands of `./zhanggui`; each imports what it needs, for `status` is asked often and needs little."""

import argparse
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from local_stack.home import choose_home
from local_stack.troubles import Trouble, disk_trouble

PORT = 8000
ROOT = Path(__file__).resolve().parents[4]
"""The checkout: the launcher runs from source."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; trouble is told in words, with its remedy, and answered with exit code 1."""
    parser = _parser()
    asked, others = parser.parse_known_args(arguments)
    if others and asked.command != "test":
        parser.error(f"unrecognised: {' '.join(others)}")
    try:
        return int(asked.run(asked, others))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
    except OSError as error:
        full = disk_trouble(error, error.filename or choose_home(getattr(asked, "home", None)).root)
        if full is None:
            raise
        print(full, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhanggui", description="掌柜 Zhanggui")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    at_home = argparse.ArgumentParser(add_help=False)
    at_home.add_argument(
        "--home",
        metavar="DIR",
        help="数据目录 / data folder (default: $ZHANGGUI_HOME, else the user's data folder)",
    )

    up = commands.add_parser("up", parents=[at_home], help="启动 / start everything")
    up.add_argument("--port", type=_port, default=PORT, help="网关端口 / port of the gateway (default: %(default)s)")
    up.add_argument("--demo", action="store_true", help="载入演示数据 / load demo input")
    up.add_argument("--detach", action="store_true", help="在后台运行 / run in the background")
    up.set_defaults(run=_up)

    down = commands.add_parser("down", parents=[at_home], help="停止 / stop everything")
    down.set_defaults(run=_down)
    status = commands.add_parser("status", parents=[at_home], help="查看 / what runs, and how it is")
    status.set_defaults(run=_status)

    test = commands.add_parser(
        "test", help="测试（参数交给 pytest） / every test; arguments go to pytest", add_help=False
    )
    test.set_defaults(run=_test)
    check = commands.add_parser("check", help="检查 / format, lint, types, import rules, generated contracts")
    check.set_defaults(run=_check)
    bench = commands.add_parser("bench", help="性能测试 / the benchmarks", add_help=False)
    bench.add_argument("arguments", nargs=argparse.REMAINDER)
    bench.set_defaults(run=_bench)
    contracts = commands.add_parser("contracts", help="重新生成契约文件 / generate schemas, AsyncAPI and OpenAPI again")
    contracts.set_defaults(run=_contracts)
    secrets = commands.add_parser("secrets", help="生成容器部署的口令与密钥 / make passwords and keys for compose.yaml")
    secrets.set_defaults(run=_secrets)
    locking = commands.add_parser(
        "lock", help="更新 requirements.lock（需要 uv） / lock the dependencies again (needs uv)"
    )
    locking.set_defaults(run=_lock)
    return parser


def _up(asked: argparse.Namespace, _: Sequence[str]) -> int:
    from local_stack.running import run_up

    return run_up(choose_home(asked.home), asked.port, demo=asked.demo, detach=asked.detach)


def _down(asked: argparse.Namespace, _: Sequence[str]) -> int:
    from local_stack.running import run_down

    return run_down(choose_home(asked.home))


def _status(asked: argparse.Namespace, _: Sequence[str]) -> int:
    from local_stack.status import show_status

    return show_status(choose_home(asked.home))


def _test(_: argparse.Namespace, others: Sequence[str]) -> int:
    from local_stack.checks import run_tests

    return run_tests(ROOT, others)


def _check(_: argparse.Namespace, __: Sequence[str]) -> int:
    from local_stack.checks import run_checks

    return run_checks(ROOT)


def _bench(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Run `tests/benchmarks/__main__.py` as the package it is."""
    sys.path.insert(0, str(ROOT / "tests"))
    sys.argv = ["./zhanggui bench", *asked.arguments]
    runpy.run_module("benchmarks", run_name="__main__", alter_sys=True)
    return 0


def _contracts(_: argparse.Namespace, __: Sequence[str]) -> int:
    from local_stack.generated import generate

    return generate(ROOT)


def _secrets(_: argparse.Namespace, __: Sequence[str]) -> int:
    from local_stack.containers import make_secrets

    return make_secrets(ROOT)


def _lock(_: argparse.Namespace, __: Sequence[str]) -> int:
    from local_stack.locking import lock

    return lock(ROOT)


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port (1 to 65535)")
    return port
