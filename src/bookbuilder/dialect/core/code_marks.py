"""Take out of code what is said to a program: hidden lines, and marks for a site's highlighting.

Marks that make lines stand out are carried out.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from bookbuilder.text.patterns import rare_pattern

_HIDELINES = re.compile(r"\bhidelines=([^\s,}]+)")
_RUST_HIDDEN = rare_pattern(r"[ \t]*#(?: |$)")
_RUST_ESCAPED = rare_pattern(r"([ \t]*)##")
_COMMENT = r"(?://|#|--|;|%|/\*|<!--|\{/\*)"
_COMMENT_END = r"(?:\*/\}|\*/|-->)?[ \t]*$"
# VitePress: `// [!code ++]`, for this line or, with `:3`, for some. Alone it goes with its line.
_SHIKI = rare_pattern(
    rf"{_COMMENT}[ \t]*\[!code (?P<kind>[^\]\n]{{1,60}}?)(?::(?P<count>\d{{1,4}}))?\]"
    rf"[ \t]*{_COMMENT_END}"
)
# Docusaurus: a line `// highlight-next-line`.
_DOCUSAURUS = rare_pattern(
    rf"[ \t]*{_COMMENT}[ \t]*highlight-(?P<kind>next-line|start|end)[ \t]*{_COMMENT_END}"
)
# Leanpub: a line `leanpub-start-insert`, in a comment or not.
_LEANPUB = rare_pattern(
    rf"[ \t]*(?:{_COMMENT}[ \t]*)?leanpub-(?P<end>start|end)-(?P<kind>insert|delete|highlight)"
    rf"[ \t]*{_COMMENT_END}"
)
_KINDS = {
    "++": "added",
    "--": "removed",
    "insert": "added",
    "delete": "removed",
    **dict.fromkeys(("highlight", "hl", "focus", "error", "warning", "info"), "marked"),
}
# MkDocs Material: `# (1)!` leads to the first note below the code.
_ANNOTATIONS = rare_pattern(rf"{_COMMENT}[ \t]*((?:\(\d{{1,3}}\)!?[ \t]*){{1,9}}){_COMMENT_END}")


class Shown(Struct):
    """Hold the lines of code that are shown, and which of them stand out, counted from 1."""

    lines: list[str]
    stand_out: dict[str, set[int]] = field(
        default_factory=lambda: {"marked": set(), "added": set(), "removed": set()}
    )


def without_marks(lines: list[str], language: str, info: str) -> Shown:
    """Return the lines of a fence as a reader of the other tool's site would see them."""
    shown = Shown([])
    pending: dict[str, int] = {}
    open_kinds: set[str] = set()
    for line in _without_hidden(lines, language, info):
        number = len(shown.lines) + 1
        if "highlight-" in line and (comment := _DOCUSAURUS.match(line)):
            if comment["kind"] == "next-line":
                pending["marked"] = max(1, pending.get("marked", 0))
            elif comment["kind"] == "start":
                open_kinds.add("marked")
            else:
                open_kinds.discard("marked")
            continue
        if "leanpub-" in line and (comment := _LEANPUB.match(line)):
            change = open_kinds.discard if comment["end"] == "end" else open_kinds.add
            change(_KINDS[comment["kind"]])
            continue
        text, kind, count = _read_mark(line)
        if kind and text:
            shown.stand_out[kind].update(range(number, number + min(count, len(lines))))
        elif kind:
            pending[kind] = count
        if not text and line:
            continue
        shown.lines.append(text)
        for kind in open_kinds:
            shown.stand_out[kind].add(number)
        for waiting, left in pending.items():
            if left > 0:
                shown.stand_out[waiting].add(number)
                pending[waiting] = left - 1
    return shown


def _read_mark(line: str) -> tuple[str, str, int]:
    """Return a line without its mark, and what the mark says: of which kind how many lines are."""
    if "[!code " in line and (match := _SHIKI.search(line)):
        kind = _KINDS.get(match["kind"].strip(), "")
        return line[: match.start()].rstrip(), kind, int(match["count"] or 1)
    if ")!" in line and (match := _ANNOTATIONS.search(line)):
        start, end = match.span(1)
        return line[:start] + line[start:end].replace("!", "") + line[end:], "", 0
    return line, "", 0


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
