"""Read what a fence says of its lines: their numbers, the lines that stand out, and a title.

Each tool has its own way: MkDocs `linenums="1" hl_lines="2-3"`, Docusaurus `{1,3} title="x"
showLineNumbers`, VitePress `js:line-numbers {1}`, pandoc `.numberLines startFrom="5"`, Quarto
`filename="x"` and `code-line-numbers`, Hugo `linenos=true hl_lines=[2,"4-6"]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct, field

from bookbuilder.text.patterns import rare_pattern

_LONGEST_INFO = 2000
_ITEM = re.compile(
    r"(?P<key>[A-Za-z][\w-]{0,40})[ \t]{0,9}[=:][ \t]{0,9}"
    r"(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|\{(?P<c>[^{}]*)\}|\[(?P<d>[^\[\]]*)\]"
    r"|(?P<e>[^\s\"'{}\[\],]+))"
    r"|(?P<ranges>\{[ \t]*\d[\d,; \t-]*\})"
    r"|(?P<word>(?:\.number-?lines|\.line-numbers|\.linenums|showLineNumbers|numberLines"
    r"|lineNumbers|linenos|linenums|line-numbers|no-line-numbers)(?![\w-]))"
    r"|[ \t]\[(?P<file>[\w@()-][^\[\]\n,]{0,100}\.\w{1,12}|[A-Z][A-Za-z]{0,20}file)\][ \t]*"
    r"(?=$|\{)",
    re.IGNORECASE,
)
# Gatsby's `js:title=x.js`, and VitePress' `js:line-numbers`.
_BEFORE_OPTION = re.compile(r"^[\w+#.-]{1,40}:(?=title=|line-numbers|no-line-numbers)")
_TITLES = frozenset({"title", "filename", "file-name", "file"})
_NUMBERS = frozenset({"linenums", "linenos", "showlinenumbers", "numberlines", "line-numbers",
                      "linenumbers", "code-line-numbers", "number-lines"})  # fmt: skip
_FIRST = frozenset({"startfrom", "linenostart", "lineno-start", "startlinenumber", "data-start",
                    "start-from", "starting-line-number"})  # fmt: skip
_MARKED = frozenset({"hl_lines", "hl-lines", "hllines", "emphasize-lines", "highlight",
                     "mark", "mark_lines", "highlight-lines", "emphasize_lines"})  # fmt: skip
_ADDED, _REMOVED = frozenset({"ins", "add", "added"}), frozenset({"del", "rem", "removed"})
_OPTIONS = _TITLES | _NUMBERS | _FIRST | _MARKED | _ADDED | _REMOVED | {"caption", "lst-cap"}
_NUMBER_CLASSES = frozenset({"numberlines", "number-lines", "line-numbers", "linenums"})
_NO = frozenset({"false", "no", "off", "none", "0"})
_RANGE = rare_pattern(r"(\d{1,6})(?:[ \t]{0,3}(?:-|\.\.)[ \t]{0,3}(\d{1,6}))?")
_MOST_RANGES = 200
_DIGITS = 7


class Listing(Struct):
    """Hold what is said of a listing. Lines count from 1, whatever their numbers.

    `title` is plain text, such as the name of a file; `caption` is Markdown. `first` is the number
    of the first line, None where lines have none.
    """

    title: str = ""
    caption: str = ""
    first: int | None = None
    marked: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)

    def attributes(self) -> dict[str, str]:
        """Return attributes that say this of a `pre`; `passes.code_lines` carries them out."""
        found = {} if self.first is None else {"data-first-line": str(self.first)}
        for name in ("marked", "added", "removed"):
            if lines := getattr(self, name):
                found[f"data-{name}-lines"] = written(lines)
        return found


def read_listing(info: str, lines: int) -> Listing:
    """Read the info string of a fence that holds so many `lines`."""
    listing = Listing()
    if len(info) > _LONGEST_INFO:
        return listing
    numbered: bool | None = None
    for item in _ITEM.finditer(_BEFORE_OPTION.sub("", info)):
        if item["ranges"]:
            listing.marked |= lines_of(item["ranges"], lines)
        elif item["word"]:
            numbered = not item["word"].lower().startswith("no-")
        elif item["file"]:
            listing.title = listing.title or item["file"].strip()
        else:
            value = next((v for v in item.group("a", "b", "c", "d", "e") if v is not None), "")
            key = item["key"].lower()
            if key in _NUMBERS:
                numbered = _read_numbers(listing, key, value, lines)
            elif key in _FIRST and value.isdecimal() and len(value) < _DIGITS:
                listing.first = int(value)
                numbered = numbered is not False
            else:
                _read_value(listing, key, value, lines, in_braces=item["c"] is not None)
    if numbered and listing.first is None:
        listing.first = 1
    elif numbered is False:
        listing.first = None
    return listing


def _read_value(listing: Listing, key: str, value: str, lines: int, *, in_braces: bool) -> None:
    if key in _MARKED:
        listing.marked |= lines_of(value, lines)
    elif in_braces:
        # Expressive Code's `ins={3}`.
        listing.added |= lines_of(value, lines) if key in _ADDED else set()
        listing.removed |= lines_of(value, lines) if key in _REMOVED else set()
    elif key in _TITLES:
        listing.title = value.strip()
    elif key == "caption":
        listing.caption = value.strip()


def _read_numbers(listing: Listing, key: str, value: str, lines: int) -> bool:
    """Read the value of a key that asks for numbers; return whether it does."""
    said = value.strip().lower()
    if said in _NO and not (said == "0" and key == "linenums"):
        return False
    if key == "code-line-numbers" and re.search(r"\d", said):
        # Quarto's slides show these lines.
        listing.marked |= lines_of(said, lines)
        return True
    start = said.split()[0] if said else ""
    if start.isdecimal() and len(start) < _DIGITS:
        listing.first = int(start)
    return True


def without_options(names: Iterable[str]) -> list[str]:
    """Return those of `names`, keys of attributes, that say nothing of a listing."""
    return [name for name in names if name.lower() not in _OPTIONS]


def is_line_option(word: str) -> bool:
    """Return whether a class only asks for numbers of lines."""
    return word.lower() in _NUMBER_CLASSES


def lines_of(said: str, lines: int) -> set[int]:
    """Return the lines that `1,3-4` or `2 5-6` names, of so many."""
    found: set[int] = set()
    for nth, match in enumerate(_RANGE.finditer(said)):
        if nth == _MOST_RANGES:
            break
        start = int(match[1])
        found.update(range(max(start, 1), min(int(match[2] or start), lines) + 1))
    return found


def written(lines: Iterable[int]) -> str:
    """Return lines as `1,3-5`."""
    parts: list[list[int]] = []
    for line in sorted(lines):
        if parts and parts[-1][1] == line - 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
