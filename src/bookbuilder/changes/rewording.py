"""Show how a passage was reworded: the words that changed, with some around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bookbuilder.changes.alignment import Stretch, differences
from bookbuilder.text.comparing import comparable

WORDS_AROUND = 5
WORDS_BETWEEN = 8
"""Two changes with fewer words between them are one."""
MOST_WORDS = 26
LONGEST = 180
MOST_TOKENS = 3_000
"""Compare no more words of a passage than these."""
MOST_OF_PASSAGE = 3

# Scripts without blanks between words are compared by letters.
_TOKEN = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+"
)
_FIGURES = re.compile(r"\d[\d.,:/\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]*")
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Reworded:
    """A passage before and after. `is_number` if nothing but numbers differs; `has_numbers` if
    numbers do, besides other words.
    """

    old: str
    new: str
    is_number: bool = False
    has_numbers: bool = False


def words_of(text: str) -> list[str]:
    return _TOKEN.findall(text)[:MOST_TOKENS]


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """Return the share of words that two passages have in common, from 0 to 1."""
    total = sum(old.values()) + sum(new.values())
    return 2 * sum((old & new).values()) / total if total else 1.0


def is_small(old: str, new: str) -> bool:
    """Tell whether only punctuation, spaces or capitals differ."""
    return _PLAIN.sub("", old).casefold() == _PLAIN.sub("", new).casefold()


def rewordings(old: str, new: str) -> Iterator[Reworded]:
    """Yield the changed stretches of a passage, which is quoted at whole words."""
    before, after = words_of(old), words_of(new)
    keys = [comparable(word) for word in before], [comparable(word) for word in after]
    found = [s for s in _joined(differences(*keys)) if _differs(before, after, s)]
    for stretch in found[:MOST_OF_PASSAGE]:
        a, b, c, d = stretch
        around = min(WORDS_AROUND, a, c)
        rest = min(WORDS_AROUND, len(before) - b, len(after) - d)
        yield Reworded(
            _quoted(before, a - around, b + rest, old),
            _quoted(after, c - around, d + rest, new),
            _is_number(before[a:b], after[c:d]),
            _numbers(before[a:b]) != _numbers(after[c:d]),
        )


def _joined(stretches: Iterator[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for stretch in stretches:
        last = found[-1] if found else None
        if last and stretch.old_start - last.old_end < WORDS_BETWEEN:
            found[-1] = Stretch(last.old_start, stretch.old_end, last.new_start, stretch.new_end)
        else:
            found.append(stretch)
    return found


def _differs(before: Sequence[str], after: Sequence[str], stretch: Stretch) -> bool:
    a, b, c, d = stretch
    return not is_small("".join(before[a:b]), "".join(after[c:d]))


def _is_number(before: Sequence[str], after: Sequence[str]) -> bool:
    old, new = " ".join(before), " ".join(after)
    return bool(_FIGURES.search(old)) and _FIGURES.sub("#", old) == _FIGURES.sub("#", new)


def _numbers(words: Sequence[str]) -> Counter[str]:
    return Counter(_FIGURES.findall(" ".join(words)))


def _quoted(words: Sequence[str], start: int, end: int, text: str) -> str:
    """Return words as a quotation, with an ellipsis where the passage goes on."""
    cut = min(end, start + MOST_WORDS)
    said = joined(words[start:cut], text)
    if start > 0:
        said = f"… {said}"
    return f"{shortened(said)} …" if cut < len(words) else shortened(said)


def joined(words: Sequence[str], text: str) -> str:
    """Return `words` of `text` as they stood there, with blanks or without."""
    return ("" if is_without_blanks(text) else " ").join(words)


def is_without_blanks(text: str) -> bool:
    """Tell whether a text is in a script that does not part words, such as Chinese or Thai."""
    start = text[:400]
    return len(start.split()) * 15 < len(start) and len(_TOKEN.findall(start)) > len(start) // 2


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the beginning of `text`, at most `longest` characters."""
    if len(text) <= longest:
        return text
    cut = text[:longest]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[longest // 2 :] else cut} …"
