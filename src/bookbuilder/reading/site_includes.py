"""Read the lines by which VitePress, Docusaurus, Quarto, Hugo, docsify and Leanpub include."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bookbuilder.text.patterns import rare_pattern

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
_USE = rare_pattern(_BEFORE + r"<(?P<name>[A-Z]\w*)(?:[ \t][^<>\n]*)?/>[ \t]*$")
_SHORTCODE = rare_pattern(
    _BEFORE + r"\{\{[<%][ \t]*(?:include|readfile|readFile)[ \t]+(?P<rest>[^{}\n]{1,500}?)"
    r"[ \t]*/?[%>]\}\}[ \t]*$"
)
_DOCSIFY = rare_pattern(
    _BEFORE + r"\[[^\[\]\n]{0,300}\]\((?P<path>[^()\s]{1,500})[ \t]+"
    r"(?P<quote>['\"])(?P<title>[^'\"\n]{0,300}:include\b[^'\"\n]{0,300})(?P=quote)\)[ \t]*$"
)
_LEANPUB = rare_pattern(
    _BEFORE + r"<<(?:\[(?P<title>[^\[\]\n]{0,300})\])?\((?P<path>[^()\n]{1,500})\)[ \t]*$"
)
_LEANPUB_TEXT = rare_pattern(_BEFORE + r"<<\{(?P<path>[^{}\n]{1,500})\}[ \t]*$")
# Markua shows code as if it was a picture.
_MARKUA = rare_pattern(
    _BEFORE + r"!\[(?P<title>[^\[\]\n]{0,300})\]\((?P<path>[^()\s:]{1,500}\."
    r"(?:bash|c|cc|clj|cpp|cs|css|dart|ex|exs|go|h|hpp|hs|html?|java|jl|js|json|jsx|kt|lua|ml|php"
    r"|pl|ps1|py|r|rb|rs|scala|sh|sql|swift|toml|ts|tsx|txt|vue|xml|ya?ml))\)[ \t]*$"
)
_MARKDOWN = rare_pattern(r"\.(?:md|markdown|mdx|qmd|rmd)$", re.IGNORECASE)
_NO_TEXT = rare_pattern(r"\.(?:html?|mp4|ogg|mp3|webm|pdf)$|^(?:https?:)?//", re.IGNORECASE)
_LANGUAGE = rare_pattern(r"(?:^|[ \t])([A-Za-z][\w+#-]*)")


class SiteInclude(Struct, frozen=True):
    """Say what to include. `target` is written as in mdBook, with a part after a colon.

    Code is in a `language`; its value for Markdown is None. A `title` is the caption of code.
    `looks_like_picture` is said of code that is written as a picture: it may be one, after all.
    """

    before: str
    target: str
    language: str | None
    from_root: bool
    title: str = ""
    looks_like_picture: bool = False


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
    if "<<" in line or "{{" in line or ":include" in line or "![" in line:
        return _of_book_tools(line)
    if partials and (match := _USE.match(line)) and match["name"] in partials:
        return _made(match["before"], partials[match["name"]], "", None)
    return None


def _of_book_tools(line: str) -> SiteInclude | None:
    if match := _SHORTCODE.match(line):
        return _of_shortcode(match)
    if match := _DOCSIFY.match(line):
        title = match["title"]
        kind = re.search(r":type=(\w+)[ \t]*([\w+#-]*)", title)
        path = match["path"]
        if (kind and kind[1] != "code" and kind[1] != "markdown") or _NO_TEXT.search(path):
            return None
        fragment = re.search(r":fragment=([\w-]+)", title)
        part = fragment[1] if fragment else ""
        language = None
        if (kind and kind[1] == "code") or not _MARKDOWN.search(path):
            language = (kind and kind[2]) or path.rpartition(".")[2]
        return _made(match["before"], path, part, language)
    as_code, as_picture = _LEANPUB.match(line), _MARKUA.match(line)
    if match := as_code or as_picture:
        path, title = match["path"].strip(), match["title"] or ""
        language = None if _MARKDOWN.search(path) else path.rpartition(".")[2]
        made = _made(match["before"], path, "", language)
        return replace(made, title=title, looks_like_picture=not as_code)
    if match := _LEANPUB_TEXT.match(line):
        return _made(match["before"], match["path"].strip(), "", None)
    return None


def _of_shortcode(match: re.Match[str]) -> SiteInclude | None:
    """Read `{{< include _part.qmd >}}` of Quarto and `{{% readfile file="x" code="true" %}}`."""
    rest = match["rest"].strip()
    values = dict(re.findall(r"(\w+)=[\"'`]?([^\"'`\s]+)", rest))
    path = values.get("file") or values.get("src") or values.get("path") or ""
    if not path:
        path = rest.strip("\"'`") if not values else ""
    if not path or _NO_TEXT.search(path):
        return None
    language = None
    if values.get("code") == "true":
        language = values.get("lang", "") or path.rpartition(".")[2]
    made = _made(match["before"], path.lstrip("/"), "", language)
    return replace(made, from_root=path.startswith("/"))


def _made(before: str, path: str, part: str, language: str | None) -> SiteInclude:
    bare = re.sub(r"^(?:@site|@|~)/", "", path)
    target = f"{bare}:{part}" if part else bare
    return SiteInclude(before, target, language, from_root=bare != path)
