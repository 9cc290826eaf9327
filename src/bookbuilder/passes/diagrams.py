"""Draw the diagrams in the text, and put the drawings in the places of their sources.

A diagram that cannot be drawn stays the source that it is, with one finding that says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.syntax.diagrams import ALT, DECORATES, DIAGRAM, KIND, LINE
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Span
from bookbuilder.passes.assets import NO_ALT
from bookbuilder.runtime.programs import find_program, identity_of, programs_allowed
from bookbuilder.runtime.progress import tracked
from bookbuilder.trees.markup import elements, has_class, new_tag, raw_text
from bookbuilder.trees.parsing import parse_fragment

if TYPE_CHECKING:
    from bookbuilder.passes.diagram.drawn import Drawings, Drawn, NotDrawnError

AS_TEXT = Rule(
    "D001",
    "diagram-as-text",
    Severity.WARNING,
    "Diagrams are drawn by other programs: those of Mermaid by the package that"
    ' `pip install "bookbuilder[diagrams]"` brings, those of Graphviz by its `dot`, and others by'
    " what [diagrams] in book.toml names, if `--allow-programs` lets it run. Without the program,"
    " the source is printed as code.",
)
BAD_DIAGRAM = Rule(
    "D002",
    "bad-diagram",
    Severity.WARNING,
    "The program that draws diagrams does not understand this one. Its source is printed as code:"
    " half a diagram would be wrong.",
)
TOO_LARGE = Rule(
    "D003",
    "diagram-too-large",
    Severity.WARNING,
    "Each diagram may take so much text, time and room, so that no book keeps a machine busy. The"
    " source of a larger one is printed as code. Nobody could read it on a page: make several.",
)
REFUSED = Rule(
    "D005",
    "diagram-reads-files",
    Severity.WARNING,
    "A diagram may not read files: it would put into the book what lies elsewhere on the author's"
    " machine. Its source is printed as code.",
)
BAD_COMMAND = Rule(
    "D006",
    "bad-diagram-command",
    Severity.WARNING,
    "[diagrams] in book.toml names the program that draws a kind of diagram, and what it is told:"
    ' `plantuml = ["plantuml", "-tsvg", "-pipe"]`. It reads the source and answers with SVG. It is'
    " looked for on the PATH, or at its whole path, and never in the book's folder.",
)
MOST_DIAGRAMS = 2_000
_INSTALL = 'install it: pip install "bookbuilder[diagrams]"'
_GRAPHVIZ = "install Graphviz: its `dot` is not on the PATH"
_FLAG = "if you trust what book.toml names, build with --allow-programs"


def diagrams(book: Book, report: Report) -> None:
    drawer: _Drawer | None = None
    for chapter in tracked(book.chapters):
        if not chapter.may_hold(f"[{KIND}]", ".mermaid"):
            continue
        for tag, kind in list(_found(chapter.tree)):
            drawer = drawer or _Drawer(book, report)
            drawer.settle(tag, kind, chapter)
    if drawer:
        drawer.finish()


def _found(tree: Tag) -> Iterator[tuple[Tag, str]]:
    for tag in elements(tree, "pre", "div"):
        if KIND in tag.attrs:
            yield tag, str(tag.attrs.pop(KIND))
        elif has_class(tag, "mermaid") and not elements(tag):
            # As authors of HTML write it.
            yield tag, "mermaid"


class _Drawer:
    """Draw diagrams, and report once for each kind of those that cannot be."""

    def __init__(self, book: Book, report: Report) -> None:
        self.config = book.config
        self.report = report
        self.count = 0
        self.drawings: Drawings | None = None
        self.lacking: defaultdict[tuple[str, str, str], list[Span]] = defaultdict(list)

    def settle(self, tag: Tag, kind: str, chapter: Chapter) -> None:
        from bookbuilder.passes.diagram.drawn import NotDrawnError

        source = raw_text(tag)
        said = str(tag.attrs.pop(LINE, ""))
        line = int(said) if said.isdigit() else 0
        alternative = " ".join(str(tag.attrs.pop(ALT, "")).split())
        decorates = bool(tag.attrs.pop(DECORATES, ""))
        figure = tag.parent if tag.parent is not None and has_class(tag.parent, DIAGRAM) else None

        def place(offset: int) -> Span:
            if line:
                last = chapter.source.text.count("\n") + 1
                return chapter.source.span_of_line(min(max(line + offset, 1), last))
            first = next((part for part in source.splitlines() if part.strip()), "")
            return find_text(chapter.source, first.strip())

        try:
            drawn = self._draw(kind, source, place)
        except NotDrawnError as error:
            self._report(error, kind, place)
            drawn = None
        if drawn is None:
            _leave(tag, figure)
            return
        if not (alternative or drawn.alternative or decorates):
            hint = f'write {{alt="what it shows"}} after `{kind}`'
            if kind == "mermaid":
                hint = "write a line `accDescr: what it shows` into it"
            message = f"a diagram ({kind}) has no alt text"
            self.report.add(NO_ALT, message, place(-1), hint)
        svg = _svg(drawn, "" if decorates else alternative or drawn.alternative, decorates)
        if figure is None:
            figure = new_tag("figure", {"class": DIAGRAM})
            if tag.get("id"):
                figure["id"] = str(tag["id"])
            tag.insert_before(figure)
            figure.append(tag.extract())
        tag.replace_with(svg)
        around = figure.parent
        if around is not None and around.name == "figure" and not elements(figure, "figcaption"):
            if figure.get("id") and not around.get("id"):
                around["id"] = str(figure["id"])
            figure.unwrap()

    def _draw(self, kind: str, source: str, place: Callable[[int], Span]) -> Drawn | None:
        from bookbuilder.passes.diagram.drawn import (
            LARGEST_SOURCE,
            Drawings,
            TooLargeError,
        )
        from bookbuilder.runtime.cache import digest_of

        command = self.config.diagrams.get(kind)
        if command is not None and not command:
            return None  # The author wants to see the source.
        self.count += 1
        if self.count > MOST_DIAGRAMS:
            raise TooLargeError(f"a book has at most {MOST_DIAGRAMS:,} diagrams")
        if len(source) > LARGEST_SOURCE:
            raise TooLargeError(f"its source is longer than {LARGEST_SOURCE:,} characters")
        if self.drawings is None:
            self.drawings = Drawings(self.config.pdf.cache)
        name = f"d{digest_of(kind.encode(), source.encode('utf-8', 'replace'))[:8]}"
        if command is not None:
            return self._by_command(command, kind, source, name, place(-1))
        if kind == "mermaid":
            return self._by_merman(source, name, place(-1))
        if kind == "dot":
            return self._by_graphviz(source, name, place(-1))
        hint = f'name the program that draws it, in [diagrams] of book.toml: `{kind} = ["…"]`'
        if kind == "plantuml":
            hint = hint.replace('"…"', '"plantuml", "-tsvg", "-pipe"')
        hint += "; or put a picture of it into the book"
        return self._lack(kind, "bookbuilder itself cannot draw it", hint, place(-1))

    def _by_merman(self, source: str, name: str, span: Span) -> Drawn | None:
        from bookbuilder.passes.diagram import mermaid

        if not mermaid.is_installed():
            return self._lack("mermaid", "the package `merman` is not installed", _INSTALL, span)
        assert self.drawings is not None
        made_of = (mermaid.made_of(), source.encode("utf-8", "replace"))
        return self.drawings.get(lambda: mermaid.draw(source, name), *made_of)

    def _by_graphviz(self, source: str, name: str, span: Span) -> Drawn | None:
        from bookbuilder.passes.diagram.programs import draw_graph, is_graph

        if not is_graph(source):
            return None  # A listing that shows a part of the language.
        path = find_program("dot", self.config.root)
        if path is None:
            return self._lack("dot", "Graphviz is not installed", _GRAPHVIZ, span)
        assert self.drawings is not None
        made_of = (identity_of(path), b"dot", source.encode("utf-8", "replace"))
        return self.drawings.get(lambda: draw_graph(path, source, name), *made_of)

    def _by_command(
        self, command: tuple[str, ...], kind: str, source: str, name: str, span: Span
    ) -> Drawn | None:
        from bookbuilder.passes.diagram.programs import draw_with

        program, *arguments = command
        if not programs_allowed():
            shown = program if len(program) <= 60 else f"{program[:59]}…"
            why = f"`{shown}`, which [diagrams] names, is not run unless you allow it"
            return self._lack(kind, why, _FLAG, span)
        path = find_program(program, self.config.root)
        if path is None:
            message = f"there is no program `{program[:60]}` on the PATH, to draw `{kind}`"
            place = self.config.span_of(f"diagrams.{kind}")
            hint = "install it, or write its whole path"
            self.report.add(BAD_COMMAND, message, place, hint, once=True)
            return None
        assert self.drawings is not None
        made_of = (identity_of(path), repr(arguments).encode("utf-8", "replace"), kind.encode())
        return self.drawings.get(
            lambda: draw_with(path, arguments, kind, source, name),
            *made_of,
            source.encode("utf-8", "replace"),
        )

    def _lack(self, kind: str, why: str, hint: str, span: Span) -> Drawn | None:
        """Keep for the end that there is nothing that draws this kind; return no drawing."""
        self.lacking[kind, why, hint].append(span)
        return None

    def _report(self, error: NotDrawnError, kind: str, place: Callable[[int], Span]) -> None:
        from bookbuilder.passes.diagram.drawn import RefusedError, TooLargeError

        rule = BAD_DIAGRAM
        if isinstance(error, TooLargeError):
            rule = TOO_LARGE
        elif isinstance(error, RefusedError):
            rule = REFUSED
        message = f"a diagram ({kind}) is printed as its source: {error.message}"
        self.report.add(rule, message, place(error.line - 1 if error.line else -1), error.hint)

    def finish(self) -> None:
        """Report each kind of diagram that cannot be drawn here, once for the whole book."""
        if self.drawings is not None:
            self.drawings.trim()
        for (kind, why, hint), spans in self.lacking.items():
            more = f" ({len(spans)} diagrams)" if len(spans) > 1 else ""
            message = f"`{kind}` is printed as its source: {why}{more}"
            self.report.add(AS_TEXT, message, spans[0], hint)


def _svg(drawn: Drawn, alternative: str, decorates: bool) -> Tag:
    svg = elements(parse_fragment(drawn.svg), "svg")[0].extract()
    for name in ("xmlns", "xlink"):
        svg.attrs.pop(name, None)
    svg["class"] = DIAGRAM
    svg["style"] = f"width: {drawn.em:.2f}em"
    if alternative:
        svg["role"] = "img"
        svg.insert(0, new_tag("title", {}, alternative))
    elif decorates:
        svg["aria-hidden"] = "true"
    return svg


def _leave(tag: Tag, figure: Tag | None) -> None:
    """Leave the source of a diagram as code, in a figure only if it has a caption."""
    if figure is None:
        return
    if elements(figure, "figcaption"):
        figure["class"] = "code-cell"
        return
    if figure.get("id"):
        tag["id"] = str(figure["id"])
    figure.replace_with(tag.extract())
