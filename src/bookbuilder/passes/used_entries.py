"""Keep of glossary and sources the entries that some chapters lead to.

An entry is a term with its meaning, an item of a list, a table, a heading with what follows it, or
any other block, that holds the id of a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bs4 import Tag

from bookbuilder.book import Chapter
from bookbuilder.trees.markup import elements, has_class
from bookbuilder.trees.xhtml import FLOW_BLOCKS, HEADINGS, TEXT_BLOCKS

REFERENCES = ("doc-glossary", "doc-bibliography")
SOURCES = "references"
"""The class of a list of the sources that are cited."""
_LISTS = ("dl", "ul", "ol")
_BLOCKS = FLOW_BLOCKS | TEXT_BLOCKS
Entry = list[Tag]


def has_entries(chapter: Chapter) -> bool:
    """Tell whether `chapter` is a glossary, or holds sources that other chapters cite."""
    if chapter.role in REFERENCES:
        return True
    return any(has_class(listed, SOURCES) for listed in elements(chapter.tree, "ul"))


def keep_used_entries(chapters: Sequence[Chapter], referring: Iterable[Chapter]) -> list[Chapter]:
    """Drop from `chapters` all but their titles and what `referring` lead to, straight or not.

    Return those of which something is left.
    """
    holders = {str(tag["id"]): (c, tag) for c in chapters for tag in _named(c)}
    waiting = [target for chapter in referring for target in _targets(chapter.tree)]
    seen: set[str] = set()
    kept: dict[str, set[int]] = {chapter.slug: set() for chapter in chapters}
    while waiting:
        name = waiting.pop()
        if name in seen or name not in holders:
            continue
        seen.add(name)
        chapter, tag = holders[name]
        for piece in _entry_of(tag, chapter.tree):
            kept[chapter.slug].add(id(piece))
            waiting += _targets(piece)
    for chapter in chapters:
        _prune(chapter.tree, kept[chapter.slug])
    return [chapter for chapter in chapters if kept[chapter.slug]]


def drop_entries_of_others(
    chapters: Sequence[Chapter], referring: Sequence[Chapter], others: Iterable[Chapter]
) -> None:
    """Drop from `chapters` the terms and items that `others` lead to, and `referring` do not."""
    found = _entries_for(others, chapters)
    own = {target for chapter in referring for target in _targets(chapter.tree)}
    is_settled = False
    while not is_settled:
        dropped = {id(piece) for entry in found.values() for piece in entry}
        links = {t for c in chapters for t in _targets(c.tree, dropped)}
        used = [at for at, entry in found.items() if _ids(entry) & (own | links)]
        for at in used:
            del found[at]
        is_settled = not used
    for entry in found.values():
        if entry[0].parent is not None:
            _number_items(entry[0].parent)
    for piece in (piece for entry in found.values() for piece in entry):
        piece.extract()
    for listed in (one for chapter in chapters for one in elements(chapter.tree, *_LISTS)):
        if not elements(listed):
            listed.extract()


def _entries_for(others: Iterable[Chapter], chapters: Iterable[Chapter]) -> dict[int, Entry]:
    """Return the terms and items in `chapters` that `others` lead to."""
    targets = {target for chapter in others for target in _targets(chapter.tree)}
    found: dict[int, Entry] = {}
    for chapter in chapters:
        for tag in _named(chapter):
            entry = _entry_of(tag, chapter.tree) if str(tag["id"]) in targets else []
            if entry and entry[0].name in ("dt", "dd", "li"):
                found[id(entry[0])] = entry
    return found


def _named(chapter: Chapter) -> Iterator[Tag]:
    """Yield what may belong to an entry and has an id; among other text, only sources do."""
    for tag in elements(chapter.tree):
        if tag.get("id") and tag.name != "h1":
            is_source = tag.parent is not None and has_class(tag.parent, SOURCES)
            if is_source or chapter.role in REFERENCES:
                yield tag


def _ids(entry: Entry) -> set[str]:
    return {str(tag.get("id")) for piece in entry for tag in (piece, *elements(piece))}


def _targets(tree: Tag, left_out: set[int] | None = None) -> Iterator[str]:
    """Yield the ids that links in `tree` lead to, but those in elements that are left out."""
    stack = [tree]
    while stack:
        tag = stack.pop()
        if left_out and id(tag) in left_out:
            continue
        href = str(tag.get("href", "")) if tag.name == "a" else ""
        if href.startswith("#") and tag.get("role") != "doc-backlink":
            yield href[1:]
        stack += [child for child in tag.contents if isinstance(child, Tag)]


def _entry_of(tag: Tag, tree: Tag) -> Entry:
    """Return the entry that `tag` stands in; nothing if it is the chapter's title."""
    path = [tag, *tag.parents]
    path = path[: next(i for i, parent in enumerate(path) if parent is tree)]
    if not path or path[-1].name == "h1":
        return []
    terms = [above for above in path if above.name in ("dt", "dd")]
    if terms:
        return _term(terms[-1])
    for names in (("li",), ("table",)):
        if found := next((above for above in path if above.name in names), None):
            return [found]
    block = next((above for above in path if above.name in _BLOCKS), path[-1])
    return _section(block) if block.name in HEADINGS else [block]


def _term(tag: Tag) -> Entry:
    """Return the terms and meanings that belong together with `tag`, a term or a meaning."""
    assert tag.parent is not None
    group: Entry = []
    for piece in (child for child in tag.parent.contents if isinstance(child, Tag)):
        if piece.name == "dt" and group and group[-1].name == "dd":
            if any(one is tag for one in group):
                break
            group = []
        group.append(piece)
    return group


def _section(heading: Tag) -> Entry:
    """Return `heading` with all that follows it, up to the next of its level or above."""
    found = [heading]
    for piece in (one for one in heading.next_siblings if isinstance(one, Tag)):
        if piece.name in HEADINGS and piece.name <= heading.name:
            break
        found.append(piece)
    return found


def _number_items(listed: Tag) -> None:
    """Write the numbers of numbered items at the items: they stay when others go."""
    if listed.name != "ol" or listed.has_attr("reversed"):
        return
    start = str(listed.get("start", "1"))
    count = int(start) if start.lstrip("-").isdecimal() else 1
    for item in [child for child in listed.contents if isinstance(child, Tag)]:
        said = str(item.get("value", ""))
        count = int(said) if said.lstrip("-").isdecimal() else count
        item["value"] = str(count)
        count += 1


def _prune(tree: Tag, kept: set[int]) -> None:
    """Drop what is neither the title, nor kept, nor around something that is kept."""
    around: set[int] = set()
    for tag in elements(tree):
        if id(tag) in kept:
            around.update(id(parent) for parent in tag.parents)
    stack = [tree]
    while stack:
        holder = stack.pop()
        _number_items(holder)
        for child in list(holder.contents):
            is_title = holder is tree and isinstance(child, Tag) and child.name == "h1"
            if id(child) in kept or is_title:
                continue
            if isinstance(child, Tag) and id(child) in around:
                stack.append(child)
            elif isinstance(child, Tag) or str(child).strip():
                child.extract()
        _drop_blank(holder)


def _drop_blank(holder: Tag) -> None:
    """Drop blank text that follows other blank text, where what stood between is gone."""
    before = False
    for child in list(holder.contents):
        is_blank = not isinstance(child, Tag) and not str(child).strip()
        if is_blank and before:
            child.extract()
        before = is_blank
