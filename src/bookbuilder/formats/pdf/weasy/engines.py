"""Start WeasyPrint in a process of its own, with the fonts, styles and files of one book."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.formats.pdf.weasy.setup import environment_for, load_weasyprint
from bookbuilder.model.assets import Asset

if TYPE_CHECKING:
    from bookbuilder.formats.pdf.weasy.layout import TreeLayouter


@dataclass(frozen=True, slots=True)
class EngineStart:
    """Starts an engine. `configuration` is fontconfig's, `styles` are names and texts.

    `language` is that of most of the text.
    """

    configuration: Path
    assets: Mapping[str, Asset]
    styles: Sequence[tuple[str, str]]
    language: str

    def __call__(self) -> TreeLayouter:
        os.environ.update(environment_for(self.configuration))
        load_engine()
        from bookbuilder.formats.pdf.weasy.contract import load_hyphenation, reread_fontconfig
        from bookbuilder.formats.pdf.weasy.layout import TreeLayouter

        reread_fontconfig()
        load_hyphenation(self.language)
        return TreeLayouter(self.assets, self.styles)


def load_engine() -> None:
    """Import all that an engine needs. Raises `OSError` where a library is missing."""
    load_weasyprint()
    import bookbuilder.formats.pdf.weasy.layout  # noqa: F401


class StoredAssets(Mapping[str, Asset]):
    """Assets that are kept in a file, for processes that need a few of them."""

    def __init__(self, assets: Mapping[str, Asset], file: Path) -> None:
        self._file = file
        self._places: dict[str, tuple[str, int, int]] = {}
        with file.open("wb") as out:
            for name, asset in assets.items():
                self._places[name] = asset.media_type, out.tell(), len(asset.data)
                out.write(asset.data)

    def __getitem__(self, name: str) -> Asset:
        media_type, place, length = self._places[name]
        with self._file.open("rb") as file:
            file.seek(place)
            return Asset(name, media_type, file.read(length))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
