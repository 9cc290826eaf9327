"""The command line, through click's runner and as a real process."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

import bookbuilder.build
from bookbuilder import __version__
from bookbuilder.cli.render import MessageFormat
from commandline import EXECUTABLE, SETTINGS, files, invoke, make_book, run

WROTE_EPUB = re.compile(r"Wrote dist/small\.epub: 2 chapters, \d+ kB, \d+\.\d s")
WROTE_PDF = re.compile(r"Wrote dist/small\.pdf: \d+ pages, \d+ kB, \d+\.\d s")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a sound little book, and its folder the working folder."""
    folder = make_book(tmp_path / "book")
    monkeypatch.chdir(folder)
    return folder


def misspell_a_key(book: Path) -> None:
    (book / "book.toml").write_text(SETTINGS + 'titel = "Small"\n', encoding="utf-8")


def test_epub_is_built_and_the_last_line_says_so(book: Path) -> None:
    result = invoke("epub")
    assert result.exit_code == 0, result.output
    assert WROTE_EPUB.fullmatch(result.stdout.splitlines()[-1])
    assert zipfile.ZipFile(book / "dist/small.epub").testzip() is None
    assert result.stderr == ""


@pytest.mark.slow
def test_pdf_is_built_and_the_last_line_says_so(book: Path) -> None:
    result = invoke("pdf")
    assert result.exit_code == 0, result.output
    assert WROTE_PDF.fullmatch(result.stdout.splitlines()[-1])
    assert (book / "dist/small.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.slow
def test_build_builds_both(book: Path) -> None:
    result = invoke("build")
    assert result.exit_code == 0, result.output
    pdf_line, epub_line = result.stdout.splitlines()
    assert WROTE_EPUB.fullmatch(epub_line)
    assert WROTE_PDF.fullmatch(pdf_line)
    with zipfile.ZipFile(book / "dist/small.epub") as archive:
        assert 'epub:type="page-list"' in archive.read("EPUB/nav.xhtml").decode()


def test_the_book_is_looked_for_upwards(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = book / "drafts/old"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    result = invoke("epub")
    assert result.exit_code == 0, result.output
    assert (book / "dist/small.epub").exists()


def test_a_single_file_is_a_book(book: Path) -> None:
    result = invoke("epub", "two.md", "-o", "alone.epub")
    assert result.exit_code == 0, result.output
    assert "alone.epub: 1 chapter," in result.stdout


def test_output_goes_where_it_is_told_and_folders_are_made(book: Path) -> None:
    result = invoke("epub", book, "-o", "new/folder/mine.epub")
    assert result.exit_code == 0, result.output
    assert "Wrote new/folder/mine.epub:" in result.stdout
    assert not (book / "dist").exists()


def test_a_part_is_a_volume_of_its_own(book: Path) -> None:
    parts = '[[part]]\ntitle = "First"\nchapters = ["one.md"]\n[[part]]\ntitle = "Second"\n'
    settings = SETTINGS.replace('chapters = ["one.md", "two.md"]\n', "")
    (book / "book.toml").write_text(f'{settings}{parts}chapters = ["two.md"]\n', encoding="utf-8")
    result = invoke("epub", "--part", "2", "-o", "second.epub")
    assert result.exit_code == 0, result.output
    names = zipfile.ZipFile(book / "second.epub").namelist()
    assert any("two" in name for name in names)
    assert not any("one" in name for name in names)


def test_a_warning_is_shown_and_the_book_is_built(book: Path) -> None:
    (book / "two.md").write_text("# Two\n\n![A map](map.png)\n", encoding="utf-8")
    result = invoke("epub", "--message-format", "concise")
    assert result.exit_code == 0, result.output
    assert re.search(r"^two\.md:3:\d+: warning\[[A-Z]\d+\]: .*map\.png", result.stderr)
    assert WROTE_EPUB.fullmatch(result.output.splitlines()[-1])


def test_errors_in_the_book_exit_1_and_leave_the_last_good_file(book: Path) -> None:
    assert invoke("epub").exit_code == 0
    good = (book / "dist/small.epub").read_bytes()
    before = files(book)
    misspell_a_key(book)
    result = invoke("epub")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "error[C002]: unknown key `titel` in [book]\n"
        " --> book.toml:8:1\n"
        "  |\n"
        '8 | titel = "Small"\n'
        "  | ^^^^^\n"
        "  hint: did you mean `title`?\n"
        "\n"
        "1 error\n"
    )
    assert (book / "dist/small.epub").read_bytes() == good
    assert files(book) == before


def test_a_write_that_fails_leaves_the_last_good_file(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke("epub").exit_code == 0
    good = (book / "dist/small.epub").read_bytes()
    before = files(book)
    (book / "one.md").write_text("# One\n\nChanged.\n", encoding="utf-8")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    result = invoke("epub")
    assert result.exit_code == 2
    assert result.output == "Error: cannot write dist/small.epub: No space left on device\n"
    assert (book / "dist/small.epub").read_bytes() == good
    assert files(book) == before


@pytest.mark.parametrize("message_format", MessageFormat)
def test_every_message_format_goes_to_stderr(book: Path, message_format: MessageFormat) -> None:
    misspell_a_key(book)
    result = invoke("epub", "--message-format", message_format)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "unknown key `titel`" in result.stderr
    if message_format is MessageFormat.JSON:
        assert json.loads(result.stderr)["line"] == 8


def test_files_in_messages_are_named_from_the_working_folder(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misspell_a_key(book)
    monkeypatch.chdir(tmp_path)
    result = invoke("epub", "book", "--message-format", "concise")
    assert result.stderr.startswith("book/book.toml:8:1: error[C002]")


def test_quiet_says_nothing_but_errors(book: Path) -> None:
    (book / "two.md").write_text("# Two\n\n![A map](map.png)\n", encoding="utf-8")
    result = invoke("epub", "-q")
    assert (result.exit_code, result.output) == (0, "")
    misspell_a_key(book)
    assert "titel" in invoke("epub", "-q").stderr


def test_verbose_says_what_was_read(book: Path) -> None:
    result = invoke("epub", "-v")
    assert re.search(r"^Read \.: \d+\.\d s$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["epub", "nowhere"], "'nowhere' does not exist"),
        (["epub", "--part", "7"], "error[C007]: the book has no part 7"),
        (["epub", "--part", "-1"], "-1 is not in the range"),
        (["epub", "--part", "two"], "'two' is not a valid integer"),
        (["epub", "-o", "small.pdf"], "small.pdf does not end in .epub"),
        (["pdf", "-o", "small"], "small does not end in .pdf"),
        (["epub", "-o", "."], "is a directory"),
        (["epub", "-o", "one.md/small.epub"], "cannot write one.md/small.epub: "),
        (["epub", "--message-format", "xml"], "'xml' is not one of"),
        (["print"], "No such command 'print'"),
        (["epub", "--fast"], "No such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_exits_2_and_says_why(book: Path, args: list[str], said: str) -> None:
    before = files(book)
    result = invoke(*args)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert files(book) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["pdf", "--trim", "a7"], "error[P002]: there is no trim size `a7`"),
        (["cover", "--paper", "silk"], "there is no paper `silk`"),
        (["epub", "--part", "7"], "error[C007]: the book has no part 7"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_no_line_of_the_book_is_blamed_for_the_command_lines_mistake(
    book: Path, args: list[str], said: str
) -> None:
    settings = '[[part]]\ntitle = "A"\n[pdf]\ntrim = "a5"\npaper = "cream-80gsm"\n'
    (book / "book.toml").write_text(SETTINGS + settings, encoding="utf-8")
    result = invoke(*args, "--message-format", "concise")
    assert result.exit_code != 0
    assert said in result.stderr
    assert "book.toml" not in result.stderr


def test_a_bug_is_one_line_and_a_traceback_only_on_request(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr(bookbuilder.build, "load", broken)
    result = invoke("epub")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "ValueError: two lines" in result.stderr
    assert "report it" in result.stderr
    assert "Traceback (most recent call last)" in invoke("epub", "-v").stderr


def test_an_interrupt_exits_130(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bookbuilder.build, "load", interrupted)
    result = invoke("epub")
    assert (result.exit_code, result.output) == (130, "interrupted\n")


def test_process_version_and_help(book: Path) -> None:
    assert run("--version").stdout == f"bookbuilder {__version__}\n"
    helped = run("--help")
    assert helped.returncode == 0
    for command in ("build", "epub", "pdf"):
        assert re.search(rf"^  {command}  ", helped.stdout, re.MULTILINE)


def test_the_package_can_be_run_by_its_name(book: Path) -> None:
    command = [sys.executable, "-m", "bookbuilder", "epub", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr
    assert "Usage: python -m bookbuilder epub" in done.stderr


@pytest.mark.slow
def test_process_exit_codes_and_plain_text_when_piped(book: Path) -> None:
    built = run("epub")
    assert (built.returncode, built.stderr) == (0, "")
    assert WROTE_EPUB.fullmatch(built.stdout.rstrip("\n"))
    assert run("epub", "nowhere").returncode == 2
    misspell_a_key(book)
    refused = run("epub")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "error[C002]" in refused.stderr
    assert "\x1b" not in refused.stderr


def modules_after(code: str) -> set[str]:
    code += "\nimport sys; print(*(name for name in sys.modules if sys.modules[name]), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.split())


def imported_by(code: str) -> set[str]:
    return {name.partition(".")[0] for name in modules_after(code)}


HEAVY = {
    *("PIL", "bs4", "ebooklib", "fontTools", "lxml", "markdown", "pikepdf", "rich"),
    *("tinyhtml5", "weasyprint", "yaml"),
}


def test_help_imports_nothing_heavy() -> None:
    code = "from bookbuilder.cli import main\ntry:\n  main(['--help'])\nexcept SystemExit: pass"
    assert not imported_by(code) & HEAVY


def test_knowing_the_formats_imports_nothing_heavy() -> None:
    assert not imported_by("from bookbuilder.formats import FORMATS; assert FORMATS") & HEAVY


# What needs them, in turn: pictures; a cover that was not drawn before; front matter; HTML that is
# not well-formed; much to read; `{.class}`; another tool's file; formulas; a bibliography.
FOR_SOME_BOOKS = {
    *("PIL.Image", "fontTools", "yaml", "tinyhtml5", "multiprocessing"),
    *("markdown.extensions.attr_list", "bookbuilder.config.other_tools.shared", "configparser"),
    *("bookbuilder.passes.tex.parser", "bookbuilder.citing.library"),
}


@pytest.mark.slow
def test_a_plain_book_imports_only_what_every_book_needs(book: Path) -> None:
    code = "import bookbuilder; bookbuilder.write(bookbuilder.load('.'), 'small.epub')"
    modules_after(code)  # The cover is drawn, if no other test has built the same book.
    assert modules_after(code) & FOR_SOME_BOOKS == set()
    (book / "one.md").write_text("---\nrole: preface\n---\n# One\n\n$x^2$\n", encoding="utf-8")
    assert modules_after(code) >= {"yaml", "bookbuilder.passes.tex.parser"}


@pytest.mark.slow
def test_the_library_does_not_import_weasyprint() -> None:
    assert "weasyprint" not in imported_by(
        "import bookbuilder; bookbuilder.load; bookbuilder.write"
    )


@pytest.mark.slow
def test_without_pango_epub_works_and_pdf_says_what_it_needs(book: Path, tmp_path: Path) -> None:
    package = tmp_path / "path/weasyprint/__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': libpango-1.0-0: no such file\")\n",
        encoding="utf-8",
    )
    env = {"PYTHONPATH": str(tmp_path / "path")}
    assert run("epub", env=env).returncode == 0
    refused = run("pdf", env=env)
    assert refused.returncode == 2
    assert "libpango-1.0-0 libpangoft2-1.0-0" in refused.stderr
    assert "Traceback" not in refused.stderr
    half = run("build", env=env)
    assert half.returncode == 2
    assert WROTE_EPUB.fullmatch(half.stdout.rstrip("\n"))


@pytest.mark.slow
def test_process_interrupted_while_writing_exits_130_and_leaves_nothing(book: Path) -> None:
    (book / "two.md").write_text("# Two\n\n" + "Some words. " * 60_000, encoding="utf-8")
    before = files(book)
    process = subprocess.Popen(
        [EXECUTABLE, "pdf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # The work is done in a child process; before that there is nothing to leave behind.
    while not psutil.Process(process.pid).children():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=600)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.splitlines()[-1] == "interrupted"
    assert files(book) == before


def on_a_terminal(code: str, **env: str) -> str:
    """Return what `code` prints to a stderr that is a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"TERM": "xterm", "NO_COLOR": ""} | env,
        stdout=subprocess.DEVNULL,
        stderr=child,
    )
    os.close(child)
    chunks: list[bytes] = []
    while True:
        try:
            chunk = os.read(parent, 4096)
        except OSError:  # Linux says so, and not with an empty read, when the other end closes
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(parent)
    assert process.wait(60) in {0, 1}
    return b"".join(chunks).decode()


@pytest.mark.slow
def test_colours_on_a_terminal_unless_told_not_to(book: Path) -> None:
    misspell_a_key(book)
    code = "from bookbuilder.cli import main; main(['epub'])"
    assert "\x1b[31m" in on_a_terminal(code)
    assert "\x1b" not in on_a_terminal(code, NO_COLOR="1")


SLOW_LOAD = """
import time
import bookbuilder.build, bookbuilder.cli.console
bookbuilder.cli.console.SECONDS_BEFORE_PROGRESS = {after}
load = bookbuilder.build.load
def slow_load(*args, **options):
    time.sleep(0.3)
    return load(*args, **options)
bookbuilder.build.load = slow_load
bookbuilder.cli.main(["epub"])
"""


@pytest.mark.slow
def test_long_work_shows_progress_on_a_terminal_and_quick_work_none(book: Path) -> None:
    assert "Reading ." in on_a_terminal(SLOW_LOAD.format(after=0))
    assert on_a_terminal(SLOW_LOAD.format(after=30)) == ""


def test_drafts_are_an_option_of_every_command_that_reads_a_book(book: Path) -> None:
    chapter = sorted(book.rglob("*.md"))[-1]
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(f"---\ndraft: true\n---\n{text}", encoding="utf-8")
    assert f"`{chapter.name}` is a draft" in invoke("check").stderr
    assert "draft" not in invoke("check", "--drafts").stderr


def test_shell_completion_is_clicks_own(book: Path) -> None:
    script = run(env={"_BOOKBUILDER_COMPLETE": "bash_source"})
    assert "_BOOKBUILDER_COMPLETE=bash_complete" in script.stdout
    words = {"COMP_WORDS": "bookbuilder ep", "COMP_CWORD": "1"}
    assert run(env={"_BOOKBUILDER_COMPLETE": "bash_complete"} | words).stdout == "plain,epub\n"
