"""Bytes of a file into rows of text: compression, encoding, delimiter, and row numbers as a spreadsheet shows them.

Nothing here holds more than a chunk of the file. `open_chunks` is called twice: once to find out the encoding (only the
whole file can tell UTF-8 from GB18030 for certain), once to read.
"""

import codecs
import csv
import io
import re
import unicodedata
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from chassis.imports.limits import LIMITS, Limits
from chassis.imports.refusing import FileRefused, Reason

OpenChunks = Callable[[], Iterator[bytes]]
Row = tuple[int, list[str], Reason | None]
"""Number as a person sees it (the header is row 1), cells, and what is wrong with the row as a whole."""

PIECE = 16 * 1024  # compressed bytes unpacked at a time; deflate inflates at most a thousandfold
DELIMITERS = (",", "\t", ";", "|")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Bidi_Control of Unicode: they make a name show as another one."""
SUSPECT = re.compile(f"[\\x00{BIDI}\udc80-\udcff]")
OUTSIDE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a profile says about the form of a file; None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file and its rows, read once, in order."""

    columns: list[str]
    rows: Iterator[Row]


def column_name(text: str) -> str:
    """Reduce a column's name to what people mean by it: width, case and surrounding blanks do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def inflated(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Unpack gzip (also of several members) when the bytes are gzip, else hand them through.

    Raises FileRefused past `limit` bytes, and for a damaged or cut-off file.
    """
    stream = iter(chunks)
    first = next(stream, b"")
    if not first.startswith(b"\x1f\x8b"):
        yield first
        yield from stream
        return
    total, unpacker = 0, zlib.decompressobj(wbits=31)
    try:
        for chunk in chain([first], stream):
            for start in range(0, len(chunk), PIECE):
                packed = chunk[start : start + PIECE]
                while packed:
                    if unpacker.eof:
                        unpacker = zlib.decompressobj(wbits=31)
                    piece = unpacker.decompress(packed)
                    packed = unpacker.unused_data
                    total += len(piece)
                    if total > limit:
                        raise FileRefused(
                            f"解压后超过 {limit} 字节。请拆分文件。",
                            f"More than {limit} bytes when unpacked. Split the file.",
                        )
                    yield piece
    except zlib.error as error:
        raise FileRefused("压缩文件已损坏。", "The compressed file is damaged.") from error
    if not unpacker.eof:
        raise FileRefused("压缩文件不完整。", "The compressed file is cut off.")


def find_encoding(chunks: Iterable[bytes]) -> str:
    """Find the encoding of a whole file: a byte order mark, else UTF-8 if it is that nearly everywhere, else GB18030.

    A file of UTF-8 with a few broken bytes stays UTF-8 (its broken rows are refused later): hardly any two bytes of
    GB18030 text are valid UTF-8, so one wrong character in twenty already means GB18030.
    """
    stream = iter(chunks)
    start = b""
    while len(start) < 3 and (chunk := next(stream, None)) is not None:
        start += chunk
    for mark, encoding in BOMS:
        if start.startswith(mark):
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    foreign = broken = 0
    for text in chain((decoder.decode(chunk) for chunk in chain([start], stream)), [decoder.decode(b"", True)]):
        if not text.isascii():
            broken += text.count("\ufffd")
            foreign += len(text) - len(text.encode("ascii", "ignore"))
    return "gb18030" if broken * 20 > foreign else "utf-8"


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode chunk by chunk; a byte that does not fit becomes a lone surrogate, so that its row can be refused."""
    try:
        # UTF-16 knows no lone bytes, and its decoder cannot escape them
        errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        begun = False
        for chunk in chunks:
            text = decoder.decode(chunk)
            if text and not begun:
                begun, text = True, text.removeprefix("\ufeff")
            yield text
        yield decoder.decode(b"", True)
    except LookupError:
        raise FileRefused(f"不认识编码 {encoding}。", f"There is no encoding called {encoding}.") from None
    except UnicodeDecodeError as error:
        raise FileRefused(f"文件不是有效的 {encoding}。", f"The file is not valid {encoding}.") from error


class Lines:
    """Physical lines out of decoded text, which remember whether something suspect went by since the last look."""

    def __init__(self, texts: Iterable[str], longest: int) -> None:
        self.longest = longest
        self.suspect = False
        self._stream = self._split(texts)
        self._ahead: deque[str] = deque()

    def look_ahead(self, count: int) -> list[str]:
        """Read the first `count` lines (fewer in a shorter file) and keep them to be read again."""
        self._ahead.extend(line for _, line in zip(range(count), self._stream, strict=False))
        return list(self._ahead)

    def __iter__(self) -> Iterator[str]:
        self.suspect = False
        while self._ahead:
            line = self._ahead.popleft()
            self.suspect |= SUSPECT.search(line) is not None
            yield line
        yield from self._stream

    def _split(self, texts: Iterable[str]) -> Iterator[str]:
        rest = ""
        for more in texts:
            text = rest + more
            # a lone \r at the very end may be half of \r\n
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            rest = text[end:]
            if len(rest) > self.longest:
                raise FileRefused(
                    f"有一行超过 {self.longest} 个字符：这不是表格文件，或者引号没有闭合。",
                    f"A line is longer than {self.longest} characters: this is no table.",
                )
            yield from self._watched(text[:end])
        yield from self._watched(rest)

    def _watched(self, text: str) -> Iterator[str]:
        lines = io.StringIO(text, newline="")
        if SUSPECT.search(text) is None:
            yield from lines
            return
        for line in lines:
            if SUSPECT.search(line) is not None:
                self.suspect = True
            yield line


def flaw_of(cells: Sequence[str]) -> Reason | None:
    """Tell what makes a row unusable as a whole: bytes outside the encoding, or NUL."""
    text = "".join(cells)
    if "\x00" in text:
        return Reason("该行含有 NUL 字符，请删除。", "The row contains a NUL character; remove it.")
    if OUTSIDE.search(text) is not None:
        return Reason(
            "该行有不属于文件编码的字节。请重新导出，或在模板中写明 encoding。",
            "The row has bytes outside the file's encoding. Export it again, or name the encoding in the profile.",
        )
    return None


def rows_of(lines: Lines, delimiter: str, most: int) -> Iterator[Row]:
    """Split lines into rows; quoted cells may hold line breaks. Blank rows are counted and left out."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            for cells in reader:
                number += 1
                if number > most:
                    raise FileRefused(f"超过 {most} 行。请拆分文件。", f"More than {most} rows. Split the file.")
                if lines.suspect:
                    lines.suspect = False
                    yield number, cells, flaw_of(cells)
                elif any(cells):
                    yield number, cells, None
            return
        except csv.Error as error:
            number += 1
            if "field larger" in str(error) or "unexpected end" in str(error):
                raise FileRefused(
                    f"第 {number} 行有一个引号没有闭合。", f"In row {number} a quote is opened and never closed."
                ) from error
            yield (
                number,
                [],
                Reason(f"该行的引号不成对（{error}）。", f"The quotes of this row do not match ({error})."),
            )


def find_delimiter(header: str, wanted: Iterable[str]) -> str:
    """Choose the delimiter under which the header row has most of the columns we look for, then most columns."""
    names = {column_name(name) for name in wanted}

    def found(delimiter: str) -> tuple[int, int]:
        cells = [column_name(cell) for cell in next(csv.reader([header], delimiter=delimiter))]
        return len(names.intersection(cells)), len(cells)

    return max(DELIMITERS, key=found)


def read_table(open_chunks: OpenChunks, shape: Shape, wanted: Iterable[str] = (), limits: Limits = LIMITS) -> Table:
    """Read a CSV file; `wanted` are column names that help to tell the delimiter.

    Raises FileRefused when there is no header row, and while the rows are read when the file cannot be read on.
    """
    encoding = shape.encoding or find_encoding(inflated(open_chunks(), limits.inflated_bytes))
    lines = Lines(decoded(inflated(open_chunks(), limits.inflated_bytes), encoding), limits.line_characters)
    opening = lines.look_ahead(shape.header_row)
    delimiter = shape.delimiter or find_delimiter(opening[-1] if opening else "\n", wanted)
    rows = rows_of(lines, delimiter, limits.rows)
    for number, cells, flaw in rows:
        if number == shape.header_row and flaw is None:
            return Table([column_name(cell) for cell in cells], rows)
        if number >= shape.header_row:
            break
    raise FileRefused(
        f"第 {shape.header_row} 行应为列名，但读不到。可在模板中用 header_row 指明列名所在行。",
        f"Row {shape.header_row} should name the columns, but cannot be read. header_row in the profile says where.",
    )
