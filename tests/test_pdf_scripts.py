"""Lines of Arabic, Japanese and Thai: where they start and end, and what is copied from them."""

from __future__ import annotations

import ctypes
import io
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTCollection, TTFont

import bookbuilder
from bookbuilder import write
from bookbuilder.formats.cover_art import letters_of
from bookbuilder.formats.pdf.weasy.own_families import families_for
from bookbuilder.text.words import letters_added
from books import load_files

FONTS = Path(bookbuilder.__file__).parent / "fonts"
# They lay out pages.
pytestmark = pytest.mark.slow

ARABIC = (
    "هذا نص عربي طويل يملأ السطر ويمتد إلى ما بعده حتى نرى الحافة اليمنى للنص كله. في عام 2024 "
    "صدر الكتاب، وقرأه *القراء* في القاهرة وحدها، ثم صدرت منه **طبعة ثانية** في دمشق وبيروت. "
)
JAPANESE = (
    "吾輩は猫である。名前はまだ無い。Pythonで<ruby>漢字<rt>かんじ</rt></ruby>を扱うには`str`型を使う。"
    "バージョン3.12では「Unicode」の15.0に対応している。どこで生れたかとんと**見当**がつかぬ。"
)


THAI = (
    "เรื่องนี้เป็นเรื่องของห้องสมุดในเมืองเล็กๆ แห่งหนึ่ง ซึ่งทุกเย็นเด็กๆ และผู้สูงอายุจะมานั่งอ่านหนังสือด้วยกัน "
    "บรรณารักษ์คือ**คุณสมชาย**ซึ่งเป็นคนใจดีมากและใช้เวลาสามสิบห้าปีของชีวิตอยู่ในอาคารหลังนี้กับ `x` และทำงาน"
)


def page_of(folder: Path, language: str, text: str) -> tuple[str, list[tuple[float, float]]]:
    """Return the text of the first page of the chapter, and where its lines begin and end."""
    toml = f'[book]\ntitle = "Small"\nlanguage = "{language}"\nchapters = ["a.md"]\n'
    book, _ = load_files(folder, {"book.toml": toml, "a.md": f"# 1\n\n{text}\n"})
    with pypdfium2.PdfDocument(write(book, folder / "b.pdf").path) as pdf:
        page = next(p for p in pdf if len(p.get_textpage().get_text_range()) > 100)
        words = page.get_textpage()
        return words.get_text_range(), lines_of(words)


def lines_of(words: Any) -> list[tuple[float, float]]:
    lines: dict[int, list[tuple[float, float]]] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    for place in range(words.count_chars()):
        if chr(pdfium.FPDFText_GetUnicode(words, place)).isspace():
            continue
        left, _, right, _ = words.get_charbox(place, loose=True)
        pdfium.FPDFText_GetCharOrigin(words, place, x, y)
        lines.setdefault(round(y.value), []).append((left, right))
    found = [lines[height] for height in sorted(lines, reverse=True)]
    return [(min(b[0] for b in line), max(b[1] for b in line)) for line in found if len(line) > 15]


def test_arabic_lines_start_at_one_edge_and_indent_there(tmp_path: Path) -> None:
    _, lines = page_of(tmp_path, "ar", f"{ARABIC * 3}\n\n{ARABIC * 2}")
    edge = max(right for _, right in lines)
    starts = [edge - right for _, right in lines]
    indented = [start for start in starts if start > 3]
    assert len(indented) == 1
    assert 14 < indented[0] < 18
    assert max(start for start in starts if start <= 3) < 0.5
    assert min(left for left, _ in lines) == pytest.approx(lines[0][0], abs=1)


def test_an_arabic_letter_of_several_glyphs_is_copied_once(tmp_path: Path) -> None:
    text, _ = page_of(tmp_path, "ar", f"{ARABIC * 2} مملكتي وكتب عليه.")
    assert "مملكتي" in text
    assert "عليه" in text


def test_japanese_lines_are_full_and_hold_whole_characters(tmp_path: Path) -> None:
    _, lines = page_of(tmp_path, "ja", JAPANESE * 3)
    edge = max(right for _, right in lines)
    assert all(edge - right < 0.6 for _, right in lines[:-1])
    left = min(left for left, _ in lines)
    assert round((edge - left) / 10, 1) % 1 == 0
    # Each paragraph starts with an empty character.
    assert lines[0][0] - left == pytest.approx(10, abs=0.1)


def test_japanese_lines_before_long_words_are_full_and_copied_as_typed(tmp_path: Path) -> None:
    typed = (
        "また、この書籍の文章はCreative Commons Attribution 4.0（CC BY 4.0）に基づいて提供されます"
        "。"
        "その場でサンプルコードを実行してJavaScriptを学べます。書籍の内容はinternationalizationです。"
    )
    text, lines = page_of(tmp_path, "ja", typed * 3)
    edge = max(right for _, right in lines)
    assert all(edge - right < 4 for _, right in lines[:-1])
    # Where a word is divided, PDFium says U+FFFE.
    assert typed * 3 in re.sub("\r?\n|\ufffe", "", text)
    assert "internationaliza\ufffetion" in text


def test_thai_lines_end_after_words_are_full_and_are_copied_as_typed(tmp_path: Path) -> None:
    text, _ = page_of(tmp_path, "th", THAI * 3)
    copied = [line.strip() for line in text.splitlines()]
    assert re.sub(r"[*`]", "", THAI * 3).replace(" ", "") in "".join(copied).replace(" ", "")
    # No line begins with a vowel or mark that belongs to the letter before it.
    assert not any(re.match("[\u0e30-\u0e3a\u0e45-\u0e4e]", line) for line in copied)
    assert "เล็กๆ แห่งหนึ่ง ซึ่งทุกเย็น" in text
    with pypdfium2.PdfDocument(tmp_path / "b.pdf") as pdf:
        page = next(p for p in pdf if len(p.get_textpage().get_text_range()) > 100)
        ends = ends_of_painted_lines(page)[2:]
    assert len(ends) == 9
    assert max(ends[:-1]) - min(ends[:-1]) < 1.5


def ends_of_painted_lines(page: Any) -> list[float]:
    """Return how far right the ink of each line goes, in points."""
    ink = page.render(scale=2, grayscale=True).to_pil().point(lambda level: 255 * (level < 128))
    width, height = ink.size
    rows = [bool(ink.crop((0, y, width, y + 1)).getbbox()) for y in range(height * 9 // 10)]
    bands = [(is_inked, len(list(group))) for is_inked, group in groupby(rows)]
    ends, y = [], 0
    for is_inked, count in bands:
        if is_inked and count > 8:
            ends.append(ink.crop((0, y, width, y + count)).getbbox()[2] / 2)
        y += count
    return ends


def test_japanese_is_copied_as_it_was_typed(tmp_path: Path) -> None:
    text, _ = page_of(tmp_path, "ja", f"{JAPANESE}\n\n\u3000字下げ。\n\n- 項目\n")
    joined = "".join(text.split())
    typed = re.sub(r"<rt>.*?</rt>|<[^>]*>|[*`]", "", JAPANESE)
    assert typed in joined.replace("かんじ", "")
    assert "Python で" not in text
    assert "バージョン 3" not in text
    assert "・" in text


@pytest.mark.parametrize("language", ["ar", "fa", "he", "hi", "ja", "ko", "ru", "th", "zh"])
def test_no_word_that_bookbuilder_adds_prints_as_boxes(language: str) -> None:
    bundled = {letter for font in FONTS.glob("*.ttf") for letter in letters_of(font.stem)}
    assert {c for c in letters_added(language) if ord(c) not in bundled} == set()


def test_chinese_is_set_in_the_authors_font_for_its_country() -> None:
    collection = TTCollection()
    for family in ("Plain JP", "Plain SC", "Plain TC"):
        font = TTFont(FONTS / "BIZUDMincho-Regular.ttf")
        font["name"].setName(family, 1, 3, 1, 0x409)
        collection.fonts.append(font)
    file = io.BytesIO()
    collection.save(file)
    fonts = [b"damaged", (FONTS / "Amiri-Regular.ttf").read_bytes(), file.getvalue()]
    assert families_for("zh-CN", fonts)[0] == "Plain SC"
    assert families_for("zh-Hant", fonts)[0] == "Plain TC"
    assert families_for("zh", fonts[:2]) == ["Bookbuilder Words SC"]
    assert families_for("ja", fonts) == families_for("en", fonts) == []


def order_on_page(folder: Path, text: str, *words: str) -> list[str]:
    """Return `words` as they follow each other on the page of `text`, from the left."""
    toml = '[book]\ntitle = "Small"\nlanguage = "ar"\nchapters = ["a.md"]\n'
    book, _ = load_files(folder, {"book.toml": toml, "a.md": f"# 1\n\n{text}\n"})
    pdf = pypdfium2.PdfDocument(write(book, folder / "b.pdf").path)
    page = next(p.get_textpage() for p in pdf if words[0] in p.get_textpage().get_text_range())
    places = {}
    for word in words:
        found = page.search(word).get_next()
        assert found is not None
        places[word] = page.get_charbox(found[0])[0]
    return sorted(places, key=lambda word: places[word])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("نستخدم React **Native** app هنا.", ["React", "Native", "app"]),
        ("هنا `state` Hook و نص.", ["state", "Hook"]),
        ("نص Web (`Code`) Words نص.", ["Web", "Code", "Words"]),
        ("نسخة React **16** نص.", ["React", "16"]),
        # Enumerated code follows from the right, and so do words with Arabic between them.
        ("نص (`Ab`, `Cd` و `Ef`) نص.", ["Ef", "Cd", "Ab"]),
        ("نص **React** عربي **Native** نص.", ["Native", "React"]),
        ("نص **React عربي** Native نص.", ["Native", "React"]),
    ],
)
def test_latin_words_in_arabic_run_from_the_left_over_elements(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    assert order_on_page(tmp_path, text, *words) == words


def test_a_note_within_latin_words_stays_on_the_right(tmp_path: Path) -> None:
    text = "نص **Web**[^n] Words نص.\n\n[^n]: ملاحظة Note"
    toml = '[book]\ntitle = "Small"\nlanguage = "ar"\nchapters = ["a.md"]\n'
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": f"# 1\n\n{text}\n"})
    pdf = pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path)
    page = next(p for p in pdf if "Note" in p.get_textpage().get_text_range())
    found = page.get_textpage().search("Note").get_next()
    assert page.get_textpage().get_charbox(found[0])[0] > page.get_width() / 2
