"""Nothing is fetched unless `--fetch-remote-images` asks for it; then pictures, within limits."""

from __future__ import annotations

import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from bookbuilder import Report, load, write
from bookbuilder.cli import main
from bookbuilder.runtime import remote_pictures as remote
from bookbuilder.runtime.cache import Cache
from bookbuilder.runtime.fetching import FetchError
from bookbuilder.runtime.remote_pictures import RemotePictures
from books import rules_of, write_files

pytestmark = pytest.mark.attack("fetching")


def png(side: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "gray").save(out, "PNG")
    return out.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """A server that answers by path, and remembers it."""

    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


class Web(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        drawing = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><script/></svg>"
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/a.png": (200, {"Content-Type": "text/html"}, png()),
            "/b.svg?x=1": (200, {}, drawing),
            "/page": (200, {"Content-Type": "image/png"}, b"<html>No picture.</html>"),
            "/moved.png": (302, {"Location": "/a.png"}, b""),
            "/loop.png": (302, {"Location": "/loop.png"}, b""),
            "/inside.png": (302, {"Location": "http://10.0.0.1/a.png"}, b""),
            "/file.png": (302, {"Location": "file:///etc/passwd"}, b""),
        }


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Web() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


EVERYTHING = """\
# One

![A square](WEB/a.png) [link](WEB/link) <WEB/auto> Text.

<link rel="stylesheet" href="WEB/style.css"><link rel="attachment" href="WEB/attached">
<a rel="attachment" href="WEB/attachment">x</a>
<style>@import "WEB/import.css"; p { background: url(WEB/bg.png) }</style>
<p style="background: url('WEB/inline.png')">x</p>
<picture><source srcset="WEB/set.png">
<img srcset="WEB/set2.png 2x" src="WEB/a.png" alt="x"></picture>
<video src="WEB/v.mp4" poster="WEB/poster.png"></video><audio src="WEB/a.mp3"></audio>
<iframe src="WEB/frame"></iframe><object data="WEB/object"></object><embed src="WEB/embed">
<svg viewBox="0 0 9 9"><image href="WEB/svg.png" width="9" height="9"/>
<use href="WEB/use.svg#a"/></svg>

![A drawing](drawing.svg)
"""
FILES = {
    "book.toml": '[book]\ntitle = "T"\nlanguage = "en"\nstyle = "own.css"\n'
    '[pdf]\nedition = "screen"\n',
    "own.css": '@import "WEB/own.css";\n@import url(WEB/own2.css);\n'
    "@font-face { font-family: F; src: url(WEB/font.woff2) }\n"
    "p { background: url(WEB/css.png); font-family: F }\n",
    "drawing.svg": "<?xml-stylesheet href='WEB/sheet.css'?><svg xmlns='http://www.w3.org/2000/svg' "
    "viewBox='0 0 9 9'><style>@import 'WEB/in.css';</style><image href='WEB/in.png' width='9' "
    "height='9'/></svg>",
    "one.md": EVERYTHING,
}


def everything(web: Web, folder: Path) -> Path:
    return write_files(folder, {name: text.replace("WEB", web.url) for name, text in FILES.items()})


@pytest.mark.parametrize("format_name", ["epub", pytest.param("pdf", marks=pytest.mark.slow)])
def test_without_the_flag_no_request_arrives(format_name: str, web: Web, tmp_path: Path) -> None:
    folder = everything(web, tmp_path / "book")
    result = CliRunner().invoke(main, [format_name, str(folder), "--message-format", "concise"])
    assert result.exit_code == 0
    assert "one.md:3:1: warning[I003]" in result.stderr
    assert web.asked == []


@pytest.mark.parametrize("format_name", ["epub", pytest.param("pdf", marks=pytest.mark.slow)])
def test_with_the_flag_pictures_are_fetched_and_nothing_else(
    format_name: str, web: Web, tmp_path: Path
) -> None:
    folder = everything(web, tmp_path / "book")
    arguments = [format_name, str(folder), "--fetch-remote-images", "--message-format", "concise"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert web.asked == ["/a.png"]
    assert result.stderr.count("note[I008]") == 1
    assert "I003" not in result.stderr


@pytest.mark.slow
def test_a_picture_is_kept_for_the_next_build(web: Web, tmp_path: Path) -> None:
    text = f"# One\n\n![a]({web.url}/a.png) ![b]({web.url}/b.svg?x=1)\n"
    folder = write_files(tmp_path / "book", {"one.md": text})
    outputs = []
    for _ in range(2):
        arguments = ["epub", str(folder), "--fetch-remote-images", "-o", str(tmp_path / "o.epub")]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        outputs.append((tmp_path / "o.epub").read_bytes())
    assert web.asked == ["/a.png", "/b.svg?x=1"]
    assert outputs[0] == outputs[1]
    with zipfile.ZipFile(tmp_path / "o.epub") as package:
        assert {"EPUB/images/a.png", "EPUB/images/b.svg"} <= set(package.namelist())
        assert b"<script" not in package.read("EPUB/images/b.svg")
    assert len(list((tmp_path / "cache/bookbuilder/pictures").glob("??/*"))) == 2
    CliRunner().invoke(main, ["epub", str(folder), "-o", str(tmp_path / "o.epub")])
    assert (tmp_path / "o.epub").read_bytes() != outputs[0], "without the flag, the cache is closed"


def failures(web: Web, path: str, tmp_path: Path, pictures: RemotePictures | None = None) -> str:
    """Return what is reported of a picture that does not come; its alt text takes its place."""
    url = path if ":" in path else f"{web.url}{path}"
    folder = write_files(tmp_path / "book", {"one.md": f"# One\n\nSee ![the alt]({url}).\n"})
    report = Report()
    book = load(folder, report=report, remote=pictures or RemotePictures(Cache(tmp_path / "cache")))
    write(book, tmp_path / "out.epub", report)
    with zipfile.ZipFile(tmp_path / "out.epub") as package:
        assert "[the alt]" in package.read("EPUB/one.xhtml").decode()
    (found,) = [d for d in report if d.rule.name in ("image-not-fetched", "bad-image")]
    assert found.span
    assert (found.span.file, found.span.line, found.span.column) == ("one.md", 3, 5)
    return found.message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/gone.png", "404"),
        ("/page", "not a usable picture"),
        ("/loop.png", "redirected more than 5 times"),
        ("/inside.png", "`10.0.0.1` is not a public address"),
        ("/file.png", "only addresses like"),
        ("http://169.254.169.254/latest/meta-data", "not a public address"),
        ("http://192.168.1.1/a.png", "not a public address"),
        ("http://[::ffff:10.0.0.1]/a.png", "not a public address"),
        ("http://[64:ff9b::a00:1]/a.png", "not a public address"),
        ("http://0.0.0.0/a.png", "not a public address"),
        ("http://me:secret@127.0.0.1/a.png", "only addresses like"),
        ("http://127.0.0.1:1/a.png", "does not answer"),
    ],
)
def test_what_does_not_come_is_said_where_it_stands(
    path: str, why: str, web: Web, tmp_path: Path
) -> None:
    assert why in failures(web, path, tmp_path)
    assert not (tmp_path / "cache/bookbuilder/pictures").exists()


@pytest.mark.slow
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "fd00::1"])
def test_a_public_name_that_leads_home_is_refused(address: str, web: Web, tmp_path: Path) -> None:
    pictures = RemotePictures(Cache(None), resolve=lambda host, port: ["93.184.215.14", address])
    url = f"http://pictures.example:{web.server_port}/a.png"
    assert "not a public address" in failures(web, url, tmp_path, pictures)
    assert web.asked == []


def test_this_machine_is_asked_where_the_author_names_it_and_redirections_stay(
    web: Web, tmp_path: Path
) -> None:
    pictures = RemotePictures(Cache(None))
    assert pictures.get(f"{web.url}/moved.png") == png()
    web.answers["/to-name.png"] = (
        302,
        {"Location": f"{web.url}/a.png".replace("127.0.0.1", "localhost")},
        b"",
    )
    with pytest.raises(FetchError, match="not a public address"):
        pictures.get(f"{web.url}/to-name.png")


def test_nothing_is_sent_that_tells_of_the_author_or_the_book(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://me:secret@127.0.0.1:9/")
    moved = {"Location": "/a.png", "Set-Cookie": "id=1; Path=/", "WWW-Authenticate": "Basic"}
    web.answers["/cookie.png"] = (302, moved, b"")
    pictures = RemotePictures(Cache(None))
    assert pictures.get(f"{web.url}/cookie.png") == png()
    assert pictures.get(f"{web.url}/moved.png") == png()
    assert web.asked == ["/cookie.png", "/a.png", "/moved.png", "/a.png"]
    names = {name for headers in web.headers for name in headers}
    assert names <= {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert {headers["User-Agent"].partition("/")[0] for headers in web.headers} == {"bookbuilder"}


def test_size_and_count_are_limited(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "LARGEST", 50)
    assert "larger than 50 bytes" in failures(web, "/a.png", tmp_path)
    monkeypatch.setattr(remote, "MOST_PICTURES", 1)
    pictures = RemotePictures(Cache(None), count=1)
    assert "no more than 1" in failures(web, "/b.svg?x=1", tmp_path, pictures)
    assert web.asked == ["/a.png"]


@pytest.mark.slow
def test_a_server_that_never_ends_is_left(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = threading.Event()

    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not going_on.wait(0.01):
            try:
                handler.wfile.write(b"x")
            except OSError:
                going_on.set()

    monkeypatch.setattr(Handler, "do_GET", drip)
    monkeypatch.setattr(remote, "SECONDS", 1)
    assert "more than 1 seconds" in failures(web, "/a.png", tmp_path)
    assert going_on.wait(30), "the connection was closed"


def test_a_book_has_a_limit_for_all_its_pictures(web: Web, tmp_path: Path) -> None:
    pictures = RemotePictures(Cache(None), size=remote.MOST_BYTES)
    assert "taken too long, or too much" in failures(web, "/a.png", tmp_path, pictures)
    assert web.asked == []


def test_each_host_is_named_once(web: Web, tmp_path: Path) -> None:
    text = f"# One\n\n![a]({web.url}/a.png) ![b]({web.url}/b.svg?x=1)\n"
    report = Report()
    load(
        write_files(tmp_path / "book", {"one.md": text}),
        report=report,
        remote=RemotePictures(Cache(None)),
    )
    assert rules_of(report).count("image-licence") == 1


def test_a_name_that_is_not_found_in_time_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SECONDS", 0.01)
    answered = threading.Event()

    def never(host: str, port: int) -> list[str]:
        answered.wait(60)
        return ["93.184.216.34"]

    try:
        with pytest.raises(FetchError, match="seconds to find"):
            RemotePictures(Cache(tmp_path), resolve=never).get("https://example.org/a.png")
    finally:
        answered.set()
