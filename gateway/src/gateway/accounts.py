"""`python -m gateway.accounts`: create the first account, and check that the audit is whole.

python -m gateway.accounts create LOGIN --role ROLE [--role …] [--employee-no NO] [--department D] [--shop S]
    the password comes from ZHANGGUI_PASSWORD, else from the first line of standard input
python -m gateway.accounts verify-audit
"""

import argparse
import asyncio
import os
import sys
from getpass import getpass

from pydantic import SecretStr

from chassis import clock
from chassis.auth import Principal
from chassis.database import Database, open_database
from chassis.door import Door
from chassis.problems import Refusal
from gateway.commands.accounts import Standing, create_account
from gateway.domain import logins
from gateway.domain.errors import LoginUnusable
from gateway.domain.permissions import ROLES
from gateway.hashing import Hashing
from gateway.queries.audit import first_broken
from gateway.settings import GatewaySettings

# Whoever can reach the database with the gateway's own role needs nobody's leave.
OPERATOR = Principal(sub="operator", roles=frozenset({"boss"}))


async def create(database: Database, settings: GatewaySettings, asked: argparse.Namespace) -> str:
    """Create the account that the command line asks for."""
    login = logins.normal(asked.login)
    if not logins.is_login(login):
        raise LoginUnusable(field="login")
    hashing = Hashing()
    password_hash = await hashing.hash(_password(), login)
    hashing.close()
    door = Door(now=clock.now(), actor=OPERATOR.sub, correlation_id="command", timezone=settings.timezone)
    async with database.transaction(door) as session:
        await create_account(
            session,
            by=OPERATOR,
            login=login,
            employee_no=asked.employee_no,
            standing=Standing(asked.role, asked.department, asked.shop),
            password_hash=password_hash,
        )
    return f"created {login} ({', '.join(sorted(set(asked.role)))})"


async def verify_audit(database: Database) -> str:
    """Check every link of the audit; ends the command with status 1 at the first broken one."""
    async with database.reading() as session:
        broken = await first_broken(session)
    if broken is not None:
        raise SystemExit(f"the audit is broken at position {broken}: a row there was changed, removed or put in")
    return "the audit is whole"


def _password() -> SecretStr:
    given = os.environ.get("ZHANGGUI_PASSWORD")
    if given is None:
        given = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return SecretStr(given)


async def run(asked: argparse.Namespace) -> str:
    """Do what the command line asks; answers what to print."""
    settings = GatewaySettings()
    database = open_database(settings.database_url, pool_size=1, name="gateway-accounts")
    try:
        if asked.command == "create":
            return await create(database, settings, asked)
        return await verify_audit(database)
    finally:
        await database.close()


def command_line() -> argparse.ArgumentParser:
    """Describe what may be asked."""
    parser = argparse.ArgumentParser(prog="python -m gateway.accounts", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    creating = commands.add_parser("create", help="create an account")
    creating.add_argument("login")
    creating.add_argument("--role", action="append", required=True, choices=sorted(ROLES))
    creating.add_argument("--employee-no")
    creating.add_argument("--department", action="append", default=[])
    creating.add_argument("--shop", action="append", default=[])
    commands.add_parser("verify-audit", help="check the chain of the audit")
    return parser


def main() -> None:
    """Read the command line and run."""
    try:
        print(asyncio.run(run(command_line().parse_args())))
    except Refusal as refusal:
        raise SystemExit(f"{refusal.field or 'refused'}: {refusal.detail} {refusal.detail_zh}") from None


if __name__ == "__main__":
    main()
