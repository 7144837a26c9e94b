"""A file of whatever sort into a table."""

from collections.abc import Iterable, Iterator
from itertools import chain

from chassis.imports.limits import Limits
from chassis.imports.profile import FileShape
from chassis.imports.reading import OpenChunks, Shape, Table, read_table
from chassis.imports.spreadsheet import csv_of_sheet, is_spreadsheet


def open_table(open_chunks: OpenChunks, shape: FileShape, wanted: Iterable[str], limits: Limits) -> Table:
    """Open a CSV file, a packed CSV file or a workbook; raises FileRefused when its columns cannot be read."""
    chunks = open_chunks()
    start = next(chunks, b"")
    if not is_spreadsheet(start):
        told = Shape(shape.encoding, shape.delimiter, shape.header_row)
        return read_table(open_chunks, told, wanted, limits)

    def sheet() -> Iterator[bytes]:
        return csv_of_sheet(chain([start], chunks), shape.sheet, limits)

    return read_table(sheet, Shape("utf-8", ",", shape.header_row), wanted, limits)
