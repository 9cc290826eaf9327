"""Join the parts of a formula to rows, with the spaces that TeX puts between them."""

from __future__ import annotations

from bs4 import Tag
from msgspec import Struct

from bookbuilder.passes.tex.symbols import BIN, CLOSE, INNER, OP, OPEN, ORD, PUNCT, REL
from bookbuilder.trees.markup import new_tag

SPACE = "space"
"""The class of a blank, which does not count when a sign looks at its neighbours."""
FUNCTION = "function"
"""The class of a name such as sin or lim. MathML puts no space around it, TeX does."""
THIN = "0.1667em"


class Atom(Struct):
    """Hold one part of a formula.

    `limits` says that scripts stand above and below it: "display" in displays only, "always".
    `is_sign` is True for a single `mo`, whose spaces may be taken away.
    """

    tag: Tag
    kind: str = ORD
    limits: str = ""
    is_sign: bool = False
    is_group: bool = False


def mo(sign: str, **attributes: str) -> Tag:
    return new_tag("mo", attributes, sign)


def space(width: str) -> Tag:
    return new_tag("mspace", {"width": width})


def joined(name: str, children: list[Tag], attributes: dict[str, str] | None = None) -> Tag:
    """Return an element with `children`, whose other links are made at the end for all."""
    tag = new_tag(name, attributes)
    tag.contents = list(children)
    return tag


def as_one(atoms: list[Atom]) -> Atom:
    return atoms[0] if len(atoms) == 1 else Atom(row(atoms))


def row(atoms: list[Atom]) -> Tag:
    """Return one element for `atoms`."""
    tags = row_tags(atoms)
    return tags[0] if len(tags) == 1 else joined("mrow", tags)


def row_tags(atoms: list[Atom]) -> list[Tag]:
    """Return the elements of `atoms`, and of the spaces that MathML would not put."""
    kinds = _settled(atoms)
    tags: list[Tag] = []
    before = ""
    for atom, kind in zip(atoms, kinds, strict=True):
        if kind == SPACE:
            tags.append(atom.tag)
            continue
        if atom.is_sign and atom.kind == BIN and kind == ORD:
            atom.tag.attrs.update({"form": "prefix", "lspace": "0em", "rspace": "0em"})
        if _is_apart(before, kind):
            tags.append(space(THIN))
        if before == kind == REL and tags[-1].name == atom.tag.name == "mo":
            # Two relations are one, such as `:=`.
            tags[-1]["rspace"] = atom.tag["lspace"] = "0em"
        tags.append(atom.tag)
        before = kind
    return tags


def _settled(atoms: list[Atom]) -> list[str]:
    """Return the classes of `atoms`: a sign such as `-` joins only what stands on both sides."""
    kinds = [atom.kind for atom in atoms]
    last = -1
    for at, kind in enumerate(kinds):
        if kind == SPACE:
            continue
        before = kinds[last] if last >= 0 else ""
        if kind == BIN and before in ("", BIN, OP, FUNCTION, REL, OPEN, PUNCT):
            kinds[at] = ORD
        elif kind in (REL, CLOSE, PUNCT) and before == BIN:
            kinds[last] = ORD
        last = at
    if last >= 0 and kinds[last] == BIN:
        kinds[last] = ORD
    return kinds


def _is_apart(before: str, kind: str) -> bool:
    if kind in (FUNCTION, OP):
        return before in (ORD, CLOSE, INNER, FUNCTION, OP)
    if before in (FUNCTION, OP):
        return kind in (ORD, INNER)
    if INNER in (before, kind):
        return kind in (ORD, OPEN, INNER) if before == INNER else before in (ORD, CLOSE)
    return False
