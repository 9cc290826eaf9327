"""Read docsify's _sidebar.md, and the name of the site in index.html."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from bookbuilder.config.chapter_list import ChapterList, Listed, ListedPart
from bookbuilder.config.js_literal import value_after
from bookbuilder.config.other_tools.shared import (
    config_of,
    read_list_source,
    report_other_tool,
    text_if_any,
    text_of,
)
from bookbuilder.config.other_tools.summary import lines_of
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside
from bookbuilder.text.patterns import rare_pattern

FILE_NAME = "_sidebar.md"
FOLDERS = ("", "docs")
_ITEM = rare_pattern(r"(?P<indent>[ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?P<text>.*)")
_LINK = rare_pattern(
    r"\[(?P<title>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]*)(?:\s[^()]*)?\)"
)
_MARKS = rare_pattern(r"[`*_\\]|<[^<>]*>")


def from_docsify(root: Path, report: Report) -> Config | None:
    """Return the name that index.html gives the site; None without a _sidebar.md."""
    name = _file_name(root)
    if not name:
        return None
    report_other_tool(f"{name} is another tool's", Span(name), report)
    folder = name.removesuffix(FILE_NAME).strip("/")
    page = text_if_any(root / folder / "index.html", root)
    settings = value_after(page, r"\$docsify\s*=")
    said = text_of(settings.get("name")) if isinstance(settings, dict) else ""
    return config_of(root, title=_MARKS.sub("", said), folder=folder)


def docsify_list(config: Config, report: Report) -> ChapterList | None:
    """Return the pages that _sidebar.md links to; items without a link are parts."""
    name = _file_name(config.root)
    source = read_list_source(name, config, report) if name else None
    return _read(source) if source else None


def _read(source: Source) -> ChapterList:
    found = ChapterList(source.name, source.path.parent, bare=True)
    indents: list[tuple[int, bool]] = []
    seen: set[str] = set()
    waiting: list[tuple[int, str]] = []
    for number, line in lines_of(source.text):
        heading = re.match(r"#{1,6}[ \t]+(.*)", line)
        item = _ITEM.match(line)
        if heading or item is None:
            text = heading[1] if heading else line.strip()
            link = _LINK.search(text)
            if heading and text and not link:
                found.parts.append(ListedPart(_plain(text)))
                indents = []
            if link is None:
                continue
        text = item["text"] if item else line
        indent = len(item["indent"].expandtabs(4)) if item else 0
        while indents and indents[-1][0] >= indent:
            indents.pop()
        link = _LINK.search(text)
        depth = sum(is_page for _, is_page in indents)
        indents.append((indent, link is not None))
        if link is None:
            # An item of the outermost list without a link is the title of those below it.
            if len(indents) == 1 and _plain(text):
                found.parts.append(ListedPart(_plain(text)))
            elif _plain(text):
                waiting.append((len(indents), _plain(text)))
            continue
        target = _target(link["target"])
        # Links to headings of a page that is listed anyway are not chapters.
        if target is None or target in seen:
            continue
        seen.add(target)
        if not found.parts or (len(indents) == 1 and found.parts[-1].title and item):
            found.parts.append(ListedPart())
        while waiting:
            level, label = waiting.pop()
            if level < len(indents):
                found.unused_labels.append(label)
        span = source.span_of_line(number)
        found.parts[-1].entries.append(Listed(target, span, _plain(link["title"]), depth))
    return found


def _target(address: str) -> str | None:
    """Return the file that a link of a sidebar means; None if it leads out of the site."""
    path = re.sub(r"^/?#/", "/", address)
    path = unquote(re.split(r"[?#]", path)[0]).strip("<>")
    if re.match(r"[a-zA-Z][\w+.-]*:|//", path) or (not path and address != "/"):
        return None
    path = path.lstrip("/")
    return f"{path}README.md" if not path or path.endswith("/") else path


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)).split())


def _file_name(root: Path) -> str:
    for folder in FOLDERS:
        path = root / folder / FILE_NAME
        if is_inside(path, root) and is_file(path):
            return f"{folder}/{FILE_NAME}".lstrip("/")
    return ""
