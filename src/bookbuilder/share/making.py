"""Make everything that is shared of a book, in a folder that is moved into its place at the end."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.build import apply_levels, is_another_text, load, write
from bookbuilder.config.editions import holding, own_editions
from bookbuilder.excerpts import handed_out, whole_book, write_handouts
from bookbuilder.formats.epub import EPUB
from bookbuilder.formats.hypertext.other_pages import pages_of_other_text
from bookbuilder.formats.pdf import PDF
from bookbuilder.formats.types import Format, deliver_folder
from bookbuilder.formats.workbook import WORKBOOK
from bookbuilder.model.audience import EPUB as EPUB_READERS
from bookbuilder.model.audience import PRINT, SCREEN, TEACHER, WEB, Audience
from bookbuilder.model.audience import WORKBOOK as WORKBOOK_READERS
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.passes.pictures import PICTURE_FORMATS
from bookbuilder.passes.workbook import exercises
from bookbuilder.runtime.files import read_own_file
from bookbuilder.runtime.remote_pictures import RemotePictures
from bookbuilder.runtime.scratch import scratch_folder
from bookbuilder.share import feeds
from bookbuilder.share.page import QR, SUMS, citations, download_page, sums_text
from bookbuilder.share.shelf import File, Kind, Picture, Shelf

NO_ADDRESS = Rule(
    "C029",
    "no-share-address",
    Severity.NOTE,
    "Without `url` in [share], nobody knows where the shared folder will lie. Its page works"
    " anywhere, but there is no poster, no QR code, and no feed for reading apps: all of them need"
    " the whole address.",
)
SOLUTIONS_SHARED = Rule(
    "C030",
    "solutions-shared",
    Severity.WARNING,
    "The teacher's edition holds the solutions. Once it lies on the web, students find it, and so"
    " do search engines. If that is meant, allow this rule in [lint].",
)

FOLDER, TRANSLATIONS = "share", "translations/"
READ, HANDOUTS = "read", "handouts"
_LARGEST_FILE = 2_000_000_000
_SMALL_COVER = (480, 768)
_DEVICES = ("generic", "kindle", "kobo", "apple")

Progress = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Say what to share: the book in `root`, read with the options of the command."""

    root: Path
    part: int | None = None
    drafts: bool = False
    remote: RemotePictures | None = None


@dataclass(slots=True)
class _Maker:
    """Make files one after the other, and remember what they are; `scratch` is for the writers."""

    asked: Asked
    scratch: Path
    report: Report
    progress: Progress
    files: list[File] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, audience: Audience) -> Book:
        asked = self.asked
        return load(
            asked.root,
            asked.part,
            self.report,
            asked.remote,
            drafts=asked.drafts,
            audience=audience,
        )

    def for_others(self, book: Book, audience: Audience) -> Book:
        """Return `book` as it is for `audience`, read again only if that has another text."""
        return self.read(audience) if is_another_text(book, audience) else book

    def write(
        self, book: Book, one: Format, kind: Kind, *, place: str = "", title: str = ""
    ) -> Book:
        """Write a file of `book`; return the book with the page starts of that file."""
        edition = key_of(book.config.audience)
        name = f"{place}{one.output_path(book).name}"
        with self.progress(name):
            output = write(book, self.scratch / name, self.report, one.name)
            self.contents[name] = read_own_file(output.path, _LARGEST_FILE)
        pages = output.count if output.unit == "pages" else 0
        device = book.config.epub.profile if one is EPUB else ""
        self.files.append(File(name, kind, output.size, pages, title, device, edition))
        return replace(book, pagination=output.pagination or book.pagination)


def share(asked: Asked, report: Report, progress: Progress) -> tuple[Path, Shelf]:
    """Make the folder `share` in the book's output folder; return it, and what is in it.

    Raises `BookError` where anything of it cannot be made; then the folder stays as it was.
    """
    with scratch_folder() as scratch:
        maker = _Maker(asked, Path(scratch), report, progress)
        shelf = _fill(maker)
    folder = _folder_of(shelf.book)
    deliver_folder(folder, maker.contents, report)
    return folder, shelf


def _folder_of(book: Book) -> Path:
    return book.config.root / book.config.book.output / FOLDER


def _fill(maker: _Maker) -> Shelf:
    """Make all files."""
    paper = _with_pdf(maker.read(Audience(PRINT)), PRINT)
    apply_levels(paper, maker.report)
    editions = _editions_asked(paper, maker.report)
    paper = maker.write(paper, PDF, Kind.PAPER)
    screen = _with_pdf(maker.for_others(paper, Audience(SCREEN)), SCREEN)
    maker.write(replace(screen, pagination=None), PDF, Kind.SCREEN)
    others = {name: _edition(maker, name) for name in editions}
    for name in dict.fromkeys(paper.config.share.translations):
        others |= _translation(maker, name)
    _add_handouts(maker)
    book = _with_pages_of(paper, maker.for_others(paper, Audience(EPUB_READERS)))
    for device in _DEVICES:
        maker.write(_for_device(book, device), EPUB, Kind.EPUB)
    tasks = maker.for_others(paper, Audience(WORKBOOK_READERS))
    if any(True for _ in exercises(tasks)):
        # It is laid out in this process. Processes that are forked after that cannot lay out.
        maker.write(tasks, WORKBOOK, Kind.WORKBOOK)
    web = _with_pages_of(paper, maker.for_others(paper, Audience(WEB)))
    page_list, news = _add_web_pages(maker, web)
    shelf = replace(_shelf(maker, book), editions=others, page_list=page_list, news=news)
    return _finish(maker, shelf)


def _with_pdf(book: Book, edition: str) -> Book:
    """Return `book` with the settings of a PDF for readers, not for a printing house."""
    pdf = replace(book.config.pdf, edition=edition, marks=False, booklet=False)
    return replace(book, config=replace(book.config, pdf=pdf))


def _for_device(book: Book, device: str) -> Book:
    epub = replace(book.config.epub, profile=device)
    return replace(book, config=replace(book.config, epub=epub))


def _with_pages_of(paged: Book, book: Book) -> Book:
    """Return `book` with the page starts of `paged`, which may have another text."""
    if book is paged:
        return book
    return replace(book, pagination=pages_of_other_text(paged, book))


def _editions_asked(book: Book, report: Report) -> list[str]:
    """Return the editions that the author wants to share; no other is ever made."""
    asked = list(dict.fromkeys(book.config.share.editions))
    known = own_editions(book.config)
    for name in asked:
        if name in known and TEACHER in holding(
            replace(book.config, audience=Audience(PRINT, name))
        ):
            span = book.config.span_of("share.editions", name)
            message = f"the edition `{name}`, which holds the solutions, is shared with everybody"
            report.add(SOLUTIONS_SHARED, message, span, f'take "{name}" out of `editions`')
    return asked


def _edition(maker: _Maker, name: str) -> Book:
    """Make PDF and EPUB of an edition; `load` reports one that there is not."""
    paper = _with_pdf(maker.read(Audience(PRINT, name)), PRINT)
    place, title = f"editions/{name}/", f"{paper.metadata.title} ({name})"
    paper = maker.write(paper, PDF, Kind.EDITION, place=place, title=title)
    book = maker.for_others(paper, Audience(EPUB_READERS, name))
    book = _for_device(_with_pages_of(paper, book), "generic")
    return maker.write(book, EPUB, Kind.EDITION, place=place, title=title)


def key_of(audience: Audience) -> str:
    """Return the name by which the files of an edition or translation are kept together."""
    named = (f"{TRANSLATIONS}{audience.translation}" if audience.translation else "",)
    return "/".join(filter(None, (*named, audience.edition)))


def _translation(maker: _Maker, name: str) -> dict[str, Book]:
    """Make PDF, EPUB and web pages of a translation; `load` reports one that there is not."""
    paper = _with_pdf(maker.read(Audience(PRINT, translation=name)), PRINT)
    audience = paper.config.audience
    title, key = paper.metadata.title, key_of(audience)
    paper = maker.write(paper, PDF, Kind.EDITION, place=f"{key}/", title=title)
    book = maker.for_others(paper, replace(audience, format=EPUB_READERS))
    book = _for_device(_with_pages_of(paper, book), "generic")
    maker.write(book, EPUB, Kind.EDITION, place=f"{key}/", title=title)
    web = _with_pages_of(paper, maker.for_others(paper, replace(audience, format=WEB)))
    _add_pages_of(maker, web)
    return {key: book}


def _add_pages_of(maker: _Maker, book: Book) -> Mapping[str, bytes]:
    """Add the web pages of a book or translation; return them by their names there."""
    from bookbuilder.formats.web.writer import folder_of, make_pages

    address = book.config.share.address
    folder = folder_of(book.config.audience.translation)
    with maker.progress(folder.removesuffix("/")):
        home = f"{'../' * folder.count('/')}{feeds.PAGE}"
        pages, _ = make_pages(book, maker.report, home=home, url=address and f"{address}{folder}")
    maker.contents |= {f"{folder}{name}": data for name, data in pages.items()}
    return pages


def _add_handouts(maker: _Maker) -> None:
    """Add each chapter as a PDF of its own, unless the only one is the book."""
    asked = maker.asked
    audience = Audience(PRINT)
    book = whole_book(
        asked.root, maker.report, asked.remote, drafts=asked.drafts, audience=audience
    )
    chapters = handed_out(book, Report())
    if asked.part is not None:
        slugs = {c.slug for part in book.parts if part.number == asked.part for c in part.chapters}
        chapters = [chapter for chapter in chapters if chapter.slug in slugs]
    if len(chapters) < 2:
        return
    settings = {"edition": PRINT, "marks": False, "booklet": False}
    place = maker.scratch / HANDOUTS
    with maker.progress(HANDOUTS):
        written = write_handouts(book, chapters, PDF.name, place, settings, maker.report)
    for one in written:
        name = f"{HANDOUTS}/{one.output.path.name}"
        maker.contents[name] = read_own_file(one.output.path, _LARGEST_FILE)
        title = f"{one.label}. {one.title}" if one.label else one.title
        maker.files.append(File(name, Kind.HANDOUT, one.output.size, one.output.count, title))


def _add_web_pages(maker: _Maker, book: Book) -> tuple[str, tuple[str, str]]:
    """Add the book as web pages; return the page that lists the printed pages, and what is new.

    That is the title and the page of the chapter that `bookbuilder changes` has written.
    """
    from bookbuilder.changes.reading_text import OWN_PAGE
    from bookbuilder.formats.web.places import places_of

    pages = _add_pages_of(maker, book)
    places = places_of(book)
    page_list = f"{READ}/{places.pages}" if places.pages in pages else ""
    for chapter in book.chapters:
        if chapter.slug == OWN_PAGE:
            return page_list, (chapter.title, f"{READ}/{places.page_of(chapter.slug)}")
    return page_list, ("", "")


def _shelf(maker: _Maker, book: Book) -> Shelf:
    """Return what is known of the book and its files, and add the pictures of its cover."""
    from bookbuilder.formats.epub.package import modified
    from bookbuilder.formats.epub.writer import accessibility_of

    return Shelf(
        book=book,
        address=book.config.share.address,
        changed=modified(book.metadata.date, maker.report),
        accessibility=accessibility_of(book),
        covers=_covers(maker, book),
        web=f"{READ}/{feeds.PAGE}",
    )


def _covers(maker: _Maker, book: Book) -> list[Picture]:
    from PIL import Image

    from bookbuilder.formats.epub.cover_picture import cover

    front = cover(book, Report())
    suffix = front.name.rpartition(".")[2]
    found = []
    with Image.open(io.BytesIO(front.data), formats=PICTURE_FORMATS) as image:
        found.append(Picture(f"cover.{suffix}", front.media_type, *image.size))
        small = image.convert("RGB")
        small.thumbnail(_SMALL_COVER)
    out = io.BytesIO()
    small.save(out, "JPEG" if suffix == "jpg" else "PNG", optimize=True)
    found.append(Picture(f"cover-small.{suffix}", front.media_type, *small.size))
    for picture, data in zip(found, (front.data, out.getvalue()), strict=True):
        maker.contents[picture.path] = data
    return found


def _finish(maker: _Maker, shelf: Shelf) -> Shelf:
    """Add what speaks of the files: sheets, feeds, records for citing, checksums, the page."""
    contents = maker.contents
    if shelf.address:
        _add_sheets(maker, shelf)
    else:
        hint = 'add [share] with url = "https://…/" to book.toml, and share again'
        message = "the address at which the book will lie is not known"
        maker.report.add(NO_ADDRESS, message, shelf.book.config.span_of("share.url"), hint)
    is_tagged = all(_claims_tags(contents[f.path]) for f in maker.files if f.path.endswith(".pdf"))
    shelf = replace(shelf, files=tuple(maker.files), is_tagged=is_tagged)
    contents |= citations(shelf)
    if shelf.address:
        contents[feeds.CATALOGUE] = feeds.opds(shelf)
        contents[feeds.CATALOGUE_2] = feeds.opds_2(shelf)
        contents[feeds.VERSIONS] = feeds.versions(shelf, _earlier(_folder_of(shelf.book)))
    sums = {file.path: _digest(contents[file.path]) for file in shelf.files}
    contents[feeds.PAGE] = download_page(shelf, sums)
    contents[SUMS] = sums_text([(name, _digest(contents[name])) for name in sorted(contents)])
    return shelf


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _add_sheets(maker: _Maker, shelf: Shelf) -> None:
    from bookbuilder.formats.pdf.compose.qr_codes import qr_code
    from bookbuilder.share.poster import sheets

    with maker.progress("poster"):
        for name, data in sheets(shelf.book, shelf.address, maker.report).items():
            path = f"poster/{name}.pdf"
            maker.contents[path] = data
            maker.files.append(File(path, Kind.SHEET, len(data), 1, name))
    maker.contents[QR] = qr_code(shelf.address)


def _earlier(folder: Path) -> bytes:
    """Return the feed of versions of the last time, if there is one."""
    try:
        return read_own_file(folder / feeds.VERSIONS, 5_000_000)
    except OSError:
        return b""


def _claims_tags(data: bytes) -> bool:
    """Return whether a PDF says of itself that it meets PDF/UA-1."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_metadata() as metadata:
        return str(metadata.get("pdfuaid:part", "")) == "1"
