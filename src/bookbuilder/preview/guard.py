"""Refuse requests that do not come from the preview's own page.

The server listens on loopback only, but any website can make a browser ask there. So a request must
name this server (else somebody's domain name was pointed at it: DNS rebinding), and must not come
from another site's page.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMES = ("127.0.0.1", "localhost", "[::1]")
# For everything: nothing of the page may load anything from elsewhere, or be framed elsewhere.
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


class Guard:
    """Let requests of the preview's own page through to `app`, and no others."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in _NAMES}
        if port == 80:
            self._hosts |= set(_NAMES)
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        why = self._refusal(Headers(scope=scope), scope["method"], scope["path"])
        if why:
            await PlainTextResponse(f"{why}\n", 403)(scope, receive, send)
            return

        async def with_headers(message: object) -> None:
            assert isinstance(message, dict)
            if message["type"] == "http.response.start":
                own: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
                message = {**message, "headers": [*own, *HEADERS]}
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal(self, headers: Headers, method: str, path: str) -> str:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return "This server answers to its own name only."
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in self._origins:
            return "This server answers to its own page only."
        site = headers.get("sec-fetch-site", "none")
        is_visit = headers.get("sec-fetch-mode") == "navigate" and path == "/" and method == "GET"
        if site not in ("same-origin", "none") and not is_visit:
            return "This server answers to its own page only."
        if method not in ("GET", "HEAD") and origin is None:
            return "A request that does something must say where it comes from."
        return ""
