"""Read `^^inserted^^` of pymdown-extensions."""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.emphasis import scan_run
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser


def handle_insertion(parser: InlineParser) -> bool:
    """Read exactly two carets, flanking as for emphasis; one is for superscripts and notes."""
    run = scan_run(parser.text, parser.position)
    if run.end - run.start != 2:
        return False
    node = parser.add_text(parser.text[run.start : run.end])
    parser.position = run.end
    parser.delimiters.push(run, node)
    return True


class InsertionExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("^", handle_insertion)
