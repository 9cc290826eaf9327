"""Show the code of d2lbook: the name of its tab, `%%tab pytorch`, as a label, without `#@save`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence, code_block
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.text.patterns import rare_pattern

_OPEN = rare_pattern(r"(`{3,}|~{3,})[ \t]*((?:\{\.python[^{}`\n]*\}|toc|eval_rst|[a-z]+)?)[ \t]*$")
_TAB = rare_pattern(r"(?:%%tab|#[ \t]{0,9}@tab)[ \t]+([\w, -]{1,100}?)[ \t]*$")
_MARK = rare_pattern(r"[ \t]{0,100}#[ \t]{0,9}@(?:save(?:_all|_cell)?|hide)[ \t]*$")
_HIDE = rare_pattern(r"#[ \t]{0,9}hide (code|outputs)[ \t]*$", re.IGNORECASE)
_SELECTS = rare_pattern(r"%load_ext d2lbook\.tab|tab\.interact_select\(.{0,300}\)")
_RST = rare_pattern(r"[ \t]*\.\.[ \t]+([\w:-]+)::")

_OF_SITE = rare_pattern(r"[ \t]*(?:\.\.[ \t]+raw::|:file:)[ \t]")


class Cell(Fence):
    """Hold the code of a cell."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        lines, label = list(self.lines), ""
        if lines and (match := _TAB.match(lines[0])):
            lines, label = lines[1:], match[1]
        said = [line.strip() for line in lines if line.strip()]
        if said and all(_SELECTS.fullmatch(line) for line in said):
            return  # d2lbook deletes it too.
        if any(match and match[1].lower() == "code" for match in map(_HIDE.match, said)):
            conversion.problems.left_out("# hide code", self.line, "code that d2lbook hides")
            return
        kept = []
        for line in lines:
            shown = _MARK.sub("", line) if "@" in line else line
            if (shown or not line) and not _HIDE.match(shown):
                kept.append(shown)
        text = "".join(f"{line}\n" for line in kept)
        if label and label != "all":
            parent = labelled_part(conversion, parent, label, self.line)
        info = "{.python}" if self.info.startswith("{.python") else self.info
        code_block(conversion, parent, text, info, self.attributes, line=self.line)


class Contents(Fence):
    """Hold the list of what is below a page, which is the book's own list of chapters."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        pass


class Rst(Fence):
    """Hold reStructuredText, which is printed as typed."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        first = next((m[1] for line in self.lines if (m := _RST.match(line))), "")
        said = [line for line in self.lines if line.strip()]
        if first == "raw" and all(_OF_SITE.match(line) for line in said):
            kind = "a part of d2lbook's site that is in a file of its own"
            conversion.problems.left_out("eval_rst", self.line, kind)
            return
        kind = f"reStructuredText{f' (`{first}`)' if first else ''}"
        conversion.problems.kept_as_text("eval_rst", self.line, kind, "write it as Markdown")
        text = "".join(f"{line}\n" for line in self.lines)
        code_block(conversion, parent, text, "rst", self.attributes)


_KINDS = {"toc": Contents, "eval_rst": Rst}


def start_cell(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented or line.first not in "`~" else _OPEN.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.add(_KINDS.get(match[2], Cell)(match[1], match[2], line.indent))
    return Started.LEAF
