"""Check attributes against the model, and turn obsolete ones into inline style."""

from __future__ import annotations

import re

import tinycss2
from bs4 import Tag
from bs4.element import AttributeValueList
from tinycss2.ast import Declaration, Node

from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.passes.cleaning.remarks import Remarks
from bookbuilder.passes.cleaning.sizes import take_size
from bookbuilder.text import css
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import plain_characters
from bookbuilder.trees.xhtml import (
    ATTRIBUTES,
    GLOBAL_ATTRIBUTES,
    STYLE_PROPERTIES,
    roles_of,
)

ACTIVE_ATTRIBUTE = Rule(
    "H001",
    "event-handler",
    Severity.WARNING,
    "A book runs no scripts: e-readers and shops refuse them, and paper cannot run them."
    " Attributes that start a script (`onclick` and the like) are removed.",
)
ACTIVE_LINK = Rule(
    "H002",
    "script-link",
    Severity.WARNING,
    "A link that runs a script (`javascript:`) or contains a page (`data:`) does nothing in a"
    " book. Its text stays, the link is removed.",
)
STYLE = Rule(
    "H003",
    "style-removed",
    Severity.WARNING,
    "Inline style may not load anything, take text out of the page or override the reader's own"
    " settings; such declarations are removed. Style belongs in the book's style sheet.",
)

_STARTS_SCRIPT = rare_pattern(r"on|@|v-on:|x-on:|ng-|formaction$")
_COLOR = rare_pattern(r"#?[\w]{1,30}|rgba?\([\d\s,.%]+\)")
_FONT_SIZES = ("x-small", "x-small", "small", "medium", "large", "x-large", "xx-large")
# In any unit. Layout divides by sums of such lengths, and huge ones lead to divisions by zero.
# Of Feather, Lucide and Iconify.
_ICON_NAMES = ("data-feather", "data-lucide", "data-icon")
_MOST = 10_000
_FORBIDDEN_SCHEMES = ("javascript:", "vbscript:", "data:", "livescript:", "mocha:")


def clean_attributes(tag: Tag, name: str, remarks: Remarks, style: str = "") -> None:
    """Keep only attributes of `tag` that are valid on a `name`, which it is becoming.

    `style` is the style that the replacement adds; `tag.name` is still the author's.
    """
    own = ATTRIBUTES.get(name, {})
    kept: dict[str, str] = {}
    styles = [style]
    if name == "img":
        kept, size = take_size(tag, remarks)
        styles.append(size)
    for key, value in tag.attrs.items():
        text = value if isinstance(value, str) else " ".join(value or ())
        check = GLOBAL_ATTRIBUTES.get(key) or own.get(key)
        if key in ("href", "src") and check is not None and _runs_something(key, text):
            scheme = text.strip().split(":")[0].lower()[:20]
            hint = "link to a web page or a chapter, or describe what the link would do"
            remarks.link(ACTIVE_LINK, f"a `{scheme}:` address is removed", text, hint)
        elif check is not None and (checked := check(text)) is not None:
            kept[str(key)] = checked
        elif key == "style":
            styles.append(_clean_style(text, remarks))
        elif _STARTS_SCRIPT.match(key):
            remarks.attribute(
                ACTIVE_ATTRIBUTE, f"`{key[:40]}` on <{tag.name}> is removed", str(key)
            )
        else:
            styles.append(_as_style(tag.name, str(key), text.strip()))
    _name_and_role(tag, name, kept)
    if tag.name in ("i", "span") and (icon := _icon_of(tag)):
        kept["class"] = f"{kept.get('class', '')} {icon}".strip()
    if joined := "; ".join(filter(None, styles)):
        kept["style"] = joined
    tag.attrs.clear()
    tag.attrs.update(kept)
    if "class" in kept:
        tag.attrs["class"] = AttributeValueList(kept["class"].split())


def _icon_of(tag: Tag) -> str:
    """Return the classes of the icon that a script would put into the empty `tag`."""
    said = next((str(tag[key]) for key in _ICON_NAMES if key in tag.attrs), "")
    name = re.sub(r"[^\w-]", "", said.rpartition(":")[2])
    return f"icon icon-{name[:50]}" if name and not tag.get_text(strip=True) else ""


def _name_and_role(tag: Tag, name: str, kept: dict[str, str]) -> None:
    """Add to `kept` the attributes that depend on others: `role`, and the id of `<a name=…>`."""
    words = str(tag.attrs.get("role") or "").lower().split()
    if role := next((word for word in words if word in roles_of(name)), None):
        kept["role"] = role
    level = str(tag.attrs.get("aria-level") or "").strip()
    if role == "heading" and re.fullmatch("[1-9]", level):
        kept["aria-level"] = level
    old_name = tag.attrs.get("name")
    if tag.name == "a" and "id" not in kept and old_name and str(old_name).strip():
        kept["id"] = str(old_name)


def add_style(tag: Tag, style: str) -> None:
    """Append declarations to the style attribute."""
    if style:
        before = tag.attrs.get("style")
        tag.attrs["style"] = f"{before}; {style}" if before else style


def _runs_something(key: str, address: str) -> bool:
    # Browsers skip control characters and blanks before and inside a scheme.
    bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]", "", address[:200]).lower()
    if bare.startswith("data:"):
        return key == "href" or not bare.startswith("data:image/")
    return bare.startswith(_FORBIDDEN_SCHEMES)


def _clean_style(text: str, remarks: Remarks) -> str:
    text = plain_characters(text)
    if why := css.why_unreadable(text):
        remarks.attribute(STYLE, f"a style is removed: {why}", "style")
        return ""
    kept = []
    for node in tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True):
        if not isinstance(node, Declaration):
            remarks.attribute(STYLE, "a style that is not valid CSS is removed", "style")
            continue
        hint = ""
        try:
            written = css.declaration(node, css.no_address)
            if node.lower_name in STYLE_PROPERTIES and _is_plain(node.value):
                kept.append(f"{written.name.lower()}: {written.value}")
                continue
        except css.Refused as refused:
            hint = refused.hint
        value = tinycss2.serialize(node.value)
        message = f"the style `{node.name[:60]}: {' '.join(value.split())[:60]}` is removed"
        remarks.attribute(STYLE, message, f"{node.name}:{value}", node.name, "style", hint=hint)
    return "; ".join(kept)


def _is_plain(values: list[Node]) -> bool:
    waiting = list(values)
    for value in waiting:
        if value.type in ("url", "error", "bad-url", "{} block", "[] block", "at-keyword"):
            return False
        if value.type in ("number", "dimension", "percentage") and abs(value.value) > _MOST:
            return False
        if value.type == "function":
            if value.lower_name not in ("rgb", "rgba", "hsl", "hsla", "calc", "min", "max"):
                return False
            waiting.extend(value.arguments)
        elif value.type == "literal" and value.value not in (",", "/", "+", "-", "*"):
            return False
        elif value.type == "() block":
            waiting.extend(value.content)
    return bool([v for v in values if v.type not in ("whitespace", "comment")])


def _as_style(name: str, key: str, value: str) -> str:  # noqa: PLR0912
    """Return the CSS for an obsolete presentational attribute, or an empty string."""
    lowered = value.lower()
    length = _length(lowered)
    if key == "align":
        if name in ("img", "table", "object", "iframe") and lowered in ("left", "right"):
            return f"float: {lowered}"
        if name == "table" and lowered == "center":
            return "margin-left: auto; margin-right: auto"
        if lowered in ("left", "right", "center", "justify"):
            return f"text-align: {lowered}"
        return f"vertical-align: {lowered}" if lowered in ("top", "middle", "bottom") else ""
    if key == "valign" and lowered in ("top", "middle", "bottom", "baseline"):
        return f"vertical-align: {lowered}"
    if key == "bgcolor" and _COLOR.fullmatch(value):
        return f"background-color: {value}"
    if key == "color" and name in ("font", "basefont", "hr") and _COLOR.fullmatch(value):
        return f"color: {value}"
    if key == "size" and name == "font" and (size := re.fullmatch(r"([+-]?)(\d)", value)):
        step = int(size[2]) if not size[1] else 3 + int(f"{size[1]}{size[2]}")
        return f"font-size: {_FONT_SIZES[min(max(step, 1), 7) - 1]}"
    if key == "nowrap":
        return "white-space: nowrap"
    if key == "clear" and name == "br":
        return (
            f"clear: {'both' if lowered in ('all', 'both') else lowered}"
            if lowered
            in (
                "all",
                "both",
                "left",
                "right",
            )
            else ""
        )
    if key == "border" and name in ("img", "table") and lowered.isdigit():
        return f"border: {min(int(lowered), 99)}px solid" if int(lowered) else "border: 0"
    if key == "cellspacing" and length:
        return f"border-spacing: {length}"
    if key in ("width", "height") and length and name not in ("canvas", "iframe", "video"):
        return f"{key}: {length}"
    if key == "hspace" and length:
        return f"margin-left: {length}; margin-right: {length}"
    if key == "vspace" and length:
        return f"margin-top: {length}; margin-bottom: {length}"
    if key == "type" and name in ("ul", "ol", "li") and lowered in ("disc", "circle", "square"):
        return f"list-style-type: {lowered}"
    return ""


def _length(value: str) -> str:
    """Return an HTML length (`20`, `20px`, `50%`) as CSS, or an empty string."""
    match = re.fullmatch(r"(\d{1,5})(?:\.\d+)?(%|px)?", value)
    return f"{match[1]}{match[2] or ('px' if match[1] != '0' else '')}" if match else ""
