"""Put translated chapters into the places of those that they translate, and say which are missing.

A translated chapter has the name of its original, below the folder of the translation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bookbuilder.config.schema import Config
from bookbuilder.config.translations import with_titles_of_parts
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.reading.drafts import draft_mark
from bookbuilder.reading.front_matter import FrontMatter, read_front_matter
from bookbuilder.reading.outline import Entry, Outline
from bookbuilder.reading.reader import name_for_slug
from bookbuilder.runtime.files import is_file, is_inside, name_of
from bookbuilder.runtime.last_changes import Change, last_changes
from bookbuilder.runtime.text_files import read_source
from bookbuilder.runtime.text_folder import markdown_below
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title
from bookbuilder.text.suggest import did_you_mean

UNTRANSLATED = Rule(
    "S016",
    "untranslated-chapter",
    Severity.WARNING,
    "The folder of the translation has no file of this chapter's name. The chapter stands in the"
    ' book\'s own language, and is marked as such for e-readers; with `untranslated = "leave-out"`'
    " it is left out.",
)
OUTDATED = Rule(
    "S017",
    "outdated-translation",
    Severity.WARNING,
    "The chapter was changed after the text that its translation was made from: the day in"
    " `translates`, in the front matter of the translated chapter, or else the last change of that"
    " file. Bring the translation up to date, then change the day.",
)
NOT_A_CHAPTER = Rule(
    "S018",
    "translation-of-nothing",
    Severity.NOTE,
    "A file lies in the folder of a translation, but no chapter of the book has its name, so it is"
    " not in the book. Translated chapters are called as the book's are.",
)

NOTHING_TRANSLATED = Rule(
    "C036",
    "nothing-translated",
    Severity.ERROR,
    'With `untranslated = "leave-out"`, a translation that has no chapter of the book, or of the'
    " edition, would be an empty book.",
)

_TITLE = rare_pattern(r"(?m)^#[ \t]+(\S.{0,300}?)[ \t]*#*$")
_INHERITED = ("slug", "role", "numbered", "only", "addresses")


def with_structure_of(original: FrontMatter, front: FrontMatter) -> FrontMatter:
    """Return `front` with what it leaves unsaid and its `original` says, but for words."""
    said = {name: getattr(front, name) for name in _INHERITED}
    missing = [name for name, value in said.items() if value in ("", None, ())]
    return replace(front, **{name: getattr(original, name) for name in missing})


def translated(outline: Outline, config: Config, report: Report, with_drafts: bool) -> Outline:
    """Return `outline` with the files of the translation that `config` is for."""
    return _Translation(outline, config, report, with_drafts).made()


class _Pair(Struct, frozen=True):
    """A chapter, the file that translates it, and the front matter of both.

    `is_draft` says that the file is there, but not done.
    """

    entry: Entry
    path: Path
    front: FrontMatter | None
    original: FrontMatter
    source: Source | None = None
    is_draft: bool = False


class _Translation:
    def __init__(self, outline: Outline, config: Config, report: Report, with_drafts: bool) -> None:
        self._outline = outline
        self._config = config
        self._report = report
        self._with_drafts = with_drafts
        self._name = config.audience.translation
        self._folder = config.translated_texts[self._name]
        self._names = _Names(config, [entry.path for entry in outline.entries])

    def made(self) -> Outline:
        pairs = {entry.path: self._pair(entry) for entry in self._outline.entries}
        paths = [path for pair in pairs.values() for path in (pair.entry.path, pair.path)]
        changes = last_changes(self._config.root, paths, *self._config.folders)
        for pair in pairs.values():
            if pair.front is None:
                self._report_missing(pair, changes.get(pair.entry.path))
            else:
                self._report_outdated(pair, changes)
        self._report_others(pairs.values())
        leaves_out = (said := self._config.translated) and said.untranslated == "leave-out"
        language = self._config.original.language if self._config.original else ""
        left_out = list(self._outline.left_out)

        def settled(entries: list[Entry]) -> list[Entry]:
            found = []
            for pair in (pairs[entry.path] for entry in entries):
                if pair.front is not None:
                    # The title that a list gives is in the other language.
                    own = replace(pair.entry, path=pair.path, title="", twin=pair.entry.path)
                    found.append(replace(own, original=pair.original))
                elif leaves_out:
                    left_out.append(pair.entry.path)
                else:
                    found.append(replace(pair.entry, language=language, twin=pair.path))
            return found

        parts = [replace(part, entries=settled(part.entries)) for part in self._outline.parts]
        titled = [part for part in parts if part.title]
        if not self._config.part:
            titles = with_titles_of_parts([p.title for p in titled], self._config, self._report)
            for part, title in zip(titled, titles or (), strict=False):
                part.title = title
        made = replace(
            self._outline,
            front=settled(self._outline.front),
            parts=parts,
            back=settled(self._outline.back),
            left_out=left_out,
        )
        if left_out and not any(True for _ in made.entries):
            span = self._config.span_of(f"translation.{self._name}")
            message = f"no chapter is translated into `{self._name}`"
            self._report.add(NOTHING_TRANSLATED, message, span, "translate one")
        return made

    def _pair(self, entry: Entry) -> _Pair:
        source = self._read(entry.path)
        original = FrontMatter() if source is None else read_front_matter(source, Report())
        if source is not None and not original.slug:
            # A chapter may be named after its title, which is another one in each language.
            heading = _TITLE.search(source.text, original.length)
            title = original.title or entry.title or (plain_title(heading[1]) if heading else "")
            original = replace(original, slug=name_for_slug(entry.path, title))
        for path in self._names.in_folder(entry.path, self._folder):
            if path == entry.path or not is_inside(path, *self._config.folders):
                continue
            if is_file(path):
                own = self._read(path)
                mark = draft_mark(own) if own and not self._with_drafts else None
                is_draft = mark is not None and not (source and draft_mark(source))
                front = None if is_draft else read_front_matter(own or _nothing(path), Report())
                return _Pair(entry, path, front, original, own, is_draft)
        return _Pair(entry, self._folder / self._names.short(entry.path), None, original)

    def _read(self, path: Path) -> Source | None:
        """Read a file for its front matter; what is wrong with it is reported later."""
        config = self._config
        return read_source(path, config.folders, Report(), config.site_variables)

    def _called(self, path: Path) -> str:
        return name_of(path, self._config.root)[:200]

    def _report_missing(self, pair: _Pair, change: Change | None) -> None:
        said = self._config.translated
        original = self._config.original
        language = original.language if original else ""
        day = pair.original.changed or (change.day if change else None)
        chapter = f"`{self._called(pair.entry.path)}`" + (f" of {day}" if day else "")
        what = "is left out" if said and said.untranslated == "leave-out" else f"is in `{language}`"
        if pair.is_draft:
            message = f"the translation of {chapter} is a draft, so the chapter {what}"
            span, hint = Span(self._called(pair.path)), "`--drafts` brings drafts in"
        else:
            message = f"{chapter} is not translated, so it {what}"
            span = Span(self._called(pair.entry.path))
            hint = f"write `{self._called(pair.path)}`"
        self._report.add(UNTRANSLATED, message, span, hint)

    def _report_outdated(self, pair: _Pair, changes: dict[Path, Change]) -> None:
        """Report a chapter that has changed since its translation was made."""
        assert pair.front is not None
        own, change = changes.get(pair.path), changes.get(pair.entry.path)
        said = pair.front.translates
        written = pair.original.changed
        changed = written or (change.day if change else None)
        made = said or (own.day if own else None)
        if changed is None or made is None or made > changed:
            return
        if made == changed:
            # Within a day, only git tells reliably which came first.
            if said or written or not (own and change and own.is_committed and change.is_committed):
                return
            if own.second >= change.second:
                return
        name = self._called(pair.entry.path)
        what = f"translates a text of {made}" if said else f"was changed last on {made}"
        message = f"`{self._called(pair.path)}` {what}, and `{name}` on {changed}"
        if said:
            message = message.replace(f", and `{name}` on", f"; `{name}` changed on")
        hint = f"bring it up to date and write `translates: {changed}` in its front matter"
        if change and change.is_committed and not written:
            hint += f"; `git log -p --since={made} -- {name}` shows what has changed"
        source = pair.source
        number = _line_of("translates", source.text) if source else 0
        span = source.span_of_line(number) if source and number else Span(self._called(pair.path))
        self._report.add(OUTDATED, message, span, hint)

    def _report_others(self, pairs: Iterable[_Pair]) -> None:
        """Report files in the folder of the translation that no file of the book corresponds to."""
        config = self._config
        taken = {pair.path for pair in pairs}
        known = [config.text_folder, self._names.top]
        known += [config.text_folder / name for name in config.not_in_edition]
        tails = {tail for path in known[2:] for tail in self._names.tails(path)}
        missing = [name_of(pair.path, self._folder) for pair in pairs if pair.front is None]
        for path in markdown_below(self._folder, config.folders):
            tail = path.relative_to(self._folder)
            if path in taken or tail.as_posix() in tails or tail.stem.lower() == "readme":
                continue
            if any(is_file(folder / tail) for folder in known[:2]):
                continue  # A file that chapters include, for example.
            hint = did_you_mean(tail.as_posix(), missing)
            message = f"`{self._called(path)}` translates no chapter of the book"
            self._report.add(NOT_A_CHAPTER, message, Span(self._called(path)), hint)


class _Names:
    """The places of chapters below the folder of a translation.

    The folders at the start of a chapter's path may be left out there, unless another chapter would
    then have the same one.
    """

    def __init__(self, config: Config, paths: Sequence[Path]) -> None:
        self._home = config.text_folder
        self._parts = {path: self._parts_of(path) for path in paths}
        self._count: dict[tuple[str, ...], int] = {}
        for parts in self._parts.values():
            for start in range(len(parts)):
                tail = parts[start:]
                self._count[tail] = self._count.get(tail, 0) + 1
        folders = [parts[:-1] for parts in self._parts.values()]
        levels = itertools.takewhile(
            lambda names: len(set(names)) == 1, zip(*folders, strict=False)
        )
        self._shared = sum(1 for _ in levels)
        shared = folders[0][: self._shared] if folders else ()
        self.top = self._home.joinpath(*shared)

    def _parts_of(self, path: Path) -> tuple[str, ...]:
        is_below = path.is_relative_to(self._home)
        return path.relative_to(self._home).parts if is_below else (path.name,)

    def tails(self, path: Path) -> list[str]:
        """Return the paths that a chapter may have below the folder of a translation."""
        parts = self._parts_of(path)
        tails = (parts[start:] for start in range(len(parts)))
        return ["/".join(t) for t in tails if t == parts or self._count.get(t, 0) < 2]

    def in_folder(self, path: Path, folder: Path) -> list[Path]:
        return [folder / tail for tail in self.tails(path)]

    def short(self, path: Path) -> Path:
        """Return the path that a new file had best have."""
        return Path(*self._parts_of(path)[self._shared :])


def _nothing(path: Path) -> Source:
    return Source(path, path.name, "")


def _line_of(key: str, text: str) -> int:
    lines = enumerate(text.split("\n", 200)[:200], 1)
    return next((number for number, line in lines if line.startswith(key)), 0)
