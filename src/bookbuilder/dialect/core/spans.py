"""Read code spans, emphasis, escapes, entities and line ends (spec 2.4, 2.5, 6.1, 6.2, 6.7)."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.emphasis import scan_run
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import BACKTICKS, InlineParser
from bookbuilder.dialect.core.references import ENTITY, ESCAPABLE, decode_entity
from bookbuilder.text.patterns import rare_pattern

_ESCAPED = rare_pattern(ESCAPABLE)
# pandoc's `Dr.\\ Who`. Elsewhere, and so in `C:\\ drive`, CommonMark keeps the backslash.
_NO_BREAK = rare_pattern(r"(?<=[\w.,;!?)\]}%§$€£\"'’”»°-])\\ (?=[\w(\[\"'“„«‘*_`$§%&@-])")
# `\"`, and all of `\-\-` or `\---`, which would be a dash.
_RUN = rare_pattern(r"\\[\"']|\\-(?:\\?-)*|\\\.(?:\\?\.)*")
# MkDocs' `#!python x` names the language, not a program: `#!/bin/sh` stays.
_LANGUAGE = re.compile(
    r"^(?:#!|:::)(?:bash|c|console|cpp|css|go|html|java|javascript|js|json|jsx|kotlin|php|py|python"
    r"|rb|ruby|rust|scss|sh|sql|swift|text|toml|ts|typescript|xml|yaml|yml)[ ](?!-)(?=\S)"
)
AS_TYPED = "as-typed"
"""The class of characters that the author escaped and that typography would change."""


def handle_newline(parser: InlineParser) -> bool:
    """Read a line end, hard after two spaces (spec 6.7), and drop the blanks around it."""
    last = parser.root.last
    hard = False
    if last is not None and not last.tag and not last.literal:
        hard = last.text.endswith("  ")
        last.text = last.text.rstrip(" ")
    if hard:
        parser.add_element("br")
    else:
        parser.add_text("\n")
    parser.position += 1
    while parser.text[parser.position : parser.position + 1] in (" ", "\t"):
        parser.position += 1
    return True


def handle_backslash(parser: InlineParser) -> bool:
    following = parser.text[parser.position + 1 : parser.position + 2]
    if following == "\n":
        parser.add_element("br")
        parser.position += 2
        while parser.text[parser.position : parser.position + 1] in (" ", "\t"):
            parser.position += 1
        return True
    if following == " " and _NO_BREAK.match(parser.text, parser.position):
        parser.add_text("\N{NO-BREAK SPACE}", literal=True)
        parser.position += 2
        return True
    if not following and _means_nothing(parser):
        parser.position += 1
        return True
    if not _ESCAPED.match(following):
        return False
    run = _RUN.match(parser.text, parser.position)
    typed = run[0].replace("\\", "") if run else following
    if run and (typed[0] in "\"'" or len(typed) > 1):
        parser.add_element("span", typed, **{"class": AS_TYPED})
        parser.position = run.end()
        return True
    parser.add_text(following, literal=True)
    parser.position += 2
    return True


def _means_nothing(parser: InlineParser) -> bool:
    """Return whether the backslash at the end only keeps a picture in its line, or a line open."""
    last = parser.root.last
    is_alone = not parser.text.strip("\\ \t\n")
    return is_alone or (last is not None and last.tag == "img")


def handle_backticks(parser: InlineParser) -> bool:
    match = BACKTICKS.match(parser.text, parser.position)
    if not match:
        return False
    close = parser.closing_backticks(len(match[0]), match.end())
    if close < 0:
        parser.add_text(match[0])
        parser.position = match.end()
        return True
    content = parser.text[match.end() : close].replace("\n", " ")
    if content.strip(" ") and content[0] == content[-1] == " ":
        content = content[1:-1]
    parser.add_element("code", _LANGUAGE.sub("", content))
    parser.position = close + len(match[0])
    return True


def handle_entity(parser: InlineParser) -> bool:
    match = ENTITY.match(parser.text, parser.position)
    if not match:
        return False
    parser.add_text(decode_entity(match[0]), literal=True)
    parser.position = match.end()
    return True


def handle_emphasis(parser: InlineParser) -> bool:
    run = scan_run(parser.text, parser.position)
    node = parser.add_text(parser.text[run.start : run.end])
    parser.position = run.end
    parser.delimiters.push(run, node)
    return True


class SpanExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        inlines = md.conversion.inlines
        inlines.register("\n", handle_newline)
        inlines.register("\\", handle_backslash)
        inlines.register("`", handle_backticks)
        inlines.register("&", handle_entity)
        inlines.register("*_", handle_emphasis)
