"""Whatever goes wrong around a build, the command line says so and ends with the right code."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import psutil
import pytest

import bookbuilder.build
from bookbuilder import BookError, Report
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.runtime.scratch import scratch_folder
from commandline import EXECUTABLE, SETTINGS, files, invoke, make_book, run

ROOT = Path(__file__).parent.parent
NO_WEASYPRINT = "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n"
WRITERS = ("epub", "pdf", "cover", "workbook", "build")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_book(tmp_path / "book")
    with (folder / "two.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n## Try it {.exercise}\n\nWrite a line.\n")
    monkeypatch.chdir(folder)
    return folder


def outputs_of(command: str) -> set[str]:
    endings = {"cover": ["-cover.pdf"], "workbook": ["-workbook.pdf"], "build": [".pdf", ".epub"]}
    return {f"dist/small{ending}" for ending in endings.get(command, [f".{command}"])}


# No file is written without a word, and none is missing without one.


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.attack("output and terminal")
def test_exit_0_means_that_the_output_is_there(book: Path, command: str) -> None:
    """The stylesheet is missing: only the EPUB has no need of it."""
    (book / "book.toml").write_text(SETTINGS + '[pdf]\nstyle = "no.css"\n', encoding="utf-8")
    result = invoke(command)
    written = outputs_of(command) & files(book)
    assert result.exit_code == (0 if command == "epub" else 1)
    assert ("error[P008]" in result.stderr) is (command != "epub")
    assert written == (outputs_of("epub") if command in ("epub", "build") else set())
    assert all(f"Wrote {path}" in result.stdout for path in written)


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.attack("output and terminal")
def test_without_pango_whatever_needs_pages_says_so(
    book: Path, tmp_path: Path, command: str
) -> None:
    package = tmp_path / "path/weasyprint/__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text(NO_WEASYPRINT, encoding="utf-8")
    path = ":".join([str(tmp_path / "path"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = run(command, env={"PYTHONPATH": path})
    assert done.returncode == (0 if command == "epub" else 2)
    assert ("error[P001]" in done.stderr) is (command != "epub")


@pytest.mark.parametrize("command", ["epub", "check"])
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.attack("output and terminal")
def test_an_error_that_only_the_exception_tells_of_is_shown(
    book: Path, monkeypatch: pytest.MonkeyPatch, command: str, told: bool
) -> None:
    """As from a writer that works with a report of its own."""
    found = Report()
    if told:
        found.add(Rule("Z001", "made-up", Severity.ERROR, "For this test."), "it went wrong")

    def fail(*_: object, **__: object) -> None:
        raise BookError(list(found))

    works = "check_formats" if command == "check" else "write"
    monkeypatch.setattr(bookbuilder.build, works, fail)
    result = invoke(command)
    assert result.exit_code == 1
    assert ("error[Z001]: it went wrong" if told else "failed; this is a bug") in result.stderr


# What the machine, the shell and names do: one case for each, as data.

CASES = {
    case["name"]: case
    for case in tomllib.loads(
        (Path(__file__).parent / "data/failing_machines.toml").read_text(encoding="utf-8")
    )["case"]
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the cases are for Linux")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.attack("output and terminal")
def test_whatever_the_machine_does_the_message_is_plain(
    book: Path, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {
        "B": str(EXECUTABLE),
        "TMPDIR": str(scratch),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONUNBUFFERED": "",
    }
    done = subprocess.run(
        ["bash", "-c", case["run"]],
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=600,
        check=False,
    )
    told = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == case["code"], told
    assert case.get("says", "") in told
    assert "Traceback" not in told
    assert "bug of its own" not in told
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", told)
    assert "built" not in case or (book / case["built"]).stat().st_size > 1000
    assert list(scratch.iterdir()) == []


@pytest.mark.attack("ending and leftovers")
def test_no_place_for_temporary_files_is_a_plain_message(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(book / "nowhere"))
    result = invoke("epub")
    assert result.exit_code == 2
    assert "Error: cannot start the work: No such file or directory" in result.stderr


# EPUBCheck within the limits of the book.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("cpu-seconds = 1", "error[X001]: EPUBCheck took more than 1 s of computing"),
        ("memory = 80", "error[X002]: EPUBCheck took more than 80 MB of memory"),
    ],
)
@pytest.mark.attack("limits and growth")
def test_epubcheck_has_the_limits_of_the_book(book: Path, limit: str, said: str) -> None:
    assert invoke("epub").exit_code == 0
    (book / "book.toml").write_text(f"{SETTINGS}[limits]\n{limit}\n", encoding="utf-8")
    result = invoke("check", "--built", "dist/small.epub")
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.slow
@pytest.mark.attack("ending and leftovers")
def test_a_program_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: Path
) -> None:
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/process\nexec sleep 600\n", "utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(java.parent), prepend=":")
    assert invoke("epub").exit_code == 0
    (book / "book.toml").write_text(SETTINGS + "[limits]\nseconds = 2\n", encoding="utf-8")
    result = invoke("check", "--built", "dist/small.epub")
    assert result.exit_code == 1
    assert "error[X001]: EPUBCheck took more than 2 s\n" in result.stderr
    process = int((tmp_path / "process").read_text("utf-8"))
    assert not psutil.pid_exists(process)


# Builds that are ended from outside.


def start(book: Path, scratch: Path, command: str = "pdf") -> subprocess.Popen[str]:
    """Start a build that takes long, in a group of its own, and wait until it works in a child."""
    (book / "two.md").write_text("# Two\n\n" + "Some words. " * 60_000, encoding="utf-8")
    scratch.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [EXECUTABLE, command, "--no-cache"],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not psutil.Process(process.pid).children():
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["parent", "child", "group"])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
@pytest.mark.attack("ending and leftovers")
def test_a_build_that_is_told_to_end_leaves_nothing(
    book: Path, tmp_path: Path, whom: str, number: signal.Signals, code: int
) -> None:
    process = start(book, tmp_path / "scratch")
    before = files(book)
    if whom == "group":
        os.killpg(process.pid, number)
    else:
        child = psutil.Process(process.pid).children()[0].pid
        os.kill(process.pid if whom == "parent" else child, number)
    stdout, stderr = process.communicate(timeout=600)
    assert (process.returncode, stdout) == (code, "")
    assert "Traceback" not in stderr
    assert files(book) == before
    assert list((tmp_path / "scratch").iterdir()) == []


TOLD_TO_END_WHERE_NOTHING_CAN_BE_RAISED = """
import os, signal, time
from bookbuilder.runtime.child_process import run_bounded
from bookbuilder.runtime.limits import Limits

def told():
    os.kill(parent, signal.SIGTERM)

class LetGo:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

def work():
    {work}
    time.sleep(900)

parent = os.getpid()
{before}
try:
    run_bounded(work, Limits(seconds=100, memory=0))
except SystemExit as end:
    print("ends with", end.code)
"""


@pytest.mark.parametrize(
    ("before", "work"),
    [
        ("os.register_at_fork(before=told)", "pass"),
        ("os.register_at_fork(after_in_parent=told)", "pass"),
        ("os.register_at_fork(after_in_child=told)", "pass"),
        ("", "LetGo()"),
    ],
)
@pytest.mark.attack("ending and leftovers")
def test_a_signal_at_a_bad_moment_is_heard_all_the_same(before: str, work: str) -> None:
    program = TOLD_TO_END_WHERE_NOTHING_CAN_BE_RAISED.format(before=before, work=work)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.stdout, done.stderr) == ("ends with 143\n", "")


@pytest.mark.slow
@pytest.mark.attack("ending and leftovers")
def test_a_build_goes_on_where_sighup_is_ignored(book: Path, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(book, tmp_path / "scratch", "build")
    finally:
        signal.signal(signal.SIGHUP, before)
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=600)
    assert process.returncode == 0


@pytest.mark.slow
@pytest.mark.attack("ending and leftovers")
def test_what_a_killed_build_leaves_is_swept_by_the_next(book: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    process = start(book, scratch)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=600)
    assert list(scratch.iterdir()) != []
    done = run("epub", env={"TMPDIR": str(scratch)})
    assert done.returncode == 0
    assert list(scratch.iterdir()) == []


@pytest.mark.attack("ending and leftovers")
def test_only_our_own_folders_that_nobody_holds_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    authors = tmp_path / "authors"
    authors.mkdir()
    (authors / "novel.md").write_text("All of it.", encoding="utf-8")
    abandoned = Path(tempfile.mkdtemp(prefix="bookbuilder-", suffix=".tmp"))
    (abandoned / "inner").mkdir()
    (abandoned / "link").symlink_to(authors)
    (tmp_path / "bookbuilder-abcdefgh.tmp").symlink_to(authors)
    (tmp_path / "bookbuilder-checkout").mkdir(mode=0o700)
    (tmp_path / "bookbuilder-open4all.tmp").mkdir(mode=0o755)
    (tmp_path / "bookbuilder-the_file.tmp").write_text("", encoding="utf-8")
    with scratch_folder() as held, scratch_folder():
        assert Path(held).is_dir()
        assert not abandoned.exists()
    assert (authors / "novel.md").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {
        "authors",
        "bookbuilder-abcdefgh.tmp",
        "bookbuilder-checkout",
        "bookbuilder-open4all.tmp",
        "bookbuilder-the_file.tmp",
    }


# What is missing on a machine is told in one go, and in words.


@pytest.mark.slow
def test_doctor_says_why_the_pdf_fails_in_whole_words(tmp_path: Path) -> None:
    package = tmp_path / "path/weasyprint/__init__.py"
    package.parent.mkdir(parents=True)
    why = "cannot load library " + "'libpango-1.0-0' " * 40
    package.write_text(f"raise OSError({why!r})\n", encoding="utf-8")
    path = ":".join([str(tmp_path / "path"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = run("doctor", env={"PYTHONPATH": path})
    last = done.stdout.splitlines()[-1]
    assert last.startswith("PDF: cannot be built here: WeasyPrint cannot load a library it needs: ")
    assert last.endswith("'libpango-1.0-0' …")
    assert "BookError" not in done.stdout


def test_setup_names_all_that_is_missing_at_once(tmp_path: Path) -> None:
    for tool in ("sh", "sed", "grep", "sort", "tr", "cat", "id"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    done = subprocess.run(
        ["/bin/sh", ROOT / "tools/setup.sh", "browser", "mupdf", "calibre"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is what Debian calls: calibre chromium mupdf-tools." in done.stderr


@pytest.mark.attack("output and terminal")
def test_everything_is_printed_by_one_door() -> None:
    """`cli/terminal.py` prints; console.py prints findings, which `render` has made printable."""
    prints = re.compile(r"click\.(echo|secho)\(|\bprint\(|sys\.std(out|err)\.write")
    modules = sorted((ROOT / "src/bookbuilder").rglob("*.py"))
    printing = [path.name for path in modules if prints.search(path.read_text("utf-8"))]
    assert printing == ["console.py", "terminal.py"]
