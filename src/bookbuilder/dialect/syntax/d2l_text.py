"""Take out of a chapter of d2lbook what its text says to slides, `[**…**]`, before it is read."""

from __future__ import annotations

from bisect import bisect_left

from markdown.preprocessors import Preprocessor

from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.text.patterns import rare_pattern

_FENCE = rare_pattern(r"[ \t>]{0,40}(`{3,}|~{3,})(.*)$")
# What shows that a chapter is written for d2lbook, so that `(**…**)` are marks, and no prose.
_QUICK = (":label:`", ":eqlabel:`", ":begin_tab:", ":numref:`", ":eqref:`", ":bibliography:`",
          "%%tab ", "@tab ", ":maxdepth:", ":numbered:")  # fmt: skip
_OF_LINE = rare_pattern(
    r"[ >]{0,9}(?::(?:label|eqlabel|begin_tab|bibliography):`[^`\n]{1,300}`|:begin_tab:toc)[ \t]*$"
)
_OF_TEXT = rare_pattern(r"(?<!`):(?:numref|eqref):`[\w:./-]{1,200}`(?!`)")
_OF_CODE = rare_pattern(r"%%tab[ \t]+\w|#[ \t]{0,9}@tab[ \t]+\w")
_OF_TOC = rare_pattern(r"[ \t]{0,9}:(?:maxdepth:[ \t]*\d|numbered:)")
_TOKEN = rare_pattern(r"`+|[\[(](?:\*\*|~~)|(?:\*\*|~~)[\])]")
_CLOSES = {"[**": "**]", "(**": "**)", "[~~": "~~]", "(~~": "~~)"}
_LONGEST = 4_000
# d2l's authors type no blank between the colon and the words of a table's caption.
_CAPTION = rare_pattern(r":(?=[^\W\d_a-z][^|:\n]{0,1000}$)")
_LINES_OF_CAPTION = 6
_SLIDES = "a text for the slides of d2lbook alone"


def is_d2l(text: str) -> bool:
    """Return whether a chapter is written for d2lbook."""
    if not any(mark in text for mark in _QUICK):
        return False
    fence, of_inside = "", None
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
            elif of_inside is not None and of_inside.match(line):
                return True
        elif match:
            fence, info = match[1], match[2].strip()
            of_inside = _OF_CODE if info.startswith("{.") else _OF_TOC if info == "toc" else None
        elif (":" in line and _OF_LINE.match(line)) or (
            ":`" in line and "``" not in line and _OF_TEXT.search(line)
        ):
            return True
    return False


class SlideMarks(Preprocessor):
    """Take the marks for slides out of the text, and what is for slides alone; lines stay lines.

    `[**` begins a slide and `(**` goes on with it; d2lbook prints what is between as plain text.
    """

    def __init__(self, conversion: Conversion) -> None:
        super().__init__()
        self.conversion = conversion

    def run(self, lines: list[str]) -> list[str]:
        found: list[str] = []
        waiting: list[str] = []
        fence = ""
        for line in lines:
            match = _FENCE.match(line)
            if not fence and match and "`" not in match[2]:
                fence = match[1]
                found += self._settle(waiting, len(found))
                waiting = []
            elif fence and match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
                found.append(line)
                continue
            (found if fence else waiting).append(line)
        return found + self._settle(waiting, len(found))

    def _settle(self, lines: list[str], above: int) -> list[str]:
        """Return lines of text that are no code; `above` them are so many lines."""
        lines = [
            _CAPTION.sub(": ", line, count=1) if _is_caption(lines, at) else line
            for at, line in enumerate(lines)
        ]
        text = "\n".join(lines)
        if "**" not in text and "~~" not in text:
            return lines
        return self._without_marks(text, above).split("\n")

    def _without_marks(self, text: str, above: int) -> str:
        tokens = [(match.start(), match[0]) for match in _TOKEN.finditer(text)]
        starts: dict[str, list[int]] = {}
        for at, token in tokens:
            starts.setdefault(token, []).append(at)
        pieces: list[str] = []
        done = 0
        for at, token in tokens:
            if at < done:
                continue
            if token[0] == "`":
                end = _next(starts[token], at + len(token))
                is_span = end >= 0 and "\n\n" not in text[at : min(end, at + _LONGEST)]
                after = end + len(token) if is_span else at + len(token)
                pieces.append(text[done:after])
                done = after
            elif (close := _CLOSES.get(token)) and (
                end := self._end(text, starts, at, token, close)
            ) >= 0:
                pieces.append(text[done:at])
                inside = text[at + 3 : end]
                if token[1] == "~":
                    line = self.conversion.first_line + above + text.count("\n", 0, at)
                    self.conversion.problems.left_out(text[at : end + 3], line, _SLIDES)
                    inside = "\n" * inside.count("\n")
                # What is marked in it is none of d2lbook's, which cannot nest.
                pieces.append(inside)
                done = end + 3
        return "".join(pieces) + text[done:]

    def _end(self, text: str, starts: dict[str, list[int]], at: int, token: str, close: str) -> int:
        """Return where the mark that opens at `at` closes; -1 if it is none, such as a link's."""
        end = _next(starts.get(close, []), at + 3)
        another = _next(starts[token], at + 3)
        if end < 0 or end - at > _LONGEST or 0 <= another < end:
            return -1
        return -1 if close[2] == "]" and text[end + 3 : end + 4] in ("(", "[") else end


def _next(places: list[int], start: int) -> int:
    index = bisect_left(places, start)
    return places[index] if index < len(places) else -1


def _is_caption(lines: list[str], at: int) -> bool:
    """Return whether a paragraph begins in line `at`, and a table stands right below it."""
    if lines[at][:1] != ":" or (at and lines[at - 1].strip()) or not _CAPTION.match(lines[at]):
        return False
    for below in range(at + 1, min(at + _LINES_OF_CAPTION, len(lines) - 1)):
        if not lines[below].strip():
            return lines[below + 1].lstrip().startswith("|")
    return False
