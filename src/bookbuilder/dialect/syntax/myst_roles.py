"""Read MyST's roles: `` {ref}`text <label>` ``, `` {numref}`label` ``, `` {kbd}`Ctrl` ``."""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import BACKTICKS, InlineParser
from bookbuilder.dialect.core.links import DOCUMENT_SCHEME, LABEL_SCHEME, NUMBER_SCHEME
from bookbuilder.dialect.syntax.cite_roles import add_role
from bookbuilder.dialect.syntax.emoji import UNKNOWN_ICON
from bookbuilder.dialect.syntax.formulas import add_formula
from bookbuilder.dialect.syntax.myst_blocks import TERM_PREFIX
from bookbuilder.dialect.syntax.myst_marks import MystChapter
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import anchor

_ROLE = rare_pattern(r"\{([A-Za-z][\w.+-]{0,60}(?::[\w.+-]{1,60}){0,3})\}(?=`)")
_SHORTHAND = rare_pattern(r"@([A-Za-z][\w:.-]{0,100}\w)(?![\w@])")
_TITLED = rare_pattern(r"(?s)(.*?)[ \t\n]*(?<!\\)<([^<>\n]{1,500})>[ \t]*$")
_CODE = frozenset(
    {
        "attr", "c", "class", "code", "code-inline", "command", "const", "data", "enum", "envvar",
        "exc", "file", "func", "keyword", "literal", "macro", "makevar", "member", "meth",
        "mimetype", "mod", "module", "newsgroup", "obj", "option", "program", "property", "py",
        "regexp", "samp", "struct", "token", "type", "var",
    }
)  # fmt: skip
_CODE_DOMAINS = ("py:", "c:", "cpp:", "js:", "rst:", "std:")
_TAGS = {
    "abbr": "abbr", "abbreviation": "abbr", "kbd": "kbd", "sub": "sub", "subscript": "sub",
    "sup": "sup", "superscript": "sup", "strong": "strong", "emphasis": "em", "guilabel": "strong",
    "menuselection": "strong", "dfn": "dfn", "title-reference": "cite", "title": "cite",
    "del": "del", "strike": "del", "underline": "u", "u": "u", "mark": "mark", "highlight": "mark",
    "smallcaps": "span", "sc": "span", "guibutton": "strong", "keys": "kbd", "button": "span",
}  # fmt: skip
_REFERENCES = frozenset({"ref", "any", "prf:ref", "hoverxref", "eq", "math:numref", "button-ref"})
_ICONS = ("octicon", "fa", "material")
_LINKS = frozenset({"button-link", "link", "download"})
_WEB = {
    "pep": "https://peps.python.org/pep-{:0>4}/",
    "rfc": "https://datatracker.ietf.org/doc/html/rfc{}",
    "wiki": "https://en.wikipedia.org/wiki/{}",
    "doi": "https://doi.org/{}",
}
_SHOWN = {"pep": "PEP {}", "rfc": "RFC {}"}
_FILLED_IN = frozenset(
    {"ref", "any", "numref", "doc", "prf:ref", "hoverxref", "eq", "math:numref"}
    | {"std:ref", "std:numref", "std:doc"}
)
"""Roles whose link, where it has no text of its own, gets it from what it leads to."""
_CITATION_HINT = "cite by a note, `[^name]`, that says the source"
_HINT = "write the words as plain Markdown"


class MystRoleExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.chapter = MystChapter(md.conversion)
        md.conversion.inlines.register("{", self.handle_role)
        md.conversion.inlines.register("@", self.handle_shorthand)

    def handle_shorthand(self, parser: InlineParser) -> bool:
        """Read `@label` of what has that label in the chapter; other keys are citations."""
        match = _SHORTHAND.match(parser.text, parser.position)
        before = parser.text[parser.position - 1 : parser.position]
        if not match or before.isalnum() or match[1] not in self.chapter.labels:
            return False
        parser.add_element("a", href=LABEL_SCHEME + quote(match[1]))
        parser.position = match.end()
        return True

    def handle_role(self, parser: InlineParser) -> bool:
        """Read a role. In a chapter without anything else of MyST, unknown ones are prose."""
        match = _ROLE.match(parser.text, parser.position)
        ticks = BACKTICKS.match(parser.text, match.end()) if match else None
        if match is None or ticks is None:
            return False
        close = parser.closing_backticks(len(ticks[0]), ticks.end())
        if close < 0:
            return False
        content = " ".join(parser.text[ticks.end() : close].split("\n")).strip()
        if not _add(parser, match[1].lower(), content):
            if not self.chapter.is_myst:
                return False
            shown, line = f"{{{match[1]}}}", parser.line_at(parser.position)
            kind = f"the role `{match[1]}` of MyST; its text stays"
            parser.conversion.problems.left_out(shown, line, kind, _HINT)
            parser.add_text(content, literal=True)
        parser.position = close + len(ticks[0])
        return True


def _add(parser: InlineParser, name: str, content: str) -> bool:
    """Add what the role means; return False if it means nothing to a book."""
    text, target = _split(content)
    if href := _address(name, target or content):
        shown = text or ("" if name in _FILLED_IN else _SHOWN.get(name, "{}").format(content))
        parser.add_element("a", shown, href=href)
    elif name in ("math", "dollar"):
        add_formula(parser, content)
    elif name.startswith(("cite", "footcite")):
        if not add_role(parser, name, content):
            add_citation(parser, name, content)
    elif name == "index":
        _add_index(parser, text, target, content)
    elif name in ("footnote", "fn"):
        parser.add_text(f" ({content})", literal=True)
    elif name in _TAGS:
        _add_tagged(parser, name, content)
    elif name.startswith("bdg"):
        parser.add_element("span", content, **{"class": "badge"})
    elif name in _CODE or name.startswith(_CODE_DOMAINS):
        parser.add_element("code", _code_text(text or content))
    elif name.startswith(_ICONS):
        line, said = parser.line_at(parser.position), f"{{{name}}}`{content}`"
        message = f"the icon `{said[:80]}` is left out"
        parser.conversion.problems.add(UNKNOWN_ICON, message, line, said, alike="icon")
    else:
        return False
    return True


def _address(name: str, target: str) -> str:
    """Return the address to which the role `name` makes a link, or an empty string."""
    name = name.removeprefix("std:")
    if name in _REFERENCES or name.startswith("bdg-ref"):
        return LABEL_SCHEME + quote(target)
    if name == "numref":
        return NUMBER_SCHEME + quote(target)
    if name == "term":
        return LABEL_SCHEME + quote(TERM_PREFIX + anchor(target))
    if name == "doc":
        return DOCUMENT_SCHEME + quote(target)
    if name in _WEB:
        return _WEB[name].format(quote(target))
    if name in _LINKS or name.startswith("bdg-link"):
        return quote(target, safe="/.:-_~#?=&%+,@")
    return ""


def _split(content: str) -> tuple[str, str]:
    """Split `text <target>`; both are empty if it has no target."""
    if not content.endswith(">") or "<" not in content:
        return "", ""
    match = _TITLED.match(content)
    return (match[1].strip(), match[2].strip()) if match and match[1].strip() else ("", "")


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


def add_citation(parser: InlineParser, name: str, content: str) -> None:
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
