"""Find words that stand where text is still to come: TODO, lorem ipsum, `???` and their like.

A few of them are nothing else in any language. The others are words, in capitals, so they count
only where brackets, a colon or a line of their own show what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_ALWAYS = ("FIXME", "TBD", "TKTK", "TKTKTK")
SHORT = frozenset((*_ALWAYS, "TODO", "XXX", "TBC", "TBA"))
"""Those that are one word."""
# What goes on so speaks of such marks: "a TODO list".
_TODO = r"TODO(?![ -](?:[Ll]ist|[Cc]omment|[Ii]tem|[Mm]arker|[Nn]ote|[Aa]pp|[Ff]ile|-?Liste))"
# `TODO` is a word of these languages: "all".
_WORD_TODO = frozenset(("es", "pt", "gl", "ca"))
_MARKED = ("TODO", "TO DO", "TO-DO", "FIX ME", "T.B.D.", "TBC", "TBA")
_MARKED_IN: dict[str, tuple[str, ...]] = {
    "en": ("TO BE DONE", "TO BE WRITTEN", "TO BE ADDED", "TO BE CONFIRMED", "TO BE DETERMINED"),
    "de": ("ZU ERLEDIGEN", "NOCH SCHREIBEN", "NOCH ERGÄNZEN", "FEHLT NOCH", "FOLGT NOCH"),
    "fr": ("À FAIRE", "A FAIRE", "À COMPLÉTER", "A COMPLETER", "À RÉDIGER", "À DÉFINIR"),
    "es": ("POR HACER", "POR COMPLETAR", "POR DEFINIR", "PENDIENTE"),
    "pt": ("POR FAZER", "A FAZER", "A COMPLETAR", "A DEFINIR", "PENDENTE"),
    "it": ("DA FARE", "DA COMPLETARE", "DA SCRIVERE", "DA DEFINIRE"),
    "nl": ("NOG DOEN", "NOG SCHRIJVEN", "NOG AANVULLEN", "NTB"),
    "sv": ("ATT GÖRA", "ATT SKRIVA"),
    "da": ("MANGLER", "SKAL SKRIVES"),
    "nb": ("MANGLER", "MÅ SKRIVES"),
    "pl": ("DO ZROBIENIA", "DO UZUPEŁNIENIA"),
    "cs": ("DODĚLAT", "DOPLNIT"),
    "hu": ("TEENDŐ", "KIEGÉSZÍTENDŐ"),
    "fi": ("TEHTÄVÄ", "KESKEN"),
    "ro": ("DE FĂCUT", "DE COMPLETAT"),
    "tr": ("YAPILACAK", "YAZILACAK"),
    "ru": ("СДЕЛАТЬ", "ДОПИСАТЬ", "ДОПОЛНИТЬ"),
    "uk": ("ЗРОБИТИ", "ДОПИСАТИ", "ДОПОВНИТИ"),
    "el": ("ΝΑ ΓΙΝΕΙ", "ΝΑ ΣΥΜΠΛΗΡΩΘΕΙ"),
    "vi": ("CẦN BỔ SUNG",),
    "zh": ("待补充", "待補充", "待完成", "待定"),
    "ja": ("要加筆", "未執筆", "あとで書く"),
    "ko": ("추후 작성", "작성 예정"),
}
_FILLER = r"\A\s*Lorem ipsum\b|(?i:\blorem ipsum(?= dolor)|\bdolor sit amet\b)"
# Whoever speaks of such a mark puts an article before it: "leave a TODO in the code".
_ARTICLE = re.compile(
    r"(?:^|\W)(?:an?|the|this|that|these|those|any|each|every|no|your|our|my|some|called|ein|eine"
    r"|einen|einem|der|die|das|den|dem|un|une|le|la|les|des|du|het|een|de|en|ett|et)\s+$",
    re.IGNORECASE,
)
_LONGEST_ARTICLE = 12
_QUESTION = r"(?<![\w?!¿])\?{3,}(?![\w?!])"
# Not in quotation marks, which speak of a word, nor as a part of a name.
_BEFORE, _AFTER = r"(?<![\w@#$./“\"‘'«„-])", r"(?![\w/-])"
_AN_X = re.compile(r"(?<![\w.-])X{3,}(?![\w-])")
_NUMERAL = re.compile(r"\bX{2,3}(?:IX|IV|VI{0,3}|I{1,3})\b")
_AROUND = " \t\n[](){}<>【】（）［］:：.…!?"


def placeholders(text: str, language: str, *, has_numerals: bool = False) -> Iterator[str]:
    """Yield each placeholder in the passage `text`, as it stands there.

    `has_numerals` says that there are Roman numbers around, of which `XXX` may be one.
    """
    always, marked = _patterns(language.partition("-")[0].lower())
    found = [match.span() for match in always.finditer(text)]
    found += [match.span() for match in marked.finditer(text)]
    if not has_numerals:
        found += [match.span() for match in _AN_X.finditer(text)]
    last = 0
    for start, end in sorted(found):
        word = text[start:end]
        word = word.strip(_AROUND) or word.strip()
        speaks_of_it = _ARTICLE.search(text[max(0, start - _LONGEST_ARTICLE) : start])
        if start >= last and not speaks_of_it:
            yield word
            last = end


def has_roman_numbers(text: str) -> bool:
    """Return whether `text` has Roman numbers of the size of XXX, which then is one too."""
    return _NUMERAL.search(text) is not None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    sure = "|".join(_ALWAYS) if language in _WORD_TODO else "|".join((*_ALWAYS, _TODO))
    always = rf"{_BEFORE}(?:{sure}){_AFTER}|{_FILLER}|{_QUESTION}"
    names = sorted((*_MARKED, *_MARKED_IN.get(language, ())), key=len, reverse=True)
    name = f"(?:{'|'.join(map(re.escape, names))})"
    marked = (
        rf"\A\s*{name}[.…!:： ]*\Z|[\[(<{{【（［]\s?{name}(?!\w)"
        rf"|(?<!\w){name}(?:\s?[:：]|\s?[\])>}}】）］])"
    )
    return re.compile(always), re.compile(marked)
