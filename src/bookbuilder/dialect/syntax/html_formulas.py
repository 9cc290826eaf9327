"""Find formulas of TeX in blocks of HTML, where the script of a site would set them."""

from __future__ import annotations

import re
from collections.abc import Callable

from bookbuilder.text.patterns import rare_pattern

_TAG = rare_pattern(r"(<[^<>]{0,2000}>)")
_NAME = rare_pattern(r"<(/?)([a-zA-Z][\w-]{0,40})")
_LITERAL = frozenset({"code", "kbd", "math", "pre", "samp", "script", "style", "svg", "textarea"})
# What surely is one: prices and variables of a shell are not.
_FORMULA = rare_pattern(
    r"\$\$[^$]{1,2000}\$\$|(?<![\w\\$])\$(?![\s$])[^$\n]{1,300}(?<!\s)\$(?![\w$])"
    r"|\\{1,2}\((?:(?!\\\))[^\n]){1,500}\\{1,2}\)"
)
# Between `\\(` and `\\)` a sign or a few need no command, unless they are words.
_SMALL = rare_pattern(r"[\w=<>+*/.,()|' -]{1,40}")
_WORD = rare_pattern(r"[A-Za-z]{2}[\s,]")
_ENDS = rare_pattern(r"^(?:\$+|\\{1,2}\()|(?:\$+|\\{1,2}\))$")


def with_formulas(
    html: str, line: int, is_tex: Callable[[str], bool], unescaped: Callable[[str], str]
) -> str:
    """Return `html` with its formulas as code that the pass `formulas` looks for."""
    if "$" not in html and "\\(" not in html:
        return html
    parts = _TAG.split(html)
    literal = 0
    at = line
    for number, part in enumerate(parts):
        if number % 2:
            name = _NAME.match(part)
            if name and name[2].lower() in _LITERAL and not part.endswith("/>"):
                literal = max(literal + (-1 if name[1] else 1), 0)
        elif not literal:
            parts[number] = _marked(part, at, is_tex, unescaped)
        at += part.count("\n")
    return "".join(parts)


def _marked(
    text: str, line: int, is_tex: Callable[[str], bool], unescaped: Callable[[str], str]
) -> str:
    def mark(match: re.Match[str]) -> str:
        said = match[0]
        inside = _ENDS.sub("", said)
        is_small = (
            said.startswith("\\\\(") and _SMALL.fullmatch(inside) and not _WORD.search(inside)
        )
        if not (is_small or is_tex(unescaped(inside))):
            return said
        said = said.replace("\\\\(", "\\(").replace("\\\\)", "\\)")
        at = line + text.count("\n", 0, match.start())
        return f'<code class="formula" data-line="{at}">{unescaped(said)}</code>'

    return _FORMULA.sub(mark, text)
