"""Take out of code what is said to a program: hidden lines, and marks for a site's highlighting."""

from __future__ import annotations

import re

_HIDELINES = re.compile(r"\bhidelines=([^\s,}]+)")
_RUST_HIDDEN = re.compile(r"[ \t]*#(?: |$)")
_RUST_ESCAPED = re.compile(r"([ \t]*)##")
_COMMENT = r"(?://|#|--|;|%|/\*|<!--|\{/\*)"
_COMMENT_END = r"(?:\*/\}|\*/|-->)?[ \t]*$"
# VitePress: `// [!code ++]`, for this line or, with `:3`, for some. Alone it goes with its line.
_SHIKI = re.compile(rf"{_COMMENT}[ \t]*\[!code [^\]\n]{{1,60}}\][ \t]*{_COMMENT_END}")
# Docusaurus: a line `// highlight-next-line`.
_DOCUSAURUS = re.compile(
    rf"[ \t]*{_COMMENT}[ \t]*highlight-(?:next-line|start|end)[ \t]*{_COMMENT_END}"
)
# Leanpub: a line `leanpub-start-insert`, in a comment or not.
_LEANPUB = re.compile(
    rf"[ \t]*(?:{_COMMENT}[ \t]*)?leanpub-(?:start|end)-(?:insert|delete|highlight)[ \t]*"
    rf"{_COMMENT_END}"
)
# MkDocs Material: `# (1)!` leads to the first note below the code.
_ANNOTATIONS = re.compile(rf"{_COMMENT}[ \t]*((?:\(\d{{1,3}}\)!?[ \t]*){{1,9}}){_COMMENT_END}")


def without_marks(lines: list[str], language: str, info: str) -> list[str]:
    """Return the lines of a fence as a reader of the other tool's site would see them."""
    lines = _without_hidden(lines, language, info)
    return [shown for line in lines if (shown := _without_mark(line)) is not None]


def _without_mark(line: str) -> str | None:
    """Return the line without marks for highlighting, or None if it was only such a mark."""
    if "[!code " in line and (match := _SHIKI.search(line)):
        return line[: match.start()].rstrip() or None
    if "highlight-" in line and _DOCUSAURUS.match(line):
        return None
    if "leanpub-" in line and _LEANPUB.match(line):
        return None
    if ")!" in line and (match := _ANNOTATIONS.search(line)):
        start, end = match.span(1)
        return line[:start] + line[start:end].replace("!", "") + line[end:]
    return line


def _without_hidden(lines: list[str], language: str, info: str) -> list[str]:
    """Leave out the lines that mdBook hides, unless that would be all of them."""
    prefix = _HIDELINES.search(info)
    if prefix:
        shown = [line for line in lines if not line.lstrip().startswith(prefix[1])]
    elif language == "rust" and "editable" not in info:
        shown = [
            _RUST_ESCAPED.sub(r"\1#", line, count=1) if _RUST_ESCAPED.match(line) else line
            for line in lines
            if not _RUST_HIDDEN.match(line)
        ]
    else:
        return lines
    return shown if any(line.strip() for line in shown) else lines
