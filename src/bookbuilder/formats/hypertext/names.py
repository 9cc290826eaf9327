"""Give out the names of files in one output, so that no two are alike to any file system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from msgspec import Struct, field

from bookbuilder.book import Asset
from bookbuilder.runtime.files import folded
from bookbuilder.text.slugs import first_free


class Names(Struct):
    """Remember the names that are taken in one output, by what file systems make of them.

    OCF 3.3, section 4.2.2: names must differ after Unicode's normalisation and case folding.
    """

    _taken: set[str] = field(default_factory=set)

    def take(self, *names: str) -> bool:
        """Take `names`. Return whether all of them were free."""
        wanted = {folded(name) for name in names}
        are_free = len(wanted) == len(names) and not wanted & self._taken
        self._taken |= wanted
        return are_free

    def give(self, name: str) -> str:
        """Take `name`, or the first of `stem-2.suffix`, `stem-3.suffix` … that is free."""
        stem, dot, suffix = name.rpartition(".")

        def numbered(number: int) -> str:
            return f"{stem}-{number}{dot}{suffix}" if number > 1 else name

        given = numbered(first_free(lambda n: folded(numbered(n)) not in self._taken))
        self.take(given)
        return given


def with_free_names(assets: Mapping[str, Asset], names: Names) -> dict[str, Asset]:
    """Return `assets`, renamed where the writer's own files have their names.

    All others come first, so that none of them is renamed for the sake of another.
    """
    clashing = [key for key, asset in assets.items() if not names.take(asset.name)]
    renamed = {key: replace(assets[key], name=names.give(assets[key].name)) for key in clashing}
    return {**assets, **renamed}
