"""Read fences whose content is Markdown: bookdown's `{block}` and `{theorem}`, mdBook's `admonish`.

bookdown has divs for these today, which `divs.py` reads; its older books have fences.
"""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.syntax.div_blocks import DivCallout
from bookbuilder.dialect.syntax.div_openings import Opening
from bookbuilder.dialect.syntax.divs import block_for
from bookbuilder.text.patterns import rare_pattern

_THEOREMS = {
    "theorem": "thm", "lemma": "lem", "corollary": "cor", "proposition": "prp",
    "conjecture": "cnj", "definition": "def", "example": "exm", "exercise": "exr",
    "hypothesis": "hyp", "solution": "", "proof": "", "remark": "",
}  # fmt: skip
# Without options, MyST has directives of these names.
_BOOKDOWN = re.compile(
    rf"(`{{3,}}|~{{3,}})[ \t]*\{{(block2?|{'|'.join(_THEOREMS)})([ ,][^{{}}\n]*)\}}[ \t]*$"
)
_ADMONISH = re.compile(
    r"(`{3,}|~{3,})[ \t]*admonish\b(?:[ \t]+(?!\w+=)([\w-]+))?(?:[ \t]+\"([^\"\n]*)\")?([^`\n]*)$"
)
_OPTION = rare_pattern(r"([\w.-]+)[ \t]*=[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s,]+))")
_LABEL = rare_pattern(r"[ ,]*([\w:-]+)[ \t]*(?:,|$)")


def start_bookdown_block(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _BOOKDOWN.match(line.rest)
    if not match:
        return Started.NOTHING
    options = _options(match[3])
    label = named[1] if (named := _LABEL.match(match[3])) else options.get("label", "")
    name = match[2]
    opening = Opening(match[1], name=name)
    if name in _THEOREMS:
        prefix = _THEOREMS[name]
        if label:
            opening.id = f"{prefix}:{label}" if prefix and ":" not in label else label
        opening.pairs = {"name": options["name"]} if "name" in options else {}
        theorem = DivCallout(opening, name)
        theorem.is_theorem = True
        theorem.counts = bool(prefix)
        block: Block = theorem
    else:
        opening.classes = [options.get("type", "").split("/")[-1]] if "type" in options else []
        block = block_for(opening)
    state.close_unmatched()
    state.add(block)
    return Started.LEAF


def start_admonish(state: BlockState, container: Block) -> Started:
    """Read a callout of mdbook-admonish: the kind, a title, and options."""
    line = state.line
    match = None if line.indented else _ADMONISH.match(line.rest)
    if not match:
        return Started.NOTHING
    options = _options(match[4])
    opening = Opening(match[1], name="admonish")
    opening.id = options.get("id", "")
    opening.classes = options.get("class", "").split()
    block = DivCallout(opening, match[2] or "note")
    title = options.get("title", match[3])
    block.title = title.replace('\\"', '"') if title is not None else None
    state.close_unmatched()
    state.add(block)
    return Started.LEAF


def _options(text: str) -> dict[str, str]:
    found = {}
    for match in _OPTION.finditer(text):
        found[match[1]] = next((group for group in match.groups()[1:] if group is not None), "")
    return found


class FenceBlockExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_bookdown_block, 75, "`~")
        md.parser.starts.register(start_admonish, 72.5, "`~")
