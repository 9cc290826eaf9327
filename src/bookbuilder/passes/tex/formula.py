"""Convert one formula of LaTeX into MathML."""

from __future__ import annotations

import re

from bs4 import Tag
from msgspec import Struct

from bookbuilder.passes.tex.atoms import joined, row_tags
from bookbuilder.passes.tex.commands import COMMANDS
from bookbuilder.passes.tex.parser import Number, Parser
from bookbuilder.passes.tex.tokens import Macros, stream_of
from bookbuilder.trees.markup import relink


class Formula(Struct, frozen=True):
    """Hold the MathML of a formula, and what its author says of the numbers of its rows."""

    math: Tag
    rows: int
    numbers: tuple[Number, ...]

    @property
    def is_empty(self) -> bool:
        return not self.math.contents


_PARTS = re.compile(r"\\(?:(?:begin|end)\b|[^a-zA-Z]|[a-zA-Z]+)|[{}&]", re.DOTALL)


def _with_rows(text: str) -> str:
    """Put rows that no environment holds into one: MathJax and KaTeX take them so."""
    depth = 0
    has_rows = has_columns = False
    for part in _PARTS.findall(text):
        if part in ("\\begin", "{", "\\left"):
            depth += 1
        elif part in ("\\end", "}", "\\right"):
            depth -= 1
        elif depth == 0 and part in ("\\\\", "\\cr", "\\newline"):
            has_rows = True
        elif depth == 0 and part == "&":
            has_columns = True
    if not has_rows and not has_columns:
        return text
    name = "aligned" if has_columns else "gathered"
    return f"\\begin{{{name}}}{text}\\end{{{name}}}"


def read_formula(text: str, macros: Macros, *, display: bool) -> Formula:
    """Return the MathML of `text`. Commands that it defines are put into `macros`.

    Raises TexError if any part of it cannot be set.
    """
    parser = Parser(stream_of(_with_rows(text), macros), display=display, commands=COMMANDS)
    tags = row_tags(parser.atoms())
    attributes = {"display": "block"} if display else {}
    math = joined("math", tags if len(tags) <= 1 else [joined("mrow", tags)], attributes)
    relink(math)
    return Formula(math, parser.rows, tuple(parser.numbers))
