"""Put the sources of one citation together: delimiters, links, what is said once for several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bookbuilder.citing import marks
from bookbuilder.citing.clusters import Cite, Mode
from bookbuilder.citing.csl.item import Item

_JOINT = re.compile(r"^[\s,;:.]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A source as the style renders it; `rest` is the text without the `author` in it."""

    cite: Cite
    item: Item
    text: str
    author: str
    rest: str

    @property
    def without_author(self) -> str:
        return _JOINT.sub("", self.rest)


def linked(piece: Piece, text: str) -> str:
    """Return `text` as a link to the source."""
    return f"{marks.CITE}{piece.cite.key}{marks.CITE_TEXT}{text}{marks.END_CITE}" if text else ""


def _with_affixes(piece: Piece, text: str) -> str:
    prefix, suffix = piece.cite.prefix, piece.cite.suffix
    return f"{_words(prefix, '')}{linked(piece, text)}{_words('', suffix)}"


def _words(prefix: str, suffix: str) -> str:
    """Return the words before or after a source, with the blank that holds them apart."""
    if prefix and not prefix[-1].isspace() and prefix[-1] not in "([{“‘\"'-–—":
        prefix = f"{prefix} "
    if suffix and suffix[0] not in " ,.;:)]!?\N{NO-BREAK SPACE}’'":
        suffix = f" {suffix}"
    return f"{prefix}{suffix}"


def assembled(pieces: Sequence[Piece], area: Any, *, bare: bool) -> str:
    """Return the citation. "@key says" gives its author to the sentence, the rest to brackets."""
    layout = area.layout
    first = pieces[0]
    mode = first.cite.mode
    if mode is Mode.AUTHOR_ONLY:
        return linked(first, first.author or first.text)
    if mode is Mode.YEAR_ONLY:
        return linked(first, first.without_author)
    before = after = ""
    raises = layout.get("vertical-align") == "sup"
    if raises and not bare:
        # Numbers are raised, but not the words around them.
        before, after = _words(first.cite.prefix, ""), _words("", pieces[-1].cite.suffix)
        first = replace(first, cite=replace(first.cite, prefix=""))
        pieces = [first, *pieces[1:]]
        last = pieces[-1]
        pieces = [*pieces[:-1], replace(last, cite=replace(last.cite, suffix=""))]
    inner = _joined(pieces, area, layout, in_text=mode is Mode.IN_TEXT)
    if not inner and mode is not Mode.IN_TEXT:
        return ""
    if bare:
        whole = inner
    else:
        # The brackets do not stand within what the style raises or slants.
        whole = str(layout.format(f"{layout.get('prefix', '')}{inner}{layout.get('suffix', '')}"))
        whole = f"{before.rstrip() if raises else before}{whole}{after}"
    if mode is not Mode.IN_TEXT:
        return whole
    if not first.author:
        return linked(first, first.text) if not inner else whole
    if not inner:
        return linked(first, first.author)
    blank = "" if raises else " "
    return f"{linked(first, first.author)}{blank}{whole}"


def _joined(pieces: Sequence[Piece], area: Any, layout: Any, *, in_text: bool) -> str:
    delimiter = layout.get("delimiter", "")
    collapse = area.get("collapse", "")
    texts: list[str] = []
    joints: list[str] = []
    index = 0
    while index < len(pieces):
        run = _numbers(pieces, index) if collapse == "citation-number" else 1
        if run > 2:
            first, last = pieces[index], pieces[index + run - 1]
            texts.append(f"{linked(first, first.text)}–{linked(last, last.text)}")
            joints.append(delimiter)
            index += run
            continue
        piece = pieces[index]
        before = pieces[index - 1] if index else None
        takes_author = (in_text and not index) or piece.cite.mode is Mode.NO_AUTHOR
        joint = delimiter
        if takes_author:
            text = piece.without_author
        elif before is not None and collapse.startswith("year") and _same(before, piece):
            text = piece.without_author
            joint = area.get("cite-group-delimiter", ", ")
            if collapse != "year" and piece.item.suffix and not piece.item.has_locator:
                shared = text.removesuffix(piece.item.suffix)
                if shared and shared == before.without_author.removesuffix(before.item.suffix):
                    text = piece.item.suffix
                    joint = area.get("year-suffix-delimiter") or delimiter
        else:
            text = piece.text
            was_collapsed = before is not None and index > 1 and collapse.startswith("year")
            if was_collapsed and _same(pieces[index - 2], pieces[index - 1]):
                joint = area.get("after-collapse-delimiter") or delimiter
        text = _with_affixes(piece, text)
        if text:
            texts.append(text)
            joints.append(joint)
        index += 1
    pieced = [text if not n else f"{joints[n]}{text}" for n, text in enumerate(texts)]
    return "".join(pieced)


def _same(before: Piece, piece: Piece) -> bool:
    """Return whether two sources have one author, who need not be named twice."""
    plain = not (before.cite.suffix or piece.cite.prefix or before.item.has_locator)
    return bool(piece.author) and piece.author == before.author and plain


def _numbers(pieces: Sequence[Piece], start: int) -> int:
    """Return how many sources from `start` on have numbers in a row, and nothing else."""
    count = 0
    for offset, piece in enumerate(pieces[start:]):
        cite = piece.cite
        is_plain = not (cite.locator or cite.suffix or (cite.prefix and offset))
        if piece.item.number != pieces[start].item.number + offset or not is_plain:
            break
        if cite.prefix:
            return 1
        count += 1
    return max(count, 1)
