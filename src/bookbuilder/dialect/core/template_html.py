"""Take template tags out of the HTML that an author wrote."""

from __future__ import annotations

import re

from bookbuilder.dialect.core.problems import Problems
from bookbuilder.dialect.core.shortcodes import read_shortcode
from bookbuilder.dialect.core.templates import (
    EXPRESSION,
    TAG,
    Templates,
    is_variable,
    read_tag,
    report_tag,
    report_variable,
)
from bookbuilder.text.patterns import rare_pattern

_PATH = rare_pattern(
    r"\{\{-?[ \t]*(?:\"([^\"{}\n]{0,400})\"|'([^'{}\n]{0,400})')[ \t]*\|[ \t]*"
    r"(?:relative_url|absolute_url|prepend|url)\b[^{}\n]{0,200}\}\}"
)
_REFERENCE = rare_pattern(
    r"(=[ \t]{0,9}[\"']?)\{\{[<%][ \t]{0,9}(?:rel)?ref[ \t]{1,9}"
    r"[\"'`]?([^\"'`<>%{}\s]{1,500})[\"'`]?[ \t]{0,9}[>%]\}\}"
)
_ADDRESS_TAG = rare_pattern(r"\{%-?[ \t]*(?:link|post_url)[ \t]")
_PIECE = rare_pattern(
    r"<!--|<(?P<code>pre|code|script|style|textarea)\b|<[A-Za-z][^<>]{0,3000}>|\{%|\{\{",
    re.IGNORECASE,
)


class _Finder:
    """Search a text, and remember what is not in it instead of searching again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.absent: set[str] = set()

    def find(self, part: str, at: int) -> int:
        found = -1 if part in self.absent else self.text.find(part, at)
        if found < 0:
            self.absent.add(part)
        return found


def settle_tag(html: str) -> str:
    """Return an HTML tag with plain paths for `{{ "/path" | relative_url }}`.

    `{{< ref "x" >}}` becomes `{{% ref x %}}`, which the end of an attribute or a tag is not in.
    """
    if "{{<" in html or "{{%" in html:
        html = _REFERENCE.sub(r"\1{{% ref \2 %}}", html)
    return _PATH.sub(lambda m: f"/{(m[1] or m[2] or '').lstrip('/')}", html)


def settle_templates(problems: Problems, templates: Templates, html: str, line: int) -> str:
    """Return raw HTML without template tags, except in code and comments."""
    if templates.is_raw or ("{%" not in html and "{{" not in html):
        return html
    html = settle_tag(html) if "{{<" in html or "{{%" in html else html
    pieces: list[str] = []
    at = raw_until = counted = 0
    finder = _Finder(html.lower())
    while match := _PIECE.search(html, at):
        start, end = match.span()
        line += html.count("\n", counted, start)
        counted = start
        pieces.append(html[at:start])
        typed = html[start:end]
        if match["code"] or typed == "<!--":
            close = f"</{match['code'].lower()}" if match["code"] else "-->"
            found = finder.find(close, end)
            end = found if found >= 0 else end
            pieces.append(html[start:end])
        elif typed == "{{":
            shown, end = _settle_braces(
                problems, templates, html, start, line, is_raw=start < raw_until
            )
            pieces.append(shown)
        elif typed == "{%":
            tag = read_tag(html, start)
            if tag is None or start < raw_until:
                pieces.append(typed)
            else:
                end = tag.end
                if tag.name == "raw" and not tag.is_end:
                    found = finder.find("endraw", end)
                    raw_until = html.rfind("{%", end, found) if found >= 0 else 0
                elif tag.name == "comment" and not tag.is_end:
                    found = finder.find("endcomment", end)
                    found = finder.find("%}", found) if found >= 0 else -1
                    end = found + 2 if found >= 0 else end
                elif tag.name != "raw":
                    report_tag(problems, templates, tag, html[start:end], line)
        else:
            pieces.append(_settle_attributes(problems, templates, typed, line))
        at = end
    return "".join([*pieces, html[at:]])


def _settle_braces(
    problems: Problems, templates: Templates, html: str, start: int, line: int, *, is_raw: bool
) -> tuple[str, int]:
    """Return what a shortcode or a variable at `start` shows, and where it ends."""
    code = None if is_raw else read_shortcode(html, start)
    if code is not None:
        shown = templates.as_html(code, line)
        if shown is None:
            report_tag(problems, templates, code, code.shown, line)
        return shown or "", code.end
    expression = EXPRESSION.match(html, start)
    if expression and not is_raw and is_variable(html, start):
        report_variable(problems, expression[0], line)
    end = expression.end() if expression else start + 2
    return html[start:end], end


def _settle_attributes(problems: Problems, templates: Templates, html: str, line: int) -> str:
    """Return a tag of HTML without template tags; addresses are settled when links are."""

    def settled(match: re.Match[str]) -> str:
        tag = read_tag(match[0], 0)
        if tag is None or _ADDRESS_TAG.match(match[0]):
            return match[0]
        report_tag(problems, templates, tag, match[0], line)
        return ""

    return TAG.sub(settled, settle_tag(html))
