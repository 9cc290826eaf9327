"""Read the lines by which VitePress and Docusaurus include a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BEFORE = r"(?P<before>[ \t>]*)"
_CODE = re.compile(
    _BEFORE + r"<<<[ \t]*(?=\S*[./])(?P<path>[^\s{}\[\]#]+)(?:#(?P<part>[\w*-]+))?[ \t]*"
    r"(?:\{(?P<options>[^{}\n]*)\})?[ \t]*(?:\[[^\[\]\n]*\])?[ \t]*$"
)
_TEXT = re.compile(
    _BEFORE + r"<!--[ \t]*@include:[ \t]*(?P<path>[^\s{}#>]+)(?:#(?P<part>[\w-]+))?[ \t]*"
    r"(?:\{(?P<options>[\d,]*)\})?(?:#(?P<later>[\w-]+))?[ \t]*-->[ \t]*$"
)
_PARTIAL = re.compile(
    r"""^import[ \t]+(\w+)[ \t]+from[ \t]+["']([^"'\n]+\.mdx?)["']""", re.MULTILINE
)
_USE = re.compile(_BEFORE + r"<(?P<name>[A-Z]\w*)(?:[ \t][^<>\n]*)?/>[ \t]*$")
_LANGUAGE = re.compile(r"(?:^|[ \t])([A-Za-z][\w+#-]*)")


@dataclass(frozen=True, slots=True)
class SiteInclude:
    """Say what to include. `target` is written as in mdBook, with a part after a colon.

    Code is in a `language`; its value for Markdown is None.
    """

    before: str
    target: str
    language: str | None
    from_root: bool


def partials_in(text: str) -> Mapping[str, str]:
    """Return the Markdown files that a chapter of Docusaurus imports, by their names in it."""
    return {match[1]: match[2] for match in _PARTIAL.finditer(text)}


def site_include(line: str, partials: Mapping[str, str]) -> SiteInclude | None:
    """Return what `line` includes: `<<< @/file`, `<!--@include: file-->`, or `<Partial />`."""
    if match := _CODE.match(line):
        options = match["options"] or ""
        language = _LANGUAGE.search(options)
        suffix = match["path"].rpartition(".")[2] if "." in match["path"] else ""
        part = match["part"] or ""
        return _made(match["before"], match["path"], part, language[1] if language else suffix)
    if match := _TEXT.match(line):
        first, comma, last = (match["options"] or "").partition(",")
        lines = f"{first}:{last}" if comma else first and f"{first}:{first}"
        part = match["part"] or match["later"] or lines
        return _made(match["before"], match["path"], part, None)
    if partials and (match := _USE.match(line)) and match["name"] in partials:
        return _made(match["before"], partials[match["name"]], "", None)
    return None


def _made(before: str, path: str, part: str, language: str | None) -> SiteInclude:
    bare = re.sub(r"^(?:@site|@|~)/", "", path)
    target = f"{bare}:{part}" if part else bare
    return SiteInclude(before, target, language, from_root=bare != path)
