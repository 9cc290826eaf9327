"""Folders that were not written by a well-meaning author: nothing is followed out, nothing hangs.

Each little book is built or refused with a diagnostic; no other exception leaves `load` or `write`.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from bookbuilder import BookError, Report, load, write
from books import write_files

SECRET = "CANARY-OUTSIDE"
LONG = "x" * 300


def build(folder: Path) -> tuple[str, list[str]]:
    """Return all that the EPUB of `folder` holds, as text, and the rules reported."""
    output = folder.parent / "out.epub"
    report = Report()
    try:
        write(load(folder, report=report), output, report)
    except BookError as error:
        rules = [d.rule.name for d in error.diagnostics]
    else:
        rules = [d.rule.name for d in report]
    if not output.exists():
        assert rules
        return "", rules
    with zipfile.ZipFile(output) as package:
        text = "\n".join(package.read(name).decode("latin-1") for name in package.namelist())
    return text, rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a book of one chapter, beside files that no build may read."""
    outside = {"secret/x.md": f"# {SECRET}\n", "secret/x.css": f"/* {SECRET} */\n"}
    write_files(tmp_path, {**outside, "secret/x.svg": f"<svg><text>{SECRET}</text></svg>"})
    return write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})


@pytest.mark.attack("numbers, circles and data formats")
def test_chapters_that_cannot_be_read_hide_nothing_of_the_others(folder: Path) -> None:
    write_files(folder, {"two.md": "# Two\n\n[x](none.md) [y](a.md)\n\n![z](none.png)\n"})
    write_files(
        folder,
        {"a.md": b"\x89PNG\r\n\0\0", "b.md": b"x\n" * 4_000_001, "c.md": "---\na: b: c\n---\n"},
    )
    (folder / "d.md").symlink_to("/etc/passwd")
    _, rules = build(folder)
    unreadable = ["not-utf8", "too-large", "bad-front-matter"]
    assert sorted(rules) == sorted([*unreadable, "empty-chapter", "broken-link", "missing-image"])


SETTINGS = {
    'source = ".."': "bad-path",
    'source = "/usr"': "bad-path",
    'source = "nowhere"': "bad-path",
    'source = "one.md"': "bad-path",
    'name = "../../evil"': "bad-path",
    f'source = "{LONG}"': "bad-path",
    f'chapters = ["{LONG}.md"]': "missing-chapter",
    f'chapters = ["{"a/" * 3000}b.md"]': "missing-chapter",
    'chapters = ["/etc/passwd"]': "missing-chapter",
    'chapters = ["../secret/x.md"]': "chapter-outside",
    'chapters = ["a\\u0000b.md"]': "wrong-type",
    'title = "a\\u0000\\ufffe"': "wrong-type",
    'style = "../secret/x.css"': "missing-style",
    f'style = "{LONG}"': "missing-style",
    'style = "."': "missing-style",
    'cover = "/etc/passwd"': "missing-cover",
    f'cover = "{LONG}"': "missing-cover",
    'cover = "."': "missing-cover",
    "x = " + "9" * 5000: "bad-toml",
    "x = " + "[" * 3000 + "]" * 3000: "bad-toml",
    "x = " + "{a=" * 3000 + "1" + "}" * 3000: "bad-toml",
    ".".join("x" * 20_000) + " = 1": "bad-toml",
    "[" + ".".join("x" * 20_000) + "]": "bad-toml",
    "x = 1  # " + "x" * 200_000: "too-large",
    "[series]\nname = 'S'\nposition = 0x" + "f" * 5000: "wrong-type",
    "x = 1\n[pdf]\npages = 0x" + "f" * 5000: "wrong-type",
}


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "rule"), SETTINGS.items(), ids=lambda text: text[:30])
@pytest.mark.attack("reading outside the book")
def test_settings_that_lead_out_or_nowhere_are_refused(
    setting: str, rule: str, folder: Path
) -> None:
    write_files(folder, {"book.toml": f"[book]\n{setting}\n"})
    _, rules = build(folder)
    assert rule in rules


FRONT_MATTER = [
    "title: !!bool foo",
    'title: !!int ""',
    "title: !!timestamp foo",
    'title: !!python/object/apply:os.system ["id"]',
    "title: 2026-13-45",
    "title: 0001-01-01T00:00:00+23:59",
    "title: " + "9" * 5000,
    "title: 0x" + "f" * 5000,
    "title: 0b" + "1" * 20_000,
    "title: " + "1:" * 5000 + "1",
    "title: " + "1:" * 5000 + "1.5",
    "0x" + "f" * 5000 + ": title",
    "title: " + "[" * 5000,
    "title: " + "{a: " * 3000,
    "a: &a [x]\ntitle: *a",
    "a: &a [*a]",
    "<<: foo",
    "? [a]\n: b",
    "%TAG ! tag:x,2000:",
]


@pytest.mark.slow
@pytest.mark.parametrize("yaml", FRONT_MATTER, ids=lambda text: text[:30])
@pytest.mark.attack("numbers, circles and data formats")
def test_front_matter_that_is_no_plain_yaml_is_refused_or_text(yaml: str, folder: Path) -> None:
    write_files(folder, {"one.md": f"---\n{yaml}\n---\n\n# One\n\nText.\n"})
    text, rules = build(folder)
    assert "bad-front-matter" in rules or "Text." in text


TEMPLATES = ("{{ 61+7 }}", "${61+7}", "<%= 61+7 %>", "#{61+7}", "`=61+7`", "{% include 'x.md' %}")


@pytest.mark.attack("CSS and active content")
def test_templates_have_no_effect(folder: Path) -> None:
    write_files(folder, {"one.md": "# One\n\n" + "\n\n".join(TEMPLATES), "x.md": "# Other\n"})
    text, rules = build(folder)
    as_text = ("{{ 61+7 }}", "${61+7}", "&lt;%= 61+7 %&gt;", "#{61+7}", "<code>=61+7</code>")
    assert [written for written in as_text if f"<p>{written}</p>" not in text] == []
    assert "unsupported-directive" in rules


@pytest.mark.slow
@pytest.mark.attack("numbers, circles and data formats")
def test_front_matter_without_end_is_refused(folder: Path) -> None:
    keys = "".join(f"key{n}: value\n" for n in range(10_000))
    write_files(folder, {"one.md": f"---\n{keys}---\n\n# One\n\nText.\n"})
    assert "bad-front-matter" in build(folder)[1]


@pytest.mark.attack("reading outside the book")
def test_a_chapter_outside_hides_nothing_of_the_others(folder: Path) -> None:
    write_files(folder, {"book.toml": '[book]\nchapters = ["one.md", "../secret/x.md"]\n'})
    write_files(folder, {"one.md": "# One\n\n![z](none.png)\n"})
    assert {"chapter-outside", "missing-image"} <= set(build(folder)[1])


LISTS = {
    "latin-1": ("SUMMARY.md", b"# S\n\n- [\xff](one.md)\n", "not-utf8"),
    "utf-16": ("SUMMARY.md", "- [x](one.md)\n".encode("utf-16"), "not-utf8"),
    "nul": ("SUMMARY.md", b"- [x](a%00b.md)\n- [y](one.md)\n", "not-a-chapter"),
    "long": ("SUMMARY.md", f"- [x]({LONG}.md)\n- [y](one.md)\n", "missing-in-summary"),
    "outside": ("SUMMARY.md", "- [x](../secret/x.md)\n- [y](one.md)\n", "not-a-chapter"),
    "brackets": ("SUMMARY.md", "- [" + "](" * 100_000 + "\n- [y](one.md)\n", ""),
    "comments": ("SUMMARY.md", "<!--" * 100_000 + "\n- [y](one.md)\n", ""),
    "hexadecimal": ("book.json", f'{{"title": 0x{"f" * 5000}}}', "other-tool-broken"),
    "number": ("book.json", f'{{"variables": {{"a": 0x{"f" * 5000}}}}}', "other-tool-broken"),
    "cycle": ("mkdocs.yml", "nav: &a [*a, one.md]\n", "other-tool-broken"),
    "bomb": ("mkdocs.yml", "a: &a [x, x]\nb: &b [*a, *a]\nnav: *b\n", "other-tool-broken"),
    "bytes": ("mkdocs.yml", b"site_name: \xff\n", "other-tool-broken"),
    "docs": ("mkdocs.yml", "docs_dir: ../secret\nnav: [x.md]\n", "not-a-chapter"),
    "summary": ("book.json", f'{{"structure": {{"summary": "{"a" * 5000}"}}}}', ""),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "data", "rule"), LISTS.values(), ids=LISTS)
@pytest.mark.attack("numbers, circles and data formats")
def test_lists_of_chapters_are_untrusted(
    name: str, data: str | bytes, rule: str, folder: Path
) -> None:
    write_files(folder, {name: data})
    text, rules = build(folder)
    assert rule in ["", *rules]
    assert SECRET not in text


@pytest.mark.slow
@pytest.mark.attack("limits and growth")
def test_hundreds_of_missing_chapters_are_one_finding(folder: Path) -> None:
    write_files(folder, {f"c{n}.md": f"# C{n}\n\nText.\n" for n in range(50)})
    entries = "".join(f"- [x](none{n}.md)\n" for n in range(300))
    write_files(folder, {"SUMMARY.md": f"- [One](one.md)\n{entries}"})
    _, rules = build(folder)
    assert rules.count("missing-in-summary") == 1


@pytest.mark.attack("reading outside the book")
def test_links_in_the_file_system_are_not_followed_out(folder: Path) -> None:
    pictures = "![a](out.svg) ![b](dir/x.svg) ![c](in.svg) ![[out.svg]] ![d](gone.svg) ![e](loop)"
    drawing = "<svg xmlns='http://www.w3.org/2000/svg'><text>inside</text></svg>"
    write_files(folder, {"one.md": f"# One\n\n{pictures}\n", "real.svg": drawing})
    outside = folder.parent / "secret"
    (folder / "out.svg").symlink_to(outside / "x.svg")
    (folder / "dir").symlink_to(outside)
    (folder / "in.svg").symlink_to("real.svg")
    (folder / "gone.svg").symlink_to("nothing")
    (folder / "loop").symlink_to("loop")
    (folder / "two.md").symlink_to(outside / "x.md")
    (folder / "cycle").symlink_to(".")
    _, rules = build(folder)
    assert rules.count("image-outside") == 3
    (folder / "one.md").write_text("# One\n\n![c](in.svg)\n", encoding="utf-8")
    text, rules = build(folder)
    assert "inside" in text
    assert SECRET not in text


@pytest.mark.parametrize("target", ["/etc/passwd", "book.toml"])
@pytest.mark.attack("reading outside the book")
def test_settings_behind_a_link_that_leads_out_or_nowhere_are_refused(
    target: str, folder: Path
) -> None:
    (folder / "book.toml").symlink_to(target)
    _, rules = build(folder)
    assert "unreadable" in rules


PIPES = {
    "f.png": "missing-image",
    "two.md": "",
    "book.json": "other-tool-broken",
    "SUMMARY.md": "unusable-summary",
    "mkdocs.yml": "other-tool-broken",
}


@pytest.mark.parametrize(("name", "rule"), PIPES.items())
@pytest.mark.attack("reading outside the book")
def test_pipes_are_not_waited_for(name: str, rule: str, folder: Path) -> None:
    write_files(folder, {"one.md": "# One\n\n![a](f.png) ![[f.png]]\n\nText.\n"})
    os.mkfifo(folder / name)
    text, rules = build(folder)
    assert "Text." in text
    assert rule in ["", *rules]


@pytest.mark.slow
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/proc/self/environ", "pipe"])
@pytest.mark.parametrize("name", ["book.toml", "SUMMARY.md", "mkdocs.yml", "f.png", "s.css"])
@pytest.mark.attack("reading outside the book")
def test_links_to_devices_and_pipes_are_refused(name: str, target: str, folder: Path) -> None:
    if name == "s.css":
        write_files(folder, {"book.toml": '[book]\nstyle = "s.css"\ncover = "s.css"\n'})
    write_files(folder, {"one.md": "# One\n\n![a](f.png)\n"})
    os.mkfifo(folder / "pipe")
    (folder / name).symlink_to(target)
    _, rules = build(folder)
    refusals = {"unreadable", "unusable-summary", "other-tool-broken", "missing-style"}
    assert {"image-outside", "missing-image", *refusals} & set(rules)


@pytest.mark.parametrize("setting", ['style = "pipe"', 'cover = "pipe"', 'chapters = "pipe"'])
@pytest.mark.attack("reading outside the book")
def test_pipes_that_are_asked_for_are_refused(setting: str, folder: Path) -> None:
    write_files(folder, {"book.toml": f"[book]\n{setting}\n"})
    os.mkfifo(folder / "pipe")
    _, rules = build(folder)
    assert {"missing-style", "missing-cover", "missing-chapter"} & set(rules)


@pytest.mark.attack("limits and growth")
def test_folders_without_end_are_not_walked(folder: Path) -> None:
    before = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(200):
            Path("d").mkdir()
            os.chdir("d")
        Path("deep.md").write_text("# Deep\n", encoding="utf-8")
    finally:
        os.chdir(before)
    write_files(folder, {"one.md": "# One\n\n![[nowhere.png]]\n\nText.\n"})
    text, rules = build(folder)
    assert "Text." in text
    assert "missing-image" in rules


def test_folders_that_cannot_be_read_are_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(folder, {"locked/two.md": "# Two\n\nText.\n"})
    scan = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    # Modes do not keep root out.
    monkeypatch.setattr(os, "scandir", refuse)
    _, rules = build(folder)
    assert "unreadable" in rules


@pytest.mark.attack("output and terminal")
def test_odd_file_names_do_no_harm(folder: Path) -> None:
    names = ["a\nb", 'c"d', "\x1b[31m", "<&>", "-o", "COM1", "\u202eevil", "y" * 240, " "]
    write_files(folder, {f"{name}.md": "[x](none.md) Text.\n" for name in names})
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.md")).write_text("Text.\n", encoding="utf-8")
    text, rules = build(folder)
    assert text.count("Text.") == len(names) + 2
    assert "broken-link" in rules


DEEP = "(" * 20_000
STYLES = {
    "attribute": f'<p style="width: {DEEP}">Text.</p>',
    "drawing": f'<svg viewBox="0 0 1 1"><style>a{{x:{DEEP}}}</style><g fill="{DEEP}"/></svg> Text.',
}


@pytest.mark.parametrize("html", STYLES.values(), ids=STYLES)
@pytest.mark.attack("limits and growth")
def test_css_that_nests_without_end_is_left_out(html: str, folder: Path) -> None:
    write_files(folder, {"one.md": f"# One\n\n{html}\n"})
    text, _ = build(folder)
    assert "Text." in text
    assert "((((" not in text


@pytest.mark.parametrize("css", ["a { width: " + DEEP, "@media x {" * 3000])
@pytest.mark.attack("limits and growth")
def test_stylesheets_that_nest_without_end_are_refused(css: str, folder: Path) -> None:
    write_files(folder, {"book.toml": '[book]\nstyle = "s.css"\n', "s.css": css})
    _, rules = build(folder)
    assert "missing-style" in rules


@pytest.mark.parametrize(
    ("key", "value"), [("role", "doc-toc onload=x"), ("role", "x"), ("lang", "x y <")]
)
@pytest.mark.attack("numbers, circles and data formats")
def test_front_matter_with_values_that_mean_nothing_is_reported(
    key: str, value: str, folder: Path
) -> None:
    write_files(folder, {"one.md": f"---\n{key}: {value}\n---\n\n# One\n\nText.\n"})
    text, rules = build(folder)
    assert "ill-typed-front-matter" in rules
    assert "onload" not in text


@pytest.mark.attack("numbers, circles and data formats")
def test_a_language_is_a_language_tag(folder: Path) -> None:
    write_files(folder, {"book.toml": '[book]\nlanguage = "../en <x>"\n'})
    _, rules = build(folder)
    assert "bad-language" in rules


# Each would take minutes, or end in RecursionError, where something takes time squared to its size.
SHAPES = {
    "headings": "# h\n\n" * 2000,
    "sections": "## h\n\ntext\n\n" * 10_000,
    "anchors": "".join(f"# h{n}\n\n[x](#n{n})\n\n" for n in range(1000)),
    "blanks": "# " + "# " * 50_000 + "x",
    "table": "|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + "|a\n" * 1000,
    "elements": "<div>" * 20_000,
    "pictures": "".join(f"![x](n{n}.png)\n" for n in range(2000)),
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(30_000)) + ">x</p>",
    "ids": "## h {#a}\n\n" * 3000,
    "brackets": "[" * 50_000,
    "emphasis": "*a **b " * 5000,
    "quotes": ">" * 2000 + " x",
}


@pytest.mark.slow
@pytest.mark.parametrize("markdown", SHAPES.values(), ids=SHAPES)
@pytest.mark.attack("limits and growth")
def test_text_that_grows_beyond_measure_does_not(markdown: str, folder: Path) -> None:
    write_files(folder, {"one.md": f"# One\n\nText.\n\n{markdown}\n"})
    text, _ = build(folder)
    assert "Text." in text
    assert len(text) < 20_000_000


@pytest.mark.attack("writing")
def test_an_output_with_the_longest_of_names_is_written_and_nothing_else(folder: Path) -> None:
    output = folder.parent / "out" / f"{'n' * 250}.epub"
    write(load(folder), output)
    assert list(output.parent.iterdir()) == [output]
