"""Write a web page around a text: its head, the way back to the contents, the way on, its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bookbuilder.book import Metadata
from bookbuilder.formats.hypertext.markup import escape
from bookbuilder.formats.web.places import INDEX, Places, relative
from bookbuilder.text.licenses import license_url
from bookbuilder.text.words import Words, direction
from bookbuilder.trees.markup import one_line


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its `name` in the folder.

    `text` is what `<main>` holds, and `inside` a list of links into it. `title` is empty for the
    page of the book itself. `before` and `after` are the titles and names of its neighbours.
    """

    name: str
    title: str
    text: str
    description: str = ""
    language: str = ""
    inside: str = ""
    kind: str = ""
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Alternate:
    """The web address of the same book in a language; `has_all` tells if it has every page."""

    language: str
    url: str
    has_all: bool


@dataclass(frozen=True, slots=True)
class Site:
    """Hold what all pages of a book share, and wrap them.

    `styles` are the names of stylesheets. `home` is the address of a page outside the folder, from
    the folder, and `url` that of the folder on the web; both may be empty. `alternates` are the
    languages of the book, its own among them.
    """

    said: Metadata
    words: Words
    places: Places
    styles: Sequence[str]
    has_pages: bool
    home: str = ""
    url: str = ""
    alternates: Sequence[Alternate] = ()

    def html(self, page: Page) -> bytes:
        """Return `page` as a whole HTML document."""
        language = page.language or self.said.language
        lines = [
            "<!DOCTYPE html>",
            f"<html{_language(language)}>",
            "<head>",
            *self._head(page),
            "</head>",
            f'<body class="{page.kind}">' if page.kind else "<body>",
            *self._above(page, language),
            f'<main id="{escape(self.places.texts[page.name])}">',
            page.text,
            "</main>",
            *self._below(page, language),
            "</body>",
            "</html>",
        ]
        return ("\n".join(lines) + "\n").encode()

    def word(self, text: str) -> str:
        """Return a word of ours as HTML, which says so where it is not in the book's language."""
        if self.words.is_in(self.said.language):
            return escape(text)
        return f'<span lang="{self.words.language}" dir="ltr">{escape(text)}</span>'

    def _head(self, page: Page) -> list[str]:
        book = one_line(self.said.title)
        title = f"{one_line(page.title)} – {book}" if page.title else book
        lines = [
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
        ]
        if page.description:
            lines.append(f'<meta name="description" content="{escape(page.description)}">')
        shown = [
            ("og:title", page.title or book),
            ("og:type", "article" if page.title else "book"),
            ("og:site_name", book if page.title else ""),
            ("og:description", page.description),
        ]
        if self.url:
            address = self.url + quote(page.name.removesuffix(INDEX))
            lines.append(f'<link rel="canonical" href="{escape(address)}">')
            shown.append(("og:url", address))
        for one in self.alternates:
            if one.has_all or page.name == INDEX or one.url == self.url:
                address = escape(one.url + quote(page.name.removesuffix(INDEX)))
                language = escape(one.language)
                lines.append(f'<link rel="alternate" hreflang="{language}" href="{address}">')
        lines += [
            f'<meta property="{name}" content="{escape(value)}">' for name, value in shown if value
        ]
        # Else browsers ask the server for an icon.
        lines.append('<link rel="icon" href="data:,">')
        lines += [
            f'<link rel="stylesheet" href="{escape(relative(style, page.name))}">'
            for style in self.styles
        ]
        for kind, there in (("prev", page.before), ("next", page.after)):
            if there:
                lines.append(f'<link rel="{kind}" href="{escape(relative(there[1], page.name))}">')
        return lines

    def _above(self, page: Page, language: str) -> list[str]:
        words, own = self.words, self._own_language(language)
        to_text = f"#{escape(self.places.texts[page.name])}"
        links = []
        if page.name != INDEX:
            links.append((words.contents, INDEX))
        if self.has_pages and page.name != self.places.pages:
            links.append((words.web["pages"], self.places.pages))
        items = "".join(
            f'<li><a href="{escape(relative(name, page.name))}">{self.word(text)}</a></li>'
            for text, name in links
        )
        title = escape(self.said.title)
        if self.home:
            title = f'<a href="{escape(relative(self.home, page.name))}">{title}</a>'
        elif page.name == INDEX:
            title = ""
        lines = [f'<a class="skip" href="{to_text}"{own}>{self.word(words.web["skip"])}</a>']
        if title or items:
            lines.append(f'<header class="site"{own}>')
            if title:
                lines.append(f'<p class="site-title">{title}</p>')
            if items:
                label = escape(self.said.title)
                lines.append(f'<nav aria-label="{label}"><ul>{items}</ul></nav>')
            lines.append("</header>")
        if page.inside:
            label = escape(words.web["inside"])
            lines += [
                f'<nav class="inside" aria-label="{label}"{own}>',
                f"<details><summary>{self.word(words.web['inside'])}</summary>",
                page.inside,
                "</details>",
                "</nav>",
            ]
        return lines

    def _below(self, page: Page, language: str) -> list[str]:
        own = self._own_language(language)
        lines = []
        if page.before or page.after:
            label = escape(self.words.web["turn"])
            lines.append(f'<nav class="turn" aria-label="{label}"{own}>')
            for kind, there in (("previous", page.before), ("next", page.after)):
                if there:
                    address = escape(relative(there[1], page.name))
                    lines.append(
                        f'<a class="{kind}" rel="{kind[:4]}" href="{address}">'
                        f'<span class="turn-word">{self.word(self.words.web[kind])}</span> '
                        f"{escape(there[0])}</a>"
                    )
            lines.append("</nav>")
        return [*lines, f'<footer class="site"{own}>', *self._small_print(), "</footer>"]

    def _small_print(self) -> list[str]:
        said = self.said
        authors = ", ".join(one_line(p.name) for p in said.authors if p.role == "aut")
        edition = [said.version, said.date.isoformat() if said.date else ""]
        first = [said.title, authors, *edition]
        lines = [" · ".join(escape(text) for text in first if one_line(text))]
        rights, name = one_line(said.rights), one_line(said.license)
        url = license_url(name)
        if url and rights and name == url:
            lines.append(f'<a rel="license" href="{escape(url)}">{escape(rights)}</a>')
        else:
            lines.append(escape(rights))
            lines.append(
                f'<a rel="license" href="{escape(url)}">{escape(name)}</a>' if url else escape(name)
            )
        return [f"<p>{line}</p>" for line in lines if line]

    def _own_language(self, around: str) -> str:
        """Return attributes for what is in the book's language, on a page in another one."""
        return "" if around == self.said.language else _language(self.said.language)


def _language(tag: str) -> str:
    turned = ' dir="rtl"' if direction(tag) == "rtl" else ' dir="ltr"'
    return f' lang="{escape(tag)}"{turned}'
