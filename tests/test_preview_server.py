"""`bookbuilder preview` as a process: what it serves, what it refuses, and how it ends."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from commandline import EXECUTABLE, files
from previews import SECONDS, SETTINGS, Running, make_book, preview

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with preview(make_book(tmp_path_factory.mktemp("preview") / "book")) as made:
        made.wait_for_title()
        yield made


def test_it_serves_the_page_and_the_epubs_own_files(running: Running) -> None:
    assert b"/web/preview.js" in running.ask("/")[1]
    assert b"EventSource" in running.ask("/web/preview.js")[1]
    status, two = running.ask("/book/two.xhtml")
    assert status == 200
    assert b'data-place="two/1"' in two
    status, style = running.ask("/book/styles/author-1.css")
    assert (status, b"color" in style) == (200, True)


@pytest.mark.attack("asking the preview for other files")
@pytest.mark.parametrize(
    "path",
    [
        "/book.toml",
        "/one.md",
        "/book/book.toml",
        "/book/../book.toml",
        "/book/..%2f..%2f..%2fetc%2fpasswd",
        "/book//etc/passwd",
        "/web/../server.py",
        "/web/%2e%2e/server.py",
        "/web/index.html",
        "/page/..%2f/100.png",
        "/page/0123/100.png",
    ],
)
def test_nothing_else_is_served(running: Running, path: str) -> None:
    assert running.ask(path)[0] == 404


@pytest.mark.attack("asking the preview from elsewhere")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8000", "Origin": "http://evil.example:8000"},
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_foreign_pages_are_refused(running: Running, headers: dict[str, str]) -> None:
    for path in ("/state", "/events", "/book/two.xhtml", "/web/preview.js"):
        assert running.ask(path, **headers)[0] == 403


@pytest.mark.attack("opening other files by the preview")
def test_only_files_of_the_book_are_opened(running: Running) -> None:
    def opened(file: object) -> object:
        said = json.dumps({"file": file, "line": "1; rm", "column": None})
        status, body = running.ask(
            "/open",
            "POST",
            said,
            Origin=running.address.rstrip("/"),
            Host=f"127.0.0.1:{running.port}",
        )
        assert status == 200
        return json.loads(body)["opened"]

    for file in ("/etc/passwd", "../../etc/passwd", "", 7, {"a": 1}):
        assert opened(file) is False
    long = running.ask("/open", "POST", "x" * 30_000, Origin=running.address.rstrip("/"))
    assert long[0] == 200
    assert running.ask("/open", "POST", "{}")[0] == 403


def test_a_paragraph_is_found_in_its_file(running: Running) -> None:
    said = json.dumps({"slug": "two", "text": "<p>A second chapter.</p>"})
    end = time.monotonic() + SECONDS
    found = None
    while found is None and time.monotonic() < end:
        body = running.ask("/locate", "POST", said, Origin=running.address.rstrip("/"))[1]
        found = json.loads(body)
        time.sleep(0.2)
    assert found is not None
    assert (found["file"], found["line"]) == ("two.md", 3)
    assert found["link"].startswith("vscode://file/")


def test_it_listens_on_this_machine_only(running: Running) -> None:
    process = psutil.Process(running.process.pid)
    listening = [c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
    assert [(a.ip, a.port) for a in listening] == [("127.0.0.1", running.port)]


def test_nobodys_book_is_touched(running: Running) -> None:
    assert files(running.book) == {"book.toml", "own.css", "one.md", "two.md", "three.md"}


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Make a folder whose path leaves room for the address of a socket in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_temporary_folder_with_too_long_a_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ("x" * 100)).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("x" * 100)))
    with preview(make_book(tmp_path / "book")) as running:
        end = time.monotonic() + SECONDS
        while b"no process can be started" not in running.ask("/state")[1]:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_ctrl_c_ends_all_at_once_and_leaves_nothing(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(scratch))
    with preview(make_book(tmp_path / "book")) as running:
        running.wait_for_title()
        children = running.processes()
        assert children
        started = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - started < 10
        _, alive = psutil.wait_procs(children, 10)
        assert alive == []
        assert running.process.stderr is not None
        assert running.process.stderr.read() == ""
    assert [p.name for p in scratch.iterdir()] == []


def test_processes_end_when_the_preview_is_killed(tmp_path: Path) -> None:
    with preview(make_book(tmp_path / "book")) as running:
        running.wait_for_title()
        children = running.processes()
        running.process.kill()
        _, alive = psutil.wait_procs(children, 20)
        assert alive == []


def test_a_port_that_is_taken_is_said(running: Running) -> None:
    done = subprocess.run(
        [EXECUTABLE, "preview", str(running.book), "--port", str(running.port)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert f"port {running.port}" in done.stderr


@pytest.mark.attack("keeping the machine busy")
def test_a_hostile_manuscript_stops_its_pane_and_not_the_preview(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    rows = "".join(f"| {n} | some words in a cell | and in another |\n" for n in range(6000))
    (book / "three.md").write_text(f"# Three\n\n| a | b | c |\n|---|---|---|\n{rows}", "utf-8")
    (book / "book.toml").write_text(f"{SETTINGS}\n[limits]\nseconds = 12\n", "utf-8")

    def state() -> dict[str, Any]:
        said: dict[str, Any] = json.loads(hostile.ask("/state")[1])
        return said

    def wait_until(is_so: Callable[[dict[str, Any]], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not is_so(state()):
            assert time.monotonic() < end, state()["bar"]
            time.sleep(0.3)

    with preview(book) as hostile:
        wait_until(lambda said: "more than 12 s" in said["bar"])
        assert hostile.ask("/book/two.xhtml")[0] == 200
        (book / "three.md").write_text("# Three\n\nHarmless.\n", "utf-8")
        wait_until(lambda said: said["bar"] == "" and bool(said["pages"]))
        assert b"Harmless" in hostile.ask("/book/three.xhtml")[1]
