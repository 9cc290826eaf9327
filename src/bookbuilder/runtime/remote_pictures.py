"""Fetch pictures from the web, if the author asks with `--fetch-remote-images`."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin

from bookbuilder.runtime.cache import Cache, digest_of
from bookbuilder.runtime.fetching import (
    MOST_REDIRECTIONS,
    Deadline,
    FetchError,
    Resolve,
    Wanted,
    ask,
    own_machine,
    public_addresses,
    split,
    system_addresses,
)

LARGEST = 20_000_000
SECONDS = 30
# For one book.
MOST_PICTURES = 300
MOST_BYTES = 300_000_000
MOST_SECONDS = 600


def _name(url: str) -> str:
    return digest_of(b"picture", url.partition("#")[0].encode("utf-8", "replace"))


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
        deadline = Deadline.after(SECONDS)
        allowed = own_machine(split(url).hostname or "")
        for _ in range(MOST_REDIRECTIONS + 1):
            parts = split(url)
            if parts.hostname != allowed:
                # What answers from elsewhere has no say in what this machine is asked.
                allowed = ""
            addresses = public_addresses(parts, allowed, self.resolve, deadline)
            answer = _ask(parts, addresses, deadline)
            if isinstance(answer, bytes):
                return answer
            target = urljoin(url, answer)
            if parts.scheme == "https" and split(target).scheme != "https":
                raise FetchError("it is redirected to an address that is not encrypted")
            url = target
        raise FetchError(f"it is redirected more than {MOST_REDIRECTIONS} times")


def _ask(parts: SplitResult, addresses: Sequence[str], deadline: Deadline) -> bytes | str:
    """Return what the host of `parts` sends, or where it redirects to. Raises `FetchError`."""
    answer = ask(parts, addresses, deadline, Wanted(accept="image/*", largest=LARGEST))
    if answer.location:
        return answer.location
    if answer.status != http.client.OK:
        raise FetchError(f"the server answers {answer.status} {answer.reason}".rstrip())
    if len(answer.data) > LARGEST:
        raise FetchError(f"it is larger than {LARGEST:,} bytes")
    return answer.data
