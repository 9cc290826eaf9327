"""Inspect a written EPUB for faults that EPUBCheck accepts and readers do not, without Java.

docs/epub.md says where each limit comes from.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from msgspec import Struct

from bookbuilder.book import Book
from bookbuilder.formats.epub.names import NAV_NAME, NCX_NAME
from bookbuilder.formats.epub.source_map import FOLDER, trace
from bookbuilder.formats.hypertext.images import MOST_PIXELS
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.passes.pictures import PICTURE_FORMATS
from bookbuilder.text.language import UNKNOWN, guess_language
from bookbuilder.trees.xhtml import names

CSS_VARIABLE = Rule(
    "E009",
    "css-variable",
    Severity.WARNING,
    "Kindle refuses books that use CSS variables, and older readers drop every rule that uses"
    " one. Write the value itself.",
)
REMOTE_RESOURCE = Rule(
    "E010",
    "remote-resource",
    Severity.WARNING,
    "E-readers are offline, and shops refuse books that load anything from the network. Put the"
    " file into the book's folder.",
)
WRONG_LANGUAGE = Rule(
    "E011",
    "wrong-language",
    Severity.WARNING,
    "Readers hyphenate, look words up and read aloud in the language that the book names. Send"
    " to Kindle refuses languages that it does not know. Correct `language` in book.toml.",
)
NOT_XML = Rule(
    "E012",
    "not-xml",
    Severity.WARNING,
    "Some readers parse strictly, and show nothing at all of a document that is not XML. A `--`"
    " inside a comment is enough to break it.",
)
LARGE_FILE = Rule(
    "E013",
    "large-file",
    Severity.WARNING,
    "Small readers have little memory. Those with Adobe's engine open chapters of more than 260"
    " kB slowly or not at all. Kobo advises against pictures of more than 5 MB, and Apple forbids"
    " those of more than 5.6 million pixels. Split the chapter, or shrink the picture.",
)
LARGE_BOOK = Rule(
    "E014",
    "large-book",
    Severity.WARNING,
    "Send to Kindle accepts 50 MB by e-mail, and 200 MB by its app and web page. Shrink the"
    " pictures, or split the book.",
)
EMPTY_LABEL = Rule(
    "E015",
    "empty-label",
    Severity.WARNING,
    "An entry of the contents that has no text cannot be read, tapped or spoken. Give its"
    " heading some words.",
)
UNLICENSED_FONT = Rule(
    "E016",
    "unlicensed-font",
    Severity.WARNING,
    "Whoever gives away a book also gives away the fonts in it. A font that names no licence, or"
    " whose own flags forbid embedding, may not be yours to give away. Use one under the SIL Open"
    " Font License, or ask its maker.",
)

LARGEST_DOCUMENT = 260 * 1024
LARGEST_IMAGE = 5_000_000
LARGEST_BY_MAIL = 50_000_000
LARGEST_BY_WEB = 200_000_000
_SAMPLE = 60_000
_SURE_AFTER = 2000

_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)|(?<![\w-])(--[\w-]+)(?=\s*:)")
_REMOTE_FILE = re.compile(
    r"""<(?!a[\s>]|link\b[^>]*\brel="cc:license")[a-zA-Z][^<>]*?\b(?:src|href|poster|data)\s*=\s*
    ["'](?:https?:)?//[^"']*["']""",
    re.VERBOSE,
)
# Most elements with such an address only name it, as links do.
_REMOTE_ADDRESS = re.compile(r"""=\s*["'](?:https?:)?//""")
_REMOTE_STYLE = re.compile(r"""url\(\s*["']?(?:https?:)?//[^)]*\)|@import\s[^;]*""")
# In text without these, no CSS is doubtful.
_DOUBTFUL = ("var(", "url(", "@import")
_DECLARED = re.compile(r"--(?<![\w-]--)[\w-]+\s*:")
# Where markup holds CSS. Not in its text: a book may be about CSS.
_STYLES = re.compile(
    r"""<style\b[^>]*>(.*?)</style>
    |\s(?:style|fill|stroke|(?:[a-z]+-)?color|filter|mask|clip-path)\s*=\s*(?:"([^"]*)"|'([^']*)')""",
    re.VERBOSE | re.DOTALL,
)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_PNG = b"\x89PNG\r\n\x1a\n"
_TAG = re.compile(r"<[^>]+>")
# Not in the book's language: code, and what names another one.
_CODE = re.compile(r"(?s)<(pre|code)\b.*?</\1>")
_CODE_OR_FOREIGN = re.compile(rf"{_CODE.pattern}|<[^>]*\blang=.*?</")
_LABEL = re.compile(
    r"""<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>
    |<text(?:/>|>([^<]*)</text>)</navLabel><content\ src="([^"]*)\"""",
    re.VERBOSE | re.DOTALL,
)
_CONTAINER = "META-INF/container.xml"
_NO_EMBEDDING = 0x0002
_LICENCE_NAMES = (13, 14)


class Finding(Struct, frozen=True):
    """Something doubtful.

    `document` is a member's name; `place` a line's number in it, or a piece of its markup.
    """

    rule: Rule
    message: str
    document: str
    place: str = ""


def preflight(book: Book, data: bytes, report: Report) -> None:
    """Report what is doubtful in the EPUB `data`, which was made of `book`, at its source."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for finding in inspect(package, len(data)):
            span = source_of(book, package, finding) or Span(".")
            report.add(finding.rule, finding.message, span)


def source_of(book: Book, package: zipfile.ZipFile, finding: Finding) -> Span | None:
    """Return the place in the source of what was found in `package`, which was made of `book`."""
    if finding.rule is WRONG_LANGUAGE:
        return book.config.span_of("book.language")
    return trace(book, package, finding.document, finding.place)


def identifier_of(package: zipfile.ZipFile) -> str:
    """Return the identifier in the package document, or nothing."""
    found = re.search(r"<dc:identifier[^>]*>\s*([^<]*?)\s*<", _opf(package)[1])
    return html.unescape(found[1]) if found else ""


def _opf(package: zipfile.ZipFile) -> tuple[str, str]:
    """Return the package document's name and text; both are empty if the container names none."""
    names = set(package.namelist())
    if _CONTAINER not in names:
        return "", ""
    container = package.read(_CONTAINER).decode("utf-8", "replace")
    for name in re.findall(r"""\bfull-path=["']([^"']+)""", container):
        if name in names:
            return name, package.read(name).decode("utf-8", "replace")
    return "", ""


def inspect(package: zipfile.ZipFile, size: int) -> Iterator[Finding]:
    """Yield everything doubtful in `package`, an archive of `size` bytes."""
    for info in package.infolist():
        name, short = info.filename, info.filename.removeprefix(FOLDER)
        suffix = name.rpartition(".")[2].lower()
        data = package.read(info)
        if suffix in ("xhtml", "opf", "ncx", "svg", "xml"):
            text = data.decode("utf-8", "replace")
            yield from _xml(name, short, data)
            yield from _remote(name, short, _tags_that_load(text))
            if any(mark in text for mark in _DOUBTFUL) or _DECLARED.search(text):
                styles = "\n".join(map("".join, _STYLES.findall(text)))
                yield from _styles(name, short, styles)
        if suffix == "xhtml" and len(data) > LARGEST_DOCUMENT:
            yield Finding(LARGE_FILE, f"`{short}` is large: {_kilobytes(len(data))}", name, "1")
        if suffix == "css":
            yield from _styles(name, short, data.decode("utf-8", "replace"))
        if suffix in ("png", "jpg", "jpeg", "gif", "webp"):
            yield from _picture(name, short, data)
        if suffix in ("ttf", "otf", "woff", "woff2"):
            yield from _font(name, short, data)
        if short in (NAV_NAME, NCX_NAME):
            yield from _labels(name, short, data.decode("utf-8", "replace"))
    yield from _languages(package)
    if size > LARGEST_BY_MAIL:
        limit, way = (
            (LARGEST_BY_WEB, "at all") if size > LARGEST_BY_WEB else (LARGEST_BY_MAIL, "by e-mail")
        )
        message = f"{size // 1_000_000} MB are too much for Send to Kindle {way}"
        yield Finding(LARGE_BOOK, f"{message} (at most {limit // 1_000_000})", "")


def _xml(name: str, short: str, data: bytes) -> Iterator[Finding]:
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        yield Finding(NOT_XML, f"`{short}` is not XML: {why}", name, str(error.lineno))


def _tags_that_load(text: str) -> Iterator[str]:
    """Yield the start of every tag in `text` up to the address in the network that it loads."""
    done = 0
    for address in _REMOTE_ADDRESS.finditer(text):
        start = text.rfind("<", done, address.start())
        match = _REMOTE_FILE.match(text, start) if start >= 0 else None
        if match:
            yield match[0]
        done = max(match.end() if match else 0, address.end())


def _remote(name: str, short: str, loads: Iterable[str]) -> Iterator[Finding]:
    if name.endswith((".opf", ".ncx")):
        return
    for piece in loads:
        yield Finding(
            REMOTE_RESOURCE, f"{short} loads from the network: `{piece[:100]}`", name, piece
        )


def _styles(name: str, short: str, css: str) -> Iterator[Finding]:
    yield from _remote(name, short, (match[0] for match in _REMOTE_STYLE.finditer(css)))
    for used in dict.fromkeys(map("".join, _VARIABLE.findall(css))):
        yield Finding(CSS_VARIABLE, f"{short} uses the CSS variable `{used}`", name, used)


def _picture(name: str, short: str, data: bytes) -> Iterator[Finding]:
    if len(data) > LARGEST_IMAGE:
        yield Finding(LARGE_FILE, f"`{short}` is large: {_kilobytes(len(data))}", name)
    pixels = _pixels_of(data)
    if pixels > MOST_PIXELS:
        yield Finding(LARGE_FILE, f"`{short}` is large: {pixels / 1e6:.1f} million pixels", name)


def _pixels_of(data: bytes) -> int:
    """Count the pixels of a picture; 0 if it cannot be read."""
    if data.startswith(_PNG):
        # Without Pillow, which a book with no picture but its cover need not load.
        return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
            return image.width * image.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0


def _font(name: str, short: str, data: bytes) -> Iterator[Finding]:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(io.BytesIO(data), lazy=True) as font:
            has_licence = any(font["name"].getDebugName(n) for n in _LICENCE_NAMES)
            forbids = bool(font["OS/2"].fsType & _NO_EMBEDDING)
    except (TTLibError, KeyError, ImportError, AttributeError, OSError, ValueError):
        return
    if forbids:
        yield Finding(UNLICENSED_FONT, f"the font `{short}` forbids embedding", name)
    elif not has_licence:
        yield Finding(UNLICENSED_FONT, f"the font `{short}` names no licence", name)


def _labels(name: str, short: str, text: str) -> Iterator[Finding]:
    for entry, label, point_label, point in _LABEL.findall(text):
        if not _TAG.sub("", label or point_label).strip():
            target, _, anchor = (entry or point).partition("#")
            message = f"the entry of {short} that leads to `{entry or point}` has no text"
            yield Finding(EMPTY_LABEL, message, FOLDER + target, f'id="{anchor}"')


def _languages(package: zipfile.ZipFile) -> Iterator[Finding]:
    name_of_opf, opf = _opf(package)
    said = (re.findall(r"<dc:language[^>]*>\s*([^<\s]*)", opf) or [""])[0]
    if not _LANGUAGE.fullmatch(said):
        yield Finding(WRONG_LANGUAGE, f"`{said}` is not a language tag", name_of_opf)
        return
    text = ""
    for name in package.namelist():
        if name.endswith(".xhtml") and len(text) < _SAMPLE:
            body = package.read(name).decode("utf-8", "replace").partition("<body")[2]
            other = _CODE_OR_FOREIGN if "lang=" in body else _CODE
            text += _TAG.sub(" ", other.sub(" ", body))
    if len(text.split()) > _SURE_AFTER and not _same(said, seems := guess_language(text)):
        message = f"the book's language is `{said}`, but its text reads like `{seems}`"
        yield Finding(WRONG_LANGUAGE, message, name_of_opf)


# Languages that are not easily taken for their neighbours.
_GUESSED = names("ar cs de el en es fa fi fr he hu it ja ko nl pl pt ro ru sv tr uk vi zh")


def _same(said: str, seems: str) -> bool:
    """Return whether the guess, which knows not all languages, does not contradict the tag."""
    primary = said.partition("-")[0].lower()
    return seems in (UNKNOWN, primary) or primary not in _GUESSED


def _kilobytes(count: int) -> str:
    return f"{count // 1024} kB"
