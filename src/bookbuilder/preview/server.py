"""Serve the preview to a browser on this machine."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable
from importlib import resources
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bookbuilder.preview.editors import Editor
from bookbuilder.preview.guard import Guard
from bookbuilder.preview.jobs import Asked
from bookbuilder.preview.resident import FailedError, Home, context_for
from bookbuilder.preview.studio import Studio
from bookbuilder.preview.watching import has_moved, options_of, watched
from bookbuilder.runtime.limits import Limits
from bookbuilder.runtime.scratch import scratch_folder

FIRST_PORT = 8000
PORTS_TRIED = 20
SECONDS_BETWEEN_SIGNS = 15.0
LONGEST_BODY = 20_000
# What the page itself consists of; nothing else of the package is served.
WEB = {"preview.css": "text/css", "preview.js": "text/javascript", "icon.svg": "image/svg+xml"}
# For documents that name no font: readers have a font of their own.
FONTS = {
    "serif.ttf": "BookbuilderSerif-Regular.ttf",
    "serif-italic.ttf": "BookbuilderSerif-Italic.ttf",
    "serif-bold.ttf": "BookbuilderSerif-SemiBold.ttf",
}
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
# The book's documents run nothing and load only files of the book.
_DOCUMENT = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-same-origin"
)
# Loaded once, before processes are forked.
PRELOADED = ["bookbuilder.preview.jobs", "bookbuilder.preview.warm"]


def make_app(studio: Studio) -> Starlette:
    """Return the application that shows the book of `studio`."""
    routes = [
        Route("/", _Static("index.html", "text/html; charset=utf-8")),
        *(Route(f"/web/{name}", _Static(name, kind)) for name, kind in WEB.items()),
        *(
            Route(f"/web/{name}", _Static(file, "font/ttf", "fonts"))
            for name, file in FONTS.items()
        ),
        Route("/state", lambda request: JSONResponse(studio.state(), headers=_FRESH)),
        Route("/events", _events_of(studio)),
        Route("/book/{name:path}", _book_of(studio)),
        Route("/page/{key:str}/{width:int}.png", _page_of(studio)),
        Route("/locate", _locate_of(studio), methods=["POST"]),
        Route("/open", _open_of(studio), methods=["POST"]),
    ]
    return Starlette(routes=routes)


_FRESH = {"cache-control": "no-store"}


class _Static:
    """Answers with a file of the preview's own page."""

    def __init__(self, name: str, media_type: str, folder: str = "preview/web") -> None:
        self._data = resources.files("bookbuilder").joinpath(folder, name).read_bytes()
        self._headers = {
            "content-type": media_type,
            "content-security-policy": _PAGE,
            "cache-control": "no-cache",
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await Response(self._data, headers=self._headers)(scope, receive, send)


Handler = Callable[[Request], Any]


def _events_of(studio: Studio) -> Handler:
    async def events(request: Request) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            with studio.listening() as queue:
                yield "retry: 500\n\n"
                yield f"data: {json.dumps({'kind': 'book', 'changed': [], **studio.state()})}\n\n"
                while True:
                    try:
                        said = await asyncio.wait_for(queue.get(), SECONDS_BETWEEN_SIGNS)
                    except TimeoutError:
                        yield ": here\n\n"
                        continue
                    if said["kind"] == "end":
                        return
                    yield f"data: {json.dumps(said)}\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream", headers=_FRESH)

    return events


def _book_of(studio: Studio) -> Handler:
    async def book(request: Request) -> Response:
        name = request.path_params["name"]
        headers = {"content-security-policy": _DOCUMENT, "cache-control": "no-cache"}
        if screen := studio.shown.screens.get(name):
            return Response(screen.data, media_type="application/xhtml+xml", headers=headers)
        if file := studio.shown.files.get(name):
            tag = f'"{studio.shown.file_digests[name][:32]}"'
            headers["etag"] = tag
            if request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers=headers)
            return Response(file.data, media_type=file.media_type, headers=headers)
        return Response("There is no such file in the book.\n", 404, media_type="text/plain")

    return book


def _page_of(studio: Studio) -> Handler:
    async def page(request: Request) -> Response:
        picture = await studio.picture(request.path_params["key"], request.path_params["width"])
        if picture is None:
            return Response("There is no such page.\n", 404, media_type="text/plain")
        forever = {"cache-control": "private, max-age=31536000, immutable"}
        return Response(picture, media_type="image/png", headers=forever)

    return page


def _locate_of(studio: Studio) -> Handler:
    async def locate(request: Request) -> Response:
        said = await _said(request)
        slug, text = str(said.get("slug", "")), str(said.get("text", ""))
        found = await studio.locate(slug, text[:2000])
        return JSONResponse(found, headers=_FRESH)

    return locate


def _open_of(studio: Studio) -> Handler:
    async def opened(request: Request) -> Response:
        said = await _said(request)
        numbers = [n if isinstance(n, int) else 1 for n in (said.get("line"), said.get("column"))]
        was_opened = studio.open_line(str(said.get("file", "")), *numbers)
        return JSONResponse({"opened": was_opened}, headers=_FRESH)

    return opened


async def _said(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request holds; an empty one for anything else."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return {}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def free_socket(port: int | None) -> socket.socket:
    """Return a socket that listens on loopback: at `port`, or else at 8000 or the next free one.

    Raises `OSError` if `port` is taken.
    """
    ports = [port] if port is not None else [*range(FIRST_PORT, FIRST_PORT + PORTS_TRIED), 0]
    for wanted in ports:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":
            # Else a port stays taken for a minute after the last preview.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", wanted))
            made.listen(64)
        except OSError:
            made.close()
            if wanted == ports[-1]:
                raise
        else:
            return made
    raise AssertionError


class _Server(uvicorn.Server):
    """Ends at once: streams of events are told, and nothing is waited for."""

    studio: Studio | None = None

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.studio is not None:
            self.studio.tell_end()
        super().handle_exit(sig, frame)
        self.force_exit = True


async def _serve(
    asked: Asked,
    editor: Editor,
    limits: Limits,
    home: Home,
    listener: socket.socket,
    complain: Callable[[FailedError], None],
) -> None:
    from watchfiles import awatch

    studio = Studio(home, asked, editor, limits, complain)
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        Guard(make_app(studio), port),
        log_level="critical",
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    server.studio = studio

    async def watch() -> None:
        which = watched(asked.root)
        while True:
            options = {**options_of(which), "yield_on_timeout": False}
            async for found in awatch(*which.folders, **options):
                studio.saved(sorted({Path(path) for _, path in found}))
                if has_moved(which, found, asked.root):
                    which = watched(asked.root)
                    break

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():  # by a failure, which is raised below
            server.should_exit = True
            studio.tell_end()

    tasks = [asyncio.create_task(watch()), asyncio.create_task(studio.run())]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        await server.serve(sockets=[listener])
    finally:
        for task in tasks:
            task.cancel()
        studio.close()
        for said in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(said, Exception):
                raise said


def serve(
    asked: Asked,
    editor: Editor,
    limits: Limits,
    *,
    port: int | None,
    opens: bool,
    ready: Callable[[str], None],
    complain: Callable[[FailedError], None],
) -> None:
    """Show the book that is asked for until Ctrl-C.

    `ready` is told the address, and `complain` of failures of bookbuilder itself.

    Raises `OSError` if `port` is taken.
    """
    with scratch_folder() as scratch, free_socket(port) as listener:
        life, ours = multiprocessing.Pipe(duplex=False)
        home = Home(context_for(PRELOADED), scratch, life)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ready(address)
        if opens:
            webbrowser.open(address)
        try:
            asyncio.run(_serve(asked, editor, limits, home, listener, complain))
        except KeyboardInterrupt:
            pass
        finally:
            ours.close()
            life.close()
