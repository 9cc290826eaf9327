"""Hold and render MyST's directives whose content is not Markdown: code, formulas, diagrams."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue
from bookbuilder.dialect.core.citing import PLACE
from bookbuilder.dialect.core.code import UNCLOSED_FENCE, code_block
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part, with_title
from bookbuilder.dialect.syntax.code_cells import CELL_HINT, NOT_RUN, read_option_lines
from bookbuilder.dialect.syntax.diagrams import Said, append_diagram, kind_of
from bookbuilder.dialect.syntax.formulas import append_formula
from bookbuilder.dialect.syntax.myst_blocks import add_label
from bookbuilder.dialect.syntax.myst_options import Directive, split_options
from bookbuilder.text.patterns import rare_pattern

_NOT_IN_NAME = rare_pattern(r"[^\w]")
_HIDDEN_CELL = frozenset({"remove-cell", "remove_cell", "remove-input", "remove_input"})
_NO_RESULT = frozenset({"remove-output", "remove_output", "skip-execution", "remove-cell"})
_LANGUAGES = {"ipython3": "python", "ipython": "python", "python3": "python", "ir": "r"}


class VerbatimDirective(Block):
    """Hold lines as they are, up to the line that closes the directive."""

    accepts_lines = True
    verbatim = True
    hides_blank_lines = True

    def __init__(self, directive: Directive) -> None:
        super().__init__()
        self.directive = directive
        self.body: list[str] = []
        self.body_line = 0
        self.closed = False

    def begin(self, state: BlockState) -> None:
        state.add(self)

    def continues(self, state: BlockState) -> Continue:
        line, marks = state.line, self.directive.marks
        if not line.indented or line.indent <= self.directive.indent:
            rest = line.rest.rstrip()
            if len(rest) >= len(marks) and rest == marks[0] * len(rest):
                self.closed = True
                return Continue.CLOSED_BY_IT
        line.advance(min(self.directive.indent, line.indent))
        return Continue.YES

    def add_line(self, state: BlockState) -> None:
        self.body.append(state.line.remainder())

    def finish(self, state: BlockState) -> None:
        if not self.closed:
            said = f"{self.directive.marks}{{{self.directive.name}}}"
            message = f"the directive `{said}` is never closed"
            state.problems.add(UNCLOSED_FENCE, message, self.line, self.directive.marks)
        options, taken = split_options(self.body)
        self.directive.options.update(options)
        self.body_line = self.line + 1 + taken
        self.body = self.body[taken:]
        while self.body and not self.body[0].strip():
            del self.body[0]
            self.body_line += 1
        while self.body and not self.body[-1].strip():
            del self.body[-1]

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.body)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        add_label(parent, self.directive.label)
        self.render_content(conversion, parent)

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        """Show the lines as code."""
        code_block(conversion, parent, self.text, "", self.attributes)


class Code(VerbatimDirective):
    """Hold a program: `{code-block} python` or a cell that would be run."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        tags = set(self.directive.option("tags").replace('"', " ").strip("[]").split())
        tags = {tag.strip("',") for tag in tags}
        if not self.body:
            return
        is_hidden = bool(tags & _HIDDEN_CELL)
        if self.directive.name == "code-cell" and not tags & _NO_RESULT:
            how = "hidden, as its tags say," if is_hidden else "shown"
            message = f"the cell is {how} and not run"
            mark = self.directive.marks
            conversion.problems.add(NOT_RUN, message, self.line, mark, CELL_HINT, alike=how)
        if is_hidden:
            return
        super().render(conversion, parent)

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        directive = self.directive
        said = directive.argument.split()[0] if directive.argument else ""
        language = directive.option("language", "lexer") or said
        info = _LANGUAGES.get(language.lower(), language) + self._lines_said()
        caption = directive.option("caption")
        if caption and directive.label:
            figure = ElementTree.SubElement(parent, "figure", {"class": "listing"})
            figure.tail = "\n"
            code_block(conversion, figure, self.text, info, self.attributes)
            element = ElementTree.SubElement(figure, "figcaption")
            conversion.inline(element, caption, self.line)
            return
        code_block(conversion, parent, self.text, info, self.attributes)
        if caption:
            with_title(conversion, parent, caption, self.line)

    def _lines_said(self) -> str:
        """Return what the options say of lines as a fence would say it."""
        options, said = self.directive.options, ""
        start = self.directive.option("lineno-start", "number-lines")
        if start or {"linenos", "number-lines"} & options.keys():
            said += f' linenums="{start if start.isdecimal() else 1}"'
        if marked := self.directive.option("emphasize-lines"):
            said += f' hl_lines="{marked.replace(chr(34), "")}"'
        if name := self.directive.option("filename"):
            said += f' title="{name.replace(chr(34), "")}"'
        return said


class CodeTab(Code):
    """Hold a tab that is code, under the name of its language or a label."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        language, _, label = self.directive.argument.partition(" ")
        into = labelled_part(conversion, parent, label.strip() or language, self.line)
        super().render_content(conversion, into)


class Formula(VerbatimDirective):
    """Hold formulas of TeX. A blank line begins the next one, below it."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text = "\n".join([self.directive.argument, *self.body]).strip("\n")
        if not text.strip():
            return
        rows = [part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
        line = self.line if self.directive.argument else self.body_line
        append_formula(conversion, parent, "\\\\\n".join(rows), self.attributes, line)


class Diagram(VerbatimDirective):
    """Hold the source of a diagram."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        directive = self.directive
        options = {key: str(value) for key, value in directive.options.items()}
        line = self.body_line + read_option_lines(self.body, options)
        del self.body[: line - self.body_line]
        said = Said.of(self.attributes).or_else(Said.of_options(options))
        said.identifier = said.identifier or options.get("label", "")
        name, text = directive.name, self.text
        kind = kind_of(name)
        if not text.strip():
            kind, hint = "a diagram whose source is elsewhere", "put its source between the marks"
            conversion.problems.left_out(f"{{{name}}}", self.line, kind, hint)
            return
        if name in ("graph", "digraph"):
            # Sphinx's short forms of Graphviz's language. Lines stay the lines that they are.
            text = f"{name} {_NOT_IN_NAME.sub('', directive.argument)} {{ {text}}}\n"
            kind = "dot"
        append_diagram(conversion, parent, kind, text, line, said, kind)


class RawHtml(VerbatimDirective):
    """Hold HTML, which is kept; what is for other formats is left out."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        wanted = self.directive.argument.lower().split()
        if "html" in wanted:
            division = ElementTree.SubElement(parent, "div")
            division.tail = "\n"
            division.text = conversion.raw(self.text, self.body_line)
        elif self.body:
            kind = "text for another format than books"
            conversion.problems.left_out(f"{{raw}} {' '.join(wanted)}", self.line, kind)


class LeftOut(VerbatimDirective):
    """Hold what only the other tool's site shows, or lists that the book has of its own."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        pass


class SourceList(LeftOut):
    """Hold the place of the list of sources, if the book has a bibliography."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if conversion.sources is not None:
            ElementTree.SubElement(parent, "div", {"id": PLACE})
            return
        shown, kind = f"{{{self.directive.name}}}", "a list of sources, which is not read"
        conversion.problems.left_out(shown, self.line, kind, "write the list as Markdown")


_RST_MARK = rare_pattern(r"[ \t]*\.\.[ \t]+([\w:-]+)::")


class ForeignMarkup(VerbatimDirective):
    """Hold reStructuredText, which is printed as typed."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        hint = "write it as Markdown"
        first = next((m[1] for line in self.body if (m := _RST_MARK.match(line))), "")
        kind = f"reStructuredText{f' (`{first}`)' if first else ''}"
        conversion.problems.kept_as_text(f"{{{self.directive.name}}}", self.line, kind, hint)
        if self.body:
            code_block(conversion, parent, self.text, "rst", self.attributes)
