"""What the layout may read: the book's assets. Nothing comes from disk or network on its own.

Imports WeasyPrint: only to be imported inside `engine.engine`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

from bookbuilder.book import Asset
from bookbuilder.diagnostics import Report
from bookbuilder.formats.pdf.rules import REFUSED

BASE_URL = "https://book.invalid/"


class BookFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `assets` by name below `BASE_URL`, and `data:` addresses; refuses all else."""

    def __init__(self, assets: Mapping[str, Asset], report: Report) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self._assets = assets
        self._report = report

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url[:5].lower() == "data:":
            return super().fetch(url, headers)
        name = unquote(url.removeprefix(BASE_URL).partition("?")[0].partition("#")[0])
        asset = self._assets.get(name) if url.startswith(BASE_URL) else None
        if asset is None:
            shown = name if url.startswith(BASE_URL) else url
            self._report.add(REFUSED, f"`{shown[:200]}` is not a file of the book and was left out")
            raise ValueError("refused")
        return URLFetcherResponse(url, asset.data, {"Content-Type": asset.media_type})
