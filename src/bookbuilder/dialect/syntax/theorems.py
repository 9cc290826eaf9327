"""Render theorems and their kin: `::: {.theorem #thm-x title="…"}`, MyST's `{prf:lemma}`.

Quarto, bookdown, pandoc and MyST each have their own way to write them; whoever reads one of these
hands it on to here. `passes.theorems` counts them, and writes their numbers.
"""

from __future__ import annotations

from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import add_class, apply_attributes, trailing_attributes
from bookbuilder.dialect.core.inline import Conversion

STATEMENTS = frozenset({"theorem", "lemma", "corollary", "proposition", "conjecture", "definition"})
"""Kinds that have numbers, also those that nothing refers to."""
THEOREMS = STATEMENTS | {"algorithm", "proof", "remark"}
"""Kinds that are theorems wherever they stand between colons."""
ON_REQUEST = frozenset({"example", "exercise", "solution"})
"""Kinds that are theorems only with an id; without one they are callouts."""
IN_QUOTES = frozenset({"theorem", "lemma", "corollary", "proposition", "conjecture", "proof"})
"""Kinds that are theorems in callouts too; a definition may be a note with a title there."""
BY_PREFIX = {
    "thm": "theorem", "lem": "lemma", "cor": "corollary", "prp": "proposition",
    "cnj": "conjecture", "def": "definition", "exm": "example", "exr": "exercise",
    "sol": "solution", "rem": "remark", "alg": "algorithm", "prf": "proof",
}  # fmt: skip
"""The kinds that the prefixes of Quarto's ids stand for."""
CLASS = "theorem"
NUMBERED = "theorem-numbered"
"""The class that asks for a number; `passes.theorems` takes it off."""
HEAD, LABEL, NAME = "theorem-head", "theorem-label", "theorem-name"
WITHOUT_NUMBER = frozenset({"unnumbered", "nonumber"})


def append_theorem(
    conversion: Conversion, parent: ElementTree.Element, kind: str, name: str, line: int
) -> ElementTree.Element:
    """Append a theorem with its head, without its content. `name` is Markdown, or empty."""
    division = ElementTree.SubElement(parent, "div", {"class": f"{CLASS} {CLASS}-{kind}"})
    division.text = division.tail = "\n"
    head = ElementTree.SubElement(division, "p", {"class": HEAD})
    head.tail = "\n"
    label = ElementTree.SubElement(head, "span", {"class": LABEL})
    label.text = kind.capitalize()
    # Something must stand before attributes, or they are text.
    shown, attributes = trailing_attributes(f"- {name}")
    shown = shown[2:]
    if shown:
        label.tail = " "
        said = ElementTree.SubElement(head, "span", {"class": NAME})
        conversion.inline(said, f"({shown})", line)
    apply_attributes(division, attributes)
    return division


def settle_number(division: ElementTree.Element, kind: str, *, counts: bool) -> None:
    """Ask for a number if the kind `counts`, or has an id, and its author does not decline."""
    classes = set(division.get("class", "").split())
    declined = classes & WITHOUT_NUMBER
    if kind != "proof" and (counts or division.get("id")) and not declined:
        add_class(division, NUMBERED)
    kept = [name for name in division.get("class", "").split() if name not in declined]
    division.set("class", " ".join(kept))
