"""Make WeasyPrint's documents of trees, with the book's assets as all that they may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.weasy.contract import (
    CSS,
    HTML,
    URLFetcher,
    URLFetcherResponse,
)
from bookbuilder.model.assets import Asset

# What addresses inside the book start with.
BASE_URL = "https://book.invalid/"


class BookFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `assets` by name below `BASE_URL`, and `data:` addresses; refuses all else.

    Nothing comes from disk or network. It remembers what it `served`, by name, and what it
    `refused`.
    """

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self._assets = assets
        self.served: dict[str, bytes] = {}
        self.refused: dict[str, None] = {}

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url[:5].lower() == "data:":
            return super().fetch(url, headers)
        name = unquote(url.removeprefix(BASE_URL).partition("?")[0].partition("#")[0])
        asset = self._assets.get(name) if url.startswith(BASE_URL) else None
        if asset is None:
            self.refused[name if url.startswith(BASE_URL) else url] = None
            raise ValueError("refused")
        self.served[name] = asset.data
        return URLFetcherResponse(url, asset.data, {"Content-Type": asset.media_type})


def html_of(tree: ET.Element, fetcher: BookFetcher) -> HTML:
    """Return a document of a tree: parsing text again would undo blocks inside paragraphs."""
    html = HTML(string="<html></html>", base_url=BASE_URL, url_fetcher=fetcher)
    html.wrapper_element = type(html.wrapper_element).from_html_root(tree, content_language=None)
    html.etree_element = html.wrapper_element.etree_element
    return html


def write_sheet(tree: ET.Element, styles: Sequence[str], fetcher: BookFetcher) -> bytes:
    """Return a tagged PDF of `tree`, laid out by WeasyPrint alone with the texts of stylesheets."""
    text = ET.tostring(tree, encoding="unicode", method="html")
    html = HTML(string=text, base_url=BASE_URL, url_fetcher=fetcher)
    stylesheets = [CSS(string=style) for style in styles]
    data: bytes = html.write_pdf(stylesheets=stylesheets, pdf_variant="pdf/ua-1")
    return data
