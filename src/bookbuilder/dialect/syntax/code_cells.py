"""Show the code that Quarto and knitr would run, as its options say. Nothing is ever run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence, code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.syntax.diagrams import Said, append_diagram, kind_of
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

NOT_RUN = Rule(
    "M019",
    "code-not-run",
    Severity.WARNING,
    "Quarto and knitr would run this code and print what it gives. bookbuilder runs no code: it"
    " shows the code, or hides it if its options say `echo: false` or `include: false`. To have the"
    " results in the book, let the other tool write them out: pictures as files, tables and numbers"
    " as Markdown.",
)

_ENGINES = {
    name: language
    for language, names in {
        "r": "r", "python": "python py python3 pyodide jupyter", "julia": "julia", "sql": "sql",
        "javascript": "js javascript ojs node observable", "bash": "bash sh zsh shell",
        "cpp": "cpp rcpp", "c": "c", "stan": "stan", "css": "css", "scss": "scss sass",
        "fortran": "fortran fortran95", "perl": "perl", "ruby": "ruby", "awk": "awk", "sed": "sed",
        "powershell": "powershell", "haskell": "haskell", "go": "go", "octave": "octave",
        "stata": "stata", "sas": "sas", "scala": "scala", "coffee": "coffee", "asy": "asy",
        "tikz": "tikz", "text": "cat verbatim", "mermaid": "mermaid", "dot": "dot graphviz",
        "html": "html", "webr": "webr webr-r", "lua": "lua", "rust": "rust", "d2": "d2",
        "plantuml": "plantuml",
    }.items()
    for name in names.split()
}  # fmt: skip
_ENGINE_NAMES = "|".join(sorted(_ENGINES, key=len, reverse=True))
_OPEN = re.compile(
    rf"(`{{3,}}|~{{3,}})[ \t]*\{{(\{{?)({_ENGINE_NAMES})(?=[\s,}}])([^{{}}\n]*)\}}\}}?[ \t]*$",
    re.IGNORECASE,
)
_OPTION_LINE = rare_pattern(r"(?:#|//|--|%%|%|\*|<!--)\|[ \t]?(.*?)(?:[ \t]*-->)?[ \t]*$")
_OPTION = rare_pattern(r"([\w.-]+)[ \t]*:[ \t]*(.*)$")
_HEADER_OPTION = rare_pattern(
    r"([\w.-]+)[ \t]*=[ \t]*(\"[^\"\n]*\"|'[^'\n]*'|[^,\s]+(?:\([^()\n]*\))?)"
)
_NAME = rare_pattern(r"[ \t,]*([\w:.-]+)[ \t]*(?=,|$)")
_CAPTIONS = ("fig-cap", "fig.cap", "tbl-cap", "lst-cap", "caption")
_ALTERNATIVES = ("fig-alt", "fig.alt")
_DIAGRAMS = frozenset({"mermaid", "dot", "d2", "plantuml"})
_GRAPHICS = rare_pattern(
    r"(?:knitr::)?include_graphics\(((?:[^()c]|c(?!\()|c\([^()]{0,1000}\)){0,1000})\)"
)
_FILE = rare_pattern(r"\"([^\"\n]{1,300}\.\w{2,5})\"|'([^'\n]{1,300}\.\w{2,5})'")
_COMMENT = rare_pattern(r"(?m)^[ \t]*#.*$|library\(knitr\)")
_PERCENTAGE = rare_pattern(r"\d{1,3}(?:\.\d{1,3})?(?:%|px|cm|in|mm|em)?")
_FALSE = frozenset({"false", "f", "no", "off"})
_INLINE = re.compile(r"\{(?:r|python|julia|ojs)\}[ ]\S|r[ ]\S")
_HAS_CELLS = rare_pattern(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*\{r\b", re.MULTILINE)
_LONG_INLINE = re.compile(r"`r [^`]{1,300}['\"]")
_LONG_INLINE_END = rare_pattern(r"^['\"][^`]{0,100}`$")
CELL_HINT = "put its results into the text, as pictures, tables or numbers"


class CodeCell(Fence):
    """Hold a fence `{r}`, `{python}` and the like. `header` are the options after the name.

    `echoes` is False if the chapter hides code that does not say otherwise.
    """

    echoes = True

    def __init__(self, mark: str, engine: str, header: str, indent: int, *, shown: bool) -> None:
        super().__init__(mark, f"{{{engine}{header}}}", indent)
        self.engine = engine
        self.header = header
        self.is_only_shown = shown

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        language = _ENGINES[self.engine.lower()]
        options, lines = self._read_options()
        text = "".join(f"{line}\n" for line in lines)
        if self.is_only_shown:
            code_block(conversion, parent, text, language, self.attributes)
            return
        if language in _DIAGRAMS or language in conversion.diagrams:
            self._append_diagram(conversion, parent, options, text)
            return
        is_hidden = bool({_lower(options.get("echo")), _lower(options.get("include"))} & _FALSE)
        is_hidden = is_hidden or not (self.echoes or "echo" in options)
        pictures = _pictures(text) if _lower(options.get("include")) not in _FALSE else []
        if pictures and not _COMMENT.sub("", _GRAPHICS.sub("", text)).strip():
            pass  # All that the code would give is in the book.
        elif is_hidden:
            message = f"the code `{self.info}` is hidden, as its options say, and not run"
            self._report(conversion, message, "hidden")
        elif _lower(options.get("eval")) not in _FALSE:
            self._report(conversion, f"the code `{self.info}` is shown and not run", "shown")
        caption = next((options[key] for key in _CAPTIONS if options.get(key)), "")
        name = options.get("lst-label") or options.get("label", "")
        if caption:
            parent = ElementTree.SubElement(parent, "figure", {"class": "code-cell"})
            parent.tail = "\n"
            if name:
                parent.set("id", name if re.match(r"\w+[-:]", name) else f"fig:{name}")
        if not is_hidden and text.strip():
            code_block(conversion, parent, text, language, self.attributes)
            if name and not caption:
                parent[-1].set("id", name)
        for picture in pictures:
            alternative = next((options[key] for key in _ALTERNATIVES if options.get(key)), caption)
            image = ElementTree.SubElement(parent, "img", {"src": picture, "alt": alternative})
            if _PERCENTAGE.fullmatch(options.get("out.width", options.get("out-width", ""))):
                image.set("width", options.get("out.width", options.get("out-width", "")))
            image.tail = "\n"
        if caption:
            element = ElementTree.SubElement(parent, "figcaption")
            conversion.inline(element, caption, self.line)

    def _append_diagram(
        self,
        conversion: Conversion,
        parent: ElementTree.Element,
        options: dict[str, str],
        text: str,
    ) -> None:
        if not text.strip():
            kind, hint = "a diagram whose source is elsewhere", "put its source between the marks"
            conversion.problems.left_out(self.info, self.line, kind, hint)
            return
        said = Said.of_options(options)
        name = options.get("lst-label") or options.get("label", "")
        said.identifier = name if not name or re.match(r"\w+[-:]", name) else f"fig:{name}"
        first = self.line + 1 + len(self.lines) - text.count("\n")
        kind = kind_of(self.engine)
        append_diagram(conversion, parent, kind, text, first, said, _ENGINES[self.engine.lower()])

    def _report(self, conversion: Conversion, message: str, kind: str) -> None:
        conversion.problems.add(NOT_RUN, message, self.line, self.mark, CELL_HINT, alike=kind)

    def _read_options(self) -> tuple[dict[str, str], list[str]]:
        """Return the options of the fence and of its first lines, and the other lines."""
        options: dict[str, str] = {}
        named = _NAME.match(self.header)
        if named:
            options["label"] = named[1]
        if identified := re.search(r"#([\w:.-]+)", self.header):
            options["label"] = identified[1]
        for match in _HEADER_OPTION.finditer(self.header):
            options[match[1]] = match[2].strip("\"'")
        count = read_option_lines(self.lines, options)
        return options, self.lines[count:]


def read_option_lines(lines: list[str], options: dict[str, str]) -> int:
    """Put what the first lines say (`#| key: value`) into `options`; return their number."""
    count, last = 0, ""
    for line in lines:
        said = _OPTION_LINE.match(line)
        if not said:
            break
        count += 1
        if option := _OPTION.match(said[1]):
            last = option[1]
            options[last] = option[2].strip().strip("\"'")
        elif last and said[1].strip():
            # YAML's longer texts go on, indented, in the next line.
            before = options[last].strip("|>- ")
            options[last] = f"{before} {said[1].strip()}".strip().strip("\"'")
    return count


def _pictures(text: str) -> list[str]:
    """Return the files that R's `include_graphics()` shows, if they are named in the code."""
    return [name[1] or name[2] for call in _GRAPHICS.findall(text) for name in _FILE.finditer(call)]


def _lower(value: str | None) -> str:
    return (value or "").lower()


_NO_ECHO = rare_pattern(
    r"^execute:[ \t]*\n(?:[ \t]+[^\n]*\n){0,20}?[ \t]+echo:[ \t]*(?:false|no)\b"
    r"|opts_chunk\$set\([^()]{0,500}\becho[ \t]*=[ \t]*F",
    re.MULTILINE,
)
_ECHO = rare_pattern(
    r"^execute:[ \t]*\n(?:[ \t]+[^\n]*\n){0,20}?[ \t]+echo:[ \t]*(?:true|yes|fenced)\b",
    re.MULTILINE,
)


class CaptionedFence(Fence):
    """Hold code with a caption: `{#lst-x .python lst-cap="…"}`."""

    def __init__(self, mark: str, info: str, indent: int, caption: str) -> None:
        super().__init__(mark, info, indent)
        self.caption = caption

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        figure = ElementTree.SubElement(parent, "figure", {"class": "listing"})
        figure.tail = "\n"
        super().render(conversion, figure)
        if name := figure[-1].attrib.pop("id", ""):
            figure.set("id", name)
        caption = ElementTree.SubElement(figure, "figcaption")
        conversion.inline(caption, self.caption, self.line)


_WITH_CAPTION = re.compile(r"(`{3,}|~{3,})[ \t]*[\w-]*[ \t]*" + ATTRIBUTES.pattern + r"[ \t]*$")
_CAPTION = rare_pattern(r"(?:^|[ \t])(?:lst-cap|caption)=(?:\"([^\"]+)\"|'([^']+)')")


def start_captioned_fence(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _WITH_CAPTION.match(line.rest)
    caption = _CAPTION.search(match[2]) if match else None
    if not match or not caption:
        return Started.NOTHING
    state.close_unmatched()
    info = line.rest[match.end(1) :].strip()
    state.add(CaptionedFence(match[1], info, line.indent, caption[1] or caption[2]))
    return Started.LEAF


class CodeCellExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.has_cells: bool | None = None
        self.echoes: bool | None = None
        md.parser.starts.register(self.start_code_cell, 74, "`~")
        self.in_inline_code = False
        md.parser.starts.register(start_captioned_fence, 71, "`~")
        md.parser.starts.register(self.start_inline_code, 97, "`'\"")
        md.conversion.inlines.register("`", self.handle_inline_code)

    def start_code_cell(self, state: BlockState, container: Block) -> Started:
        line = state.line
        match = None if line.indented else _OPEN.match(line.rest)
        if not match or (match[4].strip().startswith("=") and not match[4].strip("= ")):
            return Started.NOTHING
        if self.echoes is None:
            text = state.problems.source.text
            is_shown = state.conversion.shows_code or bool(_ECHO.search(text))
            self.echoes = is_shown and not _NO_ECHO.search(text)
        state.close_unmatched()
        shown = bool(match[2])
        cell = CodeCell(match[1], match[3], match[4].rstrip(), line.indent, shown=shown)
        cell.echoes = self.echoes
        state.add(cell)
        return Started.LEAF

    def start_inline_code(self, state: BlockState, container: Block) -> Started:
        """Leave out the ends of `` `r if (…) '…'` `` around lines of text, which stay."""
        rest = state.line.rest.strip()
        if state.line.indented or "`" not in rest:
            return Started.NOTHING
        opens = _LONG_INLINE.fullmatch(rest) and state.comes_later(_LONG_INLINE_END)
        if opens and self._is_knitr(state.conversion):
            message = f"the code {rest[:80]} … is left out and not run; the text in it stays"
            state.problems.add(NOT_RUN, message, state.number, rest, CELL_HINT, alike="around text")
        elif not (self.in_inline_code and _LONG_INLINE_END.fullmatch(rest)):
            return Started.NOTHING
        self.in_inline_code = bool(opens)
        state.close_unmatched()
        return Started.LEAF

    def handle_inline_code(self, parser: InlineParser) -> bool:
        """Report `` `r nrow(x)` ``, which knitr replaces by a result; it stays code."""
        text, start = parser.text, parser.position
        match = None if text.startswith("``", start) else _INLINE.match(text, start + 1)
        close = parser.closing_backticks(1, start + 1) if match else -1
        if not match or close < 0:
            return False
        if match[0][0] == "{" or self._is_knitr(parser.conversion):
            said = text[start : close + 1]
            message = f"the code {said} is printed as typed and not run"
            line = parser.line_at(start)
            parser.conversion.problems.add(
                NOT_RUN, message, line, said, CELL_HINT, alike="in a line"
            )
        return False

    def _is_knitr(self, conversion: Conversion) -> bool:
        if self.has_cells is None:
            source = conversion.problems.source
            is_rmd = source.path.suffix.lower() in (".rmd", ".qmd")
            self.has_cells = is_rmd or bool(_HAS_CELLS.search(source.text))
        return self.has_cells
