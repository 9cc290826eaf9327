"""Keep first letters that an author's stylesheet floats from being printed over the text.

WeasyPrint leaves no room for them.
"""

from __future__ import annotations

import re

from bookbuilder.model.diagnostics import Rule, Severity

FLOATING_LETTER = Rule(
    "P021",
    "floating-first-letter",
    Severity.WARNING,
    "WeasyPrint prints a floating `::first-letter` over the text beside it, so the letter does not"
    " float in print. Give the paragraph the class `drop-cap` instead (`{.drop-cap}`): it has a"
    " large initial in print and in the EPUB.",
)

_RULE = re.compile(r":first-letter\b[^{}]{0,2000}\{[^{}]{0,4000}\}", re.IGNORECASE)
_FLOAT = re.compile(
    r"(?<![\w-])(float\s{0,20}:\s{0,20})(?:left|right|inline-start|inline-end)(?![\w-])", re.I
)


def floats_first_letter(css: str) -> bool:
    return any(_FLOAT.search(rule[0]) for rule in _RULE.finditer(css))


def without_floating_letters(css: str) -> str:
    """Return `css` with first letters that stay in their line."""
    return _RULE.sub(lambda rule: _FLOAT.sub(r"\g<1>none", rule[0]), css)
