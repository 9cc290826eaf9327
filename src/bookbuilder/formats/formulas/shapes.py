"""Prepare MathML for ziamath, which takes some elements otherwise than MathML means them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bookbuilder.passes.tex.letters import styled
from bookbuilder.passes.tex.symbols import BIN, OP, OPEN, REL, class_of

_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_SCRIPTS = frozenset({"msub", "msup", "msubsup", "mmultiscripts"})
_STACKS = frozenset({"munder", "mover", "munderover"})
_STRETCHED = {"^": "\u0302", "~": "\u0303", "¯": "―", "_": "―", "‾": "―", "ˇ": "\u030c"}
_STIFF = {"^": "ˆ", "˜": "~", "‾": "¯", "\u0302": "ˆ", "\u0303": "~"}
_STIFF |= {"→": "\u20d7", "←": "\u20d6"}
_SLANTED = frozenset("∂ϵϑϰϕϱϖ")
_SPACES = {BIN: "0.2222em", REL: "0.2778em", OP: "0.1667em"}
_NO_SPACE = {"lspace": "0em", "rspace": "0em"}
_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_GONE = frozenset({"annotation", "annotation-xml"})


def prepared(math: ET.Element) -> ET.Element:
    """Return a copy of `math` that ziamath draws as MathML means it."""
    display = math.get("display") == "block" or math.get("displaystyle") == "true"
    made = ET.Element("math", {"displaystyle": str(display).lower()})
    for child in math:
        made.extend(_element(child, display))
    return made


def parts_of(math: ET.Element) -> Iterator[ET.Element]:
    """Yield the parts of a formula between which a line may end, each as a formula."""
    children = list(math)
    while len(children) == 1 and str(children[0].tag).removeprefix(_NAMESPACE) == "mrow":
        children = list(children[0])
    part: list[ET.Element] = []
    depth = 0
    ends = False
    for child in children:
        name = str(child.tag).removeprefix(_NAMESPACE)
        if ends and name != "mspace":
            yield _part(math, part)
            part, ends = [], False
        part.append(child)
        if name != "mo":
            continue
        form = child.get("form", "infix")
        depth += (form == "prefix" and _is_bracket(child)) - (form == "postfix")
        kind = class_of((child.text or " ")[:1]) if form == "infix" else ""
        ends = kind == REL or (kind == BIN and depth <= 0)
        # Of two relations such as `:=`, only the second has a space after it.
        ends = ends and child.get("rspace") != "0em"
    yield _part(math, part)


def _is_bracket(sign: ET.Element) -> bool:
    return class_of((sign.text or " ")[:1]) == OPEN


def _part(math: ET.Element, children: list[ET.Element]) -> ET.Element:
    part = ET.Element(math.tag, {"display": math.get("display", "inline")})
    part.extend(children)
    return part


def _element(element: ET.Element, display: bool) -> list[ET.Element]:
    name = str(element.tag).removeprefix(_NAMESPACE)
    if name in _GONE:
        return []
    if name in _TOKENS:
        return [_token(element, name)]
    said = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
    if "displaystyle" in said or name == "mtable":
        display = said.get("displaystyle") == "true"
    if name in ("semantics", "maction"):
        return [child for part in list(element)[:1] for child in _element(part, display)]
    made = ET.Element({"merror": "mrow"}.get(name, name), said)
    keeps_number = name in _SCRIPTS | _STACKS or name in ("mfrac", "mroot")
    for number, child in enumerate(element):
        inner = display and not _is_small(name, number)
        parts = _element(child, inner)
        if inner != display:
            for part in parts:
                part.attrib.setdefault("displaystyle", "false")
        made.extend([_row(parts)] if keeps_number and len(parts) != 1 else parts)
    return _settled(made, display)


def _settled(made: ET.Element, display: bool) -> list[ET.Element]:
    name = made.tag
    if name == "mtable":
        for cell in made.iter("mtd"):
            cell.set("displaystyle", str(display).lower())
    elif name == "mstyle":
        return [_styled(made)]
    elif name == "mfenced":
        return [_fenced(made)]
    elif name in _STACKS and len(made):
        return _stacked(made)
    elif name in _SCRIPTS and len(made) and made[0].tag == "mo":
        # ziamath would move them by itself.
        made[0].set("movablelimits", "false")
    elif name == "mpadded":
        # What is printed beyond the measures of a drawing would be cut off.
        made.attrib = {k: v for k, v in made.attrib.items() if k not in ("height", "depth")}
    elif name in ("msqrt", "menclose", "mtd") and len(made) != 1:
        made[:] = [_row(list(made))]
    return [made]


def _fenced(made: ET.Element) -> ET.Element:
    """Return a row for `mfenced`, which ziamath would measure twice at each level."""
    separators = "".join(made.get("separators", ",").split())
    row = ET.Element("mrow")
    growing = {"fence": "true", "stretchy": "true"}
    opening = ET.SubElement(row, "mo", {**growing, "form": "prefix"})
    opening.text = made.get("open", "(")
    for number, child in enumerate(made):
        if number and separators:
            sign = ET.SubElement(row, "mo", {"lspace": "0em", "rspace": "0.1667em"})
            sign.text = separators[min(number, len(separators)) - 1]
        row.append(child)
    closing = ET.SubElement(row, "mo", {**growing, "form": "postfix"})
    closing.text = made.get("close", ")")
    return row


def _is_small(name: str, number: int) -> bool:
    """Return whether a child of an element is set as within a line."""
    if name in ("mfrac", "mroot"):
        return name == "mfrac" or number == 1
    return name in _SCRIPTS | _STACKS and number > 0


def _row(parts: list[ET.Element]) -> ET.Element:
    row = ET.Element("mrow")
    row.extend(parts)
    return row


def _token(element: ET.Element, name: str) -> ET.Element:
    text = " ".join("".join(element.itertext()).split(" ")).strip("\n\t\r ")
    made = ET.Element(name, {k: v for k, v in element.attrib.items() if not k.startswith("{")})
    if name == "mi" and text in _SLANTED and made.get("mathvariant") != "normal":
        text = styled(text, "italic")
    is_plain_sign = len(text) == 1 and not text.isalnum()
    if name == "mi" and (len(text) > 1 or is_plain_sign):
        # ziamath puts spaces around names, and takes some signs for operators.
        made.tag = "mtext"
    if name == "ms":
        text = made.get("lquote", '"') + text + made.get("rquote", '"')
        made.tag = "mtext"
    if made.tag == "mtext":
        # It draws hyphens as a rule.
        text = text.replace("-", "\N{HYPHEN}").replace("\N{NO-BREAK SPACE}", " ")
    if name == "mo":
        # In the font of formulas, U+2216 is the small one.
        text = {"-": "−", "∖": "⧵", "\u2061": "", "\u2062": "", "\u2063": "", "\u2064": ""}.get(
            text, text
        )
        gap = _SPACES.get(class_of(text[:1].replace("⧵", "∖"))) if text else None
        if gap is not None and made.get("form", "infix") == "infix":
            made.attrib.setdefault("lspace", gap)
            made.attrib.setdefault("rspace", gap)
    made.text = text
    return made


def _styled(style: ET.Element) -> ET.Element:
    """Return what stands in an `mstyle`, with its attributes: ziamath's own way breaks XML."""
    children = list(style)
    if len(children) == 1:
        for key, value in style.attrib.items():
            children[0].attrib.setdefault(key, value)
        return children[0]
    style.tag = "mrow"
    return style


def _stacked(made: ET.Element) -> list[ET.Element]:
    """Return an element with others above and below, and the spaces around it."""
    base = made[0]
    for part in list(made)[1:]:
        if part.tag == "mo" and part.text:
            is_letter = base.tag in ("mi", "mn") and len(base.text or "") == 1
            is_stiff = part.get("stretchy") == "false" or (is_letter and part.text in "^~ˇ")
            part.text = (_STIFF if is_stiff else _STRETCHED).get(part.text, part.text)
            part.attrib.update(_NO_SPACE)
            if is_stiff and made.get("accent") == "true":
                # It would grow as an operator.
                part.tag = "mtext"
    if base.tag != "mo":
        return [made]
    spaces = [ET.Element("mspace", {"width": base.get(side, "0")}) for side in ("lspace", "rspace")]
    base.attrib.update(_NO_SPACE)
    if base.get("minsize") and base.get("stretchy") == "true":
        if made.tag != "mover":
            made.set("below", "true")
        made.tag = "arrow"
    return [spaces[0], made, spaces[1]] if any(s.get("width") != "0" for s in spaces) else [made]
