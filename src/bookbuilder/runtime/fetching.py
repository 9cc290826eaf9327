"""Ask servers of the web: the one place that opens a connection.

The manuscript that names an address is not trusted. Host names are resolved here, and the very
address that was checked is connected to, so that no name and no redirection leads into the author's
own network.
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
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from bookbuilder import __version__
from bookbuilder.runtime.public_addresses import is_own_machine, is_public, parsed

MOST_REDIRECTIONS = 5
REDIRECTIONS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
# What resolvers say of a name that nobody has, rather than of a network that is away.
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Resolve = Callable[[str, int], Sequence[str]]


class FetchError(Exception):
    """Nothing came from an address; the message says why, in plain words."""


class NoHostError(FetchError):
    """No machine has the name in an address."""


class NotPublicError(FetchError):
    """An address leads into the author's own network, or to no place on the internet."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time at which an exchange must have ended, so many `seconds` after it began."""

    seconds: float
    end: float = field(default=0.0)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(seconds, time.monotonic() + seconds)

    @property
    def left(self) -> float:
        return max(self.end - time.monotonic(), 0.0)

    def error(self, what: str = "") -> FetchError:
        return FetchError(f"it takes more than {self.seconds:g} seconds{what}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say how to ask: `largest` is the most bytes of an answer that are read; with 0, none is."""

    method: str = "GET"
    accept: str = "*/*"
    largest: int = 0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a server; `location` is where it redirects to, if it does."""

    status: int
    reason: str = ""
    location: str = ""
    data: bytes = b""


def system_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses of `host`, as the system resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def split(url: str) -> SplitResult:
    """Return the parts of an address of the web. Raises `FetchError` if it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError where it is no number
    except ValueError:
        raise FetchError("this is not an address") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise FetchError("only addresses like https://example.org/page are asked for")
    return parts


def own_machine(host: str) -> str:
    """Return `host` if it plainly names the machine itself, else an empty string."""
    address = parsed(host)
    is_own = host == "localhost" if address is None else is_own_machine(address)
    return host if is_own else ""


def is_public_host(host: str) -> bool:
    """Return whether `host` is an address in figures that a server of the internet can have."""
    address = parsed(host)
    return address is not None and is_public(address)


def public_addresses(
    parts: SplitResult, allowed: str, resolve: Resolve, deadline: Deadline
) -> list[str]:
    """Return the addresses of the host of `parts`, in figures that need no resolving again.

    Raises `FetchError` if one is not public. The host `allowed` may be this machine: that is for
    what names it plainly in the author's own text.
    """
    host = parts.hostname or ""
    found: Sequence[str] = []
    try:
        port = parts.port or _PORTS[parts.scheme]
        found = _in_time(resolve, host.encode("idna").decode("ascii"), port, deadline)
    except socket.gaierror as error:
        if error.errno not in _NO_SUCH_NAME:
            raise FetchError(f"`{host[:100]}` cannot be looked up now") from None
    except (OSError, ValueError):
        pass
    if not found:
        raise NoHostError(f"there is no host `{host[:100]}`")
    addresses = []
    for text in found:
        address = parsed(text)
        if address is None or not (
            is_public(address) or (host == allowed and is_own_machine(address))
        ):
            raise NotPublicError(f"`{host[:100]}` is not a public address on the internet")
        addresses.append(str(address))
    return addresses


def _in_time(resolve: Resolve, host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """Return what `resolve` does. Raises `FetchError` where it takes too long.

    It is the system's, and takes as long as the system's settings and name servers like: it goes on
    by itself then, in a thread that nobody waits for.
    """
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask_it() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask_it, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left)
    except queue.Empty:
        raise deadline.error(f" to find `{host[:100]}`") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


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


def ask(parts: SplitResult, addresses: Sequence[str], deadline: Deadline, wanted: Wanted) -> Answer:
    """Return what the host of `parts` answers, at one of its `addresses`. Raises `FetchError`."""
    host = (parts.hostname or "").encode("idna").decode("ascii")
    for number, address in enumerate(addresses):
        if not deadline.left:
            break
        connect = _Https if parts.scheme == "https" else _Http
        connection = connect(host, parts.port or _PORTS[parts.scheme], timeout=deadline.left)
        connection.address = address
        try:
            connection.connect()
        except ssl.SSLError as error:
            raise FetchError(f"its encryption fails: {error.reason or error}") from None
        except OSError:
            if number + 1 == len(addresses):
                raise FetchError(f"`{host}` does not answer") from None
            continue
        return _read(connection, parts, deadline, wanted)
    raise deadline.error()


def _read(
    connection: _Http | _Https, parts: SplitResult, deadline: Deadline, wanted: Wanted
) -> Answer:
    # A server may send a byte now and then for ever: no time limit of a socket ends that.
    # The connection itself forgets its socket as soon as the headers are read.
    timer = threading.Timer(deadline.left, _hang_up, [connection.sock])
    timer.daemon = True
    timer.start()
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    )
    headers = {
        "User-Agent": f"bookbuilder/{__version__}{wanted.purpose and f' ({wanted.purpose})'}",
        "Accept": wanted.accept,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    try:
        connection.request(wanted.method, path, headers=headers)
        response = connection.getresponse()
        reason = re.sub(r"[^\x20-\x7e]", "", response.reason)[:60]
        location = ""
        if response.status in REDIRECTIONS:
            location = re.sub(r"[\x00-\x20]", "", response.getheader("Location") or "")
        is_read = wanted.largest and response.status == http.client.OK
        data = response.read(wanted.largest + 1) if is_read else b""
    except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
        if not deadline.left:
            raise deadline.error() from None
        raise FetchError(f"the connection fails ({type(error).__name__})") from None
    finally:
        timer.cancel()
        connection.close()
    if not deadline.left:
        raise deadline.error()
    return Answer(response.status, reason, location, data)


def _hang_up(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
