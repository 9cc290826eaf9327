"""Find what has changed between two versions of a book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bookbuilder.changes.alignment import Stretch, differences
from bookbuilder.changes.found import Changes, ChapterChanges
from bookbuilder.changes.matching import matched, moved
from bookbuilder.changes.reading_text import (
    CAPTION,
    HEADING,
    MEANING,
    ROW,
    TABLE,
    TERM,
    Block,
    Edition,
    Text,
    Thing,
)
from bookbuilder.changes.rewording import (
    Reworded,
    is_small,
    likeness,
    rewordings,
    words_of,
)
from bookbuilder.text.comparing import comparable

ALIKE = 0.45
"""Passages that have so much in common are one passage, reworded."""
MOST_PAIRS = 900
SHORT = 25
"""Characters. A shorter passage that is found in another chapter need not come from there."""
KEPT = 0.35
"""A chapter of which less is kept was written anew."""


@dataclass(slots=True)
class _Found:
    """Collects what has changed in a chapter."""

    small: int = 0
    kept: int = 0
    sections: list[str] = field(default_factory=list)
    sections_gone: list[str] = field(default_factory=list)
    reworded: list[Reworded] = field(default_factory=list)
    added: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    moved_here: Counter[str] = field(default_factory=Counter)


def compare(old: Edition, new: Edition) -> Changes:
    """Return what has changed from `old` to `new`."""
    pairs = matched(old.chapters, new.chapters)
    whole = _Whole(old, new)
    chapters = [whole.chapter(before, after) for before, after in pairs]
    known_old, known_new = {id(one) for one, _ in pairs}, {id(one) for _, one in pairs}
    return Changes(
        old,
        new,
        added=tuple(text for text in new.chapters if id(text) not in known_new),
        removed=tuple(text for text in old.chapters if id(text) not in known_old),
        renamed=tuple(
            pair for pair in pairs if comparable(pair[0].title) != comparable(pair[1].title)
        ),
        moved=tuple(moved(pairs, old.chapters)),
        chapters=tuple(one for one in chapters if one.small or one.is_worth_telling),
    )


class _Whole:
    """Remembers what the whole book has, old and new, while its chapters are compared."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self.old_home = _homes(old)
        self.new_home = _homes(new)
        self.old_names = _names_of_things(old)
        self.new_names = _names_of_things(new)
        # The workbook repeats exercises, and a summary what was said.
        self.told: set[Reworded] = set()

    def chapter(self, before: Text, after: Text) -> ChapterChanges:
        found = _Found()
        old, new = before.blocks, after.blocks
        changed = 0
        for stretch in differences([b.key for b in old], [b.key for b in new]):
            changed += sum(len(b.key) for b in old[stretch.old_start : stretch.old_end])
            self._stretch(old, new, stretch, found, before)
        total = sum(len(block.key) for block in old)
        rewritten = total > 0 and (total - changed + found.kept) / total < KEPT
        things = tuple(_missing(after.things, self.old_names))
        things_gone = tuple(_missing(before.things, self.new_names))
        return ChapterChanges(
            before,
            after,
            rewritten=rewritten and total > 2_000,
            small=found.small,
            sections=tuple(found.sections),
            sections_gone=tuple(found.sections_gone),
            things=things,
            things_gone=things_gone,
            reworded=tuple(found.reworded),
            added=tuple(_without_rows(found.added, things)),
            removed=tuple(_without_rows(found.removed, things_gone)),
            moved_here=tuple(found.moved_here.most_common(3)),
        )

    def _stretch(
        self,
        old: Sequence[Block],
        new: Sequence[Block],
        stretch: Stretch,
        found: _Found,
        before: Text,
    ) -> None:
        gone = old[stretch.old_start : stretch.old_end]
        come = new[stretch.new_start : stretch.new_end]
        pairs = dict(_paired(gone, come))
        partners = {m: n for n, m in pairs.items()}
        for m, block in enumerate(come):
            if m in partners:
                self._reworded(gone[partners[m]], block, found)
            elif (home := _elsewhere(block, self.old_home)) and home != before.title:
                found.moved_here[home] += 1
        known = partners.keys() | _places_elsewhere(come, self.old_home)
        _tell(come, known, found.sections, found.added)
        known = pairs.keys() | _places_elsewhere(gone, self.new_home)
        _tell(gone, known, found.sections_gone, found.removed)

    def _reworded(self, before: Block, after: Block, found: _Found) -> None:
        if is_small(before.text, after.text):
            found.small += 1
            found.kept += len(before.key)
            return
        told = list(rewordings(before.text, after.text))
        found.kept += len(before.key) // 2
        if not told:
            found.small += 1
        for one in told:
            if one not in self.told:
                self.told.add(one)
                found.reworded.append(one)


def _tell(
    blocks: Sequence[Block],
    known: set[int],
    sections: list[str],
    passages: list[tuple[str, str]],
) -> None:
    """Add those of `blocks` that the other version does not know to what is told.

    What stands in a section is told with it, the meaning of a term with the term, and a caption
    with its figure.
    """
    is_in_section = False
    for n, block in enumerate(blocks):
        before = blocks[n - 1].kind if n else ""
        if n in known:
            is_in_section = False
        elif block.kind == HEADING:
            sections.append(block.text)
            is_in_section = True
        elif block.kind == CAPTION or (block.kind == MEANING and before in (TERM, MEANING)):
            continue
        elif not is_in_section:
            passages.append((block.kind, block.text))


def _without_rows(passages: Iterable[tuple[str, str]], things: Iterable[Thing]) -> Iterator[str]:
    """Yield passages; without the rows of tables, if a whole table is told of."""
    has_table = any(thing.kind == TABLE for thing in things)
    return (text for kind, text in passages if not (kind == ROW and has_table))


def _paired(gone: Sequence[Block], come: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Yield the places of passages that are one passage reworded, in order."""
    if not gone or not come:
        return
    if len(gone) * len(come) > MOST_PAIRS:
        # Both are long: a passage is looked for near its own place only.
        width = max(1, MOST_PAIRS // max(len(gone), len(come)))
    else:
        width = max(len(gone), len(come))
    old = [Counter(words_of(block.key.casefold())) for block in gone]
    new = [Counter(words_of(block.key.casefold())) for block in come]
    at = 0
    for n, mine in enumerate(old):
        middle = n * len(come) // len(gone)
        best, best_at = 0.0, -1
        for m in range(max(at, middle - width), min(len(come), middle + width + 1)):
            if gone[n].kind != come[m].kind:
                continue
            if (score := likeness(mine, new[m])) > best:
                best, best_at = score, m
        if best >= ALIKE:
            yield n, best_at
            at = best_at + 1


def _elsewhere(block: Block, homes: dict[str, str]) -> str:
    """Return the title of the chapter in the other version that has the same passage."""
    return homes.get(block.key, "") if len(block.key) >= SHORT else ""


def _places_elsewhere(blocks: Sequence[Block], homes: dict[str, str]) -> set[int]:
    return {n for n, block in enumerate(blocks) if _elsewhere(block, homes)}


def _homes(edition: Edition) -> dict[str, str]:
    """Return, for each passage, the title of the chapter that it stands in first."""
    found: dict[str, str] = {}
    for text in edition.chapters:
        for block in text.blocks:
            found.setdefault(block.key, text.title or text.name)
    return found


def _names_of_things(edition: Edition) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text in edition.chapters:
        for thing in text.things:
            found.setdefault(thing.kind, set()).update(thing.names)
    return found


def _missing(things: Iterable[Thing], names: dict[str, set[str]]) -> Iterator[Thing]:
    for thing in things:
        if not thing.names & names.get(thing.kind, set()):
            yield thing
