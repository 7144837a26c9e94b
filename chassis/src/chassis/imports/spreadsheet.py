"""Spreadsheets into CSV, in a process of its own whose memory and time the system bounds.

calamine holds a whole sheet, and a sheet of a few bytes may claim a cell in the last row and column; so the parent
sends the bytes to `python -m chassis.imports.spreadsheet` and reads CSV from it, and a sheet that is too much takes
only that process down.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from threading import Thread

from python_calamine import CalamineError, CalamineWorkbook

from chassis.imports.limits import Limits
from chassis.imports.refusing import FileRefused

Cell = int | float | str | bool | time | date | datetime | timedelta
REFUSED = 3  # exit status that comes with a reason


def is_spreadsheet(start: bytes) -> bool:
    """Tell by its first bytes whether a file is a workbook; refuses the old binary one by name."""
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            "这是旧的 .xls 格式，请另存为 .xlsx 或 CSV。", "This is the old .xls format; save it as .xlsx or CSV."
        )
    return start.startswith(b"PK\x03\x04")


def csv_of_sheet(chunks: Iterable[bytes], sheet: str | None, limits: Limits) -> Iterator[bytes]:
    """Turn a workbook's bytes into CSV (UTF-8, commas) of one sheet, the first one when `sheet` is None.

    Raises FileRefused when the workbook is too large, packed suspiciously, damaged, or has no such sheet.
    """
    settings = json.dumps([sheet, limits.sheet_inflated_bytes, limits.sheet_memory, limits.sheet_seconds])
    child = subprocess.Popen(
        [sys.executable, "-m", "chassis.imports.spreadsheet", settings],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told, answers, complains = child.stdin, child.stdout, child.stderr
    assert told is not None
    assert answers is not None
    assert complains is not None
    complaints: list[bytes] = []
    listener = Thread(target=lambda: complaints.append(complains.read()), daemon=True)
    listener.start()
    try:
        sent = 0
        for chunk in chunks:
            sent += len(chunk)
            if sent > limits.sheet_bytes:
                raise FileRefused(
                    f"电子表格超过 {limits.sheet_bytes} 字节，请另存为 CSV。",
                    f"The spreadsheet is larger than {limits.sheet_bytes} bytes; save it as CSV.",
                )
            told.write(chunk)
        told.close()
        while piece := answers.read(256 * 1024):
            yield piece
        status = child.wait()
        listener.join()
        if status == REFUSED:
            zh, en = json.loads(complaints[0].splitlines()[-1])
            raise FileRefused(zh, en)
        if status != 0:
            raise FileRefused(
                "读取电子表格超出了内存或时间限制，请另存为 CSV。",
                "Reading the spreadsheet took more memory or time than allowed; save it as CSV.",
            )
    finally:
        child.kill()
        child.wait()
        listener.join()
        for pipe in (told, answers, complains):
            with suppress(BrokenPipeError):
                pipe.close()


def check_inflation(workbook: bytes, limit: int) -> None:
    """Unpack every part once, keeping nothing: what the directory of a zip says about sizes may be a lie.

    Raises FileRefused past `limit` bytes in all, for a zip that is no workbook, and for a damaged one.
    """
    left = limit
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
            if "xl/workbook.xml" not in packed.namelist() and "xl/workbook.bin" not in packed.namelist():
                raise FileRefused(
                    "压缩包里没有电子表格。请上传其中的文件。", "This zip is no spreadsheet; send the file in it."
                )
            for part in packed.infolist():
                with packed.open(part) as stream:
                    while piece := stream.read(1024**2):
                        left -= len(piece)
                        if left < 0:
                            raise FileRefused(
                                f"电子表格解压后超过 {limit} 字节。",
                                f"The spreadsheet unpacks to more than {limit} bytes.",
                            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileRefused("电子表格已损坏或加了密码。", "The spreadsheet is damaged or has a password.") from error


def text_of(cell: Cell) -> str:
    """Write a cell as a person sees it; a number in the 15 digits that a spreadsheet keeps, a date in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def write_csv(workbook: bytes, sheet: str | None, out: io.TextIOBase) -> None:
    """Write one sheet as CSV, blank rows too, so that row numbers stay what a person sees."""
    with CalamineWorkbook.from_object(io.BytesIO(workbook)) as book:
        name = sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            names = ", ".join(book.sheet_names)
            raise FileRefused(f"没有工作表“{name}”，只有：{names}。", f"There is no sheet “{name}”, only: {names}.")
        content = book.get_sheet_by_name(name)
        writer = csv.writer(out)
        for row in content.iter_rows():
            writer.writerow([text_of(cell) for cell in row])


def main() -> int:
    """Read a workbook from standard input and write CSV to standard output, within the limits of the argument."""
    sheet, inflated_bytes, memory, seconds = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        workbook = sys.stdin.buffer.read()
        check_inflation(workbook, inflated_bytes)
        with io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogatepass", newline="") as out:
            write_csv(workbook, sheet, out)
    except FileRefused as refused:
        reason = refused.reason
    except CalamineError as error:
        reason = FileRefused("无法读取电子表格。", f"The spreadsheet cannot be read: {error}").reason
    else:
        return 0
    print(json.dumps(list(reason)), file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
