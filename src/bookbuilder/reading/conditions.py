"""Take out of a chapter what is not for the book's audience, before anything else looks at it.

The dialect leaves conditions on elements as authors type them: a class (`only`, `except`, or
Quarto's `content-visible` and `content-hidden`), with attributes that name formats and editions.
What is taken out here leaves nothing behind: no note, no id, no entry of the contents or the index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString, PageElement

from bookbuilder.config.editions import conditions_known, holding
from bookbuilder.config.schema import Config
from bookbuilder.dialect.core.problems import Problems
from bookbuilder.model.audience import FORMATS, PRINT, SCREEN, TEACHER, WEB, formats_meant
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import without_code
from bookbuilder.model.source import Source, Span
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import anchor
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements, has_class, relink, text_of
from bookbuilder.trees.xhtml import HEADINGS

UNKNOWN_CONDITION = Rule(
    "B017",
    "unknown-condition",
    Severity.WARNING,
    'A condition such as `{.only format="epub"}` names one or more of the formats `epub`, `print`,'
    " `screen`, `workbook` and `web`, or editions that book.toml has a table for. What depends on"
    " any other name is in no file; what depends on nothing is in all of them.",
)

_SHOWING = ("only", "content-visible")
_HIDING = ("except", "content-hidden")
CLASSES = (*_SHOWING, *_HIDING)
WORDS = "data-for"
"""The attribute that holds the words after `::: only`, which name formats or editions."""
AMONG = "data-among"
"""The attribute that holds the other classes of a block, which may be such names."""
_KEYS = {
    "format": "format",
    "when-format": "format",
    "unless-format": "format",
    "edition": "edition",
    "unless-edition": "edition",
    "when-profile": "profile",
    "unless-profile": "profile",
    "when-meta": "meta",
    "unless-meta": "meta",
    WORDS: "any",
}
_SOLUTIONS = frozenset({"solution", "callout-solution", "theorem-solution"})
# What means something without content.
_STAYS_EMPTY = frozenset({"td", "th", "tr", "tbody", "thead", "section", "a", "code"})
_OWN_HINT = "put the text into an edition of its own, with `edition=`"
_CAPTION = rare_pattern(r"(?:Table)?:", re.IGNORECASE)
_MOST_FINDINGS = 100


@dataclass
class Conditions:
    """Decide for one file. `named` are the formats and editions that its conditions name."""

    config: Config
    source: Source
    report: Report
    named: set[str] = field(default_factory=set)
    _places: Counter[str] = field(default_factory=Counter)
    _known: list[str] = field(default_factory=list)
    _holding: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._known = conditions_known(self.config)
        self._holding = holding(self.config)

    def holds(self, kind: str, word: str) -> bool | None:
        """Return whether `word` stands for the book's audience; None if it stands for nothing."""
        plain = word.strip()
        # Any edition may be built as any PDF, or as web pages, so these are formats as well.
        is_format = kind in ("format", "any") or plain.lower() in (PRINT, SCREEN, WEB)
        formats = formats_meant(plain) if is_format else None
        if formats is not None:
            self.named |= formats
            return self.config.audience.format in formats
        if kind in ("edition", "profile", "any") and plain in self._known:
            self.named.add(plain)
            return plain in self._holding
        return None

    def knows(self, word: str) -> bool:
        return word in FORMATS or word in self._known

    def solutions_are_out(self) -> bool:
        if TEACHER not in self._known:
            return False
        self.named.add(TEACHER)
        return TEACHER not in self._holding

    def report_unknown(self, kind: str, word: str) -> None:
        names = {"format": FORMATS, "edition": self._known}.get(kind, (*FORMATS, *self._known))
        hint = did_you_mean(word, names)
        if not hint and kind == "format" and word in self._known:
            hint = f'write edition="{word}"'
        if not hint and kind == "edition" and formats_meant(word):
            hint = f'write format="{word}"'
        if not hint and kind == "edition" and not self._known:
            hint = f"book.toml has no table [edition.{word[:40]}]"
        hint = hint or f"the names are {', '.join(names)}"
        what = {"format": "format", "edition": "edition"}.get(kind, "format or edition")
        self.report.add(
            UNKNOWN_CONDITION, f"there is no {what} `{word[:80]}`", self._at(word), hint
        )

    def report_nothing(self, name: str) -> None:
        hint = f'write `{{.{name} format="epub"}}` or `{{.{name} edition="teacher"}}`'
        message = f"`{name}` names no format and no edition, so what it is on is in every file"
        place = self._at(name, rf"\.{name}(?=[ \t}}])(?![^}}\n]*=)|:{{3,}}[ \t]*{name}[ \t]*$")
        self.report.add(UNKNOWN_CONDITION, message, place, hint)

    def report_other(self, key: str, value: str) -> None:
        """Report a condition of Quarto's that a book cannot judge; what depends on it is kept."""
        shown, line = f'{key}="{value}"', self._at(value).line or 1
        kind = "a condition; what depends on it is printed"
        Problems(self.source, self.report).left_out(shown, line, kind, _OWN_HINT)

    def report_hidden(self, name: str) -> None:
        line = self._at(name).line or 1
        kind = "text that is not for books, and so is what it is on"
        Problems(self.source, self.report).left_out(f".{name}", line, kind)

    @cached_property
    def _prose(self) -> str:
        return without_code(self.source.text)

    def _at(self, word: str, pattern: str = "") -> Span:
        """Return the place of the next condition with `word`, which `pattern` ends with."""
        self._places[word] += 1
        if self._places.total() > _MOST_FINDINGS:
            return self.source.span_of_file()
        after_key = r"(?:format|edition|profile|meta)=[\"']?[^\"'\n}]{0,200}?"
        before = rf"(?:{after_key}|\b(?:only|except)[: ][^\n]{{0,200}}?|\.)"
        found = re.finditer(
            pattern or rf"{before}{re.escape(word)}(?![\w-])",
            self._prose,
            re.MULTILINE,
        )
        for nth, match in enumerate(found, 1):
            if nth == self._places[word]:
                start = self.source.text.find(word, match.start())
                return self.source.span(max(start, match.end() - len(word)), len(word))
        return self.source.span_of_file()


def words_of(text: str) -> list[str]:
    return re.split(r"[\s,;|]+", text.strip()) if text.strip() else []


def is_for_audience(words: Iterable[tuple[str, str]], conditions: Conditions) -> bool:
    """Return whether a chapter is in the book whose front matter has `words`, by their kinds.

    It is for any of the formats that they name, and for any of the editions.
    """
    kinds: dict[bool, list[bool]] = {}
    for kind, word in words:
        holds = conditions.holds(kind, word)
        if holds is None:
            conditions.report_unknown(kind, word)
        is_format = kind != "edition" and formats_meant(word) is not None
        kinds.setdefault(is_format, []).append(bool(holds))
    return all(any(held) for held in kinds.values())


def take_out(tree: Tag, conditions: Conditions) -> frozenset[str] | None:
    """Take out of `tree` what is not for the audience.

    Return the ids of what is gone, None if nothing is.
    """
    gone: dict[int, PageElement] = {}
    plain: set[int] = set()
    for tag in elements(tree):
        classes = tag.get("class")
        if not classes:
            continue
        names = [str(name) for name in tag.get_attribute_list("class")]
        kind = next((name for name in names if name in CLASSES), "")
        is_out = bool(kind) and not _is_kept(tag, kind, names, conditions)
        if not _SOLUTIONS.isdisjoint(names) and conditions.solutions_are_out():
            is_out = True
        if is_out:
            gone |= {id(node): node for node in _all_of(tag)}
            if tag.name in ("td", "th"):  # which stay, but empty
                tag.attrs = {}
        elif kind and tag.name in ("div", "span") and not tag.attrs:
            plain.add(id(tag))
    if not gone and not plain:
        return None
    ids = _ids_in(gone.values())
    every = elements(tree)
    for tag in reversed(every):
        if tag.name not in _STAYS_EMPTY and id(tag) not in gone and _is_emptied(tag, gone):
            gone[id(tag)] = tag
    _rebuild(tree, every, gone, plain)
    if not gone:
        return None
    _drop_unused_notes(tree)
    return ids


def _is_kept(tag: Tag, kind: str, names: list[str], conditions: Conditions) -> bool:
    """Decide on the condition that `tag` has, and take the condition off it."""
    keys = [key for key in _KEYS if key in tag.attrs]
    among = words_of(str(tag.attrs.pop(AMONG, "")))
    is_own = kind in ("only", "except")
    bare = [c for c in (*names, *among) if c != kind and is_own and conditions.knows(c)]
    if not keys and not bare:
        if is_own:
            conditions.report_nothing(kind)
        elif kind in _HIDING:
            conditions.report_hidden(kind)
        return is_own or kind in _SHOWING
    matches, unknown = _judge(_clauses(tag, keys, bare), kind, conditions)
    is_kept = matches if kind in _SHOWING else not matches
    if is_kept:
        for key, value in unknown:
            conditions.report_other(key, value)
        for key in keys:
            del tag[key]
        if left := [name for name in names if name not in (kind, *bare)]:
            tag["class"] = AttributeValueList(left)
        else:
            del tag["class"]
    return is_kept


# The attribute, and what its words are; whether none of them may hold; and its words.
_Clause = tuple[str, str, bool, str]


def _clauses(tag: Tag, keys: list[str], bare: list[str]) -> Iterator[_Clause]:
    for key in keys:
        if key != WORDS:
            yield key, _KEYS[key], key.startswith("unless"), str(tag[key])
    either = [*words_of(str(tag.get(WORDS, ""))), *bare]
    formats = [word for word in either if formats_meant(word) is not None]
    for group in (formats, [word for word in either if word not in formats]):
        if group:
            yield "", "any", False, " ".join(group)


def _judge(
    clauses: Iterable[_Clause], kind: str, conditions: Conditions
) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether all `clauses` match, and those on which a book cannot decide."""
    decided = []
    unknown = []
    for key, what, is_unless, value in clauses:
        held = []
        for word in words_of(value) or [""]:
            holds = conditions.holds(what, word) if what != "meta" else None
            if holds is None and what in ("profile", "meta"):
                unknown.append((key, value))
                continue
            if holds is None:
                conditions.report_unknown(what, word)
            held.append(bool(holds))
        if held:
            decided.append(any(held) != is_unless)
    return all(decided) if decided else not (unknown and kind in _HIDING), unknown


def _all_of(tag: Tag) -> Iterator[PageElement]:
    """Yield what goes with `tag`: the section of a heading, the figure of a picture or caption.

    Of a cell it is what stands in it, or the cells after it would move.
    """
    if tag.name in ("td", "th"):
        yield from tag.contents
        return
    if tag.name in ("caption", "figcaption") and tag.parent is not None:
        tag = tag.parent
    elif tag.name == "img":
        figure = tag.find_parent("figure")
        if isinstance(figure, Tag) and len(figure.find_all("img", limit=2)) == 1:
            tag = figure
    yield tag
    if tag.name == "p" and _CAPTION.match(text_of(tag)):
        # `passes.furniture` will make it the caption of a table beside it.
        for beside in (_beside(tag.previous_siblings), _beside(tag.next_siblings)):
            if beside is not None:
                yield beside
                return
    if tag.name not in HEADINGS:
        return
    node = tag.next_sibling
    while node is not None and not _ends_section(node, tag.name):
        yield node
        node = node.next_sibling


def _beside(siblings: Iterable[PageElement]) -> Tag | None:
    """Return the first of `siblings` that is not blank, if it is a table."""
    first = next((node for node in siblings if isinstance(node, Tag) or str(node).strip()), None)
    return first if isinstance(first, Tag) and first.name == "table" else None


def _ends_section(node: PageElement, name: str) -> bool:
    if not isinstance(node, Tag):
        return False
    return (node.name in HEADINGS and node.name <= name) or has_class(node, "footnote")


def _ids_in(nodes: Iterable[PageElement]) -> frozenset[str]:
    """Return the ids in `nodes`, and those that their headings would have been given."""
    found = set()
    for node in nodes:
        for tag in [node, *elements(node)] if isinstance(node, Tag) else []:
            if name := tag.get("id"):
                found.add(str(name))
            elif tag.name in HEADINGS:
                found.add(anchor(text_of(tag)))
    return frozenset(found)


def _is_emptied(tag: Tag, gone: dict[int, PageElement]) -> bool:
    has_lost = False
    for child in tag.contents:
        if id(child) in gone:
            has_lost = True
        elif isinstance(child, Tag) or str(child).strip():
            return False
    return has_lost


def _rebuild(tree: Tag, every: list[Tag], gone: dict[int, PageElement], plain: set[int]) -> None:
    """Drop what is `gone`, and put what `plain` elements hold in their places: all at once."""
    for tag in [tree, *every]:
        if not any(id(child) in gone or id(child) in plain for child in tag.contents):
            continue
        waiting, has_gap = tag.contents[::-1], False
        kept: list[PageElement] = []
        while waiting:
            node = waiting.pop()
            if id(node) in gone:
                has_gap = True
            elif isinstance(node, Tag) and id(node) in plain:
                waiting += node.contents[::-1]
            else:
                if has_gap and kept and isinstance(node, NavigableString):
                    kept[-1] = _before_gap(kept[-1], str(node))
                kept.append(node)
                has_gap = False
        tag.contents = kept
    relink(tree)


def _before_gap(before: PageElement, after: str) -> PageElement:
    """Return `before`, without the blank that stood before what is gone, if there is another."""
    if type(before) is NavigableString and before.endswith(" ") and re.match(r"[\s.,;:!?)]", after):
        return NavigableString(before[:-1])
    return before


def _drop_unused_notes(tree: Tag) -> None:
    """Drop the notes to which nothing refers any more, nor any note that is left."""
    lists = [d for d in elements(tree, "div") if has_class(d, "footnote")]
    items = {str(li["id"]): li for d in lists for li in elements(d, "li") if li.get("id")}
    of_notes = {id(a) for li in items.values() for a in elements(li, "a")}
    waiting = [a for a in elements(tree, "a") if id(a) not in of_notes]
    used = set()
    while waiting:
        reference = waiting.pop()
        name = str(reference.get("href", "")).removeprefix("#")
        if name in items and name not in used:
            used.add(name)
            waiting += elements(items[name], "a")
    unused = {id(item): item for name, item in items.items() if name not in used}
    if not unused:
        return
    for holder in lists:
        for tag in [holder, *elements(holder)]:
            tag.contents = [child for child in tag.contents if id(child) not in unused]
    if len(unused) == len(items):
        left = {id(holder) for holder in lists}
        for tag in [tree, *elements(tree)]:
            tag.contents = [child for child in tag.contents if id(child) not in left]
    relink(tree)
