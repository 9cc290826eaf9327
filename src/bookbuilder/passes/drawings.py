"""Lead the references inside a drawing to the new names of ids."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, raw_text

_URL_OF_ID = rare_pattern(r"""(url\(\s{0,9}["']?#)([^"')]+)(["']?\s{0,9}\))""")
_ID_SELECTOR = rare_pattern(r"(#)([\w-]+)()")


def relink_drawing(svg: Tag, anchors: Mapping[str, str], raw_ids: Mapping[int, str]) -> None:
    """Update renamed ids in `url(#id)`, in `href`s that stay inside the drawing, and in its sheet.

    `anchors` are the new names in the chapter. The drawing's own elements, whose old ids are in
    `raw_ids` by identity, come first: programs call the first gradient of each drawing `a`.
    Cleaning wrote each rule of the sheet on a line of its own.
    """
    every = [svg, *elements(svg)]
    own = {raw_ids[id(tag)]: str(tag["id"]) for tag in reversed(every) if id(tag) in raw_ids}

    def named(name: str) -> str:
        return own.get(name) or anchors.get(name, name)

    def follow(match: re.Match[str]) -> str:
        return f"{match[1]}{named(match[2])}{match[3]}"

    for tag in every:
        for attribute, value in list(tag.attrs.items()):
            text = str(value)
            if "url(" in text:
                tag[attribute] = _URL_OF_ID.sub(follow, text)
            elif attribute.endswith("href") and text.startswith("#") and tag.name != "a":
                tag[attribute] = f"#{named(text[1:])}"
        if tag.name == "style":
            rules = []
            for rule in raw_text(tag).split("\n"):
                selectors, brace, declarations = rule.partition("{")
                selectors = _ID_SELECTOR.sub(follow, selectors)
                rules.append(selectors + brace + _URL_OF_ID.sub(follow, declarations))
            tag.contents = [NavigableString("\n".join(rules))]
