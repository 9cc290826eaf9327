"""Guess the language of a text, well enough for a book that does not name it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "ARABIC": "ar",
    "HEBREW": "he",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "hi",
}
_COMMON_WORDS = {
    "en": "the and of to in is that it for you with this",
    "de": "der die und das nicht ist ein zu den mit sich auf",
    "fr": "le la les et des est une dans que pour qui pas",
    "es": "el la los y de que en una por con para se",
    "it": "il di che la e un per non sono con del gli",
    "pt": "o de que e do da em um para não com uma",
    "nl": "de het een van en is dat niet op te zijn met",
}
_SAMPLE = 20_000
# A name or a loanword proves nothing: a language needs this many common words, and at least one in
# this many words must be common.
_FEWEST, _RAREST = 3, 20


def is_language(tag: str) -> bool:
    """Return whether `tag` looks like a BCP 47 language tag (RFC 5646, section 2.1)."""
    return len(tag) <= 35 and bool(re.fullmatch(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*", tag))


def guess_language(text: str) -> str:
    """Return a BCP 47 language tag for `text`: by script, else by common words, else `en`."""
    sample = re.sub(r"(?ms)^```.*?^```", "", text[:_SAMPLE])
    scripts: Counter[str] = Counter()
    for char, times in Counter(sample).items():
        if char.isalpha():
            name = unicodedata.name(char, "").split(" ")[0].split("-")[0]
            scripts[_SCRIPTS.get(name, "latin")] += times
    letters = scripts.total()
    if scripts["ja"] * 20 > letters:
        return "ja"
    script, count = scripts.most_common(1)[0] if scripts else ("latin", 0)
    if script != "latin" and count * 3 > letters:
        return script
    words = Counter(re.findall(r"\w+", sample.casefold()))
    scores = {tag: sum(words[w] for w in common.split()) for tag, common in _COMMON_WORDS.items()}
    best = max(scores, key=lambda tag: scores[tag])
    is_enough = scores[best] >= _FEWEST and scores[best] * _RAREST >= words.total()
    return best if is_enough and scores[best] > scores["en"] else "en"
