"""Set citations and the list of sources by a style: what one place says depends on all others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from citeproc.source import VariableError

from bookbuilder.citing import marks
from bookbuilder.citing.assembly import Piece, assembled, linked
from bookbuilder.citing.casing import capitalized
from bookbuilder.citing.clusters import Cite, Cluster, Mode
from bookbuilder.citing.csl.item import Item, Reference
from bookbuilder.citing.csl.style import Style
from bookbuilder.citing.disambiguation import tell_apart
from bookbuilder.citing.entries import Entry
from bookbuilder.citing.listed import Listed
from bookbuilder.citing.punctuation import settle
from bookbuilder.citing.sorting import collation_key, sorted_items

_AUTHOR = re.compile(f"{marks.AUTHOR[0]}([^{marks.AUTHOR[0]}{marks.AUTHOR[1]}]*){marks.AUTHOR[1]}")
_NEAR = 5


@dataclass(slots=True)
class _History:
    """Remember what was cited before, to know what "ibid." would mean."""

    seen: dict[str, int] = field(default_factory=dict)
    last: Item | None = None
    last_count: int = 0
    scope: int = -1


class Processor:
    """Set all citations of a book, or of a chapter that has a list of sources of its own."""

    def __init__(self, style: Style, entries: Mapping[str, Entry], language: str) -> None:
        self.style = style
        self.layout = style.citation.layout
        self.references = {key: Reference(entry, language) for key, entry in entries.items()}
        self.items: dict[str, Item] = {}
        self._rendered: dict[tuple[object, ...], str] = {}
        self.failures: dict[str, str] = {}
        """Why an entry could not be set, by key."""
        self.key_of = collation_key(language)

    @property
    def uses_notes(self) -> bool:
        return bool(self.style.get("class") == "note")

    @property
    def raises(self) -> bool:
        """Tell whether citations are raised numbers, before which no blank stands."""
        return bool(self.layout.get("vertical-align") == "sup")

    def process(self, clusters: Sequence[Cluster], also: Iterable[str] = ()) -> list[str]:
        """Return the texts of `clusters`; `also` are keys that are listed without being cited."""
        keys = dict.fromkeys(cite.key for cluster in clusters for cite in cluster.cites)
        for key in also:
            keys.setdefault(key)
        self.items = {key: Item(key, self.references[key]) for key in keys}
        self._number()
        tell_apart(list(self.items.values()), self.style.citation, self._bare)
        history = _History()
        return [self._cluster(cluster, history) for cluster in clusters]

    def listed(self) -> list[Listed]:
        """Return the list of sources, in the style's order. Styles without one have none."""
        area = self.style.bibliography
        if area is None:
            return []
        found: list[Listed] = []
        before = ""
        substitute = area.get("subsequent-author-substitute")
        for item in self.items.values():
            label, text = self._entry(item, area)
            author = match[1] if (match := _AUTHOR.search(text)) else ""
            if substitute is not None and author and author == before:
                text = text.replace(match[0] if match else "", substitute, 1)
            before = author
            found.append(Listed(item.key, self._settled(text), self._settled(label)))
        return found

    def _entry(self, item: Item, area: Any) -> tuple[str, str]:
        layout = area.layout
        children = list(layout.iterchildren())
        label = ""
        self._reset(area)
        if area.get("second-field-align") and len(children) > 1:
            label = self._child(children.pop(0), item)
        texts = [text for child in children if (text := self._child(child, item))]
        prefix, suffix = layout.get("prefix", ""), layout.get("suffix", "")
        return label, f"{prefix}{''.join(texts)}{suffix}" if texts else ""

    def _child(self, child: Any, item: Item) -> str:
        try:
            return str(child.render(item) or "")
        except VariableError:
            return ""
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            # Styles may be wrong in ways that citeproc-py does not expect.
            self.failures.setdefault(item.key, f"{type(error).__name__}: {error}"[:100])
            return ""

    def _reset(self, area: Any) -> None:
        self.style.state.reset()
        self.style.state.area = area

    def _number(self) -> None:
        """Give numbers in the order of the list of sources."""
        for number, item in enumerate(self.items.values(), 1):
            item.number = number
        area = self.style.bibliography
        if area is not None:
            items = list(self.items.values())
            ordered = sorted_items(items, _sort_of(area), area, area.layout, self.key_of)
            self.items = {item.key: item for item in ordered}
            for number, item in enumerate(ordered, 1):
                item.number = number

    def _bare(self, item: Item) -> str:
        """Return what the citation of a source alone says, by which it may look like another."""
        return marks.plain(self._render(item))

    def _render(self, item: Item) -> str:
        """Render a source as cited in one place; many places cite it in the same way."""
        shown = (item.suffix, item.ambiguous, item.shown_names, tuple(sorted(item.given.items())))
        place = (item.label, item.locator, item.positions, item.near, item.number, item.note)
        known = (item.key, *shown, *place)
        if known not in self._rendered:
            self._reset(self.style.citation)
            self._rendered[known] = self._render_anew(item)
        return self._rendered[known]

    def _render_anew(self, item: Item) -> str:
        texts = (self._child(child, item) for child in self.layout.iterchildren())
        return "".join(text for text in texts if text)

    def _settled(self, text: str) -> str:
        for mark in marks.AUTHOR:
            text = text.replace(mark, "")
        in_quotes = str(self.style.get_locale_option("punctuation-in-quote")).lower() == "true"
        return settle(text, in_quotes=in_quotes)

    def _positioned(
        self, cite: Cite, cluster: Cluster, history: _History, *, is_first: bool
    ) -> Item:
        item = dataclasses.replace(
            self.items[cite.key], label=cite.label or "page", locator=cite.locator
        )
        last = history.last
        note = cluster.note
        if cite.key in history.seen:
            positions = {"subsequent"}
            follows = last is not None and last.key == cite.key and history.scope == cluster.scope
            alone = not is_first or (history.last_count == 1 and not cluster.after_other)
            if last is not None and follows and alone:
                same = (item.label, item.locator) == (last.label, last.locator)
                if item.locator and not same:
                    positions |= {"ibid", "ibid-with-locator"}
                elif same:
                    positions.add("ibid")
            item.positions = frozenset(positions)
            item.near = note - history.seen[cite.key] <= _NEAR
        history.seen[cite.key] = note
        history.last, history.scope = item, cluster.scope
        return item

    def _cluster(self, cluster: Cluster, history: _History) -> str:
        if history.scope not in (-1, cluster.scope):
            history.last = None
        cites = self._ordered(cluster)
        pieces: list[Piece] = []
        for nth, cite in enumerate(cites):
            item = self._positioned(cite, cluster, history, is_first=not nth)
            text = self._render(item)
            found = _AUTHOR.search(text)
            author = found[1] if found else ""
            rest = text[: found.start()] + text[found.end() :] if found else text
            pieces.append(Piece(cite, item, text, author, rest))
        history.last_count = len(cites)
        if not pieces:
            return ""
        first = pieces[0]
        if first.cite.mode is Mode.IN_TEXT and not self.uses_notes and not first.author:
            first = self._with_author(first)
        if first.cite.mode is Mode.IN_TEXT and self.uses_notes and not cluster.bare:
            # The sentence names the author, and the note says the rest.
            cluster.author = self._settled(linked(first, first.author or self.author(first.item)))
            only = dataclasses.replace(first.cite, mode=Mode.NO_AUTHOR)
            first = dataclasses.replace(first, cite=only)
        area = self.style.citation
        text = assembled([first, *pieces[1:]], area, bare=cluster.bare)
        text = self._settled(text)
        return capitalized_note(text) if self.uses_notes and not cluster.bare else text

    def _with_author(self, piece: Piece) -> Piece:
        """Give the author to a citation that is a number only: "Knuth [4] says"."""
        return dataclasses.replace(piece, author=self.author(piece.item))

    def author(self, item: Item) -> str:
        """Return the names as a sentence has them: those of the author, or of who stands for it."""
        for role in ("author", "editor", "translator"):
            people = item.reference.get(role)
            if people:
                names = [n.literal or f"{n.particle} {n.family}".strip() for n in people]
                and_ = str(self.style.get_single_term("and"))
                if len(names) > 2 or names[-1] == "others":
                    return f"{names[0]} {self.style.get_single_term('et-al')}"
                return f" {and_} ".join(names)
        title = item.reference.get("title")
        return title if isinstance(title, str) else ""

    def _ordered(self, cluster: Cluster) -> list[Cite]:
        """Return the cites as the style sorts them, unless words stand before one of them."""
        sort = _sort_of(self.style.citation)
        cites = cluster.cites
        if sort is None or len(cites) < 2 or any(c.prefix for c in cites):
            return cites
        if cites[0].mode is not Mode.BRACKETS:
            return cites
        by_key = {cite.key: cite for cite in cites}
        if len(by_key) < len(cites):
            return cites
        items = [self.items[cite.key] for cite in cites]
        ordered = sorted_items(items, sort, self.style.citation, self.layout, self.key_of)
        return [by_key[item.key] for item in ordered]


def capitalized_note(text: str) -> str:
    """Return the text of a note with a capital at its beginning, behind the marks of a link."""
    head, mark, rest = text.partition(marks.CITE_TEXT)
    if mark and head.startswith(marks.CITE):
        return f"{head}{mark}{capitalized(rest)}"
    return capitalized(text)


def _sort_of(area: Any) -> Any:
    # As an attribute, it is citeproc-py's function.
    return area.find("cs:sort", area.nsmap)
