"""Rounds of layout, page numbers and remembered pages, with an engine that only counts letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bookbuilder import Book, Report
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.paginate.cutting import needs_the_whole
from bookbuilder.formats.pdf.paginate.layout_cache import LayoutCache, circumstances
from bookbuilder.formats.pdf.paginate.page_numbers import labels_of, pages_of, roman
from bookbuilder.formats.pdf.paginate.rounds import LaidOutBook, lay_out_book
from bookbuilder.formats.pdf.paginate.run_layouter import LayoutFailedError
from bookbuilder.formats.pdf.run_data.records import (
    Failure,
    FontUse,
    LaidOutRun,
    PageRecord,
    Side,
    WrittenFonts,
)
from bookbuilder.formats.pdf.run_data.runs import LEAF, classes_of, with_room_for_notes
from bookbuilder.runtime.cache import Cache
from bookbuilder.runtime.progress import current_place
from books import load_files, place_of, rules_of

LETTERS_ON_PAGE = 100


@dataclass(frozen=True)
class CountingEngine:
    """Fills pages with a hundred letters each, in leaves where a chapter follows.

    Notes with `misplaced` in their text stand on the wrong page, a run with `unruly` in its text
    runs on, one with `broken` fails, and `pages_for` may say how many pages a text takes. A run
    with `spelled` or `counted` in it has to be laid out with its numbers.
    """

    pages_for: Callable[[str], int] = lambda text: 1 + len(text) // LETTERS_ON_PAGE

    def lay_out_run(
        self, tree: ET.Element, start: int, has_leaf: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        text = "".join(tree.itertext())
        count = self.pages_for(text)
        count += count % 2 if has_leaf else 0
        anchors: list[dict[str, tuple[float, float, float, float]]] = [{} for _ in range(count)]
        for name, at in letters_before(tree):
            anchors[min(at // LETTERS_ON_PAGE, count - 1)][name] = (0, 0, 0, 0)
        failure = Failure("broken", ((current_place().name, "broken"),))
        notes = [e for e in tree.iter("aside") if "misplaced" in "".join(e.itertext())]
        return LaidOutRun(
            tuple(PageRecord(1, 1, (0, 0, 0, 0), on_page) for on_page in anchors),
            misplaced_notes=tuple(note.get("id", "") for note in notes),
            runs_on="unruly" in text and has_leaf,
            spells="spelled" in text,
            counts="counted" in text,
            failure=failure if "broken" in text else None,
        ), {}

    def write_fonts(self, uses: Sequence[FontUse], blobs: Mapping[str, bytes]) -> WrittenFonts:
        raise AssertionError("there are no fonts")


@dataclass(frozen=True)
class SidedEngine(CountingEngine):
    """Has chapters open on rectos, but those inside others on either side."""

    def lay_out_run(
        self, tree: ET.Element, start: int, has_leaf: bool
    ) -> tuple[LaidOutRun, dict[str, bytes]]:
        leaf = next((e for e in tree.iter() if e.get("id") == LEAF), None)
        side: Side = "recto" if leaf is not None and "nested" not in classes_of(leaf) else ""
        text = "".join(tree.itertext())
        count = 1 + len(text) // LETTERS_ON_PAGE
        laid_out, blobs = CountingEngine(lambda text: count).lay_out_run(tree, start, False)
        pages, is_blank = laid_out.pages, False
        if has_leaf and side and (start + count) % 2 == 0:
            pages, is_blank = (*pages, PageRecord(1, 1, (0, 0, 0, 0), {})), True
        return replace(laid_out, pages=pages, next_side=side, ends_blank=is_blank), blobs


def letters_before(tree: ET.Element) -> list[tuple[str, int]]:
    """Return every anchor of `tree` in order, and how many letters stand before it."""
    found, letters = [], 0

    def walk(element: ET.Element) -> None:
        nonlocal letters
        if name := element.get("id"):
            found.append((name, letters))
        letters += len(element.text or "")
        for child in element:
            walk(child)
            letters += len(child.tail or "")

    walk(tree)
    return found


def paginated(
    book: Book,
    report: Report | None = None,
    engine: CountingEngine | None = None,
    cache: LayoutCache | None = None,
    styles: Iterable[str] = (),
) -> LaidOutBook:
    cache = cache or LayoutCache({}, b"", Cache(None))
    engine = engine or CountingEngine()
    book = arrange_notes(book)
    return lay_out_book(book, cache, lambda: engine, styles, report or Report())


def numbers_quoted(laid_out: LaidOutBook) -> list[tuple[str, str]]:
    """Return each place in the text that quotes a page: the anchor that it names, the number."""
    trees = [laid_out.runs[0].tree, laid_out.body]
    return [
        (element.get("data-page-of", "").removeprefix("#"), element.text or "")
        for tree in trees
        for element in tree.iter()
        if element.get("data-page-of")
    ]


def true_numbers(laid_out: LaidOutBook) -> dict[str, str]:
    front, body = laid_out.laid_out_runs[:1], laid_out.laid_out_runs[1:]
    return labels_of(pages_of(front), roman) | labels_of(pages_of(body))


BOOK: dict[str, str | bytes] = {
    "book.toml": (
        '[book]\ntitle = "T"\nlanguage = "en"\nfront = ["preface.md"]\n'
        'chapters = ["one.md", "two.md", "three.md"]\n'
    ),
    "preface.md": "# Preface\n\nSee [the third](three.md#deep).\n",
    "one.md": f"# One\n\n{'word ' * 300}\n\nSee [Two](two.md) and [this](three.md#deep).\n",
    "two.md": f"# Two\n\n{'word ' * 100}\n\nBack to [One](one.md), or [in front](preface.md).\n",
    "three.md": f"# Three\n\n{'word ' * 90}\n\n## Deep\n\n[Last](one.md) words.\n",
}


PARTS = """\
[book]
title = "T"
language = "en"
[[part]]
title = "First"
chapters = ["a.md"]
[[part]]
title = "Second"
chapters = ["b.md"]
"""


def test_every_number_is_that_of_the_page_with_its_target_on(tmp_path: Path) -> None:
    book, report = load_files(tmp_path, BOOK)
    laid_out = paginated(book, report)
    true = true_numbers(laid_out)
    quoted = numbers_quoted(laid_out)
    assert len(quoted) == 4 + 1 + 2 + 2 + 1
    assert quoted == [(target, true[target]) for target, _ in quoted]
    assert true["one"] == "1"
    assert int(true["three--deep"]) > int(true["three"]) > int(true["two"]) > 10
    assert set(true["preface"]) <= set("ivxlc")
    assert rules_of(report) == []


def test_numbers_that_never_settle_are_reported(tmp_path: Path) -> None:
    def pages_for(text: str) -> int:
        # The chapter is longer exactly where it says that the next one starts early.
        return 10 if re.search(r"page\s\d\)", text) else 2

    book, report = load_files(
        tmp_path, {"a.md": "# A\n\nSee [it](b.md) there.\n", "b.md": "# B\n\nText.\n"}
    )
    paginated(book, report, CountingEngine(pages_for))
    assert rules_of(report) == ["page-numbers-unsettled"]


def test_chapters_that_open_on_either_side_settle_whatever_their_number(tmp_path: Path) -> None:
    """Each chapter's blank page depends on where the one before it ends."""
    sections = [
        f"- [{name}]({name}.md)\n  - [{name}x]({name}x.md)\n  - [{name}y]({name}y.md)"
        for name in "abcdefgh"
    ]
    files = {"SUMMARY.md": "\n".join(sections)}
    for at, name in enumerate("abcdefgh"):
        for suffix, words in (("", 5), ("x", 20 + at % 3 * 25), ("y", 40)):
            link = "See [a](a.md).\n" if suffix == "x" else ""
            files[f"{name}{suffix}.md"] = f"# {name}{suffix}\n\n{link}{'Word. ' * words}\n"
    book, report = load_files(tmp_path, {"book.toml": '[book]\ntitle = "T"\n', **files})
    laid_out = paginated(book, report, SidedEngine())
    true = true_numbers(laid_out)
    assert all(int(true[name]) % 2 for name in "abcdefgh")
    assert any(not int(true[f"{name}x"]) % 2 for name in "abcdefgh")
    assert [n for target, n in numbers_quoted(laid_out) if n != true[target]] == []
    assert "page-numbers-unsettled" not in rules_of(report)


def test_chapters_wait_for_what_their_layout_depends_on(tmp_path: Path) -> None:
    """So none is laid out twice for its side, nor for the figures of a page."""
    files = {"SUMMARY.md": "\n".join(f"- [{n}]({n}.md)\n  - [{n}x]({n}x.md)" for n in "abcdef")}
    for at, name in enumerate("abcdef"):
        files[f"{name}.md"] = f"# {name}\n\n{'Word. ' * 20 * (at % 3)}\n"
        files[f"{name}x.md"] = f"# {name}x\n\n{'Word. ' * 60}\n"
    # Page 9 is far from where it would be in an ordinary book.
    files["f.md"] += "\nSee [b](b.md).\n"
    files["fx.md"] += "\nSee [c](c.md).\n"
    book, _ = load_files(tmp_path, {"book.toml": '[book]\ntitle = "T"\n', **files})
    layouts = LayoutCache({}, b"", Cache(None))
    laid_out = paginated(book, engine=SidedEngine(), cache=layouts)
    true = true_numbers(laid_out)
    assert len(true["b"]) < len(true["c"])
    assert any(not int(true[f"{name}x"]) % 2 for name in "abcdef")
    assert {r.place.name: n for r, n in Counter(layouts.laid_out).items() if n > 1} == {}


def test_an_index_waits_for_all_pages(tmp_path: Path) -> None:
    chapters = {f"{n}.md": f"# {n}\n\n{'Word. ' * 50} [term]{{.index}}\n" for n in "abc"}
    toml = '[book]\ntitle = "T"\nchapters = ["a.md", "b.md", "c.md"]\nback = ["index.md"]\n'
    files = {"book.toml": toml, **chapters, "index.md": "# Index {.index-of-terms}\n"}
    book, _ = load_files(tmp_path, files)
    layouts = LayoutCache({}, b"", Cache(None))
    paginated(book, cache=layouts)
    assert {r.place.name: n for r, n in Counter(layouts.laid_out).items() if n > 1} == {}


def test_a_note_on_the_wrong_page_goes_to_the_end_of_its_chapter(tmp_path: Path) -> None:
    note = "Called[^1], and called[^2].\n\n[^1]: A misplaced one.\n\n[^2]: Another.\n"
    book, report = load_files(tmp_path, {"a.md": f"# A\n\n{note}", "b.md": "# B\n\nText.\n"})
    laid_out = paginated(book, report)
    at_end = [e.get("id") for e in laid_out.body.iterfind(".//section[@role='doc-endnotes']/aside")]
    assert at_end == ["a--fn-1"]
    (found,) = [d for d in report if d.rule.name == "long-note"]
    assert place_of(found.span).startswith("a.md:5")


def test_only_the_chapter_of_a_note_that_moves_is_laid_out_again(tmp_path: Path) -> None:
    files = {f"{name}.md": f"# {name.upper()}\n\nText.\n" for name in "abc"}
    files["a.md"] += "\nCalled[^1].\n\n[^1]: A misplaced one.\n"
    book, _ = load_files(tmp_path, files)
    layouts = LayoutCache({}, b"", Cache(None))
    paginated(book, cache=layouts)
    counts = Counter(run.place.name for run in layouts.laid_out if run.part >= 0)
    assert counts == {"“A”": 2, "“B”": 1, "“C”": 1}


def test_where_a_chapter_starts_no_page_the_body_is_one_run(tmp_path: Path) -> None:
    files = {"a.md": "# A\n\nText.\n", "b.md": "# B\n\nText.\n"}
    book, _ = load_files(tmp_path / "a", files)
    assert len(paginated(book).runs) == 1 + 2
    book, _ = load_files(tmp_path / "b", files | {"a.md": "# A\n\nAn unruly text.\n"})
    assert len(paginated(book).runs) == 1 + 1


def test_a_run_that_fails_is_named(tmp_path: Path) -> None:
    book, _ = load_files(tmp_path, {"a.md": "# A\n\nText.\n", "b.md": "# B\n\nIt is broken.\n"})
    with pytest.raises(LayoutFailedError) as caught:
        paginated(book)
    assert [failure.said for failure in caught.value.failures] == ["broken"]


def test_a_run_may_have_one_more_leaf_before_its_last(tmp_path: Path) -> None:
    files = {"book.toml": PARTS, "a.md": "# A\n\nText.\n", "b.md": "# B\n\nText.\n"}
    book, _ = load_files(tmp_path, files)
    runs = paginated(book).runs
    for run in (run for run in runs if run.has_leaf):
        before = list(run.tree.iter("section"))
        longer = list(with_room_for_notes(run.tree).iter("section"))
        assert longer[:-2] == before[:-1]
        assert longer[-1] is before[-1]
        assert (longer[-2].get("class"), longer[-2].text) == (before[-1].get("class"), None)
        assert list(run.tree.iter("section")) == before
    assert [run.has_leaf for run in runs] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("style", "needs"),
    [
        ("p { color: #111 }", False),
        ("@page { margin-top: 40mm }", False),
        ("h2 { counter-increment: section }", True),
        ("@page :first { margin-top: 40mm }", True),
        ("p::before { content: counter(pages) }", True),
        (".head { position: running(head) }", True),
    ],
)
def test_styles_that_reach_over_chapters_are_known(style: str, needs: bool) -> None:
    assert needs_the_whole([style]) == needs


def laid_out_anew(folder: Path, files: dict[str, str | bytes], cache: Path, **made: str) -> int:
    """Lay out a book with pages remembered in `cache`; return how many runs were laid out."""
    book, _ = load_files(folder, files)
    key = circumstances([made.get("version", "1")], [("own.css", made.get("css", ""))], [])
    layouts = LayoutCache(book.assets, key, Cache(cache))
    paginated(book, cache=layouts)
    return len(set(layouts.laid_out))


def runs_laid_out(
    folder: Path, pages: int, cache: Path, extra: str = "", styles: Iterable[str] = ()
) -> list[str]:
    """Lay out a book whose first chapter has so many pages; return the runs that were laid out."""
    chapters = {
        "a.md": f"# A\n\n{'word ' * 20 * pages}{extra}\n",
        "b.md": f"# B\n\nSee [C](c.md). {'word ' * 20}{extra}\n",
        "c.md": f"# C\n\nText. {extra}\n",
    }
    book, _ = load_files(folder, chapters)
    layouts = LayoutCache(book.assets, b"", Cache(cache))
    laid_out = paginated(book, cache=layouts, styles=styles)
    assert numbers_quoted(laid_out)
    true = true_numbers(laid_out)
    assert [said for _, said in numbers_quoted(laid_out)] == [
        true[target] for target, _ in numbers_quoted(laid_out)
    ]
    return sorted({run.place.name for run in layouts.laid_out if run.part >= 0})


def test_other_numbers_with_as_many_figures_lay_out_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert runs_laid_out(tmp_path / "a", 20, cache) == ["“A”", "“B”", "“C”"]
    assert runs_laid_out(tmp_path / "b", 30, cache) == ["“A”"]
    # The page of the third chapter has three figures now.
    assert runs_laid_out(tmp_path / "c", 120, cache) == ["“A”", "“B”"]


@pytest.mark.parametrize(
    ("mark", "style", "again"),
    [
        ("spelled", "", ["“A”", "“B”"]),
        ("counted", "", ["“A”", "“B”", "“C”"]),
        # A number may stand in a bookmark, too.
        ("", "h1 { bookmark-label: content() }", ["“A”", "“B”"]),
    ],
)
def test_what_cannot_be_painted_is_laid_out_with_its_numbers(
    mark: str, style: str, again: list[str], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    runs_laid_out(tmp_path / "a", 20, cache, mark, [style])
    assert runs_laid_out(tmp_path / "b", 30, cache, mark, [style]) == again


def test_only_what_changed_is_laid_out_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    whole = laid_out_anew(tmp_path / "a", BOOK, cache)
    assert whole == 4
    assert laid_out_anew(tmp_path / "b", BOOK, cache) == 0
    changed = BOOK | {"three.md": str(BOOK["three.md"]).replace("Last", "Very last")}
    assert 0 < laid_out_anew(tmp_path / "c", changed, cache) < whole
    assert laid_out_anew(tmp_path / "d", BOOK, cache) == 0


@pytest.mark.parametrize("made", [{"version": "2"}, {"css": "p { color: #111 }"}])
def test_another_library_or_style_lays_out_anew(made: dict[str, str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    whole = laid_out_anew(tmp_path / "a", BOOK, cache)
    assert laid_out_anew(tmp_path / "a", BOOK, cache, **made) == whole


def test_damaged_records_are_made_anew(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    whole = laid_out_anew(tmp_path / "a", BOOK, cache)
    for path in [p for p in cache.rglob("*") if p.is_file()]:
        path.write_bytes(path.read_bytes()[:-3])
    assert laid_out_anew(tmp_path / "a", BOOK, cache) == whole
