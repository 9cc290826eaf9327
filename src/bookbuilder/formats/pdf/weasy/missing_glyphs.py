"""Report characters that no font has: once for a script, with the font that would help."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bookbuilder.model.diagnostics import Level, Report, Rule, Severity

if TYPE_CHECKING:
    from bookbuilder.book import Book, Chapter

MISSING_GLYPH = Rule(
    "P004",
    "missing-glyph",
    Severity.WARNING,
    "No font has these characters, so they print as empty boxes. Put a font that has them (TTF,"
    " OTF or TTC) into the folder `fonts/` of the book, or write something else. The Noto fonts"
    " (https://fonts.google.com/noto) cover nearly all scripts. Chinese and Korean are set in such"
    " a font as a whole; no stylesheet has to name it.",
)
MOST_SHOWN = 5

# By the first word of a character's Unicode name: what to call it, and the font to look for.
_FONTS = {
    "ARABIC": ("Arabic", "Noto Naskh Arabic"),
    "BENGALI": ("Bengali", "Noto Serif Bengali"),
    "CJK": ("Chinese characters", "Noto Serif SC, TC, JP or KR"),
    "CUNEIFORM": ("cuneiform", "Noto Sans Cuneiform"),
    "EGYPTIAN": ("hieroglyphs", "Noto Sans Egyptian Hieroglyphs"),
    "ETHIOPIC": ("Ethiopic", "Noto Serif Ethiopic"),
    "GUJARATI": ("Gujarati", "Noto Serif Gujarati"),
    "GURMUKHI": ("Gurmukhi", "Noto Serif Gurmukhi"),
    "HANGUL": ("Korean", "Noto Serif KR"),
    "HIRAGANA": ("Japanese", "Noto Serif JP"),
    "KANNADA": ("Kannada", "Noto Serif Kannada"),
    "KATAKANA": ("Japanese", "Noto Serif JP"),
    "KHMER": ("Khmer", "Noto Serif Khmer"),
    "LAO": ("Lao", "Noto Serif Lao"),
    "MALAYALAM": ("Malayalam", "Noto Serif Malayalam"),
    "MUSICAL": ("musical notation", "Noto Music"),
    "MYANMAR": ("Burmese", "Noto Serif Myanmar"),
    "ORIYA": ("Odia", "Noto Serif Oriya"),
    "SINHALA": ("Sinhala", "Noto Serif Sinhala"),
    "TAMIL": ("Tamil", "Noto Serif Tamil"),
    "TELUGU": ("Telugu", "Noto Serif Telugu"),
    "TIBETAN": ("Tibetan", "Noto Serif Tibetan"),
}
# By language, for characters that several languages share.
_CJK_FONTS = {"zh": "SC", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK", "ja": "JP", "ko": "KR"}
_PRIVATE = ("private use", "")
_SYMBOLS = ("symbols", "Noto Sans Symbols 2 or Noto Emoji")


def report_missing_glyphs(characters: Iterable[str], book: Book, report: Report) -> None:
    """Report `characters` by script, at the first place in the book: WeasyPrint names none.

    Chapters that set their own level for the rule have a finding of their own.
    """
    scripts: dict[tuple[str, str], list[str]] = {}
    for character in sorted(characters):
        key = _script_of(character, book.metadata.language)
        scripts.setdefault(key, []).append(character)
    texts = [(chapter, set(chapter.tree.get_text())) for chapter in book.chapters]
    for (script, font), missing in scripts.items():
        by_level: dict[Level | None, list[Chapter]] = {}
        for chapter, text in texts:
            if not text.isdisjoint(missing):
                level = chapter.levels.get(MISSING_GLYPH.name)
                by_level.setdefault(level, []).append(chapter)
        for chapters in by_level.values():
            _report(script, font, missing, chapters, report)
        if not by_level:
            _report(script, font, missing, [], report)


def _script_of(character: str, language: str) -> tuple[str, str]:
    """Return what to call the script of a character, and a font for it in `language`."""
    category = unicodedata.category(character)
    if category in ("Co", "Cn"):
        return _PRIVATE
    name = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    tag = language.lower()
    if name == "CJK" and (ending := _CJK_FONTS.get(tag) or _CJK_FONTS.get(tag.split("-")[0])):
        return _FONTS[name][0], f"Noto Serif {ending}"
    if name in _FONTS:
        return _FONTS[name]
    if category[0] in "LMN":
        return name.capitalize(), f"Noto Sans or Serif {name.capitalize()}"
    return _SYMBOLS


def _report(
    script: str, font: str, missing: list[str], chapters: list[Chapter], report: Report
) -> None:
    span = None
    if chapters:
        text = chapters[0].source.text
        places = sorted((at, c) for c in missing if (at := text.find(c)) >= 0)
        # What is there comes first, in the order of the text.
        here = [c for _, c in places]
        missing = [*here, *(c for c in missing if c not in set(here))]
        source = chapters[0].source
        span = source.span(places[0][0], 1) if places else source.span_of_file()
    shown = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in missing[:MOST_SHOWN])
    shown += ", …" if len(missing) > MOST_SHOWN else ""
    count = f"{len(missing)} characters" if len(missing) > 1 else "a character"
    what = f"{count} ({script})"
    others = len(chapters) - 1
    more = f" and {others} other chapter{'s' if others > 1 else ''}" if others > 0 else ""
    where = f", in “{chapters[0].title}”{more}" if chapters else ""
    hint = (
        f"put {font} or another font that has them (TTF, OTF, TTC) into the folder `fonts` of the"
        " book, its bold too"
    )
    if not font:
        hint = "put the font that they were typed with into the folder `fonts` of the book"
    report.add(MISSING_GLYPH, f"no font has {what}: {shown}{where}", span, hint)
