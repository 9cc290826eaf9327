"""Foresee where runs will stand while others are not laid out yet.

A layout depends on the side of the run's first page, and on how many figures the pages have that it
quotes. Whoever waits until both are certain need not lay out anything twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.paginate.page_numbers import labels_of, quoted_by, roman
from bookbuilder.formats.pdf.run_data.records import LaidOutRun, Side
from bookbuilder.formats.pdf.run_data.runs import LEAF, Run, classes_of

# In plain text; tables, code and notes take more room.
CHARACTERS_ON_PAGE = 1250
# As many have no room beside the title of a chapter.
_OPENING = 300
# How many pages of a book have to be laid out until its own count is trusted more than this one.
_PAGES_TO_TRUST = 6
# By which share a guess of pages may be wrong, even if much of the book is known.
_ERROR = 0.125
# Of pages of the contents: how many lines fill one, as how many the heading counts, how many
# characters fill a line.
_LINES_ON_PAGE, _HEAD, _LINE = 37, 6, 60
# The number from which on a column of numbers is wider than it is laid out.
_WIDE = 1000


@dataclass(frozen=True, slots=True)
class Guess:
    """Name a page that may be off by `slack`."""

    page: int
    slack: int

    def is_doubtful(self) -> bool:
        """Tell whether the page may have another number of figures."""
        return len(str(max(self.page - self.slack, 1))) < len(str(self.page + self.slack))


@dataclass(slots=True)
class _Text:
    """Hold the length of a run in characters, and where each of its anchors stands."""

    before: dict[str, int] = field(default_factory=dict)
    characters: int = 0


@dataclass(slots=True)
class _Start:
    """Hold the first page of a run, how many pages before it are guessed, and what is certain."""

    page: int
    guessed: int
    is_side_certain: bool


class Outlook:
    """Knows where `runs`, the front first, will stand, and guesses where it cannot know."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._front, *self._body = runs
        self._texts = {run: _text_of(run.tree) for run in runs}
        self._owners = {
            name: run for run in reversed(self._body) for name in self._texts[run].before
        }
        self._found: dict[Run, LaidOutRun] = {}
        self._labels: dict[Run, dict[str, int]] = {}
        self._quoted = {run: list(quoted_by(run.tree)) for run in runs}
        # Chapters may open on either side; which do is learned from those before them.
        self._sides: dict[str, Side] = {}
        self._front_pages = _pages_of_front(self._front.tree)
        self._starts: dict[Run, _Start] = {}
        self._on_page = float(CHARACTERS_ON_PAGE)
        self._error = 1.0
        self._look()

    def keep(self, run: Run, laid_out: LaidOutRun) -> None:
        """Know what came of a run."""
        self._found[run] = laid_out
        firsts: dict[str, int] = {}
        for number, page in enumerate(laid_out.pages):
            for name in page.anchors:
                firsts.setdefault(name, number)
        self._labels[run] = firsts
        if following := _class_of_leaf(run.tree):
            self._sides[following] = laid_out.next_side
        self._look()

    def _look(self) -> None:
        """Number the pages anew, as far as they are known."""
        characters, pages = CHARACTERS_ON_PAGE * _PAGES_TO_TRUST, float(_PAGES_TO_TRUST)
        for run, laid_out in self._found.items():
            # Short ones, such as openings of parts, say nothing.
            if run is not self._front and (count := _count(laid_out)) > 1:
                characters += self._texts[run].characters
                pages += count - 0.5
        self._on_page = characters / pages
        self._error = _ERROR + _PAGES_TO_TRUST / pages
        page, guessed, is_certain = 1, 0, True
        for run in self._body:
            self._starts[run] = _Start(page, guessed, is_certain)
            known = self._found.get(run)
            if known is not None:
                page += _count(known)
            else:
                count = 1 + int(self._texts[run].characters / self._on_page)
                page, guessed, is_certain = page + count, guessed + count, False
            if side := self._side_after(run):
                page += ("verso", "recto")[page % 2] != side
                is_certain = True

    def _side_after(self, run: Run) -> Side:
        """Return the side on which what follows `run` opens, or probably does; "" if on either."""
        if run in self._found:
            return self._found[run].next_side
        following = _class_of_leaf(run.tree)
        is_free = {"nested", "openings-page"} & {*following.split(), *classes_of(run.tree)}
        return self._sides.get(following, "" if is_free else "recto")

    def start_of(self, run: Run) -> int:
        """Return the page on which a run will start, or may."""
        return 1 if run is self._front else self._starts[run].page

    def knows_side(self, run: Run) -> bool:
        """Tell whether it is certain on which side a run will start."""
        return run is self._front or self._starts[run].is_side_certain

    def doubts(self, run: Run, are_exact: bool = False) -> int:
        """Return how many numbers that a run quotes may yet change its layout.

        Mostly, only another number of figures can; any other number, where they `are_exact`.
        """
        found = 0
        for target, is_exact, is_in_column in self._quoted[run]:
            guess = self._guess(target)
            if guess is None:
                # Of the front, only itself knows more.
                is_waiting = self._front not in self._found and run is not self._front
                found += is_waiting and target in self._texts[self._front].before
            elif is_exact or are_exact:
                found += guess.slack > 0
            elif not is_in_column or guess.page + guess.slack >= _WIDE:
                found += guess.is_doubtful()
        return found

    def labels_for(self, run: Run) -> Mapping[str, str]:
        """Return the folios of the pages that a run quotes, guessed where they are not known."""
        front = self._found.get(self._front)
        labels = dict(self._front_pages) if front is None else labels_of(front.pages, roman)
        for target, _, _ in self._quoted[run]:
            if guess := self._guess(target):
                labels.setdefault(target, str(guess.page))
        return labels

    def _guess(self, target: str) -> Guess | None:
        """Guess the page of an anchor in the body."""
        run = self._owners.get(target)
        if run is None:
            return None
        start = self._starts[run]
        if run in self._found:
            page, guessed = start.page + self._labels[run].get(target, 0), start.guessed
        else:
            characters = self._texts[run].before[target]
            before = int(characters / self._on_page)
            page, guessed = start.page + before, start.guessed + before + (characters > 0)
        return Guess(page, 2 + int(guessed * self._error) if guessed else 0)

    def length_of(self, run: Run) -> int:
        """Return how many characters a run has; at least one."""
        return max(self._texts[run].characters, 1)

    def characters_from(self, run: Run) -> int:
        """Return the length of a run, and of those after it whose sides follow from its pages."""
        total = self._texts[run].characters
        at = self._body.index(run) if run in self._starts else len(self._body)
        for before, after in pairwise(self._body[at:]):
            if self._side_after(before):
                break
            total += self._texts[after].characters
        return total


def _count(laid_out: LaidOutRun) -> int:
    """Return how many pages a run has but for a blank one at its end."""
    return len(laid_out.pages) - laid_out.ends_blank


def _text_of(tree: ET.Element) -> _Text:
    text = _Text()
    for element in tree.iter():
        if name := element.get("id"):
            text.before.setdefault(name, text.characters)
        text.characters += len(element.text or "") + len(element.tail or "")
    return text


def _class_of_leaf(tree: ET.Element) -> str:
    last = tree
    while len(last):
        last = last[-1]
    return last.get("class", "") if last.get("id") == LEAF else ""


def _pages_of_front(tree: ET.Element) -> dict[str, str]:
    """Guess the folios of what the front's sections hold, most of which open on rectos."""
    pages: dict[str, str] = {}
    page = 1
    for section in tree[-1]:
        classes = classes_of(section)
        is_free = any(name == "copyright-page" or name.startswith("list-of-") for name in classes)
        page += page % 2 == 0 and not is_free
        text = _text_of(section)
        opening = _OPENING if "chapter" in classes else 0
        for name, before in text.before.items():
            pages[name] = roman(page + (opening + before) // CHARACTERS_ON_PAGE)
        count = (opening + text.characters) // CHARACTERS_ON_PAGE
        if "contents" in classes:
            entries = (len("".join(line.itertext())) for line in section.iter("a"))
            count = (_HEAD + sum(1 + entry // _LINE for entry in entries)) // _LINES_ON_PAGE
        page += 1 + (0 if "tight" in classes else count)
    return pages
