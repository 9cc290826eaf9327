"""Stylesheets in the package: the theme's, then the author's, made safe for readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tinycss2
from msgspec import Struct, field
from tinycss2.ast import AtRule, Declaration, Node, ParseError, QualifiedRule

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.runtime.files import is_file, is_inside, read_file, read_text
from bookbuilder.text import css
from bookbuilder.text.slugs import file_slug, unique

NO_STYLE = Rule(
    "E006",
    "missing-style",
    Severity.ERROR,
    "`style` in book.toml must name stylesheets: UTF-8 text files inside the book's folder.",
)
BAD_CSS = Rule(
    "E007",
    "bad-css",
    Severity.WARNING,
    "Part of a stylesheet cannot be used in an EPUB: it does not parse, has a property or a"
    " function that no reader knows, or is one of the few things that EPUB forbids in CSS"
    " (`direction`, `unicode-bidi`, `@import`, nested rules). It is left out of the EPUB.",
)
BAD_CSS_URL = Rule(
    "E008",
    "bad-css-url",
    Severity.WARNING,
    "A stylesheet may use only pictures (JPEG, PNG, GIF, WebP) and fonts (TTF, OTF, WOFF, WOFF2)"
    " inside the book's folder, by `url()`, because an EPUB loads nothing from elsewhere."
    " Properties that can load a file, such as `background`, may not use variables or other"
    " functions that load. The declaration is left out.",
)

FOLDER = "styles/"
THEMES = "themes/default/"
LARGEST_FILE = 20_000_000
# EPUB 3.3, section 6.3.2: the language of the document decides on these.
_FORBIDDEN = ("direction", "unicode-bidi")
_NESTING = ("media", "supports")

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


class Resource(Struct, frozen=True):
    """A file of the package by its name there."""

    name: str
    media_type: str
    data: bytes


def stylesheets(
    config: Config, report: Report, themes: Sequence[str], own: Mapping[str, Sequence[str]]
) -> tuple[list[str], list[Resource]]:
    """Return the names of stylesheets in cascade order; the stylesheets and the files they use.

    `themes` are the theme's sheets by name, `own` the author's by the keys that name them.
    """
    sheets = [_sheet_of_theme(name) for name in themes]
    reader = _Reader(config, report)
    for key, names in own.items():
        for name in names:
            if source := _read(key, name, config, report):
                text = reader.clean(source)
                # One that serves print alone leaves nothing here.
                if text.strip():
                    file = f"{FOLDER}author-{len(sheets) - len(themes) + 1}.css"
                    sheets.append(Resource(file, "text/css", text.encode()))
    return [sheet.name for sheet in sheets], [*sheets, *reader.files.values()]


def _sheet_of_theme(name: str) -> Resource:
    data = resources.files("bookbuilder").joinpath(f"{THEMES}{name}").read_bytes()
    return Resource(f"{FOLDER}{name}", "text/css", data)


def _read(key: str, name: str, config: Config, report: Report) -> Source | None:
    path = config.root / name
    try:
        if "\0" in name or not is_inside(path, *config.folders):
            raise OSError(0, "it lies outside the book's folder")
        text = read_text(path, config.folders)
        if why := css.why_unreadable(text):
            raise OSError(0, why)
        return Source(path, name, text)
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        message = f"the stylesheet `{name}` cannot be read: {said}"
        report.add(NO_STYLE, message, config.span_of(key, name))
        return None


class _Reader(Struct):
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
            try:
                if isinstance(node, QualifiedRule):
                    yield self._block(css.selectors(node.prelude, node), node, source)
                elif isinstance(node, AtRule):
                    yield from self._at_rule(node, source)
                elif isinstance(node, ParseError):
                    raise css.Refused(f"this does not parse ({node.message})", node)
            except css.Refused as refused:
                self._drop(refused, source)

    def _at_rule(self, rule: AtRule, source: Source) -> Iterator[str]:
        keyword = rule.lower_at_keyword
        if keyword in _NESTING and rule.content is not None:
            opening = f"@{rule.at_keyword}{css.conditions(rule.prelude, rule)}"
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = "\n".join(self._rules(inner, source))
            yield f"{opening}{{\n{body}\n}}"
        elif keyword == "font-face" and rule.content is not None:
            if any(node.type not in ("whitespace", "comment") for node in rule.prelude):
                raise css.Refused("`@font-face` is followed by its block", rule)
            block = self._block(f"@{rule.at_keyword}", rule, source)
            if "\n  src:" in block.lower():
                yield block
        elif keyword == "namespace":
            yield f"@namespace{_namespace(rule)};"
        # @page is for print: the same stylesheet may serve both.
        elif keyword not in ("page", "charset"):
            hint = "name every stylesheet in `style` in book.toml" if keyword == "import" else ""
            raise css.Refused(f"`@{rule.at_keyword[:60]}` is not for EPUB", rule, hint)

    def _block(self, opening: str, rule: QualifiedRule | AtRule, source: Source) -> str:
        contents = tinycss2.parse_blocks_contents(
            rule.content, skip_comments=True, skip_whitespace=True
        )
        kept = []
        for node in contents:
            try:
                kept.append(f"  {self._declaration(node, source)};")
            except css.Refused as refused:
                self._drop(refused, source)
        body = "\n".join(kept)
        return f"{opening.strip()} {{\n{body}\n}}"

    def _declaration(self, node: Node, source: Source) -> css.Written:
        if isinstance(node, ParseError):
            raise css.Refused(f"this does not parse ({node.message})", node)
        if not isinstance(node, Declaration):
            raise css.Refused("a rule inside a rule", node, "write it below, with both selectors")
        if node.lower_name in _FORBIDDEN:
            hint = "set `language` in book.toml or in the chapter: it decides on the direction"
            raise css.Refused(f"EPUB does not allow `{node.name}`", node, hint)
        return css.declaration(node, partial(self._resource, source))

    def _resource(self, source: Source, url: str, token: Node) -> str:
        """Return what a stylesheet calls the file that `url` means; refuse what it may not use."""
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("invalid:")
        path = source.path.parent / unquote(parts.path)
        is_remote = bool(parts.scheme or parts.netloc)
        why = "is not a file of the book" if is_remote else self._add(path)
        if why:
            hint = "put the file into the book's folder, and write its path" if is_remote else ""
            raise css.Refused(f"`{url[:100]}` {why}", token, hint, loads=True)
        # All lie in one folder. epub.js finds no font by a path that leaves it and comes back.
        return self.files[path.resolve()].name.removeprefix(FOLDER)

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
        self.files[path] = Resource(f"{FOLDER}{name}{suffix}", media_type, data)
        return ""

    def _drop(self, refused: css.Refused, source: Source) -> None:
        rule = BAD_CSS_URL if refused.loads else BAD_CSS
        span = source.span_of_line(refused.node.source_line)
        column = refused.node.source_column
        room = max(len(span.excerpt) - column + 1, 1)
        span = replace(span, column=column, length=min(span.length, room))
        self.report.add(rule, f"{refused.why}: left out", span, refused.hint)


def _namespace(rule: AtRule) -> str:
    """Return a namespace's name and address. These load nothing, even when written as `url()`."""
    tokens = [t for t in rule.prelude if t.type not in ("whitespace", "comment")]
    *names, last = tokens or [rule]
    url = last.value if last.type == "string" else css.address_in(last)
    if url is None or [t.type for t in names] not in ([], ["ident"]):
        raise css.Refused("this is not a namespace", rule)
    return "".join(f" {css.identifier(name.value)}" for name in names) + f" {css.quoted(url)}"


def _media_type_of(data: bytes) -> tuple[str, str] | None:
    """Return the media type and usual suffix of a raster picture or a font; None for all else."""
    for magic, media_type, suffix in _MAGIC:
        if data.startswith(magic):
            return media_type, suffix
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return None
