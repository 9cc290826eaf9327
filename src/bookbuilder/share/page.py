"""Write the download page: one HTML file without scripts, with relative links alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib import resources

from bs4 import Tag

from bookbuilder.book import Metadata
from bookbuilder.formats.cover_art import names_on_cover
from bookbuilder.share.accessibility import statement
from bookbuilder.share.citation import bibtex, full_title, ris, sentence
from bookbuilder.share.feeds import (
    CATALOGUE,
    CATALOGUE_2,
    CATALOGUE_2_TYPE,
    CATALOGUE_TYPE,
    VERSIONS,
    VERSIONS_TYPE,
)
from bookbuilder.share.shelf import File, Kind, Shelf
from bookbuilder.share.words import Sentences, sentences_for
from bookbuilder.text.licenses import license_url
from bookbuilder.text.words import direction, words_for
from bookbuilder.trees.markup import new_tag, one_line
from bookbuilder.trees.serializing import serialize

SUMS = "SHA256SUMS"
BIBTEX, RIS = "cite/book.bib", "cite/book.ris"
QR = "qr.svg"
# By e-mail, a Kindle takes no more: docs/epub.md, E014.
LARGEST_MAIL = 50_000_000
_DEVICES = ("kindle", "kobo", "apple")
_NAMES = {"kindle": "Kindle", "kobo": "Kobo", "apple": "Apple Books", "android": "Android"}


def download_page(shelf: Shelf, sums: Mapping[str, str]) -> bytes:
    """Return the page about all files of `shelf`; `sums` are their checksums by path."""
    said = shelf.book.metadata
    say = sentences_for(said.language)
    main = new_tag("main", {}, *_top(shelf, say))
    sections = [
        _read(shelf, say),
        _epubs(shelf, say),
        _pdfs(shelf, say),
        _handouts(shelf, say),
        _editions(shelf, say),
        _languages(shelf, say),
        _follow(shelf, say),
        _sheets(shelf, say),
        _cite(shelf, say),
        _section(say, "accessibility", *statement(shelf, say)),
        _about(shelf, say, sums),
    ]
    for section in filter(None, sections):
        main.append(section)
    body = new_tag("body", {}, main)
    head = "\n".join(_head(shelf))
    way = direction(said.language)
    language = escape(said.language)
    text = serialize(body)
    page = f'<!DOCTYPE html>\n<html lang="{language}" dir="{way}">\n<head>\n{head}\n</head>\n{text}'
    return f"{page}\n</html>\n".encode()


def citations(shelf: Shelf) -> dict[str, bytes]:
    """Return the files for programs that manage references, by path."""
    said, version = shelf.book.metadata, _version(shelf.book.metadata)
    return {
        BIBTEX: bibtex(said, version, shelf.address).encode(),
        RIS: ris(said, shelf.address).encode(),
    }


def _head(shelf: Shelf) -> Iterator[str]:
    said = shelf.book.metadata
    style = resources.files("bookbuilder").joinpath("themes/default/share.css").read_text("utf-8")
    title = escape(full_title(said))
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{title}</title>"
    described = {"description": one_line(said.description) or one_line(said.subtitle)}
    described["author"] = ", ".join(map(one_line, names_on_cover(said)))
    for name, content in described.items():
        if content:
            yield f'<meta name="{name}" content="{escape(content)}">'
    if shelf.address:
        address = escape(shelf.address)
        yield f'<link rel="canonical" href="{address}">'
        yield f'<meta property="og:title" content="{title}">'
        yield f'<meta property="og:url" content="{address}">'
        for cover in shelf.covers[:1]:
            picture = escape(shelf.absolute(cover.path))
            yield f'<meta property="og:image" content="{picture}">'
        for path, kind in _FEEDS.items():
            yield f'<link rel="alternate" type="{kind}" href="{path}" title="{title}">'
    yield f"<style>\n{style}</style>"


_FEEDS = {
    CATALOGUE: CATALOGUE_TYPE,
    CATALOGUE_2: CATALOGUE_2_TYPE,
    VERSIONS: VERSIONS_TYPE,
}


def _top(shelf: Shelf, say: Sentences) -> Iterator[Tag]:
    """Yield the cover, what the book is, and the files that most people want."""
    said = shelf.book.metadata
    header = new_tag("header", {"class": "top"})
    if shelf.covers:
        cover = shelf.covers[-1]
        sizes = {"width": str(cover.width), "height": str(cover.height)}
        alt = words_for(said.language).cover
        header.append(new_tag("img", {"src": cover.path, "alt": alt, "class": "cover"} | sizes))
    words = new_tag("div", {"class": "words"})
    if said.series:
        place = f" · {one_line(said.series_position)}" if said.series_position else ""
        words.append(new_tag("p", {"class": "series"}, f"{one_line(said.series)}{place}"))
    words.append(new_tag("h1", {}, one_line(said.title)))
    texts = {"subtitle": said.subtitle, "authors": ", ".join(names_on_cover(said))}
    for name, text in (texts | {"description": said.description}).items():
        if text := one_line(text):
            words.append(new_tag("p", {"class": name}, text))
    if subjects := list(filter(None, map(one_line, said.subjects))):
        label = new_tag("span", say.mark, f"{say('subjects')}:")
        line = new_tag("p", {"class": "subjects"}, label, f" {' · '.join(subjects)}")
        words.append(line)
    words.append(_facts(shelf))
    links = new_tag("ul", {"class": "first"})
    if shelf.web:
        links.append(new_tag("li", {}, new_tag("a", {"href": shelf.web} | say.mark, say("read"))))
    files = [next(shelf.of(kind), None) for kind in (Kind.EPUB, Kind.SCREEN)]
    for name, file in zip(("EPUB", "PDF"), files, strict=True):
        if file:
            links.append(new_tag("li", {}, _link(file, name, say)))
    words.append(links)
    header.append(words)
    yield header


def _facts(shelf: Shelf) -> Tag:
    """Return the line with version and date, and the page that says what has changed."""
    said = shelf.book.metadata
    line = new_tag("p", {"class": "facts"})
    if version := _version(said):
        line.append(version)
    if said.date:
        day = said.date.isoformat()
        line.append(" · " if version else "")
        line.append(new_tag("time", {"datetime": day, "dir": "ltr"}, day))
    title, page = shelf.news
    if page:
        line.append(" · " if line.contents else "")
        line.append(new_tag("a", {"href": page}, one_line(title)))
    return line


def _version(said: Metadata) -> str:
    version = one_line(said.version)
    return words_for(said.language).version.format(version) if version else ""


def _section(say: Sentences, key: str, *parts: Tag) -> Tag:
    return new_tag("section", {"id": key.replace("_", "-")}, say.tag("h2", key), *parts)


def _link(file: File, text: str, say: Sentences) -> Tag:
    """Return a link to a file, with its kind and size: nobody likes surprises on a phone."""
    link = new_tag("a", {"href": file.href, "dir": "ltr"})
    link.append(text)
    kind = "EPUB" if file.path.endswith(".epub") else "PDF"
    details = [kind] if kind not in text else []
    details.append(say.size(file.size))
    size = new_tag("span", {"class": "size"}, f" ({', '.join(details)})")
    link.append(size)
    return link


def _item(
    file: File, heading: str, text: str, say: Sentences, mark: Mapping[str, str] | None = None
) -> Tag:
    """Return an entry of a list of files: what it is called, a sentence, the link."""
    item = new_tag("li", {})
    item.append(new_tag("h3", dict(mark or {}), heading))
    if text:
        item.append(new_tag("p", say.mark, text))
    name = file.path.rpartition("/")[2]
    line = new_tag("p", {"class": "get"}, _link(file, name, say))
    if file.pages:
        line.append(" ")
        line.append(new_tag("span", {"class": "pages"} | say.mark, say("pages", str(file.pages))))
    item.append(line)
    return item


def _read(shelf: Shelf, say: Sentences) -> Tag | None:
    if not shelf.web:
        return None
    link = new_tag("a", {"href": shelf.web} | say.mark, say("read"))
    parts = [say.tag("p", "read_text"), new_tag("p", {"class": "get"}, link)]
    if shelf.page_list:
        link = new_tag("a", {"href": shelf.page_list} | say.mark, say("page_of"))
        parts.append(say.tag("p", "page_of_text"))
        parts.append(new_tag("p", {"class": "get"}, link))
    return _section(say, "read_heading", *parts)


def _epubs(shelf: Shelf, say: Sentences) -> Tag | None:
    by_device = {file.device: file for file in shelf.of(Kind.EPUB)}
    if not by_device:
        return None
    items = []
    for device in _DEVICES:
        if file := by_device.get(device):
            key = "kindle_large" if device == "kindle" and file.size > LARGEST_MAIL else device
            items.append(_item(file, _NAMES[device], say(key), say))
    plain = by_device.get("generic")
    if plain:
        items.append(_item(plain, _NAMES["android"], say("android"), say))
        items.append(_item(plain, say("others_name"), say("others"), say, say.mark))
    return _section(say, "epub_heading", new_tag("ul", {"class": "files"}, *items))


def _pdfs(shelf: Shelf, say: Sentences) -> Tag | None:
    items = [
        _item(file, say(kind.value), say(f"{kind.value}_text"), say, say.mark)
        for kind in (Kind.SCREEN, Kind.PAPER, Kind.WORKBOOK)
        for file in shelf.of(kind)
    ]
    return _section(say, "pdf_heading", new_tag("ul", {"class": "files"}, *items))


def _handouts(shelf: Shelf, say: Sentences) -> Tag | None:
    files = list(shelf.of(Kind.HANDOUT))
    if not files:
        return None
    head = new_tag("tr", {})
    for key in ("chapter", "page_count", "file"):
        look = {"class": "number"} if key == "page_count" else {}
        head.append(new_tag("th", {"scope": "col"} | look | say.mark, say(key)))
    body = new_tag("tbody", {})
    for file in files:
        row = new_tag("tr", {}, new_tag("th", {"scope": "row"}, file.title))
        row.append(new_tag("td", {"class": "number"}, str(file.pages)))
        row.append(new_tag("td", {}, _named(_link(file, "PDF", say), file.title)))
        body.append(row)
    table = new_tag("table", {}, new_tag("thead", {}, head), body)
    return _section(say, "handouts", say.tag("p", "handouts_text"), table)


def _named(link: Tag, title: str) -> Tag:
    """Give a link a name that tells it from the others, for those who hear them one by one."""
    text = "".join(str(text) for text in link.find_all(string=True))
    link["aria-label"] = f"{text}: {title}"
    return link


def _editions(shelf: Shelf, say: Sentences) -> Tag | None:
    names = [n for n, b in shelf.editions.items() if not b.config.audience.translation]
    files = (file for name in names for file in shelf.of(Kind.EDITION, edition=name))
    items = [_item(file, file.title, "", say) for file in files]
    return _section(say, "editions", new_tag("ul", {"class": "files"}, *items)) if items else None


def _languages(shelf: Shelf, say: Sentences) -> Tag | None:
    """Return the files of translations, with the titles that they have."""
    items = []
    translations = {n: b for n, b in shelf.editions.items() if b.config.audience.translation}
    for name, book in translations.items():
        language = book.metadata.language
        mark = {"lang": language, "dir": direction(language)}
        for file in shelf.of(Kind.EDITION, edition=name):
            items.append(_item(file, file.title, "", say, mark))
        web = new_tag("a", {"href": f"{name}/read/index.html"} | say.mark, say("read"))
        _named(web, book.metadata.title)
        items[-1].append(new_tag("p", {"class": "get"}, web))
    return _section(say, "languages", new_tag("ul", {"class": "files"}, *items)) if items else None


def _follow(shelf: Shelf, say: Sentences) -> Tag | None:
    """Return the addresses of the feeds, which are none where nobody knows them."""
    if not shelf.address:
        return None
    catalogues = [_address(shelf, path) for path in (CATALOGUE, CATALOGUE_2)]
    listed = new_tag("ul", {}, *(new_tag("li", {}, link) for link in catalogues))
    feed = new_tag("ul", {}, new_tag("li", {}, _address(shelf, VERSIONS)))
    return _section(say, "follow", say.tag("p", "catalogue"), listed, say.tag("p", "feed"), feed)


def _address(shelf: Shelf, path: str) -> Tag:
    return new_tag("a", {"href": path, "class": "address", "dir": "ltr"}, shelf.absolute(path))


def _sheets(shelf: Shelf, say: Sentences) -> Tag | None:
    sheets = list(shelf.of(Kind.SHEET))
    items = [
        _item(file, say(key), say(f"{key}_text"), say, say.mark)
        for key, file in zip(("poster", "cards"), sheets, strict=False)
    ]
    if not items:
        return None
    parts = [new_tag("ul", {"class": "files"}, *items)]
    code = new_tag("img", {"src": QR, "alt": say("qr", shelf.address), "class": "qr"} | say.mark)
    label = new_tag("span", say.mark, f"{say('address')}:")
    line = new_tag(
        "p", {}, label, " ", new_tag("span", {"class": "address", "dir": "ltr"}, shelf.address)
    )
    parts += [line, new_tag("p", {}, code)]
    return _section(say, "lecturers", *parts)


def _cite(shelf: Shelf, say: Sentences) -> Tag:
    said, version = shelf.book.metadata, _version(shelf.book.metadata)
    parts = [new_tag("p", {"class": "citation"}, sentence(said, version, shelf.address))]
    records = {"BibTeX": (BIBTEX, bibtex(said, version, shelf.address))}
    records["RIS"] = (RIS, ris(said, shelf.address).replace("\r\n", "\n"))
    for name, (path, text) in records.items():
        code = new_tag(
            "pre", {"tabindex": "0", "dir": "ltr", "aria-label": name, "role": "region"}, text
        )
        link = new_tag("a", {"href": path}, path.rpartition("/")[2])
        details = new_tag("details", {}, new_tag("summary", {}, name))
        details.append(new_tag("p", {"class": "get"}, link))
        details.append(code)
        parts.append(details)
    return _section(say, "cite", *parts)


def _about(shelf: Shelf, say: Sentences, sums: Mapping[str, str]) -> Tag:
    """Return version, date, publisher, licence, identifier and checksums."""
    said = shelf.book.metadata
    listed = new_tag("dl", {})

    def row(label: Tag, *content: Tag | str) -> None:
        listed.append(label)
        listed.append(new_tag("dd", {}, *content))

    if said.version:
        row(say.tag("dt", "version"), one_line(said.version))
    if said.date or said.publisher:
        day = said.date.isoformat() if said.date else ""
        text = ", ".join(filter(None, (one_line(said.publisher), day)))
        row(say.tag("dt", "published"), text)
    rights, url = one_line(said.rights or said.license), license_url(said.license)
    if rights:
        shown = [rights] if rights != url else []
        link = [new_tag("a", {"href": url, "rel": "license"}, url)] if url else []
        row(say.tag("dt", "licence"), *shown, *([" "] if shown and link else []), *link)
    if said.isbn or said.identifier:
        name = "ISBN" if said.isbn else "ID"
        row(new_tag("dt", {}, name), one_line(said.isbn or said.identifier))
    parts = [listed] if listed.contents else []
    parts.append(_checksums(say, sums))
    return _section(say, "about", *parts)


def _checksums(say: Sentences, sums: Mapping[str, str]) -> Tag:
    details = new_tag("details", {}, say.tag("summary", "checksums"))
    command = f"sha256sum -c {SUMS}"
    details.append(say.tag("p", "checksums_text", command))
    details.append(new_tag("p", {"class": "get"}, new_tag("a", {"href": SUMS}, SUMS)))
    listed = new_tag("dl", {"class": "sums"})
    for path, digest in sums.items():
        listed.append(new_tag("dt", {"dir": "ltr"}, path))
        listed.append(new_tag("dd", {"dir": "ltr"}, new_tag("code", {}, digest)))
    details.append(listed)
    return details


def sums_text(sums: Iterable[tuple[str, str]]) -> bytes:
    """Return the file that `sha256sum -c` reads, of pairs of path and checksum."""
    return "".join(f"{digest}  {path}\n" for path, digest in sums).encode()
