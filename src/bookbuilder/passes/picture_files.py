"""Find the file that a picture's address means, where site tools and pandoc would find it.

An address is tried from the chapter's folder, from the book's, and from those that site generators
publish as they are. Only if there is nothing is a file taken whose path ends as the address does,
and only if it is the only one: that is a guess, and it is reported.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from msgspec import Struct

from bookbuilder.config.schema import Config
from bookbuilder.runtime.files import files_below, folded, is_file, is_inside, name_of, names_in
from bookbuilder.text.site_templates import with_reference, without_site
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.xhtml import names

# Where site generators keep what they publish as it is: Hugo, Docusaurus (static), VitePress,
# VuePress, Astro (public), Jekyll, Eleventy (assets), MkDocs (docs), Hexo, Sphinx, Middleman
# (source), mdBook (src).
PUBLISHED = (
    "static",
    "public",
    "assets",
    "docs",
    "source",
    "src",
    "content",
    "website/static",
    "docs/static",
    "docs/public",
    "docs/assets",
    ".vuepress/public",
    "docs/.vuepress/public",
    ".vitepress/public",
    "src/assets",
    "src/public",
    "source/_static",
    "source/images",
)
SUFFIXES = names(".apng .avif .bmp .gif .ico .jfif .jpeg .jpg .png .svg .svgz .tif .tiff .webp")
MOST_FILES = 50_000
_FEWEST_PARTS = 2


class Found(Struct, frozen=True):
    """Hold the file that an address means, and how it was found.

    `leads_out` says, if there is no file, whether the address leads out of the book's folders.
    `guessed` says that only the end of the path is the address's; `others` end so as well.
    """

    path: Path | None
    leads_out: bool = False
    guessed: bool = False
    others: tuple[str, ...] = ()


class PictureFiles:
    """Look up pictures for the chapters of one book."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known: dict[tuple[str, tuple[Path, ...], bool], Found] = {}

    def find(self, src: str, folders: tuple[Path, ...], *, by_name: bool) -> Found:
        """Return what `src` means in a chapter whose addresses start from `folders`.

        With `by_name`, as in `![[picture.png]]`, a name means that file wherever it is.
        """
        key = (src, folders, by_name)
        if key not in self._known:
            self._known[key] = self._find(src, folders, by_name=by_name)
        return self._known[key]

    def _find(self, src: str, folders: tuple[Path, ...], *, by_name: bool) -> Found:
        if unquote(src).startswith("{"):
            src = without_site(with_reference(unquote(src))[0])
        leads_out = False
        ways = _ways(src)
        for number, start in enumerate(self._folders(src, folders)):
            for name in ways:
                path = Path(os.path.normpath(start / name.lstrip("/")))
                if not is_inside(path, *self._config.folders):
                    leads_out |= number == 0
                elif is_file(path):
                    return Found(path)
        for name in reversed(ways):
            paths = self._ending_like(name)
            if not paths:
                continue
            own = [path for path in paths if is_inside(path, *self._config.folders)]
            leads_out |= by_name and not own
            inside = [path for path in own if is_file(path)]
            if not inside:
                continue
            called = tuple(name_of(path, self._config.root) for path in inside)
            if len(inside) == 1:
                is_exact = by_name and inside[0].name == PurePosixPath(name).name
                return Found(inside[0], guessed=not is_exact)
            if by_name:
                return Found(inside[0], guessed=True, others=called[1:])
            return Found(None, leads_out, others=called)
        return Found(None, leads_out)

    def _folders(self, src: str, folders: tuple[Path, ...]) -> Iterator[Path]:
        """Yield the folders that `src` may start from, the likeliest first."""
        if not src.startswith("/"):
            yield from folders
        config = self._config
        translated = config.translated_texts.get(config.audience.translation)
        own = [translated] if translated else []
        own = list(dict.fromkeys((*own, config.text_folder, config.root)))
        yield from own
        for start, name in itertools.product(own, PUBLISHED):
            yield start / name

    def _ending_like(self, name: str) -> list[Path]:
        """Return the files whose paths share the longest end with `name`, the nearest first.

        They share all of it, or at least the name and the folder it is in.
        """
        parts = [p for p in PurePosixPath(folded(name)).parts if p not in ("/", ".", "..")]
        if not parts:
            return []
        shared: dict[Path, int] = {}
        for path, own in self._by_name.get(parts[-1], ()):
            pairs = zip(reversed(parts), reversed(own), strict=False)
            shared[path] = sum(1 for _ in itertools.takewhile(lambda p: p[0] == p[1], pairs))
        most = max(shared.values(), default=0)
        if most < min(len(parts), _FEWEST_PARTS):
            return []
        found = [path for path, count in shared.items() if count == most]
        return sorted(found, key=lambda path: (len(path.parts), str(path)))

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[Path, tuple[str, ...]]]]:
        """Index the pictures below the book's folder by their names.

        Those in what is built, and in other translations, are none of the book's.
        """
        config = self._config
        texts = config.translated_texts
        texts.pop(config.audience.translation, None)
        passed_over = (config.root / config.book.output, *texts.values())
        found: dict[str, list[tuple[Path, tuple[str, ...]]]] = {}
        for path in itertools.islice(files_below(config.root, config.root), MOST_FILES):
            if path.suffix.lower() not in SUFFIXES or "node_modules" in path.parts:
                continue
            if any(path.is_relative_to(folder) for folder in passed_over):
                continue
            own = PurePosixPath(folded(name_of(path, config.root))).parts
            found.setdefault(own[-1], []).append((path, own))
        return found

    def hint(self, src: str, folder: Path) -> str:
        """Return a hint for a picture that was not found: what is there under a like name."""
        folders = self._config.folders
        path = Path(os.path.normpath(folder / unquote(src)))
        start = unquote(src).rpartition("/")[0]
        known = [
            f"{start}/{name}" if start else name
            for name in names_in(path.parent, *folders)
            if is_inside(path.with_name(name), *folders) and is_file(path.with_name(name))
        ]
        if hint := did_you_mean(unquote(src), known):
            return hint
        same = self._by_name.get(folded(PurePosixPath(_ways(src)[-1] or "x").name), [])
        named = [p for p, _ in same if is_inside(p, *folders) and is_file(p)]
        if len(named) == 1:
            return f"there is `{name_of(named[0], self._config.root)}`: write its path"
        return ""


def _ways(src: str) -> list[str]:
    """Return the ways to read an address as a path: as typed, decoded, without query."""
    bare = unquote(re.split(r"[?#]", src)[0])
    ways = (src, unquote(src), bare, bare.replace("\\", "/"))
    return [way for way in dict.fromkeys(ways) if way] or [""]
