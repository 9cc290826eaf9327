"""Print TeX formulas as typed, and report them, because no output can set them."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.model.diagnostics import Rule, Severity

FORMULA = Rule(
    "M016",
    "formula-as-text",
    Severity.WARNING,
    "TeX formulas are not typeset: the text between `$` and `$` is printed as typed. Write short"
    " formulas with `^…^`, `~…~` and signs such as × and √, and show others as pictures with alt"
    " text.",
)

# As in pandoc, no blanks inside the dollars and no digit after them, so that prices stay prices.
_FORMULA = re.compile(r"\$\$[^$]{1,2000}\$\$|\$(?![\s$])[^$]{1,500}(?<!\s)\$(?!\d)")
_TEX = re.compile(r"\\[a-zA-Z,;:!{}]|[\^_][{\w]")


def handle_formula(parser: InlineParser) -> bool:
    match = _FORMULA.match(parser.text, parser.position)
    if match is None or not _TEX.search(match[0]):
        return False
    said = " ".join(match[0].split())[:60]
    length = len(match[0].split("\n")[0])
    parser.report(FORMULA, f"the formula `{said}` is printed as typed", match.start(), length)
    parser.add_text(match[0])
    parser.position = match.end()
    return True


class FormulaExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("$", handle_formula)
