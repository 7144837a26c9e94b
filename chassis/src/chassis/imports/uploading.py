"""An upload into the database while it arrives: nothing of it is held but the chunk at hand."""

import hashlib
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from chassis.imports.converting import BIDI_CONTROL
from chassis.problems import Invalid

CHUNK = 256 * 1024
FILES = 8
FIELDS = 30
LONGEST_FIELD = 256 * 1024


class UploadUnreadable(Invalid):
    """The upload is not the multipart/form-data it should be: {why}."""

    zh = "上传内容不是有效的 multipart/form-data：{why}。"


class Piece(NamedTuple):
    """A piece of a part: its name, file name (None for a plain field), bytes, and whether the part ends with it."""

    name: str
    file_name: str | None
    data: bytes
    ends: bool


@dataclass(slots=True)
class Received:
    """What came with an upload."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Parts:
    """Turns the parser's callbacks into pieces."""

    def __init__(self, boundary: bytes) -> None:
        self.pieces: list[Piece] = []
        self.ended = False
        self.header, self.value, self.headers = b"", b"", dict[str, bytes]()
        self.name = ""
        self.file_name: str | None = None
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": lambda data, start, end: self._piece(data[start:end], ends=False),
            "on_part_end": lambda: self._piece(b"", ends=True),
            "on_end": self._end,
        }
        self.parser = MultipartParser(boundary, callbacks)

    def _begin(self) -> None:
        self.headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def _header_end(self) -> None:
        self.headers[self.header.decode("latin-1").lower()] = self.value
        self.header, self.value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self.headers.get("content-disposition", b""))
        self.name = options.get(b"name", b"").decode("utf-8", "replace")
        file_name = options.get(b"filename")
        self.file_name = None if file_name is None else tidy_name(file_name.decode("utf-8", "replace"))

    def _piece(self, data: bytes, *, ends: bool) -> None:
        self.pieces.append(Piece(self.name, self.file_name, data, ends))

    def _end(self) -> None:
        self.ended = True


def tidy_name(name: str) -> str:
    """Reduce a file's name to its last part, NFC, without controls."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    return BIDI_CONTROL.sub("", "".join(c for c in last if c.isprintable()))[:200] or "file"


async def pieces_of(stream: AsyncIterable[bytes], content_type: str) -> AsyncIterator[Piece]:
    """Split a multipart body into pieces as it arrives; raises UploadUnreadable."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UploadUnreadable(why="Content-Type")
    try:
        parts = _Parts(boundary)
        async for data in stream:
            parts.parser.write(data)
            pieces, parts.pieces = parts.pieces, []
            for piece in pieces:
                yield piece
    except FormParserError as error:
        raise UploadUnreadable(why=str(error)) from error
    if not parts.ended:
        raise UploadUnreadable(why="it ends too early")


async def store_upload(connection: asyncpg.Connection, import_id: UUID, pieces: AsyncIterable[Piece]) -> Received:
    """Store the files of an upload in chunks, and give back its plain fields and the names of its files.

    A part called `profile` is a field even when it came as a file.
    """
    received = Received()
    chunk, chunk_no, size, digest = bytearray(), 0, 0, hashlib.sha256()
    fields = 0

    async def put_chunk() -> None:
        nonlocal chunk, chunk_no
        await connection.execute(
            "INSERT INTO import_chunks (import_id, file_no, chunk_no, body) VALUES ($1, $2, $3, $4)",
            import_id,
            len(received.files),
            chunk_no,
            bytes(chunk[:CHUNK]),
        )
        chunk, chunk_no = chunk[CHUNK:], chunk_no + 1

    async for piece in pieces:
        chunk += piece.data
        if piece.file_name is None or piece.name == "profile":
            fields += piece.ends  # counted, for one that is said again and again takes the place of itself
            if len(chunk) > LONGEST_FIELD or fields > FIELDS:
                raise UploadUnreadable(why=f"the field {piece.name[:50]} is too long, or there are too many fields")
            if piece.ends:
                received.fields[piece.name] = _text(piece.name, chunk)
                chunk = bytearray()
            continue
        digest.update(piece.data)
        size += len(piece.data)
        while len(chunk) >= CHUNK:
            await put_chunk()
        if piece.ends:
            if len(received.files) >= FILES:
                raise UploadUnreadable(why=f"more than {FILES} files")
            await put_chunk()
            await connection.execute(
                "INSERT INTO import_files (import_id, file_no, name, size, sha256) VALUES ($1, $2, $3, $4, $5)",
                import_id,
                len(received.files),
                piece.file_name,
                size,
                digest.digest(),
            )
            received.files.append(piece.file_name)
            chunk_no, size, digest = 0, 0, hashlib.sha256()
    return received


def _text(name: str, data: bytearray) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadUnreadable(why=f"the field {name[:50]} is not UTF-8") from error
    if "\x00" in text:
        raise UploadUnreadable(why=f"the field {name[:50]} contains NUL")
    return text
