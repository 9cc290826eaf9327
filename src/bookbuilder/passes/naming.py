"""Say in words what a link leads to: "Figure 3", "Chapter 2, *The lens*", "Lemmas 2.1 to 2.4"."""

from __future__ import annotations

from itertools import groupby

from bs4 import Tag
from bs4.element import AttributeValueList, PageElement
from msgspec import Struct

from bookbuilder.book import Book
from bookbuilder.passes.addresses import Addresses
from bookbuilder.passes.captions import label_of
from bookbuilder.passes.theorems import NUMBER, equation_number, kind_of_theorem
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag

STYLES = ("number", "title", "full")
"""Classes by which the author of a link without text says how it names its target."""
_LONGEST = 120
_SHORTEST_RANGE = 3
_CHAPTERS = ("chapter", "appendix")
_CAPTIONED = ("figure", "table", "listing")
_TEXT = frozenset({"p", "li", "ul", "ol", "blockquote", "td"})
Nodes = list[PageElement | str]


class Target(Struct, frozen=True):
    """Describe what a link leads to. `kind` and `number` are empty for what has no number."""

    kind: str
    number: str
    title: str


class Naming:
    """Name the elements of a book in the book's language."""

    def __init__(self, book: Book, addresses: Addresses) -> None:
        self.words: Words = words_for(book.metadata.language)
        self.chapters = book.config.references.chapters
        self.addresses = addresses
        self._targets: dict[str, Target] = {}

    def target(self, name: str) -> Target:
        """Return what the book-wide id `name` is."""
        if name not in self._targets:
            self._targets[name] = self._find(name)
        return self._targets[name]

    def _find(self, name: str) -> Target:
        tag, chapter = self.addresses.element(name)
        if tag is chapter.tree or tag.name == "h1":
            number = str(chapter.number or chapter.letter or "")
            kind = "" if not number else "appendix" if chapter.letter else "chapter"
            return Target(kind, number, chapter.title)
        if number := equation_number(tag):
            return Target("equation", number, "")
        if (number := str(tag.get(NUMBER) or "")) and (kind := kind_of_theorem(tag)):
            return Target(kind, number, self.addresses.name_of_theorem(tag))
        caption = tag.find(["figcaption", "caption"])
        if isinstance(caption, Tag) and (label := label_of(caption)):
            kind, number = self._read(label)
            said = [s for s in caption.strings if s.find_parent(class_="caption-label") is None]
            return Target(kind, number, " ".join("".join(said).split())[:_LONGEST])
        return Target("", "", self.addresses.label(name))

    def _read(self, label: str) -> tuple[str, str]:
        """Return the kind and number that the label of a caption says."""
        plain = label.replace("\N{NO-BREAK SPACE}", " ")
        for kind in _CAPTIONED:
            before, _, after = self.words.numbered(kind).partition("{}")
            if plain.startswith(before) and plain.endswith(after):
                number = plain.removeprefix(before).removesuffix(after)
                if number.replace(".", "").isalnum() and number[-1:].isdigit():
                    return kind, number
        return "", ""

    def label(self, target: Target) -> str:
        """Return "Theorem 2.1", or the title of what has no number."""
        if not target.number:
            return target.title
        return _tied(self.words.numbered(target.kind).format(target.number))

    def bare(self, name: str, *, in_parentheses: bool = False) -> str:
        """Return the number alone; that of a formula stands in parentheses."""
        target = self.target(name)
        if not target.number:
            tag, chapter = self.addresses.element(name)
            # TeX's `\label` in a text is that of its section.
            is_text = tag.name in _TEXT and chapter.number is not None
            return str(chapter.number) if is_text else self.addresses.number(name)
        is_equation = target.kind == "equation" and not in_parentheses
        return f"({target.number})" if is_equation else target.number

    def say(self, anchor: Tag, name: str, *, is_reference: bool) -> None:
        """Fill in `anchor`, which leads to `name` and has no text, as its class asks.

        Without such a class it is as book.toml says for chapters. Else those are called by their
        titles, but by their numbers in a reference such as `@sec-x`.
        """
        target = self.target(name)
        style = own_style(anchor)
        if style:
            drop_classes(anchor, *STYLES)
        elif target.kind in _CHAPTERS and self.chapters != "auto":
            style = self.chapters
        elif target.kind in _CHAPTERS and not is_reference:
            anchor.append(self.addresses.label(name))
            return
        if style == "title":
            _fill(anchor, [target.title or self.label(target)])
        elif style == "full":
            _fill(anchor, self._in_full(name, target))
        else:
            _fill(anchor, [self.label(target)])

    def _in_full(self, name: str, target: Target) -> Nodes:
        """Return label and title; what has no number has that of its chapter."""
        label, title = self.label(target), target.title
        if not target.number:
            _, chapter = self.addresses.element(name)
            whole = self.target(chapter.slug)
            is_other = bool(whole.number) and title != chapter.title
            return self._full(self.label(whole), title) if is_other and title else [title]
        return self._full(label, title) if title else [label]

    def _full(self, label: str, title: str) -> Nodes:
        first, middle, last = self.words.full.split("{}")
        has_marks = bool(last)
        said: PageElement | str = title if has_marks else new_tag("em", None, title)
        return [first + label + middle, said, *([last] if last else [])]

    def settle_group(self, group: Tag) -> None:
        """Write "Figures 2 to 4" for links that stand in one pair of brackets, and unwrap them."""
        anchors = [a for a in elements(group, "a") if a.parent is group and a.get("href")]
        is_number = has_class(group, "number-only")
        phrases: list[Nodes] = []
        known = {id(a): self.target(str(a["href"]).removeprefix("#")) for a in anchors}
        items = [n for n in list(group.contents) if isinstance(n, Tag) or str(n).strip()]
        for kind, run in groupby(items, lambda n: known[id(n)].kind if id(n) in known else ""):
            nodes = list(run)
            members = [node for node in nodes if isinstance(node, Tag)]
            if kind and len(members) > 1:
                phrases.append(self._several(kind, members, known, is_number))
            else:
                phrases += [[node] for node in nodes]
        group_nodes = self._joined(phrases)
        group.clear()
        for node in group_nodes:
            group.append(node)
        group.unwrap()

    def _several(
        self, kind: str, anchors: list[Tag], known: dict[int, Target], is_number: bool
    ) -> Nodes:
        by_number = {known[id(a)].number: a for a in reversed(anchors)}
        order = sorted(by_number, key=_sort_key)
        runs: list[list[str]] = []
        for number in order:
            if runs and _follows(runs[-1][-1], number):
                runs[-1].append(number)
            else:
                runs.append([number])
        shown: list[list[str]] = []
        for run in runs:
            shown += [[run[0], run[-1]]] if len(run) >= _SHORTEST_RANGE else [[n] for n in run]
        pattern = self.words.numbered_many(kind) if len(order) > 1 else self.words.numbered(kind)
        before, _, after = ("", "", "") if is_number else _tied(pattern).partition("{}")
        flat = [number for part in shown for number in part]
        stop = after[:1] if after[:1] == "." else ""
        for number in flat:
            said = f"({number})" if is_number and kind == "equation" else number
            is_first, is_last = number is flat[0], number is flat[-1]
            text = f"{before if is_first else ''}{said}{after if is_last else stop}"
            _fill(by_number[number], [text])
        to = self.words.spanned.split("{}")[1]
        parts: list[Nodes] = []
        for part in shown:
            ends: Nodes = [by_number[number] for number in part]
            parts.append([ends[0], to, ends[1]] if len(ends) > 1 else ends)
        return self._joined(parts)

    def _joined(self, parts: list[Nodes]) -> Nodes:
        """Return the parts of an enumeration with commas and a last "and" between them."""
        comma, last = (p.split("{}")[1] for p in (self.words.listed, self.words.joined))
        nodes: Nodes = []
        for nth, part in enumerate(parts):
            if nth:
                nodes.append(last if nth == len(parts) - 1 else comma)
            nodes += part
        return nodes


def _fill(anchor: Tag, nodes: Nodes) -> None:
    anchor.clear()
    for node in nodes:
        anchor.append(node)


def drop_classes(tag: Tag, *names: str) -> None:
    """Take classes off, and the attribute with the last of them."""
    kept = [str(c) for c in tag.get_attribute_list("class") if c and c not in names]
    tag.attrs.pop("class", None)
    if kept:
        tag["class"] = AttributeValueList(kept)


def _tied(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _sort_key(number: str) -> list[tuple[int, int, str]]:
    pieces = number.split(".")
    return [(0, int(p), "") if p.isdecimal() and p.isascii() else (1, 0, p) for p in pieces]


def _follows(before: str, number: str) -> bool:
    """Tell whether `2.4` comes right after `2.3`."""
    head, _, last = before.rpartition(".")
    new_head, _, new_last = number.rpartition(".")
    if head != new_head or not (last.isdecimal() and new_last.isdecimal()):
        return False
    return int(new_last) == int(last) + 1


def own_style(anchor: Tag) -> str:
    """Return the style that the classes of a link ask for, if any."""
    return next((style for style in STYLES if has_class(anchor, style)), "")
