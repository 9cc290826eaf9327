"""Read MyST's roles for citing, such as `` {cite:t}`key` ``, and TeX's commands, `\\citep{key}`."""

from __future__ import annotations

import re

from bookbuilder.dialect.core.citing import (
    AUTHOR_ONLY,
    BRACKETS,
    IN_TEXT,
    YEAR_ONLY,
    Cited,
    add_cluster,
    read_locator,
)
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.text.patterns import rare_pattern

_AROUND = rare_pattern(r"\{([^{}]*)\}\s*([^{}]*?)\s*(?:\{([^{}]*)\})?$|([^{}]*?)\s*\{([^{}]*)\}$")
_TEX = rare_pattern(r"((?:\[[^\[\]\n]{0,200}\]){0,2})\{([^{}\n]{1,500})\}$")
_LONGEST = 2_000
_WAYS = {
    "citet": IN_TEXT, "textcite": IN_TEXT, "citealt": BRACKETS, "citealp": BRACKETS,
    "citeauthor": AUTHOR_ONLY, "citeyear": YEAR_ONLY, "citeyearpar": YEAR_ONLY,
}  # fmt: skip


def add_role(parser: InlineParser, name: str, content: str) -> bool:
    """Leave a mark for what a role cites; return False if there is nothing to cite from."""
    if parser.conversion.sources is None or len(content) > _LONGEST:
        return False
    kind = name.partition(":")[2]
    way = BRACKETS
    if "author" in kind:
        way = AUTHOR_ONLY
    elif "year" in kind:
        way = YEAR_ONLY
    elif kind.lstrip("c").startswith("t"):
        way = IN_TEXT
    bare = "al" in kind or kind == "year" or way == AUTHOR_ONLY
    before, keys, after = "", content, ""
    if match := _AROUND.match(content):
        before, keys, after = match[1] or "", match[2] or match[4] or "", match[3] or match[5] or ""
    return add_cluster(parser, _cited(keys, way, before, after), content, bare=bare, way=way)


def add_command(parser: InlineParser, name: str, said: str) -> bool:
    """Leave a mark for what a command of TeX cites: `\\citep[see][p. 3]{one,two}`."""
    said = said.replace("~", "\N{NO-BREAK SPACE}")
    match = _TEX.search(said)
    if parser.conversion.sources is None or not match:
        return False
    options = re.findall(r"\[([^\[\]]*)\]", match[1])
    before, after = (options[0], options[1]) if len(options) > 1 else ("", "".join(options))
    way = _WAYS.get(name.rstrip("*").lower(), BRACKETS)
    bare = name in ("citealt", "citealp", "citeyear", "citeauthor")
    return add_cluster(parser, _cited(match[2], way, before, after), said, bare=bare, way=way)


def _cited(keys: str, way: str, before: str, after: str) -> list[Cited]:
    names = [key.strip().removeprefix("@") for key in re.split("[,;]", keys) if key.strip()]
    found: list[Cited] = []
    for index, name in enumerate(names):
        is_last = index == len(names) - 1
        suffix, label, number = read_locator(f", {after}") if is_last and after else ("", "", "")
        mode = way if not index or way == IN_TEXT else BRACKETS
        found.append(
            (name, mode, f"{before} " if before and not index else "", suffix, label, number)
        )
    return found
