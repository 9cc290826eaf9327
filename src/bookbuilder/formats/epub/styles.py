"""Stylesheets in the package: the theme's, then the author's, made safe for readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, ParseError, QualifiedRule, URLToken
from tinycss2.serializer import serialize_string_value

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.runtime.files import is_file, is_inside, read_file, read_text
from bookbuilder.text.css import nests_too_deep
from bookbuilder.text.slugs import file_slug, unique

NO_STYLE = Rule(
    "E006",
    "missing-style",
    Severity.ERROR,
    "`style` in book.toml names stylesheets: UTF-8 files inside the book's folder.",
)
BAD_CSS = Rule(
    "E007",
    "bad-css",
    Severity.WARNING,
    "Part of a stylesheet cannot be used in an EPUB: it does not parse, or is one of the few things"
    " that EPUB forbids in CSS (`direction`, `unicode-bidi`, `@import`, nested rules). It is left"
    " out of the EPUB.",
)
BAD_CSS_URL = Rule(
    "E008",
    "bad-css-url",
    Severity.WARNING,
    "A stylesheet may use pictures (JPEG, PNG, GIF, WebP) and fonts (TTF, OTF, WOFF, WOFF2) inside"
    " the book's folder; an EPUB loads nothing from elsewhere. The declaration is left out.",
)

THEME = "themes/default/epub.css"
LARGEST_FILE = 20_000_000
# EPUB 3.3, section 6.3.2: the language of the document decides on these.
_FORBIDDEN = ("direction", "unicode-bidi")
_NESTING = ("media", "supports")
# Functions in which strings are addresses.
_LOADING = ("image", "image-set", "src")

# The core media types of EPUB 3.3 that stylesheets use, by how their files begin.
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
    (b"\0\1\0\0", "font/ttf", ".ttf"),
    (b"true", "font/ttf", ".ttf"),
    (b"OTTO", "font/otf", ".otf"),
    (b"wOFF", "font/woff", ".woff"),
    (b"wOF2", "font/woff2", ".woff2"),
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package by its name there."""

    name: str
    media_type: str
    data: bytes


def stylesheets(config: Config, report: Report) -> tuple[list[str], list[Resource]]:
    """Return the names of stylesheets in cascade order; the stylesheets and the files they use."""
    theme = resources.files("bookbuilder").joinpath(THEME).read_bytes()
    sheets = [Resource("styles/epub.css", "text/css", theme)]
    reader = _Reader(config, report)
    for key, names in (("book.style", config.book.style), ("epub.style", config.epub.style)):
        for name in names:
            if source := _read(key, name, config, report):
                css = reader.clean(source)
                # One that serves print alone leaves nothing here.
                if css.strip():
                    file = f"styles/author-{len(sheets)}.css"
                    sheets.append(Resource(file, "text/css", css.encode()))
    return [sheet.name for sheet in sheets], [*sheets, *reader.files.values()]


def _read(key: str, name: str, config: Config, report: Report) -> Source | None:
    path = config.root / name
    try:
        if "\0" in name or not is_inside(path, *config.folders):
            raise OSError(0, "it lies outside the book's folder")
        text = read_text(path, config.folders)
        if nests_too_deep(text):
            raise OSError(0, "its brackets nest too deep")
        return Source(path, name, text)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        message = f"the stylesheet `{name}` cannot be read: {why}"
        report.add(NO_STYLE, message, config.span_of(key, name))
        return None


@dataclass(slots=True)
class _Reader:
    """Cleans stylesheets; `files` are what they use, by resolved path."""

    config: Config
    report: Report
    files: dict[Path, Resource] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def clean(self, source: Source) -> str:
        nodes = tinycss2.parse_stylesheet(source.text, skip_comments=True, skip_whitespace=True)
        return "\n".join(self._rules(nodes, source)) + "\n"

    def _rules(self, nodes: list[Node], source: Source) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, QualifiedRule):
                yield self._block(tinycss2.serialize(node.prelude), node, source)
            elif isinstance(node, AtRule):
                yield from self._at_rule(node, source)
            elif isinstance(node, ParseError):
                self._drop(f"this does not parse ({node.message})", node, source)

    def _at_rule(self, rule: AtRule, source: Source) -> Iterator[str]:
        keyword = rule.lower_at_keyword
        opening = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
        if keyword in _NESTING and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = "\n".join(self._rules(inner, source))
            yield f"{opening}{{\n{body}\n}}"
        elif keyword == "font-face" and rule.content is not None:
            block = self._block(opening, rule, source)
            if "src:" in block:
                yield block
        elif keyword == "namespace":
            # A name loads nothing, although it may be written as `url()` like an address.
            urls = ((token, _url(token)) for token in rule.prelude)
            names = (t.serialize() if url is None else _quoted(url) for t, url in urls)
            yield f"@namespace{''.join(names)};"
        # @page is for print: the same stylesheet may serve both.
        elif keyword not in ("page", "charset"):
            self._drop(f"`@{rule.at_keyword}` is not for EPUB", rule, source)

    def _block(self, opening: str, rule: QualifiedRule | AtRule, source: Source) -> str:
        contents = tinycss2.parse_blocks_contents(
            rule.content, skip_comments=True, skip_whitespace=True
        )
        kept = []
        for node in contents:
            if isinstance(node, Declaration):
                if text := self._declaration(node, source):
                    kept.append(f"  {text};")
            elif isinstance(node, ParseError):
                self._drop(f"this does not parse ({node.message})", node, source)
            else:
                self._drop("a rule inside a rule", node, source)
        body = "\n".join(kept)
        return f"{opening.strip()} {{\n{body}\n}}"

    def _declaration(self, node: Declaration, source: Source) -> str:
        if node.lower_name in _FORBIDDEN:
            self._drop(f"EPUB does not allow `{node.name}`", node, source)
            return ""
        value = [self._value(token, source) for token in node.value]
        if None in value:
            return ""
        important = " !important" if node.important else ""
        return f"{node.name}: {''.join(filter(None, value)).strip()}{important}"

    def _value(self, token: Node, source: Source, *, strings_load: bool = False) -> str | None:
        """Write `token` with the names of files in the package; None if it may not use one."""
        url = token.value if strings_load and token.type == "string" else _url(token)
        if url is not None:
            name = self._resource(url, source, token)
            return None if name is None else f"url({_quoted(name)})"
        if token.type != "function":
            return str(token.serialize())
        loads = token.lower_name.removeprefix("-webkit-") in _LOADING
        inner = [self._value(t, source, strings_load=loads) for t in token.arguments]
        return None if None in inner else f"{token.name}({''.join(filter(None, inner))})"

    def _resource(self, url: str, source: Source, token: Node) -> str | None:
        """Return what a stylesheet calls the file that `url` means; None if it may not use it."""
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("invalid:")
        path = source.path.parent / unquote(parts.path)
        is_remote = bool(parts.scheme or parts.netloc)
        why = "is not a file of the book" if is_remote else self._add(path)
        if not why:
            return f"../{self.files[path.resolve()].name}"
        self.report.add(BAD_CSS_URL, f"`{url[:100]}` {why}", source.span_of_line(token.source_line))
        return None

    def _add(self, path: Path) -> str:
        """Take `path` into the package. Return what is wrong with it, if anything."""
        if "\0" in str(path) or not is_inside(path, *self.config.folders) or not is_file(path):
            return "is not a file inside the book's folder"
        path = path.resolve()
        if path in self.files:
            return ""
        try:
            data = read_file(path, LARGEST_FILE, self.config.folders)
        except OSError:
            data = b""
        if (kind := _media_type_of(data)) is None:
            return "is not a picture or a font that every reader can use"
        media_type, suffix = kind
        name = unique(file_slug(path.stem, "file"), self.names)
        self.files[path] = Resource(f"styles/{name}{suffix}", media_type, data)
        return ""

    def _drop(self, why: str, node: Node, source: Source) -> None:
        self.report.add(BAD_CSS, f"{why}: left out", source.span_of_line(node.source_line))


def _quoted(text: str) -> str:
    return f'"{serialize_string_value(text)}"'


def _url(token: Node) -> str | None:
    if isinstance(token, URLToken):
        return str(token.value)
    if token.type == "function" and token.lower_name == "url":
        return next((str(t.value) for t in token.arguments if t.type == "string"), "")
    return None


def _media_type_of(data: bytes) -> tuple[str, str] | None:
    """Return the media type and usual suffix of a raster picture or a font; None for all else."""
    for magic, media_type, suffix in _MAGIC:
        if data.startswith(magic):
            return media_type, suffix
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return None
