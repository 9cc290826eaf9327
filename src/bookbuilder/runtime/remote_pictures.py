"""Fetch pictures from the web, if the author asks with `--fetch-remote-images`.

The manuscript that names them is not trusted. Host names are resolved here, and the very address
that was checked is connected to, so that no name and no redirection leads into the author's own
network.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from bookbuilder import __version__
from bookbuilder.runtime.cache import Cache, digest_of
from bookbuilder.runtime.public_addresses import is_own_machine, is_public, parsed

LARGEST = 20_000_000
SECONDS = 30
MOST_REDIRECTIONS = 5
# For one book.
MOST_PICTURES = 300
MOST_BYTES = 300_000_000
MOST_SECONDS = 600

_PORTS = {"http": 80, "https": 443}
_REDIRECTIONS = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Sequence[str]]


class FetchError(Exception):
    """A picture was not fetched; the message says why, in plain words."""


def _name(url: str) -> str:
    return digest_of(b"picture", url.partition("#")[0].encode("utf-8", "replace"))


def system_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses of `host`, as the system resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(slots=True)
class RemotePictures:
    """Fetch pictures for one book, within limits on all of them together."""

    cache: Cache
    resolve: Resolve = system_addresses
    count: int = 0
    size: int = 0
    seconds: float = 0.0

    def get(self, url: str) -> bytes:
        """Return what is at `url`, from the cache if it was kept there. Raises `FetchError`."""
        if (kept := self.cache.get(_name(url))) is not None:
            return kept
        if self.count >= MOST_PICTURES:
            raise FetchError(f"no more than {MOST_PICTURES} are fetched for one book")
        if self.size >= MOST_BYTES or self.seconds >= MOST_SECONDS:
            raise FetchError("the book's pictures have taken too long, or too much, already")
        self.count += 1
        started = time.monotonic()
        try:
            data = self._follow(url)
        finally:
            self.seconds += time.monotonic() - started
        self.size += len(data)
        return data

    def keep(self, url: str, data: bytes) -> None:
        """Keep for the next build what `get` returned, once it has turned out to be a picture."""
        self.cache.put(_name(url), data)

    def _follow(self, url: str) -> bytes:
        end = time.monotonic() + SECONDS
        own_machine = _own_machine(_split(url).hostname or "")
        for _ in range(MOST_REDIRECTIONS + 1):
            parts = _split(url)
            if parts.hostname != own_machine:
                # What answers from elsewhere has no say in what this machine is asked.
                own_machine = ""
            addresses = self._addresses(parts, own_machine, end)
            answer = _ask(parts, addresses, end)
            if isinstance(answer, bytes):
                return answer
            target = urljoin(url, answer)
            if parts.scheme == "https" and _split(target).scheme != "https":
                raise FetchError("it is redirected to an address that is not encrypted")
            url = target
        raise FetchError(f"it is redirected more than {MOST_REDIRECTIONS} times")

    def _addresses(self, parts: SplitResult, own_machine: str, end: float) -> Sequence[str]:
        """Return the addresses of the host of `parts`, in figures that need no resolving again.

        Raises `FetchError` if one is not public. `own_machine` is the host in the author's own
        address, if that is this machine: that one may be fetched from.
        """
        host = parts.hostname or ""
        try:
            port = parts.port or _PORTS[parts.scheme]
            found = _in_time(self.resolve, host.encode("idna").decode("ascii"), port, end)
        except (OSError, ValueError):
            found = []
        if not found:
            raise FetchError(f"there is no host `{host[:100]}`")
        addresses = []
        for text in found:
            address = parsed(text)
            if address is None or not (
                is_public(address) or (host == own_machine and is_own_machine(address))
            ):
                raise FetchError(f"`{host[:100]}` is not a public address on the internet")
            addresses.append(str(address))
        return addresses


def _in_time(resolve: Resolve, host: str, port: int, end: float) -> Sequence[str]:
    """Return what `resolve` does. Raises `FetchError` where it takes too long.

    It is the system's, and takes as long as the system's settings and name servers like: it goes on
    by itself then, in a thread that nobody waits for.
    """
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(end - time.monotonic(), 0))
    except queue.Empty:
        raise FetchError(f"it takes more than {SECONDS} seconds to find `{host[:100]}`") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _own_machine(host: str) -> str:
    """Return `host` if it plainly names the machine itself, else an empty string."""
    address = parsed(host)
    is_own = host == "localhost" if address is None else is_own_machine(address)
    return host if is_own else ""


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError:
        raise FetchError("this is not an address") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise FetchError("only addresses like https://example.org/picture.png are fetched")
    return parts


class _Http(http.client.HTTPConnection):
    """Connect to `address`, whatever the host's name would resolve to now."""

    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _Https(http.client.HTTPSConnection):
    address = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def _ask(parts: SplitResult, addresses: Sequence[str], end: float) -> bytes | str:
    """Return what the host of `parts` sends, or where it redirects to. Raises `FetchError`."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    for number, address in enumerate(addresses):
        left = end - time.monotonic()
        if left <= 0:
            break
        connect = _Https if parts.scheme == "https" else _Http
        connection = connect(host, parts.port or _PORTS[parts.scheme], timeout=left)
        connection.address = address
        try:
            connection.connect()
        except ssl.SSLError as error:
            raise FetchError(f"its encryption fails: {error.reason or error}") from None
        except OSError:
            if number + 1 == len(addresses):
                raise FetchError(f"`{host}` does not answer") from None
            continue
        return _read(connection, parts, end)
    raise FetchError(f"it takes more than {SECONDS} seconds")


def _read(connection: _Http | _Https, parts: SplitResult, end: float) -> bytes | str:
    # A server may send a byte now and then for ever: no time limit of a socket ends that.
    # The connection itself forgets its socket as soon as the headers are read.
    timer = threading.Timer(max(end - time.monotonic(), 0), _hang_up, [connection.sock])
    timer.daemon = True
    timer.start()
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    )
    headers = {
        "User-Agent": f"bookbuilder/{__version__}",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        if response.status in _REDIRECTIONS and (target := response.getheader("Location")):
            return re.sub(r"[\x00-\x20]", "", target)
        if response.status != http.client.OK:
            reason = re.sub(r"[^\x20-\x7e]", "", response.reason)[:60]
            raise FetchError(f"the server answers {response.status} {reason}".rstrip())
        data = response.read(LARGEST + 1)
    except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
        if end <= time.monotonic():
            raise FetchError(f"it takes more than {SECONDS} seconds") from None
        raise FetchError(f"the connection fails ({type(error).__name__})") from None
    finally:
        timer.cancel()
        connection.close()
    if end <= time.monotonic():
        raise FetchError(f"it takes more than {SECONDS} seconds")
    if len(data) > LARGEST:
        raise FetchError(f"it is larger than {LARGEST:,} bytes")
    return data


def _hang_up(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
