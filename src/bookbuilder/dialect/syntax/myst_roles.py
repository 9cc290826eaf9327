"""Read MyST's roles: `` {ref}`text <label>` ``, `` {numref}`label` ``, `` {kbd}`Ctrl` ``."""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import BACKTICKS, InlineParser
from bookbuilder.dialect.core.links import LABEL_SCHEME, NUMBER_SCHEME
from bookbuilder.dialect.syntax.formulas import FORMULA
from bookbuilder.dialect.syntax.myst_blocks import TERM_PREFIX
from bookbuilder.text.slugs import anchor

_ROLE = re.compile(r"\{([A-Za-z][\w.+-]{0,60}(?::[\w.+-]{1,60}){0,3})\}(?=`)")
_TITLED = re.compile(r"(?s)(.*?)[ \t\n]*(?<!\\)<([^<>\n]{1,500})>[ \t]*$")
_CODE = frozenset(
    "attr c class code command const data dfn_code envvar exc file func kbd_code keyword literal"
    " makevar meth mimetype mod module newsgroup obj option program property py regexp samp token"
    " type var macro struct enum member literal code-inline".split()
)
_CODE_DOMAINS = ("py:", "c:", "cpp:", "js:", "rst:", "std:")
_TAGS = {
    "abbr": "abbr", "abbreviation": "abbr", "kbd": "kbd", "sub": "sub", "subscript": "sub",
    "sup": "sup", "superscript": "sup", "strong": "strong", "emphasis": "em", "guilabel": "strong",
    "menuselection": "strong", "dfn": "dfn", "title-reference": "cite", "title": "cite",
    "del": "del", "strike": "del", "underline": "u", "u": "u", "mark": "mark", "highlight": "mark",
    "smallcaps": "span", "sc": "span", "guibutton": "strong", "keys": "kbd", "button": "span",
}  # fmt: skip
_REFERENCES = frozenset({"ref", "std:ref", "any", "prf:ref", "hoverxref", "nb-ref", "numref:ref"})
_ICONS = ("octicon", "fa", "fas", "fab", "far", "fa-solid", "fa-brands", "fa-regular", "material")
_LINKS = frozenset({"button-link", "button-ref", "link"})
_WEB = {
    "pep": ("https://peps.python.org/pep-{:0>4}/", "PEP {}"),
    "rfc": ("https://datatracker.ietf.org/doc/html/rfc{}", "RFC {}"),
    "wiki": ("https://en.wikipedia.org/wiki/{}", "{}"),
    "doi": ("https://doi.org/{}", "{}"),
    "cve": ("https://www.cve.org/CVERecord?id=CVE-{}", "CVE {}"),
}
_CITATION_HINT = "cite by a note, `[^name]`, that says the source"
_HINT = "write the words as plain Markdown"


def handle_role(parser: InlineParser) -> bool:
    match = _ROLE.match(parser.text, parser.position)
    ticks = BACKTICKS.match(parser.text, match.end()) if match else None
    if match is None or ticks is None:
        return False
    close = parser.closing_backticks(len(ticks[0]), ticks.end())
    if close < 0:
        return False
    content = " ".join(parser.text[ticks.end() : close].split("\n")).strip()
    start = parser.position
    if not _add(parser, match[1].lower(), content):
        shown = f"{{{match[1]}}}"
        kind = f"the role `{match[1]}` of MyST; its text stays"
        parser.conversion.problems.left_out(shown, parser.line_at(start), kind, _HINT)
        parser.add_text(content, literal=True)
    parser.position = close + len(ticks[0])
    return True


def _add(parser: InlineParser, name: str, content: str) -> bool:
    """Add what the role means; return False if it means nothing to a book."""
    text, target = _split(content)
    if name in _REFERENCES:
        parser.add_element("a", text, href=_label(target or content))
    elif name in ("numref", "std:numref"):
        parser.add_element("a", text, href=NUMBER_SCHEME + quote(target or content))
    elif name in ("eq", "math:numref"):
        parser.add_element("a", text or f"({content})", href=_label(target or content))
    elif name in ("term", "std:term"):
        meant = TERM_PREFIX + anchor(target or content)
        parser.add_element("a", text or content, href=_label(meant))
    elif name in ("doc", "std:doc"):
        parser.add_element("a", text, href=quote(target or content, safe="/.-_~#"))
    elif name == "download":
        parser.add_element("a", text or content, href=quote(target or content, safe="/.:-_~#?=&%"))
    elif name in _LINKS:
        parser.add_element("a", text or content, href=target or content)
    elif name in ("math", "dollar"):
        _add_formula(parser, content)
    elif name.startswith(("cite", "footcite")):
        _add_citation(parser, name, content)
    elif name == "index":
        _add_index(parser, text, target, content)
    elif name.startswith(_ICONS):
        pass
    elif name.startswith("bdg"):
        _add_badge(parser, name, text, target, content)
    elif name in _WEB:
        _add_web(parser, name, text, target or content)
    elif name in ("footnote", "fn"):
        parser.add_text(f" ({content})", literal=True)
    elif name in _TAGS:
        _add_tagged(parser, name, content)
    elif name in _CODE or name.startswith(_CODE_DOMAINS):
        parser.add_element("code", _code_text(text or content))
    else:
        return False
    return True


def _split(content: str) -> tuple[str, str]:
    """Split `text <target>`; both are empty if it has no target."""
    if not content.endswith(">") or "<" not in content:
        return "", ""
    match = _TITLED.match(content)
    return (match[1].strip(), match[2].strip()) if match and match[1].strip() else ("", "")


def _label(name: str) -> str:
    return LABEL_SCHEME + quote(name)


def _code_text(content: str) -> str:
    """Return what Sphinx shows: `~package.module.name` is `name`, `!name` is no link."""
    if content.startswith("~"):
        return content[1:].rpartition(".")[2] or content[1:]
    return content.removeprefix("!")


def _add_tagged(parser: InlineParser, name: str, content: str) -> None:
    tag = _TAGS[name]
    if tag == "abbr":
        match = re.match(r"([^()]+?)[ \t]*\(([^()]*)\)$", content)
        node = parser.add_element("abbr", match[1] if match else content)
        if match:
            node.attributes["title"] = match[2]
    elif tag == "kbd":
        for index, key in enumerate(re.split(r"[ \t]*\+[ \t]*(?=\S)", content)):
            if index:
                parser.add_text("+")
            parser.add_element("kbd", key)
    elif tag == "span":
        parser.add_element("span", content, **{"class": "smallcaps"} if name != "button" else {})
    else:
        shown = content
        if name in ("guilabel", "menuselection"):
            shown = re.sub(r"&(?=\w)", "", content).replace("-->", "→").replace("->", "→")
        parser.add_element(tag, shown)


def _add_formula(parser: InlineParser, content: str) -> None:
    message = f"the formula `{content[:60]}` is printed as typed"
    line = parser.line_at(parser.position)
    parser.conversion.problems.add(FORMULA, message, line, content, alike="formula")
    parser.add_element("code", content, **{"class": "formula"})


def _add_citation(parser: InlineParser, name: str, content: str) -> None:
    line = parser.line_at(parser.position)
    kind = "a citation; the book has no list of sources, so its key is printed"
    parser.conversion.problems.left_out(f"{{{name}}}", line, kind, _CITATION_HINT)
    keys = "; ".join(key.strip() for key in content.split(","))
    parser.add_text(f"[{keys}]", literal=True)


def _add_index(parser: InlineParser, text: str, target: str, content: str) -> None:
    shown = text or content
    kinds = ("single:", "pair:", "see:", "triple:", "module:", "!")
    entry = (target or content).strip()
    if entry.startswith(kinds):
        entry = entry.partition(":")[2].strip() if not entry.startswith("!") else entry[1:]
        shown = text
    entry = re.sub(r"[ \t]*;[ \t]*", "!", entry)
    if shown:
        parser.add_element("span", shown, **{"class": "index", "entry": entry})


def _add_badge(
    parser: InlineParser, name: str, text: str, target: str, content: str
) -> None:
    if name.startswith(("bdg-link", "bdg-ref")):
        address = target or content
        is_label = name.startswith("bdg-ref")
        parser.add_element("a", text or content, href=_label(address) if is_label else address)
    else:
        parser.add_element("strong", content)


def _add_web(parser: InlineParser, name: str, text: str, target: str) -> None:
    address, shown = _WEB[name]
    parser.add_element("a", text or shown.format(target), href=address.format(quote(target)))


class MystRoleExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("{", handle_role)
