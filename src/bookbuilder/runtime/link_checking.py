"""Ask the web whether addresses still lead somewhere: slowly, and not again for some days.

Only headers are read. Each host is asked once a second at most, by HEAD, and by GET where it does
not know that. A host that asks for fewer questions is left alone.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from bookbuilder.runtime import fetching
from bookbuilder.runtime.cache import Cache, digest_of
from bookbuilder.runtime.fetching import (
    MOST_REDIRECTIONS,
    Answer,
    Deadline,
    FetchError,
    NoHostError,
    NotPublicError,
    Wanted,
)
from bookbuilder.runtime.public_addresses import parsed

SECONDS = 20
SECONDS_BETWEEN = 1.0
# For one book; what was asked is remembered, so that the next check goes on.
MOST_ADDRESSES = 3000
MOST_SECONDS = 900
HOSTS_AT_A_TIME = 8
DAY = 24 * 3600
LARGEST_CACHE = 5_000_000
_PERMANENT = (http.client.MOVED_PERMANENTLY, http.client.PERMANENT_REDIRECT)
_GONE = (http.client.NOT_FOUND, http.client.GONE)
# Names that the standards keep for examples and for private use (RFC 2606, 6761, 6762, 7686).
_NOBODYS = re.compile(
    r"(?:.*\.)?(?:example|test|invalid|localhost|local|internal|onion|home\.arpa"
    r"|example\.(?:com|org|net))\.?"
)


class Verdict(StrEnum):
    """The result for an address. `LEFT` is one for an example, or of a private network."""

    FINE = "fine"
    MOVED = "moved"
    DEAD = "dead"
    UNCLEAR = "unclear"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class LinkState:
    """The verdict on an address, with its reason in plain words, and where it has moved to."""

    verdict: Verdict
    why: str = ""
    address: str = ""
    days: int = 0
    """Believe this for so long; 0 is for what may be otherwise in a minute."""


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    state: LinkState


@dataclass(slots=True)
class Pace:
    """Lets callers wait until their host may be asked again."""

    seconds: float = SECONDS_BETWEEN
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str) -> None:
        with self._lock:
            now = self.clock()
            at = max(now, self._free.get(host, now))
            self._free[host] = at + self.seconds
        if at > now:
            self.sleep(at - now)


@dataclass(slots=True)
class LinkChecker:
    """Asks for addresses; `offline` says that not one host could be found, so nothing was."""

    cache: Cache
    pace: Pace = field(default_factory=Pace)
    asked: int = 0
    offline: bool = False
    _ends: float = 0.0

    def check(self, urls: Iterable[str]) -> dict[str, LinkState]:
        """Return what is known of each of `urls`, which are addresses of the web."""
        found: dict[str, LinkState] = {}
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for url in dict.fromkeys(urls):
            if (known := self._known(url)) is not None:
                found[url] = known
            elif self.asked >= MOST_ADDRESSES:
                found[url] = _unclear(f"no more than {MOST_ADDRESSES} are asked at a time")
            else:
                self.asked += 1
                by_host[urlsplit(url).hostname or ""].append(url)
        self._ends = time.monotonic() + MOST_SECONDS
        states: dict[str, LinkState] = {}
        with ThreadPoolExecutor(HOSTS_AT_A_TIME) as pool:
            for made in pool.map(self._of_host, by_host.values()):
                states |= made
        # If not one host is there, it is the network that is missing.
        self.offline = bool(states) and all(
            state.why.startswith(_NO_HOST) for state in states.values()
        )
        for url, state in states.items():
            self._keep(url, state)
        self.cache.trim(LARGEST_CACHE)
        return found | states

    def _of_host(self, urls: list[str]) -> dict[str, LinkState]:
        """Return the states of addresses of one host, asked one after the other."""
        found: dict[str, LinkState] = {}
        refused: LinkState | None = None
        for url in urls:
            if refused is None and time.monotonic() > self._ends:
                refused = _unclear("there was no time left to ask; the next check goes on here")
            found[url] = refused or self._state(url)
            if found[url].why.startswith(_TOO_MANY):
                refused = found[url]
        return found

    def _state(self, url: str) -> LinkState:
        here, fragment = urldefrag(url)
        moved = ""
        is_permanent = True
        try:
            for _ in range(MOST_REDIRECTIONS + 1):
                answer = self._ask(here)
                if not answer.location:
                    return _judged(answer, moved and _with_fragment(moved, fragment))
                here = urldefrag(urljoin(here, answer.location))[0]
                is_permanent = is_permanent and answer.status in _PERMANENT
                moved = here if is_permanent else moved
        except NoHostError as error:
            return LinkState(Verdict.DEAD, str(error))
        except FetchError as error:
            return _unclear(str(error))
        return _unclear(f"it is redirected more than {MOST_REDIRECTIONS} times")

    def _ask(self, url: str) -> Answer:
        """Return the answer to HEAD, or to GET where a server gives none, or not a good one."""
        try:
            answer = self._once(url, "HEAD")
        except (NoHostError, NotPublicError):
            raise
        except FetchError as error:
            if "connection fails" not in str(error):
                raise
        else:
            is_good = answer.location or 200 <= answer.status < 300
            if is_good or answer.status == http.client.TOO_MANY_REQUESTS:
                return answer
        return self._once(url, "GET")

    def _once(self, url: str, method: str) -> Answer:
        parts = fetching.split(url)
        self.pace.wait(parts.hostname or "")
        deadline = Deadline.after(SECONDS)
        addresses = fetching.public_addresses(parts, "", fetching.system_addresses, deadline)
        wanted = Wanted(method, purpose="checks the links of a book")
        return fetching.ask(parts, addresses, deadline, wanted)

    def _known(self, url: str) -> LinkState | None:
        """Return what needs no asking: a name kept for examples, or what was asked lately."""
        try:
            host = fetching.split(url).hostname or ""
        except FetchError as error:
            return _unclear(str(error))
        # An address in figures is asked for as any: it may be public.
        if parsed(host) is None and ("." not in host or _NOBODYS.fullmatch(host)):
            return LinkState(Verdict.LEFT, "its host is for examples or private use")
        if parsed(host) is not None and not fetching.is_public_host(host):
            return LinkState(Verdict.LEFT, "it is an address of a private network")
        data = self.cache.get(_name(url))
        if data is None:
            return None
        try:
            kept = msgspec.json.decode(data, type=_Kept)
        except (msgspec.DecodeError, ValueError):
            return None
        age = time.time() - kept.at
        return kept.state if 0 <= age < kept.state.days * DAY else None

    def _keep(self, url: str, state: LinkState) -> None:
        if state.days:
            self.cache.put(_name(url), msgspec.json.encode(_Kept(time.time(), state)))


_TOO_MANY = "the server answers 429"
_NO_HOST = "there is no host"


def _name(url: str) -> str:
    return digest_of(b"link", url.encode("utf-8", "replace"))


def _unclear(why: str, days: int = 0) -> LinkState:
    return LinkState(Verdict.UNCLEAR, why, days=days)


def _with_fragment(url: str, fragment: str) -> str:
    return f"{url}#{fragment}" if fragment else url


def _judged(answer: Answer, moved: str) -> LinkState:
    said = f"the server answers {answer.status} {answer.reason}".rstrip()
    if answer.status in _GONE:
        return LinkState(Verdict.DEAD, said)
    if not 200 <= answer.status < 300:
        return _unclear(said, days=1)
    return (
        LinkState(Verdict.MOVED, address=moved, days=7)
        if moved
        else LinkState(Verdict.FINE, days=7)
    )
