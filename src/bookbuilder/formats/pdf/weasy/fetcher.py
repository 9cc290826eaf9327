"""What the layout may read: the book's assets. Nothing comes from disk or network on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

from bookbuilder.book import Asset
from bookbuilder.formats.pdf.weasy.log import BASE_URL


class BookFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `assets` by name below `BASE_URL`, and `data:` addresses; refuses all else.

    Remembers what it `served`, by name, and what it `refused`.
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
