"""Make plain SVG of what a program drew: safe, in the book's type, on white, without a style sheet.

Rules of sheets become attributes, because not every renderer follows them. Labels are drawn whole:
programs cut them where letters of their own fonts would end.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any
from xml.etree import ElementTree as ET

import cssselect2
import tinycss2

from bookbuilder.passes.cleaning.svg import sanitize_svg
from bookbuilder.passes.diagram.drawn import LARGEST_DRAWING, Drawn, NotDrawnError, TooLargeError
from bookbuilder.trees.xhtml import names

SVG = "http://www.w3.org/2000/svg"
FAMILY = "Bookbuilder Sans, sans-serif"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_XML = "{http://www.w3.org/XML"
_UNPAINTED = tuple(f"{{{SVG}}}{name}" for name in ("style", "title", "desc"))
_TEXT = (f"{{{SVG}}}text", f"{{{SVG}}}tspan")
_LOOKS = names(
    "alignment-baseline color display dominant-baseline fill fill-opacity fill-rule font-family"
    " font-size font-style font-weight letter-spacing marker-end marker-mid marker-start opacity"
    " stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap"
    " stroke-linejoin stroke-opacity stroke-width text-anchor text-decoration visibility"
)
# What would cut labels, blur, or only concerns screens.
_DROPPED = names(
    "class style clip-path mask filter cursor role tabindex name space"
    " aria-roledescription aria-labelledby aria-describedby aria-label"
)
_URL = re.compile(r"url\(\s{0,9}[\"']?#([^\"')]{1,200})[\"']?\s{0,9}\)")
_SIZE = re.compile(r"\s*([0-9.]{1,12})\s*(px|pt|em|rem|%)?\s*(?:!important)?\s*")
_FACTORS = {"pt": 4 / 3, "em": 0.0, "rem": 16.0, "%": 0.0}
_USUAL = 16.0
_USUAL_LOOKS = {"opacity": "1", "fill-opacity": "1", "display": "inline", "font-style": "normal"}
_NUMBERS = names("d points transform x y x1 x2 y1 y2 cx cy r rx ry width height")
_LONG_NUMBER = re.compile(r"-?\d{1,12}\.\d{4,40}(?![\d.eE])")
_MOST_ELEMENTS = 20_000


def plain(
    data: bytes, name: str, title: str = "", description: str = "", *, white_text: bool = True
) -> Drawn:
    """Return the drawing in `data` as plain SVG; ids in it begin with `name`.

    Without `white_text`, what would be white is black: the ground was made light.
    """
    if len(data) > LARGEST_DRAWING:
        raise TooLargeError(f"the drawing is larger than {LARGEST_DRAWING // 1_000_000} MB")
    try:
        clean, _ = sanitize_svg(data)
    except ValueError as error:
        raise NotDrawnError(f"what was drawn is no usable SVG: {error}") from None
    root = ET.fromstring(clean)
    every = list(root.iter())
    if len(every) > _MOST_ELEMENTS:
        raise TooLargeError(f"the drawing has more than {_MOST_ELEMENTS:,} parts")
    _apply_sheets(root)
    _place_copies(root)
    _open_labels(root)
    sizes: Counter[float] = Counter()
    _settle_text(root, _USUAL, sizes)
    if not white_text:
        for tag in root.iter():
            if tag.tag in _TEXT and tag.get("fill", "").lower() in ("#fff", "#ffffff", "white"):
                tag.set("fill", "#000")
    _settle_paint(root)
    _drop_hidden(root)
    _settle_names(root, name)
    usual = max(sizes, key=lambda size: (sizes[size], size)) if sizes else _USUAL
    _tidy(root)
    x, y, width, height = (float(n) for n in root.get("viewBox", "0 0 300 150").split())
    for key in list(root.attrib):
        if key not in _LOOKS:
            del root.attrib[key]
    root.set("viewBox", f"{x:.6g} {y:.6g} {width:.6g} {height:.6g}")
    paper = {"x": x, "y": y, "width": width, "height": height}
    ground = ET.Element(f"{{{SVG}}}rect", {k: f"{v:.6g}" for k, v in paper.items()})
    ground.set("fill", "#fff")
    root.insert(0, ground)
    return Drawn(_written(root), width / usual, title, description)


def _written(root: ET.Element) -> str:
    """Return the drawing as text, with SVG's namespace as that of names without a prefix.

    Python's own way to say so would say it for everything that is written afterwards.
    """
    for tag in root.iter():
        tag.tag = tag.tag.removeprefix(f"{{{SVG}}}")
        if _XLINK in tag.attrib:
            tag.set("xlink:href", tag.attrib.pop(_XLINK))
            root.set("xmlns:xlink", "http://www.w3.org/1999/xlink")
    root.set("xmlns", SVG)
    return ET.tostring(root, encoding="unicode")


def _apply_sheets(root: ET.Element) -> None:
    """Write what sheets and `style` say of each element into its attributes."""
    matcher = _rules_of(root)
    found: list[tuple[ET.Element, dict[str, str]]] = []
    for wrapped in cssselect2.ElementWrapper.from_xml_root(root).iter_subtree():
        element = wrapped.etree_element
        layers = [said for *_, said in matcher.match(wrapped)]
        layers.append(_declarations(element.get("style", "")))
        looks: dict[str, str] = {}
        for now in (False, True):
            for said in layers:
                looks |= {k: v for k, (v, is_important) in said.items() if is_important == now}
        found.append((element, looks))
    for element, looks in found:
        for key in [k for k in element.attrib if k in _DROPPED or k.startswith(_XML)]:
            del element.attrib[key]
        element.attrib.update(looks)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _UNPAINTED:
                _remove(parent, child)


def _rules_of(root: ET.Element) -> cssselect2.Matcher:
    matcher = cssselect2.Matcher()
    for sheet in root.iter(f"{{{SVG}}}style"):
        text = sheet.text or ""
        for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule" or not (said := _declarations(rule.content)):
                continue
            with suppress(cssselect2.SelectorError):
                for selector in cssselect2.compile_selector_list(rule.prelude):
                    matcher.add_selector(selector, said)
    return matcher


def _declarations(style: Any) -> dict[str, tuple[str, bool]]:
    found = {}
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and node.lower_name in _LOOKS:
            value = tinycss2.serialize(node.value).strip()
            if node.lower_name.startswith("stroke-dash") or node.lower_name == "stroke-width":
                value = value.replace("px", "")
            # Some of what programs write is no CSS, and would be invalid in an attribute.
            if value and value not in ("inherit", "initial", "undefined", "unset"):
                found[node.lower_name] = (value, node.important)
    return found


def _place_copies(root: ET.Element) -> None:
    """Put what a `use` shows into its place, so that text is text, and is not looked for elsewhere.

    A copy of a copy stays as it is.
    """
    by_id = {tag.get("id"): tag for tag in root.iter() if tag.get("id")}
    left = _MOST_ELEMENTS
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            if child.tag != f"{{{SVG}}}use":
                continue
            target = by_id.get((child.get("href") or child.get(_XLINK) or "").removeprefix("#"))
            if target is None or target.tag == f"{{{SVG}}}symbol":
                continue
            copied = list(target.iter())
            left -= len(copied)
            if left < 0 or any(tag.tag == f"{{{SVG}}}use" for tag in copied):
                continue
            attributes = {k: v for k, v in child.attrib.items() if k in _LOOKS}
            moves = [child.get("transform", "")]
            x, y = _number(child.get("x")), _number(child.get("y"))
            if x or y:
                moves.append(f"translate({x:g},{y:g})")
            if any(moves):
                attributes["transform"] = " ".join(filter(None, moves))
            group = ET.Element(f"{{{SVG}}}g", attributes)
            copy = deepcopy(target)
            for tag in copy.iter():
                tag.attrib.pop("id", None)
            group.append(copy)
            group.tail = child.tail
            parent[at] = group


def _open_labels(root: ET.Element) -> None:
    """Make groups of drawings in the drawing, which would cut what they hold at their edges."""
    for tag in root.iter(f"{{{SVG}}}svg"):
        if tag is root:
            continue
        x, y, width, height = (_number(tag.get(k)) for k in ("x", "y", "width", "height"))
        moves = [f"translate({x:g},{y:g})"] if x or y else []
        box = [_number(part) for part in re.split(r"[\s,]+", tag.get("viewBox", "").strip())]
        if len(box) == 4 and box[2] > 0 and box[3] > 0 and width > 0 and height > 0:
            across, down = width / box[2], height / box[3]
            if "none" not in tag.get("preserveAspectRatio", ""):
                across = down = min(across, down)
            if abs(across - 1) > 0.001 or abs(down - 1) > 0.001:
                moves.append(f"scale({across:.5g},{down:.5g})")
            if box[0] or box[1]:
                moves.append(f"translate({-box[0]:g},{-box[1]:g})")
        looks = {k: v for k, v in tag.attrib.items() if k in _LOOKS or k == "id"}
        transform = " ".join([*filter(None, [tag.get("transform")]), *moves])
        tag.tag = f"{{{SVG}}}g"
        tag.attrib.clear()
        tag.attrib.update(looks | ({"transform": transform} if transform else {}))


def _number(text: str | None) -> float:
    try:
        number = float((text or "0").removesuffix("px").removesuffix("pt"))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _settle_text(element: ET.Element, size: float, sizes: Counter[float]) -> None:
    """Give every text its size in the drawing's units, and the book's type."""
    waiting = [(element, size)]
    while waiting:
        tag, around = waiting.pop()
        size = _size(tag.attrib.pop("font-size", ""), around)
        tag.attrib.pop("font-family", None)
        if tag.tag in _TEXT:
            tag.set("font-size", f"{size:.4g}")
            if tag.get("font-weight") == "bolder":
                tag.set("font-weight", "bold")
            if tag.tag == _TEXT[0]:
                tag.set("font-family", FAMILY)
            # Words count: numbers on an axis may be small.
            words = "".join(filter(None, (tag.text, *(child.tail for child in tag))))
            sizes[size] += sum(map(str.isalpha, words))
        waiting += [(child, size) for child in tag]


def _size(text: str, around: float) -> float:
    match = _SIZE.fullmatch(text)
    try:
        number = float(match[1]) if match else 0.0
    except ValueError:
        number = 0.0
    if match and match[2] in ("em", "%"):
        number *= around if match[2] == "em" else around / 100
    elif match and match[2]:
        number *= _FACTORS.get(match[2], 1.0)
    return number if 0 < number < 1000 and math.isfinite(number) else around


def _drop_hidden(root: ET.Element) -> None:
    """Drop what is not shown, and definitions that nothing uses."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("display") == "none" or child.tag == f"{{{SVG}}}filter":
                _remove(parent, child)
    drawn_by_name = {f"{{{SVG}}}{n}" for n in ("marker", "symbol", "clipPath", "mask")}
    holders = {f"{{{SVG}}}{n}" for n in ("g", "defs", "text", "tspan")}
    for _ in range(3):
        used = set(_references(root))
        for parent in list(root.iter()):
            for child in list(parent):
                is_unused = child.tag in drawn_by_name and child.get("id") not in used
                if parent.tag == f"{{{SVG}}}defs":
                    is_unused = all(tag.get("id") not in used for tag in child.iter())
                is_bare = not len(child) and not (child.text or "").strip()
                if is_unused or (is_bare and child.tag in holders):
                    _remove(parent, child)


def _settle_paint(root: ET.Element) -> None:
    """Paint text and all around it whole, and name colours that would be those of the page.

    WeasyPrint cuts half of a text in a group that shines through.
    """
    waiting = [(root, "#333")]
    while waiting:
        tag, around = waiting.pop()
        colour = tag.attrib.pop("color", around)
        colour = around if colour.lower() == "currentcolor" else colour
        for key in ("fill", "stroke", "stop-color"):
            if tag.get(key, "").lower() == "currentcolor":
                tag.set(key, colour)
        if "opacity" in tag.attrib and next(tag.iter(_TEXT[0]), None) is not None:
            del tag.attrib["opacity"]
        waiting += [(child, colour) for child in tag]


def _tidy(root: ET.Element) -> None:
    """Round the numbers, drop shapes that paint nothing, and open groups that say nothing."""
    for tag in root.iter():
        for key, value in tag.attrib.items():
            if key in _NUMBERS and len(value) > 6:
                tag.set(key, _LONG_NUMBER.sub(lambda m: f"{round(float(m[0]), 3):g}", value))
        for key, usual in _USUAL_LOOKS.items():
            if tag.get(key) == usual:
                del tag.attrib[key]
    for parent in list(root.iter()):
        for child in list(parent):
            paints = child.get("fill") != "none" or child.get("stroke", "none") != "none"
            if child.tag == f"{{{SVG}}}rect" and not paints and not child.get("id"):
                _remove(parent, child)
    for parent in reversed(list(root.iter())):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}g" and not child.attrib and not (child.text or "").strip():
                at = list(parent).index(child)
                parent[at : at + 1] = list(child)


def _remove(parent: ET.Element, child: ET.Element) -> None:
    """Remove `child`; text after it stays where it was."""
    at = list(parent).index(child)
    if child.tail and child.tail.strip():
        if at:
            parent[at - 1].tail = (parent[at - 1].tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _references(root: ET.Element) -> Iterator[str]:
    for tag in root.iter():
        for key, value in tag.attrib.items():
            if key in ("href", _XLINK):
                yield value.strip().removeprefix("#")
            elif "url(" in value:
                yield from _URL.findall(value)


def _settle_names(root: ET.Element, name: str) -> None:
    """Keep ids that are used in the drawing, under names that no other drawing has."""
    used = set(_references(root))
    names: defaultdict[str, str] = defaultdict(str)
    for tag in root.iter():
        identifier = tag.attrib.pop("id", "")
        if identifier in used and identifier not in names:
            names[identifier] = f"{name}-{len(names) + 1}"
            tag.set("id", names[identifier])
    for tag in root.iter():
        for key, value in list(tag.attrib.items()):
            if key in ("href", _XLINK):
                tag.set(key, f"#{names[value.strip().removeprefix('#')]}")
            elif "url(" in value:
                target = _URL.search(value)
                if target and names[target[1]]:
                    tag.set(key, f"url(#{names[target[1]]})")
                else:
                    tag.attrib.pop(key)
