"""List the elements, attributes and values that a book may hold.

They follow the content models of the HTML standard (https://html.spec.whatwg.org/#content-models),
as far as EPUB 3.3 allows them and a book without scripts can use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bookbuilder.text.patterns import rare_pattern


def names(words: str) -> frozenset[str]:
    """Return the set of names in a string."""
    return frozenset(words.split())


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Below a chapter's title.
SUBHEADINGS = HEADINGS[1:]
SECTIONING = frozenset({"section", "nav", "article", "aside"})
TABLE_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
CELLS = frozenset({"td", "th"})
TABLE_PARTS = TABLE_SECTIONS | CELLS | {"caption", "col", "colgroup", "tr"}
LISTS = frozenset({"ul", "ol"})

# Elements of running text, and their look as inline style, for when they have to become blocks.
INLINE_STYLE = {
    "abbr": "",
    "b": "font-weight: bold",
    "bdi": "",
    "bdo": "",
    "cite": "font-style: italic",
    "code": "font-family: monospace",
    "data": "",
    "dfn": "font-style: italic",
    "em": "font-style: italic",
    "i": "font-style: italic",
    "kbd": "font-family: monospace",
    "mark": "",
    "q": "",
    "ruby": "",
    "s": "text-decoration: line-through",
    "samp": "font-family: monospace",
    "small": "font-size: smaller",
    "span": "",
    "strong": "font-weight: bold",
    "sub": "font-size: smaller",
    "sup": "font-size: smaller",
    "time": "",
    "u": "text-decoration: underline",
    "var": "font-style: italic",
}
TRANSPARENT = frozenset({"a", "ins", "del"})
ATOMS = frozenset({"img", "br", "wbr", "svg", "math"})
PHRASING = frozenset(INLINE_STYLE) | TRANSPARENT | ATOMS

# Blocks that hold only running text, blocks that hold other blocks, and blocks with parts.
TEXT_BLOCKS = frozenset({*HEADINGS, "p", "pre", "summary"})
FLOW_BLOCKS = SECTIONING | {
    "address",
    "blockquote",
    "caption",
    "dd",
    "div",
    "dt",
    "figcaption",
    "footer",
    "header",
    "li",
    "td",
    "th",
}
COMPOUND = TABLE_SECTIONS | {"ul", "ol", "dl", "table", "tr", "colgroup", "figure", "details"}
EMPTY_BLOCKS = frozenset({"hr", "col"})
RUBY_PARTS = frozenset({"rt", "rp"})
ELEMENTS = PHRASING | TEXT_BLOCKS | FLOW_BLOCKS | COMPOUND | EMPTY_BLOCKS | RUBY_PARTS

# Elements that are obsolete or useless in a book, and their replacement: a name and a style.
REPLACED = {
    "acronym": ("abbr", ""),
    "big": ("span", "font-size: larger"),
    "blink": ("span", ""),
    "button": ("span", ""),
    "center": ("div", "text-align: center"),
    "dialog": ("div", ""),
    "dir": ("ul", ""),
    "fieldset": ("div", ""),
    "font": ("span", ""),
    "form": ("div", ""),
    "hgroup": ("div", ""),
    "label": ("span", ""),
    "legend": ("p", ""),
    "listing": ("pre", ""),
    "main": ("div", ""),
    "marquee": ("span", ""),
    "menu": ("ul", ""),
    "multicol": ("div", ""),
    "nobr": ("span", "white-space: nowrap"),
    "output": ("span", ""),
    "plaintext": ("pre", ""),
    "rtc": ("rt", ""),
    "search": ("div", ""),
    "slot": ("div", ""),
    "strike": ("s", ""),
    "template": ("div", ""),
    "tt": ("code", ""),
    "xmp": ("pre", ""),
}
# Elements that go while their content stays.
UNWRAPPED = names(
    "applet body canvas head html iframe map math-error noembed noframes noscript object optgroup"
    " option picture rb select svg-error"
)
ACTIVE = frozenset({"script", "applet", "embed", "frame", "frameset", "iframe", "object"})
# Controls of forms, which do nothing in a book. What only groups or names them loses nothing.
FORM = names("button datalist input keygen meter optgroup option progress select textarea")
PAGE_HEAD = frozenset({"base", "link", "meta", "style", "title"})
# Elements that go with their content, which no reader would have seen.
DROPPED = names(
    "area base basefont bgsound command datalist embed frame frameset isindex keygen link meta"
    " nextid param script source spacer style title track"
)

_LANGUAGE = rare_pattern(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*")
_INTEGER = rare_pattern(r"-?[0-9]{1,9}")
_DATETIME = rare_pattern(
    r"[0-9]{4,}-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2}))?)?|[0-9]{4,}|[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
)
_EDIT_TIME = rare_pattern(
    r"[0-9]{4,}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?"
)
_MEDIA_TYPE = rare_pattern(r"[a-z]+/[\w.+-]+")
_RELATIONS = names(
    "alternate author bookmark external help license next nofollow noopener noreferrer prev tag"
)

Check = Callable[[str], str | None]


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: v if pattern.fullmatch(v := value.strip()) else None


def _one_of(*values: str) -> Check:
    allowed = frozenset(values)
    return lambda value: v if (v := value.strip().lower()) in allowed else None


def _at_least(least: int, most: int = 10_000) -> Check:
    def check(value: str) -> str | None:
        stripped = value.strip()
        if not _INTEGER.fullmatch(stripped) or int(stripped) < least:
            return None
        return str(min(int(stripped), most))

    return check


def _any(value: str) -> str | None:
    return value


def _not_blank(value: str) -> str | None:
    return value if value.strip() else None


def _flag(value: str) -> str | None:
    return ""


def _relations(value: str) -> str | None:
    return " ".join(w for w in value.lower().split() if w in _RELATIONS) or None


def _web_address(value: str) -> str | None:
    address = value.strip()
    return address if re.fullmatch(r"https?://[\w.-]+(/[^\s<>\"{}|\\^`\[\]%]*)?", address) else None


_integer = _matching(_INTEGER)
_language = _matching(_LANGUAGE)
_line_list = _matching(rare_pattern(r"[0-9,-]{1,2000}"))

# Each value is checked by a function that returns the value to write, or None to drop it.
GLOBAL_ATTRIBUTES: dict[str, Check] = {
    "aria-current": _one_of("page", "step", "location", "date", "time", "true", "false"),
    "aria-describedby": _not_blank,
    "aria-hidden": _one_of("true", "false"),
    "aria-label": _not_blank,
    "aria-labelledby": _not_blank,
    "aria-roledescription": _not_blank,
    "class": _not_blank,
    "data-number": _any,
    "entry": _not_blank,
    "dir": _one_of("ltr", "rtl", "auto"),
    "hidden": _flag,
    "id": _not_blank,
    "lang": _language,
    "title": _any,
    "translate": _one_of("yes", "no"),
}
_EDIT: dict[str, Check] = {"cite": _web_address, "datetime": _matching(_EDIT_TIME)}
_CELL: dict[str, Check] = {"colspan": _at_least(1, 1000), "rowspan": _at_least(0, 65534)}
ATTRIBUTES: dict[str, dict[str, Check]] = {
    "a": {
        "href": _any,
        "hreflang": _language,
        "rel": _relations,
        "type": _matching(_MEDIA_TYPE),
    },
    "blockquote": {"cite": _web_address},
    "code": {"data-line": _matching(_INTEGER)},
    "col": {"span": _at_least(1, 1000)},
    "colgroup": {"span": _at_least(1, 1000)},
    "data": {"value": _any},
    "del": _EDIT,
    "details": {"open": _flag},
    "img": {
        "alt": _any,
        "height": _at_least(0, 100_000),
        "src": _not_blank,
        "width": _at_least(0, 100_000),
    },
    "ins": _EDIT,
    "li": {"value": _integer},
    "ol": {
        "reversed": _flag,
        "start": _integer,
        "type": lambda v: v if v in ("1", "a", "A", "i", "I") else None,
    },
    "pre": {
        "data-alt": _not_blank,
        "data-decorates": _one_of("true"),
        "data-diagram": _matching(rare_pattern(r"[\w-]{1,40}")),
        "data-first-line": _matching(_INTEGER),
        "data-line": _matching(_INTEGER),
        "data-marked-lines": _line_list,
        "data-added-lines": _line_list,
        "data-removed-lines": _line_list,
    },
    "q": {"cite": _web_address},
    "td": _CELL,
    "th": {**_CELL, "scope": _one_of("row", "col", "rowgroup", "colgroup")},
    "time": {"datetime": _matching(_DATETIME)},
}

_DOC_SECTIONS = names(
    "doc-abstract doc-acknowledgments doc-afterword doc-appendix doc-bibliography doc-chapter"
    " doc-colophon doc-conclusion doc-credit doc-credits doc-dedication doc-endnotes doc-epigraph"
    " doc-epilogue doc-errata doc-example doc-foreword doc-glossary doc-index doc-introduction"
    " doc-notice doc-pagelist doc-part doc-preface doc-prologue doc-pullquote doc-qna doc-toc"
)
_ANYWHERE = _DOC_SECTIONS | names(
    "article complementary definition doc-backlink doc-biblioref doc-cover doc-footnote"
    " doc-glossref doc-noteref doc-pagebreak doc-subtitle doc-tip figure group img list listitem"
    " math navigation none note presentation region search separator status term"
)
_ROLES = {
    "a": "doc-backlink doc-biblioref doc-glossref doc-noteref link",
    "article": "article document region presentation",
    "aside": "note complementary search region presentation doc-dedication doc-example doc-footnote"
    " doc-glossary doc-pullquote doc-tip",
    "br": "presentation",
    "caption": "",
    "col": "",
    "colgroup": "",
    "dd": "",
    "details": "group",
    "dl": "list group presentation",
    "dt": "",
    "figcaption": "group presentation",
    "figure": "figure group presentation doc-example",
    "footer": "contentinfo group presentation doc-footnote",
    "header": "banner group presentation doc-footnote",
    "hr": "separator presentation doc-pagebreak",
    "img": "img math none presentation separator doc-cover",
    "li": "listitem presentation",
    "math": "math",
    "nav": "navigation doc-index doc-pagelist doc-toc none presentation",
    "ol": "list group presentation",
    "summary": "",
    "svg": "img graphics-document graphics-object graphics-symbol presentation",
    "table": "table presentation",
    "tbody": "",
    "td": "",
    "tfoot": "",
    "th": "",
    "thead": "",
    "tr": "",
    "ul": "list group presentation",
    "wbr": "presentation",
} | dict.fromkeys(HEADINGS, "heading presentation doc-subtitle")
_SECTION_ROLES = _DOC_SECTIONS | names(
    "group presentation region status complementary document navigation note search"
)
ROLES: dict[str, frozenset[str]] = {
    "section": _SECTION_ROLES,
    **{name: frozenset(roles.split()) for name, roles in _ROLES.items()},
}


def roles_of(name: str) -> frozenset[str]:
    """Return the ARIA roles that an element may have."""
    return ROLES.get(name, _ANYWHERE)


# Properties that are harmless in a book that readers restyle: none that take an address or take
# elements out of the flow, and not `direction` and `unicode-bidi`, which EPUB 3.3 forbids.
STYLE_PROPERTIES = names(
    "background-color border border-bottom border-bottom-color border-bottom-style"
    " border-bottom-width border-collapse border-color border-left border-left-color"
    " border-left-style border-left-width border-radius border-right border-right-color"
    " border-right-style border-right-width border-spacing border-style border-top"
    " border-top-color border-top-style border-top-width border-width break-after break-before"
    " break-inside caption-side clear color column-count column-gap column-width columns display"
    " empty-cells float font-family font-size font-style font-variant font-variant-caps"
    " font-variant-numeric font-weight height hyphens letter-spacing line-height list-style"
    " list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width"
    " min-height min-width opacity orphans padding padding-bottom padding-left padding-right"
    " padding-top page-break-after page-break-before page-break-inside tab-size table-layout"
    " text-align text-align-last text-decoration text-decoration-color text-decoration-line"
    " text-decoration-style text-emphasis text-indent text-orientation text-transform"
    " vertical-align visibility white-space widows width word-break word-spacing word-wrap"
    " writing-mode"
)
