"""Hold a PDF that is being made: what is finished is bytes, and streams are in the file at once.

ISO 32000-1, 7.5.7 (object streams), 7.5.8 (cross-reference streams), 14.4 (file identifiers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bookbuilder.formats.pdf.joining.values import reference, written
from bookbuilder.formats.pdf.run_data.streams import compressed

Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Unfinished:
    """An object whose `values` may change until the PDF is written."""

    number: int
    values: Values


_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
# Kinds of entries in the table: what is free, what lies at a place, and what is packed.
_FREE, _PLACED, _PACKED = 0, 1, 2
_LAST_GENERATION = 65535


class Pdf:
    """A PDF whose objects get numbers as they come; `file` ends it.

    Those that are no streams are put as values, which may change until the end, or as bytes.
    `pages` are those of the pages, by their numbers; `page_tree` is the reference to what holds
    them. `annotations` are those of all pages, `destinations` the places of
    anchors, `messages` what was noticed on the way.
    """

    def __init__(self) -> None:
        self._file = bytearray(_HEADER)
        self._places: dict[int, int] = {}
        self._others: dict[int, Values | bytes] = {}
        self._last = 0
        self.pages: dict[int, Values] = {}
        self.annotations: list[Unfinished] = []
        self.destinations: dict[str, list[Any]] = {}
        self.messages: dict[str, None] = {}
        self.info: Values = {}
        self.page_tree = reference(self.reserve())
        self.catalog: Values = {"Type": "/Catalog", "Pages": self.page_tree}
        self._root = self.add(self.catalog)
        self._info = b""

    @property
    def next_number(self) -> int:
        return self._last + 1

    def reserve(self) -> int:
        """Return the number of an object that will be put later."""
        self._last += 1
        return self._last

    def put(self, number: int, value: Values | bytes) -> None:
        self._others[number] = value

    def add(self, value: Values | bytes) -> bytes:
        """Add an object; return the reference to it."""
        number = self.reserve()
        self.put(number, value)
        return reference(number)

    def add_info(self) -> None:
        """Add the document information, which may change until the end."""
        self._info = self.add(self.info)

    def add_page(self, page: Values) -> bytes:
        """Add a page, which may change until the end; return the reference to it."""
        number = self.reserve()
        self.put(number, page)
        self.pages[number] = page
        return reference(number)

    def add_unfinished(self, values: Values) -> Unfinished:
        number = self.reserve()
        self.put(number, values)
        return Unfinished(number, values)

    def add_annotation(self, values: Values) -> Unfinished:
        """Add an annotation, which its page has to name."""
        self.annotations.append(self.add_unfinished(values))
        return self.annotations[-1]

    def add_stream(self, content: bytes, extra: Values, *, is_plain: bool = False) -> bytes:
        """Write a stream, compressed unless it `is_plain`; return the reference to it."""
        return self.add_compressed(content if is_plain else compressed(content), extra, is_plain)

    def add_compressed(self, data: bytes, extra: Values, is_plain: bool = False) -> bytes:
        """Write a stream that is compressed already; return the reference to it."""
        number = self.reserve()
        self._write_stream(number, data, extra, is_plain)
        return reference(number)

    def _write_stream(self, number: int, data: bytes, extra: Values, is_plain: bool) -> None:
        values = extra if is_plain else extra | {"Filter": "/FlateDecode"}
        said = written(values | {"Length": len(data)})
        self._places[number] = len(self._file)
        self._file += b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, said, data)

    def file(self) -> bytes:
        """Return the whole file, whose identifier is made from its content."""
        self._others[1] = {
            "Type": "/Pages",
            "Kids": [reference(number) for number in self.pages],
            "Count": len(self.pages),
        }
        packed = sorted(self._others)
        holder, table = self.reserve(), self.reserve()
        content, extra = _pack([(number, written(self._others[number])) for number in packed])
        self._write_stream(holder, compressed(content), extra, False)
        identifier = f"<{hashlib.sha256(self._file).hexdigest()[:32]}>"
        start = len(self._file)
        entries = {0: (_FREE, 0, _LAST_GENERATION), table: (_PLACED, start, 0)}
        entries |= {number: (_PLACED, place, 0) for number, place in self._places.items()}
        entries |= {number: (_PACKED, holder, at) for at, number in enumerate(packed)}
        rows, widths = _rows([entries[number] for number in range(table + 1)])
        extra = {
            "Type": "/XRef",
            "Size": table + 1,
            "W": widths,
            "Root": self._root,
            "Info": self._info,
            "ID": [identifier, identifier],
            # Each row but for what is as in the row before: the sum of all is small.
            "DecodeParms": {"Predictor": 12, "Columns": sum(widths)},
        }
        self._write_stream(table, compressed(rows), extra, False)
        self._file += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(self._file)


def _pack(objects: Sequence[tuple[int, bytes]]) -> tuple[bytes, Values]:
    """Return content and entries of a stream of `objects`."""
    numbers = []
    place = 0
    for number, piece in objects:
        numbers.append(f"{number} {place}")
        place += len(piece) + 1
    head = " ".join(numbers).encode() + b"\n"
    extra = {"Type": "/ObjStm", "N": len(objects), "First": len(head)}
    return head + b"\n".join(piece for _, piece in objects), extra


def _rows(entries: Sequence[tuple[int, int, int]]) -> tuple[bytes, list[int]]:
    """Return the rows of the table as PNG filters them (Up), and the widths of its columns."""
    columns = list(zip(*entries, strict=True))
    widths = [max(1, (max(column).bit_length() + 7) // 8) for column in columns]
    length = 1 + sum(widths)
    rows = bytearray(b"\2" * (length * len(entries)))
    place = 1
    for column, width in zip(columns, widths, strict=True):
        data = b"".join(value.to_bytes(width, "big") for value in column)
        for at in range(width):
            new = data[at::width]
            rows[place::length] = bytes(
                (n - o) & 255 for n, o in zip(new, b"\0" + new[:-1], strict=True)
            )
            place += 1
    return bytes(rows), widths
