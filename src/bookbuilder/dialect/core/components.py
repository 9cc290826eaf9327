"""Write components of other tools as HTML: links, pictures, badges; of others the tags go."""

from __future__ import annotations

import re
from html import escape

from bookbuilder.dialect.core.html_tags import names_in
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.jsx import BOUND, Tag, as_html, read_tag
from bookbuilder.dialect.core.tag_map import (
    IMAGE_FILE,
    ChapterTags,
    find_tags,
    is_clear,
    may_be_component,
)
from bookbuilder.text.patterns import rare_pattern

_ANY_TAG = rare_pattern(r"</?([A-Za-z][\w.:-]*)(?=[\s/>])")
_NO_COMPONENTS_IN = rare_pattern(
    r"<(pre|code|kbd|samp|script|style|textarea|svg|math)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_LINKS = frozenset(
    {"Link", "NuxtLink", "RouterLink", "router-link", "NavLink", "LinkButton", "Anchor"}
)
_PICTURES = frozenset(
    {"Image", "ThemedImage", "ZoomImage", "NextImage", "NuxtImg", "Img", "Picture"}
)
_BADGES = frozenset({"Badge", "Pill", "Chip", "Tag", "Label"})
_MOVIES = frozenset(
    {"Youtube", "YouTube", "LiteYouTubeEmbed", "YouTubeEmbed", "VideoEmbed"}
    | {"ReactPlayer", "VideoPlayer", "Vimeo"}
)
_ELEMENTS = {"Highlight": "mark", "Kbd": "kbd", "Key": "kbd", "Mark": "mark"}
TRANSPARENT = names_in(
    """
    Translate Fragment Tooltip ClientOnly Suspense Steps CardGroup CardGrid Cards Columns Column Col
    Row Grid FileTree Container Center Frame AccordionGroup Accordions Tabs TabList TabPanels
    TabGroup CodeGroup CodeTabs Code RequestExample ResponseExample BrowserOnly BrowserWindow
    Bleed Section Wrapper Layout
    """
)
"""Components that only arrange their content, so that nothing has to be said."""


def tags_of(conversion: Conversion) -> ChapterTags:
    """Return the components of the chapter, which are looked for once."""
    if conversion.tags is None:
        text = conversion.problems.source.text.replace("\r\n", "\n").replace("\r", "\n")
        conversion.tags = find_tags(text)
    return conversion.tags


def replace_tag(conversion: Conversion, tag: Tag, line: int, text: str) -> str:
    """Return the HTML for a component's tag, which may be empty; report it if it is unknown.

    `text` is what the author typed.
    """
    tags = tags_of(conversion)
    if tag.is_end:
        waiting = tags.open_marks.get(tag.name)
        return waiting.pop() if waiting else ""
    opening, closing = _html_of(tag, tags.imports)
    if opening is None:
        report_component(conversion, tag, line, text)
        opening = ""
    if tag.closes_itself or tag.name not in tags.paired:
        return opening + closing
    if closing:
        tags.open_marks.setdefault(tag.name, []).append(closing)
    return opening


def _html_of(tag: Tag, imports: dict[str, str]) -> tuple[str | None, str]:
    """Return the start and the end of the element that a component becomes, or None and ''."""
    name = tag.name.rpartition(".")[2]
    if name in _LINKS:
        address = tag.value("to", "href")
        return (f'<a href="{escape(address)}">', "</a>") if address else ("", "")
    if name in _PICTURES or IMAGE_FILE.search(tag.value("src")):
        return _picture(tag, imports), ""
    if name in _BADGES:
        shown = tag.value("text", "label", "children") if tag.closes_itself else ""
        return f'<span class="badge">{escape(shown)}', "</span>"
    if name in _MOVIES:
        return _movie(tag), ""
    if name in _ELEMENTS:
        return f"<{_ELEMENTS[name]}>", f"</{_ELEMENTS[name]}>"
    if name in ("Br", "LineBreak"):
        return "<br />", ""
    if name in TRANSPARENT and (not tag.closes_itself or name == "Code"):
        return "", ""
    return None, ""


def _picture(tag: Tag, imports: dict[str, str]) -> str | None:
    source = tag.value("src", "img", "image")
    named = tag.expressions.get("src") or tag.expressions.get("img", "")
    source = source or imports.get(named, "")
    if not source and (sources := tag.expressions.get("sources")):
        # Docusaurus' ThemedImage has a picture for each theme; paper is light.
        match = re.search(r"light\s*:[^\"'`,]{0,200}[\"'`]([^\"'`\n]+)", sources)
        source = match[1] if match else ""
    if not source:
        return None
    values = {"src": source, "alt": tag.value("alt")}
    values |= {name: tag.values[name] for name in ("title", "width", "height") if tag.value(name)}
    return as_html(Tag("img", 0, 0, values=values, closes_itself=True), {})


def _movie(tag: Tag) -> str | None:
    identifier = tag.value("id", "videoId", "videoid", "src", "url")
    if not identifier:
        return None
    is_address = identifier.startswith(("http:", "https:"))
    address = identifier if is_address else f"https://www.youtube.com/watch?v={identifier}"
    return f'<a href="{escape(address)}">{escape(tag.value("title") or address)}</a>'


def report_component(conversion: Conversion, tag: Tag, line: int, text: str) -> None:
    """Report a component that is left out: once for each name in a chapter."""
    kind = f"the component `<{tag.name}>` of another tool"
    hint = "write what it shows" if tag.closes_itself else "what stands in it stays"
    conversion.problems.left_out(text, line, kind, hint)


def settle_html(conversion: Conversion, html: str, line: int) -> str:
    """Return raw HTML without components, and without JSX in the tags of HTML's elements."""
    if "<" not in html:
        return html
    tags = tags_of(conversion)
    guarded = _NO_COMPONENTS_IN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), html)
    pieces: list[str] = []
    at = counted = 0
    while match := _ANY_TAG.search(guarded, at):
        tag = read_tag(html, match.start())
        if tag is None or match.start() < at:
            pieces.append(html[at : match.end()])
            at = match.end()
            continue
        typed = html[tag.start : tag.end]
        pieces.append(html[at : tag.start])
        if is_component(conversion, typed):
            line += html.count("\n", counted, tag.start)
            counted = tag.start
            typed = replace_tag(conversion, tag, line, typed)
        elif has_jsx(tag):
            typed = as_html(tag, tags.imports)
        pieces.append(typed)
        at = tag.end
    return "".join([*pieces, html[at:]])


def is_component(conversion: Conversion, text: str) -> bool:
    """Return whether `text` starts with the tag of a component, and not with mere text."""
    tag = read_tag(text, 0)
    if tag is None or not may_be_component(tag):
        return False
    return is_clear(tag) or tag.name in tags_of(conversion).paired


def has_jsx(tag: Tag) -> bool:
    """Return whether the tag of an HTML element has attributes as only JSX has them."""
    own = ("className", "htmlFor", *BOUND)
    return bool(tag.expressions) or tag.has_braces or any(name in tag.values for name in own)
