"""Enters the month through the gateway, as the people of the department would: nothing here knows a database."""

from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo import enter_sales, enter_stock, enter_talk, enter_time, settle, show
from demo.cast import Cast
from demo.department import Department, department
from demo.month import DEMO


def load(address: str, passwords: Mapping[str, str]) -> None:
    """Enter the demo month, pay it, and show what came of it.

    `passwords` holds those of boss, hr and finance, and by small employee number of everybody who signs in. Once the
    month is paid, doing it again only shows it. Raises DemoTrouble, httpx.HTTPError.
    """
    console = Console()
    with Cast(address, passwords) as cast:
        if not settle.paid(cast, DEMO):
            columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            with Progress(*columns, console=console) as progress:
                _enter(cast, department(DEMO), progress)
        show.accounts(console, passwords)
        show.payslips(console, cast, DEMO)
        show.one_explained(console, cast, DEMO)


def _enter(cast: Cast, made: Department, progress: Progress) -> None:
    files = made.files()
    enter_time.enter_staff(cast, files, progress)
    settle.agree_terms(cast, made.month, progress)
    settle.adopt_rulebook(cast, made.month)
    enter_sales.arrange_shops(cast, made)
    enter_talk.arrange_desk(cast, made)
    enter_stock.furnish(cast, made, files, progress)
    # orders early: the warehouse books their parcels while the rest goes in
    enter_sales.enter_orders(cast, made, files, progress)
    enter_time.enter_roster(cast, files, progress)
    enter_time.enter_leave(cast, made, progress)
    enter_time.enter_punches(cast, made, files, progress)
    enter_talk.enter_chats(cast, files, progress)
    enter_sales.enter_refunds(cast, files, progress)
    enter_talk.enter_reviews(cast, made, files, progress)
    enter_stock.await_parcels(cast, made, progress)
    enter_stock.enter_returns(cast, made, progress)
    enter_stock.count_stock(cast, made, progress)
    enter_sales.pay_through_the_gate(cast, made, progress)
    settle.settle(cast, made, progress)
