"""Follow the saves of a book: have it read and printed anew, and tell the browser what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.model.source import Place, Span
from bookbuilder.preview.counting import WORDS_A_MINUTE
from bookbuilder.preview.drawing import start_drawing
from bookbuilder.preview.editors import Editor
from bookbuilder.preview.findings import ShownFinding, shown_findings
from bookbuilder.preview.jobs import (
    REFRESH,
    Asked,
    ChapterPages,
    ChapterScreens,
    Layout,
    Locate,
    Save,
    WholeBook,
    WholePrint,
    start_quick,
    start_whole,
)
from bookbuilder.preview.resident import FailedError, Home, Resident, StoppedError
from bookbuilder.preview.screens import Screen, first_change
from bookbuilder.preview.shown import Shown
from bookbuilder.runtime.files import is_file, name_of
from bookbuilder.runtime.limits import LimitHit, Limits, report_limit

# Seconds without another save before the whole book is read again, after a chapter was shown.
QUIET = 0.15
MOST_WAITING = 500
# Files that fonts come from, or are chosen by.
AFRESH = (".css", ".toml", ".ttf", ".otf", ".woff", ".woff2")


class Studio:
    """Keeps what is shown of one book up to date. All of it runs in the server's event loop."""

    def __init__(
        self,
        home: Home,
        asked: Asked,
        editor: Editor,
        limits: Limits,
        complain: Callable[[FailedError], None],
    ) -> None:
        self.shown = Shown()
        self._asked = asked
        self._editor = editor
        self._complain = complain
        self._whole = Resident(home, start_whole, asked, limits)
        self._quick = Resident(home, start_quick, asked, limits)
        self._drawer = Resident(home, start_drawing, None, limits)
        self._listeners: set[asyncio.Queue[dict[str, Any]]] = set()
        self._reading: asyncio.Task[None] | None = None
        self._saves: list[Path] = []
        self._saved = asyncio.Event()
        self._generation = 0
        self._folder = asked.root.parent if is_file(asked.root) else asked.root
        self._width = 0
        self._chapters: set[Path] = set()
        self._followed: frozenset[Path] = frozenset()
        self._is_ready = False
        self._place: tuple[str, int] | None = None
        self.limits = limits

    async def run(self) -> None:
        """Read the book, and follow its saves until cancelled."""
        self._start_reading(0)
        while True:
            await self._saved.wait()
            self._saved.clear()
            saves, self._saves = self._saves, []
            if saves:
                await self._follow(saves)

    def saved(self, paths: Iterable[Path]) -> None:
        """Say that files of the book have changed."""
        self._saves += paths
        self._saved.set()

    async def _follow(self, paths: list[Path]) -> None:
        self._place = None
        self._followed = frozenset(paths)
        self._generation += 1
        if self._reading is not None and not self._reading.done():
            self._reading.cancel()
            self._whole.stop()
        if any(path.suffix.lower() in AFRESH for path in paths):
            self._quick.stop()  # it has read its fonts for good
        path = paths[0]
        if not self._is_ready or set(paths) != {path} or path not in self._chapters:
            self._start_reading(0)
            return
        try:
            was_quick = await self._show_chapter(path)
        except LimitHit as hit:
            # The whole book would take as long.
            self._is_ready = False
            name = name_of(path, self._folder)
            hit.place = Place(name, Span(name))
            self._show_limit(hit, self._quick.limits)
            return
        except (FailedError, StoppedError) as error:
            self._is_ready = was_quick = False
            if isinstance(error, FailedError):
                self._complain(error)
        self._start_reading(QUIET if was_quick else 0, refresh=not was_quick)

    async def _show_chapter(self, path: Path) -> bool:
        """Show the chapter that was saved by itself; return whether that could be done."""
        blocks = {s.slug: s.blocks for s in self.shown.screens.values() if s.slug}
        was_shown = False

        def show(part: ChapterScreens) -> None:
            nonlocal was_shown
            was_shown = True
            files = self.shown.put_files(part.files, all_of_them=False)
            changed = self.shown.put_screens(part.screens, all_of_them=False)
            self.shown.count_words(dict(part.words))
            self._place = part.place
            self._tell("screens", changed=changed, files=files, **self._counts())

        try:
            pages = await self._quick.ask(Save(path, blocks, self._width), show)
        except BookError:
            return False
        if isinstance(pages, ChapterPages):
            self.shown.put_stretch(pages.stretch, pages.data)
            for key, picture in pages.drawn.items():
                self.shown.put_picture(key, picture)
            self._tell("pages", pages=self.shown.pages_json(), **self._counts())
        return was_shown

    def _start_reading(self, wait: float, *, refresh: bool = True) -> None:
        generation = self._generation
        self._reading = asyncio.create_task(self._read(wait, generation, refresh))

    async def _read(self, wait: float, generation: int, refresh: bool) -> None:
        """Read and print the whole book, unless another save comes first."""
        if wait:
            await asyncio.sleep(wait)
        self.shown.printing = True
        self._tell("working")

        def show(part: WholeBook) -> None:
            if generation == self._generation:
                self._show_book(part)

        refreshing = asyncio.create_task(self._refresh()) if refresh else None
        try:
            done = await self._whole.ask(frozenset(self.shown.file_digests.values()), show)
            self._show_print(done)
            if refreshing is not None:
                await refreshing
            if done.printed is not None:
                starts = {s.name: s.start for s in done.printed.stretches}
                layout = Layout(starts, done.printed.labels, done.printed.at_end)
                await self._quick.ask(layout)
        except BookError as error:
            self._show_errors(shown_findings(error.diagnostics))
        except LimitHit as hit:
            self._show_limit(hit, self._whole.limits)
        except StoppedError:
            pass  # for a save that came after
        except FailedError as error:
            self._complain(error)
            self.shown.bar = f"bookbuilder failed; this is a bug of its own: {error}"
            self._tell("bar", bar=self.shown.bar)
        finally:
            if refreshing is not None:
                refreshing.cancel()
            self.shown.printing = False
            self._tell("idle")

    async def _refresh(self) -> None:
        """Have the process for single chapters read the whole book."""
        self._is_ready = False
        with contextlib.suppress(BookError, LimitHit, FailedError, StoppedError):
            await self._quick.ask(REFRESH)
            self._is_ready = True

    def _show_limit(self, hit: LimitHit, limits: Limits) -> None:
        report = Report()
        report_limit(hit, limits, report)
        self._show_errors(shown_findings(report))

    def _show_book(self, read: WholeBook) -> None:
        shown = self.shown
        before = {s.slug: s.blocks for s in shown.screens.values() if s.slug}
        shown.title, shown.language = read.title, read.language
        files = shown.put_files(read.files, all_of_them=True)
        changed = shown.put_screens(read.screens, all_of_them=True)
        if self._place is None and before:
            self._place = self._place_in(
                read, [s for s in read.screens if s.name in changed], before
            )
        shown.entries = list(read.entries)
        shown.findings = read.findings
        self._chapters = {self._folder / entry.file for entry in read.entries if entry.file}
        for resident in (self._whole, self._quick, self._drawer):
            resident.limits = read.limits
        if shown.first_words is None:
            shown.first_words = shown.words
        has_errors = any(f.severity == "error" for f in read.findings)
        shown.bar = self._bar(read.findings) if has_errors else ""
        self._tell("book", **self.state(), changed=changed, files=files)

    def _place_in(
        self, read: WholeBook, changed: list[Screen], before: Mapping[str, tuple[str, ...]]
    ) -> tuple[str, int] | None:
        """Return the first change: in a file that was saved, or else in what follows from it."""
        saved = {e.slug for e in read.entries if e.file and self._folder / e.file in self._followed}
        for screen in sorted(changed, key=lambda screen: screen.slug not in saved):
            if screen.slug:
                change = first_change(before.get(screen.slug, ()), screen.blocks)
                if change is not None:
                    return screen.slug, change
        return None

    def _show_print(self, done: WholePrint) -> None:
        shown = self.shown
        shown.findings = done.findings
        if done.printed is not None:
            shown.put_print(done.printed.stretches, done.printed.document, done.printed.data)
            if shown.first_pages is None:
                shown.first_pages = len(shown.pages)
        errors = [f for f in done.findings if f.severity == "error"]
        shown.bar = self._bar(done.findings) if errors else ""
        self._tell("pages", pages=shown.pages_json(), **self._counts())
        self._tell("findings", findings=self._findings(), bar=shown.bar)

    def _show_errors(self, found: list[ShownFinding]) -> None:
        self.shown.findings = tuple(found)
        self.shown.bar = self._bar(found)
        self._tell("findings", findings=self._findings(), bar=self.shown.bar)

    def _bar(self, found: Iterable[ShownFinding]) -> str:
        errors = [f for f in found if f.severity == "error"]
        if not errors:
            return "The book could not be read."
        place = f"{errors[0].file}:{errors[0].line}: " if errors[0].line else ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"{place}{errors[0].message}{more}"

    # What the browser asks for.

    def state(self) -> dict[str, Any]:
        """Return all that a page needs to begin."""
        shown = self.shown
        return {
            "title": shown.title,
            "language": shown.language,
            "documents": [
                {"name": s.name, "title": s.title, "slug": s.slug} for s in shown.screens.values()
            ],
            "entries": [asdict(entry) for entry in shown.entries],
            "pages": shown.pages_json(),
            "findings": self._findings(),
            "bar": shown.bar,
            "printing": shown.printing,
            **self._counts(),
        }

    def _counts(self) -> dict[str, Any]:
        shown = self.shown
        pages = len(shown.pages)
        return {
            "place": list(self._place) if self._place else None,
            "words": shown.words,
            "chapterWords": {entry.slug: entry.words for entry in shown.entries},
            "minutes": round(shown.words / WORDS_A_MINUTE),
            "pageCount": pages,
            "newWords": shown.words
            - (shown.words if shown.first_words is None else shown.first_words),
            "newPages": pages - (pages if shown.first_pages is None else shown.first_pages),
        }

    def _findings(self) -> list[dict[str, Any]]:
        return [
            {**asdict(f), "link": self.link(f.file, f.line, f.column)} for f in self.shown.findings
        ]

    def _path(self, file: str) -> Path | None:
        """Return the path of a file that a finding or a chapter names."""
        known = {f.file for f in self.shown.findings} | {e.file for e in self.shown.entries}
        if not file or file not in known:
            return None
        return self._folder / file

    def link(self, file: str, line: int, column: int) -> str:
        path = self._path(file)
        return self._editor.link(path, line, column) if path else ""

    async def locate(self, slug: str, text: str) -> dict[str, Any] | None:
        """Return where a text of a chapter stands in its file, with the link that opens it."""
        if not self._is_ready:
            return None
        try:
            found = await self._quick.ask(Locate(slug, text))
        except (BookError, LimitHit, FailedError, StoppedError):
            return None
        if found is None:
            return None
        file, line, column = found
        return {
            "file": file,
            "line": line,
            "column": column,
            "link": self.link(file, line, column),
        }

    def open_line(self, file: str, line: int, column: int) -> bool:
        path = self._path(file)
        return path is not None and self._editor.open_line(path, line, column)

    async def picture(self, key: str, width: int) -> bytes | None:
        """Return a page as a PNG; None if there is no such page any more."""
        shown = self.shown
        self._width = width
        if (known := shown.pictures.get((key, width))) is not None:
            shown.pictures.move_to_end((key, width))
            return known
        place = shown.place_of(key)
        if place is None:
            return None
        document, index = place
        data = shown.documents.get(document)
        try:
            drawn = await self._drawer.ask((document, None, index, width))
            if drawn is None:
                drawn = await self._drawer.ask((document, data, index, width))
        except (LimitHit, FailedError, StoppedError):
            return None
        if drawn is not None:
            shown.put_picture((key, width), drawn)
        return drawn if isinstance(drawn, bytes) else None

    # Telling browsers.

    @contextlib.contextmanager
    def listening(self) -> Any:
        """Yield a queue of what is told while the context lasts."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _tell(self, kind: str, **said: Any) -> None:
        for queue in list(self._listeners):
            try:
                queue.put_nowait({"kind": kind, **said})
            except asyncio.QueueFull:
                # A page that reads nothing any more; it asks for all of it when it comes back.
                self._listeners.discard(queue)

    def tell_end(self) -> None:
        """Tell every page that the preview ends."""
        self._tell("end")

    def close(self) -> None:
        """End all processes."""
        for resident in (self._whole, self._quick, self._drawer):
            resident.close()
