"""Clean SVG files and inline SVG: no scripts, no outside addresses, a bounded size."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from bookbuilder.passes.cleaning.svg_fonts import plain_font
from bookbuilder.passes.cleaning.svg_gradients import untransform_gradients
from bookbuilder.passes.cleaning.svg_parser import parse_svg
from bookbuilder.passes.cleaning.svg_references import cut_references
from bookbuilder.passes.cleaning.svg_styles import (
    HINT,
    OWN_ID,
    Removal,
    clean_declarations,
    clean_sheet,
    why_refused,
)
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import unique
from bookbuilder.trees.markup import new_tag, plain_characters, raw_text, text_of
from bookbuilder.trees.serializing import serialize
from bookbuilder.trees.xhtml import names

DEEPEST = 100
LARGEST_SIDE = 4000
MOST_USES = 5000
DEFAULT_SIZE = (300.0, 150.0)

_ELEMENTS = names(
    "svg g defs symbol use switch path rect circle ellipse line polyline polygon text tspan"
    " textPath image marker clipPath mask pattern linearGradient radialGradient stop filter title"
    " desc style feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix"
    " feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB"
    " feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset"
    " fePointLight feSpecularLighting feSpotLight feTile feTurbulence"
)
_ACTIVE = {
    "script": "a script",
    "handler": "a script",
    "iframe": "a web page",
    "audio": "a sound",
    "video": "a film",
    "canvas": "a canvas",
    "animate": "an animation",
    "animateMotion": "an animation",
    "animateTransform": "an animation",
    "animateColor": "an animation",
    "set": "an animation",
    "discard": "an animation",
}
_OF_GROUPS = names(
    "class fill fill-opacity font-family font-size font-style font-weight id opacity stroke"
    " stroke-dasharray stroke-opacity stroke-width style text-anchor transform"
)
_ATTRIBUTE = rare_pattern(r"[A-Za-z_][\w.-]*|xlink:(href|title)|xml:(space|lang)")
_DATA_IMAGE = rare_pattern(r"data:image/(png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_LOCAL_URL = rare_pattern(r"""(url\(\s*["']?)#([^"')]+?)(["']?\s*\))""")
_NAME = rare_pattern(r"[^\W\d][\w.-]*")
_LENGTH = rare_pattern(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|rem|ex)?\s*"
)
_PIXELS = {
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}


def sanitize_svg(data: bytes) -> tuple[bytes, list[str]]:
    """Return an SVG file made safe, with a size and a viewBox, and a list of what was removed.

    Raise ValueError, in plain words, for anything but SVG.
    """
    root, removed = parse_svg(data)
    removed += (removal.what for removal in clean_drawing(root, is_inline=False))
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{serialize(root)}\n'
    return text.encode(), list(dict.fromkeys(removed))


def clean_drawing(root: Tag, *, is_inline: bool) -> list[Removal]:
    """Make the drawing under `root` safe in place; return what was removed, in plain words.

    The style sheet of an inline drawing is confined to it.
    """
    removed: list[Removal] = []
    scope = ""
    stack: list[tuple[Tag, int]] = [(root, 1)]
    while stack:
        tag, depth = stack.pop()
        _clean_attributes(tag, removed)
        if tag.name in ("title", "desc"):
            tag.contents = [NavigableString(text_of(tag))]
            continue
        if tag.name == "style":
            text = plain_characters(raw_text(tag))
            scope = scope or (f"drawing-{zlib.crc32(text.encode()):08x}" if is_inline else "")
            sheet = clean_sheet(text, scope, str(root.get("id", "")), removed)
            tag.contents = [NavigableString(sheet)]
            continue
        tag.contents = list(_clean_children(tag, depth, removed))
        for child in tag.contents:
            child.parent = tag
            if isinstance(child, Tag):
                stack.append((child, depth + 1))
    if scope:
        root["class"] = " ".join(filter(None, [*root.get_attribute_list("class"), scope]))
    _name_ids(root)
    _bound_uses(root, removed)
    cut_references(root, removed)
    untransform_gradients(root)
    _settle_size(root, is_inline=is_inline)
    return list(dict.fromkeys(removed))


def _clean_children(parent: Tag, depth: int, removed: list[Removal]) -> Iterator[PageElement]:
    waiting = parent.contents[::-1]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Tag):
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                yield node
        elif node.name in ("a", "switch"):
            waiting.extend(_unwrapped(node, removed))
        elif node.name in _ACTIVE:
            removed.append(Removal(_ACTIVE[node.name], f"<{node.name}"))
        elif node.name.lower() == "foreignobject":
            removed.append(Removal("the HTML around a label", "<foreignObject"))
            if text := text_of(node):
                yield _label(node, text)
        elif node.name not in _ELEMENTS:
            continue
        elif depth >= DEEPEST:
            removed.append(Removal(f"everything nested more than {DEEPEST} deep"))
        elif node.name in ("image", "feImage", "use") and not _stays_inside(node):
            removed.append(Removal("a picture or drawing from elsewhere", f"<{node.name}"))
        else:
            yield node


def _unwrapped(node: Tag, removed: list[Removal]) -> list[PageElement]:
    """Return what stands for a link or a `switch`, the last part first.

    Of a `switch`, that is the first child that asks for nothing special. Not every renderer
    chooses: WeasyPrint paints all children, one upon the other.
    """
    if node.name == "a":
        if any("script:" in str(node[k]).lower() for k in node.attrs if k.endswith("href")):
            removed.append(Removal("a link that runs a script"))
        # What moves or colours all of a link stays with what it holds.
        node.attrs = {k: v for k, v in node.attrs.items() if k in _OF_GROUPS}
        if not node.attrs:
            return node.contents[::-1]
        node.name = "g"
        return [node]
    children = [child for child in node.contents if isinstance(child, Tag)]
    plain = [c for c in children if not (c.get("requiredExtensions") or c.get("systemLanguage"))]
    shown: list[PageElement] = [*(plain or children)[:1]]
    if not node.attrs:
        return shown
    node.name, node.contents = "g", shown
    return [node]


def _stays_inside(tag: Tag) -> bool:
    addresses = [str(tag[key]).strip() for key in ("href", "xlink:href") if key in tag.attrs]
    is_fine = OWN_ID.fullmatch if tag.name == "use" else _is_inner_image
    return bool(addresses) and all(is_fine(address) for address in addresses)


def _is_inner_image(address: str) -> bool:
    return bool(OWN_ID.fullmatch(address) or _DATA_IMAGE.fullmatch(address))


def _label(tag: Tag, text: str) -> Tag:
    """Return a foreignObject's text, centred on the object's place."""
    x, y, width, height = (
        _number(str(tag.get(k, "0"))) or 0 for k in ("x", "y", "width", "height")
    )
    attrs = {"x": f"{x + width / 2:g}", "y": f"{y + height / 2:g}", "text-anchor": "middle"}
    return new_tag("text", {**attrs, "dominant-baseline": "middle"}, text)


def _clean_attributes(tag: Tag, removed: list[Removal]) -> None:
    for key, value in list(tag.attrs.items()):
        text = value if isinstance(value, str) else " ".join(value or ())
        lowered = key.lower()
        if key.startswith("xmlns") or not _ATTRIBUTE.fullmatch(key):
            del tag.attrs[key]
        elif lowered.startswith("on"):
            removed.append(Removal(f"`{key[:30]}`", key))
            del tag.attrs[key]
        elif key == "style":
            tag.attrs[key] = clean_declarations(plain_characters(text), removed)
        elif lowered.endswith("href"):
            if not _is_inner_image(text.strip()):
                removed.append(Removal("an address", f"{key}=", HINT))
                del tag.attrs[key]
        elif (
            lowered.startswith("data-")
            or lowered
            in (
                "src",
                "base",
                "tabindex",
                "target",
                "ping",
            )
            or (lowered == "id" and not text.strip())
        ):
            del tag.attrs[key]
        elif "\\" in text:
            removed.append(Removal(f"`{key[:30]}` (it has a backslash)", f"{key}="))
            del tag.attrs[key]
        elif "(" in text and (refused := why_refused(lowered, plain_characters(text))):
            what = "an address" if refused.loads else f"`{key[:30]}` ({refused.why})"
            removed.append(Removal(what, f"{key}=", refused.hint or HINT))
            del tag.attrs[key]
        elif key in ("font-family", "font-size"):
            tag.attrs |= plain_font(key, text)


def _name_ids(root: Tag) -> None:
    """Make ids XML names, as EPUB's schema for SVG requires, and update references to them."""
    tags = list(_elements(root))
    ids = [str(tag["id"]) for tag in tags if "id" in tag.attrs]
    taken = {name.casefold() for name in ids if _NAME.fullmatch(name)}
    named: dict[str, str] = {}
    for name in dict.fromkeys(ids):
        if not _NAME.fullmatch(name):
            fresh = re.sub(r"[^\w.-]+", "-", name.strip())
            fresh = unique(fresh if _NAME.fullmatch(fresh) else f"id-{fresh}", taken)
            named[name] = fresh
    if not named:
        return

    def follow(match: re.Match[str]) -> str:
        return f"{match[1]}#{named.get(match[2], match[2])}{match[3]}"

    for tag in tags:
        for key, value in tag.attrs.items():
            text = value if isinstance(value, str) else " ".join(value or ())
            if key == "id":
                tag.attrs[key] = named.get(text, text)
            elif key.endswith("href") and text.strip()[:1] == "#":
                target = text.strip()[1:]
                tag.attrs[key] = f"#{named.get(target, target)}"
            elif key in ("aria-labelledby", "aria-describedby"):
                tag.attrs[key] = " ".join(named.get(word, word) for word in text.split())
            elif "url(" in text:
                tag.attrs[key] = _LOCAL_URL.sub(follow, text)
        if tag.name == "style":
            tag.contents = [NavigableString(_LOCAL_URL.sub(follow, raw_text(tag)))]


def _bound_uses(root: Tag, removed: list[Removal]) -> None:
    """Drop every `use` if following them all would draw more than `MOST_USES` copies."""
    tags = list(_elements(root))
    uses = [tag for tag in tags if tag.name == "use"]
    if not uses:
        return
    by_id = {str(tag["id"]): tag for tag in reversed(tags) if "id" in tag.attrs}
    inner = {
        name: [_target(t) for t in _elements(tag) if t.name == "use"] for name, tag in by_id.items()
    }
    weights: dict[str, float] = {}
    open_names: set[str] = set()
    for name in by_id:
        stack = [name]
        while stack:
            at = stack[-1]
            if at in weights or at not in inner:
                stack.pop()
                continue
            if at in open_names:
                stack.pop()
                open_names.discard(at)
                weights[at] = 1 + sum(
                    weights.get(t, math.inf if t in inner else 0) for t in inner[at]
                )
            else:
                open_names.add(at)
                stack.extend(t for t in inner[at] if t not in weights and t not in open_names)
    if sum(weights.get(_target(use), 0) for use in uses) > MOST_USES:
        removed.append(Removal("copies of copies (`use`)", "<use"))
        for tag in tags:
            tag.contents = [c for c in tag.contents if not isinstance(c, Tag) or c.name != "use"]


def _target(use: Tag) -> str:
    return str(use.get("href") or use.get("xlink:href") or "").strip().removeprefix("#")


def _elements(root: Tag) -> Iterator[Tag]:
    waiting = [root]
    while waiting:
        tag = waiting.pop()
        yield tag
        waiting.extend(child for child in reversed(tag.contents) if isinstance(child, Tag))


def _settle_size(root: Tag, *, is_inline: bool) -> None:
    box = _box(str(root.get("viewBox", "")))
    width, height = (_number(str(root.get(key, ""))) for key in ("width", "height"))
    if box is None:
        root.attrs.pop("viewBox", None)
        if (width and height) or not is_inline:
            box = (0.0, 0.0, width or DEFAULT_SIZE[0], height or DEFAULT_SIZE[1])
    if box is None:
        return
    if not width and not height:
        width, height = box[2], box[3]
        is_given = not is_inline
    else:
        width = width or height * box[2] / box[3]  # type: ignore[operator]
        height = height or width * box[3] / box[2]
        is_given = True
    root["viewBox"] = " ".join(f"{number:.12g}" for number in box)
    if is_given:
        scale = min(1.0, LARGEST_SIDE / max(width, height))
        root["width"], root["height"] = f"{width * scale:.6g}", f"{height * scale:.6g}"


def _number(length: str) -> float | None:
    """Return a length in CSS pixels, or None for percentages and nonsense."""
    match = _LENGTH.fullmatch(length)
    value = float(match[1]) * _PIXELS[match[2] or "px"] if match else 0.0
    return value if 0 < value < math.inf else None


def _box(text: str) -> tuple[float, float, float, float] | None:
    try:
        x, y, width, height = (float(n) for n in re.split(r"[\s,]+", text.strip()))
    except ValueError:
        return None
    is_box = all(map(math.isfinite, (x, y, width, height))) and width > 0 and height > 0
    return (x, y, width, height) if is_box else None
