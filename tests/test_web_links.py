"""Links to the web are asked for slowly, and only by `check --release --online`."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookbuilder import Report, load
from bookbuilder.checks.web_links import check_links, report_links, web_links
from bookbuilder.runtime import fetching, link_checking
from bookbuilder.runtime.cache import Cache
from bookbuilder.runtime.link_checking import LinkChecker, LinkState, Pace, Verdict
from books import write_files

pytestmark = pytest.mark.attack("fetching")


class Handler(http.server.BaseHTTPRequestHandler):
    """A server that answers by method and path, and remembers it."""

    server: Web

    def answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.agents.add(self.headers["User-Agent"])
        status, location = self.server.answers.get(self.path, (200, ""))
        if self.path == "/no-head" and self.command == "GET":
            status = 200
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    do_GET = do_HEAD = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


class Web(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.url = f"http://pages.site:{self.server_port}"
        self.answers: dict[str, tuple[int, str]] = {
            "/gone": (410, ""),
            "/none": (404, ""),
            "/refused": (403, ""),
            "/busy": (429, ""),
            "/no-head": (405, ""),
            "/moved": (301, "/here"),
            "/doi": (302, "/here"),
            "/twice": (308, "/doi"),
            "/loop": (302, "/loop"),
            "/inside": (301, "http://10.0.0.1/"),
            "/to-file": (301, "file:///etc/passwd"),
        }


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Serve as `pages.site` what is on this machine; there is no other host."""

    def addresses(host: str, port: int) -> list[str]:
        if host in ("pages.site", "10.0.0.1"):
            return [host.replace("pages.site", "127.0.0.1")]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(fetching, "system_addresses", addresses)
    monkeypatch.setattr(fetching, "is_public", lambda address: address.is_loopback)
    with Web() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def checker(folder: Path | None = None) -> LinkChecker:
    return LinkChecker(Cache(folder), Pace(seconds=0))


def state(web: Web, path: str) -> LinkState:
    return checker().check([web.url + path])[web.url + path]


@pytest.mark.parametrize(
    ("path", "verdict", "why"),
    [
        ("/here", Verdict.FINE, ""),
        ("/here#part", Verdict.FINE, ""),
        ("/no-head", Verdict.FINE, ""),
        ("/doi", Verdict.FINE, ""),
        ("/gone", Verdict.DEAD, "the server answers 410 Gone"),
        ("/none", Verdict.DEAD, "the server answers 404 Not Found"),
        ("/refused", Verdict.UNCLEAR, "the server answers 403 Forbidden"),
        ("/busy", Verdict.UNCLEAR, "the server answers 429 Too Many Requests"),
        ("/loop", Verdict.UNCLEAR, "it is redirected more than 5 times"),
        ("/inside", Verdict.UNCLEAR, "`10.0.0.1` is not a public address on the internet"),
        ("/to-file", Verdict.UNCLEAR, "only addresses like https://example.org/page are asked for"),
    ],
)
def test_an_answer_is_judged(path: str, verdict: Verdict, why: str, web: Web) -> None:
    found = state(web, path)
    assert (found.verdict, found.why) == (verdict, why)


@pytest.mark.parametrize(
    ("path", "there"), [("/moved", "/here"), ("/moved#part", "/here#part"), ("/twice", "/doi")]
)
def test_what_has_moved_for_good_is_said_with_its_new_address(
    path: str, there: str, web: Web
) -> None:
    found = state(web, path)
    assert (found.verdict, found.address) == (Verdict.MOVED, web.url + there)


def test_it_asks_by_head_first_says_its_name_and_leaves_who_is_busy_alone(web: Web) -> None:
    found = checker().check(web.url + path for path in ("/here", "/no-head", "/busy", "/more"))
    assert web.asked == ["HEAD /here", "HEAD /no-head", "GET /no-head", "HEAD /busy"]
    assert found[f"{web.url}/more"].verdict is Verdict.UNCLEAR
    (agent,) = web.agents
    assert agent.startswith("bookbuilder/")


def test_what_answered_is_remembered_for_days_and_what_is_gone_is_asked_again(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ("/here", "/moved", "/gone", "/refused")
    first = checker(tmp_path).check(web.url + path for path in paths)
    web.asked.clear()
    assert checker(tmp_path).check(web.url + path for path in paths) == first
    assert web.asked == ["HEAD /gone", "GET /gone"]
    later = time.time() + 8 * link_checking.DAY
    monkeypatch.setattr(time, "time", lambda: later)
    web.asked.clear()
    checker(tmp_path).check([f"{web.url}/here"])
    assert web.asked == ["HEAD /here"]


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a", "http://localhost:8000/", "http://10.0.0.1/", "https://a.example/"],
)
def test_examples_and_private_addresses_are_not_asked(url: str, web: Web) -> None:
    assert checker().check([url])[url].verdict is Verdict.LEFT
    assert web.asked == []


def test_a_host_that_is_not_there_is_dead_but_a_network_that_is_not_is_none(web: Web) -> None:
    both = checker()
    found = both.check([f"{web.url}/here", "https://nowhere.site/"])
    assert found["https://nowhere.site/"].verdict is Verdict.DEAD
    assert not both.offline
    alone = checker()
    alone.check(["https://nowhere.site/", "https://nothing.site/"])
    assert alone.offline


def test_each_host_waits_a_second_and_others_do_not() -> None:
    now = 100.0
    waited: list[float] = []
    pace = Pace(clock=lambda: now, sleep=waited.append)
    for host in ("a", "b", "a", "a"):
        pace.wait(host)
    assert waited == [1.0, 2.0]
    now = 110.0
    pace.wait("a")
    assert waited == [1.0, 2.0]


def test_findings_name_the_line_of_the_link_and_come_once(web: Web, tmp_path: Path) -> None:
    text = (
        f"# One\n\n[a]({web.url}/here) [b]({web.url}/gone)\n\n<{web.url}/gone> `{web.url}/none`\n"
    )
    more = f"# Two\n\n[m]({web.url}/moved) [r]({web.url}/refused) [mail](mailto:a@b.site)\n"
    folder = write_files(tmp_path / "book", {"one.md": text, "two.md": more})
    links = web_links([load(folder)])
    report = Report()
    counts = report_links(links, check_links(links, checker()), report)
    found = [(d.rule.code, d.span and (d.span.file, d.span.line)) for d in report]
    assert found == [
        ("L010", ("one.md", 3)),
        ("L011", ("two.md", 3)),
        ("L012", ("two.md", 3)),
    ]
    assert "2 times in the book" in next(iter(report)).message
    assert counts == {
        Verdict.FINE: 1,
        Verdict.DEAD: 1,
        Verdict.MOVED: 1,
        Verdict.UNCLEAR: 1,
    }
