"""Draw diagrams of Mermaid with merman: it fetches nothing, runs nothing, and is bounded."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
from typing import Any

from bookbuilder.passes.diagram.drawn import Drawn, NotDrawnError, TooLargeError
from bookbuilder.trees.xhtml import names

SECONDS = 20
_GREYS = {
    "cScale": ("#d9d9d9", "#c4c4c4", "#e6e6e6", "#b8b8b8"),
    "pie": ("#e6e6e6", "#b0b0b0", "#d2d2d2", "#999999", "#f2f2f2", "#c4c4c4"),
    "git": ("#999999", "#cccccc", "#b3b3b3", "#dddddd"),
    "fillType": ("#e6e6e6", "#f2f2f2", "#d9d9d9"),
    "venn": ("#d9d9d9", "#b8b8b8", "#e6e6e6"),
    "section": ("#e6e6e6", "#f2f2f2", "#d9d9d9"),
}
_BLACK, _LINE, _SOFT = "#000000", "#333333", "#777777"
_SCALES = {f"{key}{n}": greys[n % len(greys)] for key, greys in _GREYS.items() for n in range(13)}
_LABELS = {
    f"{key}{n}": _BLACK
    for key in ("cScaleLabel", "gitBranchLabel", "cScaleInv", "gitInv")
    for n in range(13)
}
_PEERS = {f"cScalePeer{n}": _LINE for n in range(13)}
# Black on white and light greys, so that every text can be read in print.
_COLOURS: dict[str, Any] = {
    "background": "#ffffff", "primaryColor": "#f2f2f2", "secondaryColor": "#e6e6e6",
    "tertiaryColor": "#fafafa", "primaryTextColor": _BLACK, "secondaryTextColor": _BLACK,
    "tertiaryTextColor": _BLACK, "primaryBorderColor": _LINE, "secondaryBorderColor": _LINE,
    "tertiaryBorderColor": _SOFT, "lineColor": _LINE, "textColor": _BLACK, "titleColor": _BLACK,
    "mainBkg": "#f2f2f2", "nodeBorder": _LINE, "nodeTextColor": _BLACK, "clusterBkg": "#fafafa",
    "clusterBorder": _SOFT, "edgeLabelBackground": "#ffffff", "arrowheadColor": _LINE,
    "noteBkgColor": "#ffffff", "noteTextColor": _BLACK, "noteBorderColor": _SOFT,
    "actorBkg": "#f2f2f2", "actorBorder": _LINE, "actorTextColor": _BLACK,
    "actorLineColor": _SOFT, "signalColor": _LINE, "signalTextColor": _BLACK,
    "labelBoxBkgColor": "#f2f2f2", "labelBoxBorderColor": _LINE, "labelTextColor": _BLACK,
    "loopTextColor": _BLACK, "activationBkgColor": "#e6e6e6", "activationBorderColor": _LINE,
    "sequenceNumberColor": "#ffffff", "sectionBkgColor": "#f7f7f7", "altSectionBkgColor": "#ffffff",
    "sectionBkgColor2": "#ececec", "taskBkgColor": "#d9d9d9", "taskBorderColor": _LINE,
    "taskTextColor": _BLACK, "taskTextLightColor": _BLACK, "taskTextDarkColor": _BLACK,
    "taskTextOutsideColor": _BLACK, "taskTextClickableColor": _BLACK,
    "activeTaskBkgColor": "#ffffff", "activeTaskBorderColor": _LINE, "gridColor": "#bbbbbb",
    "doneTaskBkgColor": "#eeeeee", "doneTaskBorderColor": _SOFT, "critBkgColor": "#bfbfbf",
    "critBorderColor": _BLACK, "todayLineColor": "none", "personBkg": "#f2f2f2",
    "personBorder": _LINE, "labelColor": _BLACK, "altBackground": "#f7f7f7",
    "compositeBackground": "#ffffff", "compositeTitleBackground": "#f2f2f2",
    "compositeBorder": _LINE, "stateBkg": "#f2f2f2", "stateLabelColor": _BLACK,
    "transitionColor": _LINE, "transitionLabelColor": _BLACK, "specialStateColor": _BLACK,
    "innerEndBackground": _BLACK, "errorBkgColor": "#ffffff", "errorTextColor": _BLACK,
    "classText": _BLACK, "pieTitleTextColor": _BLACK, "pieSectionTextColor": _BLACK,
    "pieLegendTextColor": _BLACK, "pieStrokeColor": _LINE, "pieOuterStrokeColor": _LINE,
    "pieStrokeWidth": "1px", "pieOuterStrokeWidth": "1px", "pieOpacity": "1",
    "quadrant1Fill": "#f2f2f2", "quadrant2Fill": "#fafafa", "quadrant3Fill": "#ffffff",
    "quadrant4Fill": "#fafafa", "quadrantPointFill": _BLACK, "quadrantPointTextFill": _BLACK,
    "quadrant1TextFill": _BLACK, "quadrant2TextFill": _BLACK, "quadrant3TextFill": _BLACK,
    "quadrant4TextFill": _BLACK, "quadrantXAxisTextFill": _BLACK, "quadrantYAxisTextFill": _BLACK,
    "quadrantTitleFill": _BLACK, "quadrantInternalBorderStrokeFill": _SOFT,
    "quadrantExternalBorderStrokeFill": _LINE, "requirementBackground": "#f2f2f2",
    "requirementBorderColor": _LINE, "requirementTextColor": _BLACK, "relationColor": _LINE,
    "relationLabelBackground": "#ffffff", "relationLabelColor": _BLACK,
    "commitLabelColor": _BLACK, "commitLabelBackground": "#ffffff", "tagLabelColor": _BLACK,
    "tagLabelBackground": "#ffffff", "tagLabelBorder": _LINE, "archEdgeColor": _LINE,
    "archEdgeArrowColor": _LINE, "archGroupBorderColor": _SOFT, "attributeBackgroundColorOdd":
    "#ffffff", "attributeBackgroundColorEven": "#f7f7f7", "rowOdd": "#ffffff", "rowEven": "#f7f7f7",
    "xyChart": {
        "backgroundColor": "#ffffff", "titleColor": _BLACK, "xAxisLabelColor": _BLACK,
        "xAxisTitleColor": _BLACK, "xAxisTickColor": _LINE, "xAxisLineColor": _LINE,
        "yAxisLabelColor": _BLACK, "yAxisTitleColor": _BLACK, "yAxisTickColor": _LINE,
        "yAxisLineColor": _LINE, "plotColorPalette": "#bfbfbf,#000000,#777777,#dddddd",
    },
    "radar": {"axisColor": _LINE, "graticuleColor": "#dddddd"},
    **_SCALES, **_LABELS, **_PEERS,
}  # fmt: skip
_C4 = {
    f"{kind}_{part}": value
    for kind in (
        "person", "external_person", "system", "system_db", "system_queue", "external_system",
        "external_system_db", "external_system_queue", "container", "container_db",
        "container_queue", "external_container", "external_container_db",
        "external_container_queue", "component", "component_db", "component_queue",
        "external_component", "external_component_db", "external_component_queue",
    )
    for part, value in (("bg_color", "#f2f2f2"), ("border_color", _LINE))
}  # fmt: skip
# Narrower than on a screen: text is scaled down with what is wider than the page.
_SIZES: dict[str, dict[str, Any]] = {
    "c4": {**_C4, "c4ShapeInRow": 2, "c4BoundaryInRow": 1},
    "gantt": {"useWidth": 640, "fontSize": 14, "sectionFontSize": 14, "barHeight": 24, "barGap": 6},
    "journey": {"leftMargin": 100, "width": 110, "taskMargin": 30},
    "packet": {"bitWidth": 18},
    "quadrantChart": {"chartWidth": 420, "chartHeight": 420, "pointLabelFontSize": 14},
    "radar": {"width": 380, "height": 380},
    "sankey": {"linkColor": "#bbbbbb", "width": 520, "height": 340},
    "timeline": {"leftMargin": 40, "width": 110},
    "treemap": {"nodeWidth": 60, "nodeHeight": 30},
    "xyChart": {"width": 480, "height": 360},
}
_LAYOUT = {"container_width": 560, "container_height": 400, "screen_available_width": 560}
_OWN_LOOK = names(
    "theme themeVariables themeCSS fontFamily altFontFamily look darkMode secure securityLevel"
    " startOnLoad deterministicIds handDrawnSeed dompurifyConfig htmlLabels fontSize"
)
_DIRECTIVE = re.compile(r"%%\{[ \t]{0,9}(init|initialize|wrap)\b(.{0,5000}?)\}%%", re.DOTALL)
_FRONT = re.compile(r"\A\s*---[ \t]*\n(.{0,5000}?)\n[ \t]*---[ \t]*(?:\n|\Z)", re.DOTALL)


def is_installed() -> bool:
    """Return whether merman is there, without importing it."""
    return merman_version() != ""


@functools.cache
def merman_version() -> str:
    """Return the version of merman; nothing if it is not installed."""
    try:
        return importlib.metadata.version("merman")
    except importlib.metadata.PackageNotFoundError:
        return ""


def made_of() -> bytes:
    """Return what decides the look of drawings besides their sources."""
    return f"merman {merman_version()} {_options({})}".encode()


def draw(source: str, name: str) -> Drawn:
    """Return the drawing of `source`. Raises `NotDrawnError`."""
    import merman

    from bookbuilder.passes.diagram.plain import plain

    text, own = without_looks(source)
    control = merman.MermanOperationControl(timeout_ms=SECONDS * 1000)
    request = merman.MermanOperationRequestV4(
        operation_id="svg", source=text, uri=None, options_json=_options(own), control=control
    )
    try:
        data = merman.Merman().execute(request).data
    except merman.MermanError as error:
        raise _why(merman.Merman(), error, source, text) from None
    is_light = text.lstrip().startswith("C4") and "Update" not in text
    return plain(data, name, *_names(text), white_text=not is_light)


def _options(own: dict[str, Any]) -> str:
    site = {**own, "theme": "base", "look": "classic", "fontFamily": "sans-serif"}
    site |= {"fontSize": 16, "themeVariables": {**_COLOURS, "fontSize": "16px"}}
    for kind, sizes in _SIZES.items():
        said = own.get(kind)
        site[kind] = sizes | (said if isinstance(said, dict) else {})
    svg = {"pipeline": "resvg-safe", "diagram_id": "d"}
    limits = {"profile": "interactive"}
    given = {"svg": svg, "resources": limits, "layout": _LAYOUT, "site_config": site}
    return json.dumps(given, sort_keys=True)


def without_looks(source: str) -> tuple[str, dict[str, Any]]:
    """Return `source` without its settings, its lines where they were, and those that matter.

    Themes, fonts and style sheets are the book's own.
    """
    own: dict[str, Any] = {}

    def directive(match: re.Match[str]) -> str:
        if match[1] != "wrap":
            own.update(_settings(match[2].lstrip(" \t\n:")))
        return "\n" * match[0].count("\n")

    text = _DIRECTIVE.sub(directive, source)
    front = _FRONT.match(text)
    if not front:
        return text, own
    said = _settings(front[1])
    if isinstance(config := said.get("config"), dict):
        own.update({k: v for k, v in config.items() if k not in _OWN_LOOK})
    title = said.get("title")
    # The lines of what follows are counted from the end.
    head = f"---\ntitle: {json.dumps(title)}\n---\n" if isinstance(title, str) else ""
    return head + text[front.end() :], own


def _settings(text: str) -> dict[str, Any]:
    """Return settings written as JSON, with any quotes, or as YAML; none of what cannot be read."""
    from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

    try:
        found = load_yaml(text)
        json.dumps(found)
    except (NotYamlError, ValueError, TypeError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): v for k, v in found.items() if str(k) not in _OWN_LOOK}


def _why(client: Any, error: Any, source: str, text: str) -> NotDrawnError:
    """Return the reason for `error`, with its line in `source`."""
    code = str(getattr(error, "code_name", ""))
    message = str(getattr(error, "message", "") or error)
    if "RESOURCE_LIMIT" in code or "CANCEL" in code:
        return TooLargeError("it would take too long to draw")
    if getattr(error, "capability_id", None) == "math":
        hint = "write the formula in letters, or in the text"
        return NotDrawnError("formulas in diagrams cannot be drawn", 0, hint)
    try:
        found = json.loads(client.analyze_json(text, None))["diagnostics"]
    except (ValueError, KeyError, type(error)):
        found = []
    for said in found:
        if said.get("severity") == "error":
            line = int((said.get("span") or {}).get("line") or 0)
            shift = source.count("\n") - text.count("\n")
            return NotDrawnError(_first_line(said["message"]), line and line + shift)
    return NotDrawnError(_first_line(message))


def _first_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


_TITLE = re.compile(r"^[ \t]*accTitle[ \t]*:[ \t]*(.{1,500})$", re.MULTILINE)
_DESCRIPTION = re.compile(
    r"^[ \t]*accDescr[ \t]*(?::[ \t]*(.{1,2000})$|\{([^{}]{1,2000})\})", re.MULTILINE
)


def _names(text: str) -> tuple[str, str]:
    """Return the title and the description that a diagram gives itself for those who do not see."""
    title, description = _TITLE.search(text), _DESCRIPTION.search(text)
    words = (description[1] or description[2]) if description else ""
    return (title[1].strip() if title else "", " ".join(words.split()))
