"""Keep the inline parser's two stacks: delimiters of emphasis (spec 6.2) and open brackets."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from bookbuilder.dialect.core.nodes import Node

DOUBLED = {"~": "del", "=": "mark", "^": "ins"}


class Run(Struct):
    """Describe a run of one delimiter. `start` and `end` are offsets in the text."""

    character: str
    start: int
    end: int
    opens: bool
    closes: bool


class Delimiter(Struct, eq=False):
    """Hold a run on the stack. `length` counts its characters that are not yet paired."""

    run: Run
    node: Node
    length: int
    previous: Delimiter | None
    next: Delimiter | None = None


class Bracket(Struct, eq=False):
    """Hold an opening bracket: `[`, `![` or, for an inline note, `^[`."""

    node: Node
    kind: str
    end: int
    delimiter: Delimiter | None
    active: bool = True
    followed: bool = False
    """True if another bracket has opened after it, so that its text cannot be a label."""


def scan_run(text: str, start: int) -> Run:
    """Return the run at `start`, which knows whether it can open or close emphasis."""
    character = text[start]
    end = start
    while text[end : end + 1] == character:
        end += 1
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    left = not after.isspace() and (
        not _is_punctuation(after) or before.isspace() or _is_punctuation(before)
    )
    right = not before.isspace() and (
        not _is_punctuation(before) or after.isspace() or _is_punctuation(after)
    )
    if character == "_":
        opens = left and (not right or _is_punctuation(before))
        closes = right and (not left or _is_punctuation(after))
        return Run(character, start, end, opens, closes)
    if _is_wide(before) or _is_wide(after):
        left, right = not after.isspace(), not before.isspace()
    return Run(character, start, end, left, right)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_wide(character: str) -> bool:
    """Return whether a script writes no spaces around emphasis: Chinese, Japanese or Korean."""
    return character > "ᄀ" and unicodedata.east_asian_width(character) in "WF"


class Delimiters:
    """Stack delimiters, and pair them."""

    def __init__(self) -> None:
        self.top: Delimiter | None = None

    def push(self, run: Run, node: Node) -> None:
        delimiter = Delimiter(run, node, run.end - run.start, self.top)
        if self.top is not None:
            self.top.next = delimiter
        self.top = delimiter

    def remove(self, delimiter: Delimiter) -> None:
        if delimiter.previous is not None:
            delimiter.previous.next = delimiter.next
        if delimiter.next is not None:
            delimiter.next.previous = delimiter.previous
        else:
            self.top = delimiter.previous

    def resolve(self, bottom: Delimiter | None) -> None:
        """Pair the runs above `bottom` and take them off the stack."""
        floors: dict[tuple[str, bool, int], Delimiter | None] = {}
        closer = self.top
        while closer is not None and closer.previous is not bottom:
            closer = closer.previous
        while closer is not None and closer is not bottom:
            if not closer.run.closes:
                closer = closer.next
                continue
            original = closer.run.end - closer.run.start
            key = closer.run.character, closer.run.opens, original % 3
            opener = self._opener_for(closer, floors.get(key, bottom), bottom)
            if opener is not None:
                closer = self._pair(opener, closer)
                continue
            floors[key] = closer.previous
            following = closer.next
            if not closer.run.opens:
                self.remove(closer)
            closer = following
        while self.top is not None and self.top is not bottom:
            self.remove(self.top)

    def _opener_for(
        self, closer: Delimiter, floor: Delimiter | None, bottom: Delimiter | None
    ) -> Delimiter | None:
        opener = closer.previous
        while opener is not None and opener is not bottom and opener is not floor:
            if opener.run.opens and _match(opener, closer):
                return opener
            opener = opener.previous
        return None

    def _pair(self, opener: Delimiter, closer: Delimiter) -> Delimiter | None:
        """Wrap everything between two delimiters; return the next possible closer."""
        doubled = closer.run.character in DOUBLED
        used = 2 if doubled or min(opener.length, closer.length) >= 2 else 1
        tag = DOUBLED.get(closer.run.character) or ("strong" if used == 2 else "em")
        wrapper = Node(tag)
        wrapper.take(opener.node, closer.node)
        opener.node.insert_after(wrapper)
        while opener.next is not None and opener.next is not closer:
            self.remove(opener.next)
        for delimiter in (opener, closer):
            delimiter.length -= used
            delimiter.node.text = delimiter.node.text[used:]
        if not opener.length:
            opener.node.unlink()
            self.remove(opener)
        if closer.length:
            return closer
        closer.node.unlink()
        self.remove(closer)
        return closer.next


def _match(opener: Delimiter, closer: Delimiter) -> bool:
    first, second = opener.run, closer.run
    if first.character != second.character:
        return False
    lengths = first.end - first.start, second.end - second.start
    if first.character in DOUBLED:
        return lengths == (2, 2)
    both = second.opens or first.closes
    return not (both and lengths[1] % 3 != 0 and sum(lengths) % 3 == 0)
