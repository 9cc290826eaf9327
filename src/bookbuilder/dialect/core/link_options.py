"""Take docsify's options out of titles and headings.

They look like this: `[a](b "Title :target=_blank")`, `## A heading :id=x`.
"""

from __future__ import annotations

from bookbuilder.text.patterns import rare_pattern

_OPTION = rare_pattern(
    r"(?:^|(?<=\s)):(ignore|include|no-zoom|disabled|crossorgin|crossorigin"
    r"|target=[\w-]{1,40}|size=[\dx%.]{1,20}|class=[\w-]{1,80}|id=[\w.-]{1,80}"
    r"|type=[\w -]{1,40}|fragment=[\w-]{1,80}|omitFragmentLine)(?=\s|$)"
)
# What follows `:include :type=iframe` are attributes of HTML, `width=100% controls`.
_HTML = rare_pattern(r"[\w-]{1,40}=\S{1,100}|controls|autoplay|loop|muted|allowfullscreen")
_HEADING_ID = rare_pattern(r"[ \t]{1,20}:id=([\w.-]+)[ \t]*$")
_IGNORED = rare_pattern(
    r"[ \t]{0,20}(?:<!--[ \t]{0,20})?\{docsify-ignore(?:-all)?\}(?:[ \t]{0,20}-->)?[ \t]*$"
)


def take_options(title: str) -> tuple[str, dict[str, str]]:
    """Return a link's title without docsify's options, and what these say to a book."""
    if ":" not in title:
        return title, {}
    said: dict[str, str] = {}
    found = list(_OPTION.finditer(title))
    for match in found:
        name, _, value = match[1].partition("=")
        if name == "size":
            width, _, height = value.partition("x")
            said |= {k: v for k, v in (("width", width), ("height", height)) if v}
        elif name in ("class", "id"):
            said[name] = value.strip()
    if not found:
        return title, said
    rest = _OPTION.sub("", title)
    if any(match[1] == "include" for match in found):
        rest = _HTML.sub("", rest)
    return " ".join(rest.split()), said


def settle_heading(text: str) -> str:
    """Write what docsify says of a heading as an attribute list."""
    if "docsify-ignore" in text:
        text = _IGNORED.sub("", text)
    return _HEADING_ID.sub(r" {#\1}", text) if ":id=" in text else text
