"""Write the web pages: a folder for each chapter, the contents, and the pages of the print edition.

They need no server and no scripts, and fetch nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.hypertext.images import pictures_for_readers
from bookbuilder.formats.hypertext.markup import escape
from bookbuilder.formats.hypertext.names import Names, with_free_names
from bookbuilder.formats.hypertext.page_breaks import with_page_breaks
from bookbuilder.formats.hypertext.styles import stylesheets
from bookbuilder.formats.table_of_contents import chapter_label, has_opening
from bookbuilder.formats.types import Output, deliver_folder
from bookbuilder.formats.web.chapters import ChapterText, description_of, shortened
from bookbuilder.formats.web.lists import Lists
from bookbuilder.formats.web.page import Alternate, Page, Site
from bookbuilder.formats.web.places import INDEX, Places, page_of_part, places_of, relative
from bookbuilder.model.audience import EPUB, WEB
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import one_line

NOT_ON_THE_WEB = Rule(
    "F007",
    "not-on-the-web",
    Severity.NOTE,
    "Conditions decide by what they name. Web pages have what is for `web`, `screen` or `html`, and"
    " not what is for `epub` alone: whoever wrote that before there were web pages may want it in"
    " both.",
)
FOLDER = "read/"
"""The folder of the web pages among the files that are handed out."""
TRANSLATIONS = "translations/"
"""The folder of translations there, each in a folder of its own."""
THEMES = ("epub.css", "web.css")


def write_pages(
    book: Book, folder: Path, report: Report, *, home: str = "", url: str = ""
) -> Output:
    """Write a linked book as web pages into `folder`, in place of those written before.

    `home` is the address of a page outside the folder, from the folder, to which all pages link.
    `url` is the web address of the folder, for programs that ask which of two copies counts; by
    default it is `read/` below that of `[share]`, if there is one.

    Raises `BookError` for errors in `report`, or if the folder holds files of somebody else in
    place of pages, and `OSError` if it cannot be written; what was there before stays in each case.
    """
    if EPUB in book.named and WEB not in book.named:
        message = "the web pages have nothing of what is for `epub` alone"
        hint = 'for what is for both, write `format="epub web"`'
        report.add(NOT_ON_THE_WEB, message, None, hint)
    files, changes = make_pages(book, report, home=home, url=url)
    deliver_folder(folder, files, report)
    size = sum(map(len, files.values()))
    return Output(folder, size, len(list(book.chapters)), "chapters", changes)


def make_pages(
    book: Book, report: Report, *, home: str = "", url: str = ""
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return all files by their names in the folder, and what was done to the author's pictures."""
    said, config = book.metadata, book.config
    words = words_for(said.language)
    styles, style_files = stylesheets(config, report, THEMES, {"book.style": config.book.style})
    report.raise_for_errors()
    pictures, changes = pictures_for_readers(book)
    assets = with_free_names(pictures, Names())
    book = with_page_breaks(book)
    places = places_of(book)
    if not url and config.share.address:
        url = f"{config.share.address}{folder_of(config.audience.translation)}"
    lists = Lists.of(book, places, words)
    printed = lists.printed_pages()
    site = Site(said, words, places, styles, bool(printed), home, url, _alternates(book))
    text = ChapterText(places, assets, said.language, words)
    pages = [*_chapters(book, text, lists, places, words), _contents(book, site, lists)]
    if printed:
        pages.append(_printed_pages(site, printed))
    files = {page.name: site.html(page) for page in pages}
    files |= {asset.name: asset.data for name, asset in assets.items() if name in text.used}
    files |= {file.name: file.data for file in style_files}
    return files, changes


def folder_of(translation: str) -> str:
    """Return the folder of the web pages of a translation, or of the book itself for none."""
    return f"{TRANSLATIONS}{translation}/{FOLDER}" if translation else FOLDER


def _alternates(book: Book) -> list[Alternate]:
    """Return where the pages of the languages that are shared will lie, with the book's own."""
    config = book.config
    address, here = config.share.address, config.audience
    if not address or here.edition:
        return []
    shared = {name.casefold() for name in config.share.translations}
    names = [name for name in config.translation if name.casefold() in shared]
    if not names or (here.translation and here.translation not in names):
        return []
    first = config.original.language if config.original else book.metadata.language
    # Chapters of one file have names by their titles, which are others in each language.
    chapters = list(book.chapters)
    are_alike = len({chapter.source.path for chapter in chapters}) == len(chapters)
    found = [Alternate(first, f"{address}{folder_of('')}", are_alike)]
    for name in names:
        is_whole = config.translation[name].untranslated == "original"
        found.append(Alternate(name, f"{address}{folder_of(name)}", are_alike and is_whole))
    return found


def _chapters(
    book: Book, text: ChapterText, lists: Lists, places: Places, words: Words
) -> Iterator[Page]:
    """Make the pages of chapters in reading order, each linked with its neighbours."""
    chapters = list(book.chapters)
    titles = [(_title(chapter, words), places.page_of(chapter.slug)) for chapter in chapters]
    contents = (words.contents, INDEX)
    opened = {p.chapters[0].slug: p for p in book.parts if p.chapters and has_opening(book, p)}
    for n, chapter in enumerate(tracked(chapters)):
        part = opened.get(chapter.slug)
        opening = text.opening(part, page_of_part(book, part)) if part else ""
        if chapter.tree.find("h1") is None:  # a dedication, say
            opening += f'<h1 class="unseen">{escape(_title(chapter, words))}</h1>\n'
        yield Page(
            name=places.page_of(chapter.slug),
            title=_title(chapter, words),
            text=opening + text.html(chapter),
            description=description_of(chapter),
            language=text.language_of(chapter),
            inside=lists.inside(chapter.slug),
            kind="of-chapter",
            before=titles[n - 1] if n else contents,
            after=titles[n + 1] if n + 1 < len(titles) else None,
        )


def _title(chapter: Chapter, words: Words) -> str:
    label = chapter_label(chapter, words)
    return one_line(f"{label}. {chapter.title}" if label else chapter.title)


def _contents(book: Book, site: Site, lists: Lists) -> Page:
    """Make the page of the book itself: its title and its contents."""
    said, words = book.metadata, site.words
    lines = [f"<h1>{escape(said.title)}</h1>"]
    if one_line(said.subtitle):
        lines.append(f'<p class="book-subtitle">{escape(said.subtitle)}</p>')
    if authors := ", ".join(one_line(p.name) for p in said.authors if p.role == "aut"):
        lines.append(f'<p class="author">{escape(authors)}</p>')
    if one_line(said.description):
        lines.append(f'<p class="description">{escape(said.description)}</p>')
    lines += [
        '<nav class="toc" aria-labelledby="contents">',
        f'<h2 id="contents">{site.word(words.contents)}</h2>',
        lists.contents(),
        "</nav>",
    ]
    for n, (title, listed) in enumerate(lists.captions(), 1):
        lines += [
            f'<nav class="captions" aria-labelledby="list-{n}">',
            f'<h2 id="list-{n}">{site.word(title)}</h2>',
            listed,
            "</nav>",
        ]
    first = next(iter(book.chapters), None)
    after = (_title(first, words), lists.places.page_of(first.slug)) if first else None
    return Page(
        name=INDEX,
        title="",
        text="\n".join(lines),
        description=shortened(said.description or said.subtitle),
        kind="of-contents",
        after=after,
    )


def _printed_pages(site: Site, printed: list[tuple[str, str]]) -> Page:
    """Make the page that leads to each page of the print edition."""
    here, title = site.places.pages, site.words.web["pages"]
    items = [
        f'<li><a id="{escape(site.places.free_id(here, f"page-{label}"))}"'
        f' href="{escape(relative(place, here))}">{escape(label)}</a></li>'
        for label, place in printed
    ]
    lines = [f"<h1>{site.word(title)}</h1>", '<ul class="pages">', *items, "</ul>"]
    return Page(name=here, title=title, text="\n".join(lines), kind="of-pages")
