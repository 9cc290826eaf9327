"""The pages that the writer makes itself: cover, title page, part openings."""

from __future__ import annotations

from bookbuilder.book import Metadata, Part
from bookbuilder.formats.epub.cover import Cover
from bookbuilder.formats.epub.metadata import license_url
from bookbuilder.formats.epub.page import Document, Frame
from bookbuilder.formats.epub.text import escape, plain
from bookbuilder.formats.epub.toc import part_label
from bookbuilder.text.words import Words

COVER_NAME = "cover.xhtml"
TITLE_NAME = "title-page.xhtml"


def cover_page(frame: Frame, cover: Cover, words: Words) -> Document:
    body = (
        '<section class="cover" epub:type="cover">\n'
        f'<img role="doc-cover" src="{escape(cover.name)}" alt="{escape(cover.alt)}"/>\n</section>'
    )
    return frame.document(COVER_NAME, words.cover, body, matter="frontmatter")


def title_page(frame: Frame, said: Metadata, words: Words) -> Document:
    """Title, people, publisher, and the small print: version, date, rights and licence."""
    lines = [f'<h1 class="book-title">{escape(said.title)}</h1>']
    if plain(said.subtitle):
        lines.append(_subtitle("book-subtitle", said.subtitle))
    authors = [p for p in said.authors if p.role == "aut"] or list(said.authors)
    others = [p for p in said.authors if p not in authors]
    lines += [f'<p class="author">{escape(person.name)}</p>' for person in authors]
    lines += [f'<p class="contributor">{escape(person.name)}</p>' for person in others]
    if plain(said.publisher):
        lines.append(f'<p class="publisher">{escape(said.publisher)}</p>')
    edition = [plain(said.version), said.date.isoformat() if said.date else ""]
    small = [escape(" · ".join(filter(None, edition))), *_rights(said)]
    lines += [f'<p class="small-print">{markup}</p>' for markup in small if markup]
    body = "\n".join(lines)
    return frame.document(
        TITLE_NAME,
        plain(said.title),
        f'<section class="title-page" epub:type="titlepage">\n{body}\n</section>',
        matter="frontmatter",
    )


def opening(frame: Frame, name: str, part: Part, words: Words) -> Document:
    """A part's own page."""
    label = part_label(part, words)
    number = f'<span class="part-number">{escape(label)}</span> ' if label else ""
    subtitle = f"\n{_subtitle('part-subtitle', part.subtitle)}" if plain(part.subtitle) else ""
    body = (
        f'<section id="{escape(part.slug)}" class="part" role="doc-part" epub:type="part">\n'
        f'<h1>{number}<span class="part-title">{escape(part.title)}</span></h1>{subtitle}\n'
        "</section>"
    )
    title = plain(f"{label}. {part.title}" if label else part.title)
    return frame.document(name, title, body, matter="bodymatter")


def _subtitle(kind: str, text: str) -> str:
    return f'<p class="{kind}" role="doc-subtitle" epub:type="subtitle">{escape(text)}</p>'


def _rights(said: Metadata) -> list[str]:
    """Rights and licence as markup; a licence that is only an address is linked from the rights."""
    url, rights, name = license_url(said.license), escape(said.rights), escape(said.license)
    if url and rights and plain(said.license) == url:
        return [f'<a href="{escape(url)}">{rights}</a>']
    return [rights, f'<a href="{escape(url)}">{name}</a>' if url else name]
