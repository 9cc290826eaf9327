"""The few words that the PDF adds to a book, in the book's language."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
)


@dataclass(frozen=True, slots=True)
class Words:
    """`part` takes a number; `version` a version."""

    contents: str
    notes: str
    part: str
    version: str


_ENGLISH = Words("Contents", "Notes", "Part {}", "Version {}")
_BY_LANGUAGE = {
    "ar": Words("المحتويات", "ملاحظات", "الجزء {}", "الإصدار {}"),
    "de": Words("Inhalt", "Anmerkungen", "Teil {}", "Fassung {}"),
    "en": _ENGLISH,
    "es": Words("Índice", "Notas", "Parte {}", "Versión {}"),
    "fr": Words("Table des matières", "Notes", "Partie {}", "Version {}"),
    "he": Words("תוכן העניינים", "הערות", "חלק {}", "גרסה {}"),
    "it": Words("Indice", "Note", "Parte {}", "Versione {}"),
    "ja": Words("目次", "注", "第{}部", "版 {}"),
    "nl": Words("Inhoud", "Noten", "Deel {}", "Versie {}"),
    "pl": Words("Spis treści", "Przypisy", "Część {}", "Wersja {}"),
    "pt": Words("Índice", "Notas", "Parte {}", "Versão {}"),
    "ru": Words("Содержание", "Примечания", "Часть {}", "Версия {}"),
    "sv": Words("Innehåll", "Noter", "Del {}", "Version {}"),
}


def words_for(language: str) -> Words:
    """The words for a BCP 47 tag; English where there are none."""
    return _BY_LANGUAGE.get(primary(language), _ENGLISH)


def direction(language: str) -> str:
    """`ltr` or `rtl`, as HTML's `dir` wants it."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


def primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
