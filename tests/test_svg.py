"""Drawings from anywhere: safe, well-formed, of a size that a page can hold."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bookbuilder import Report, load, write
from bookbuilder.passes.cleaning.svg import LARGEST_SIDE, sanitize_svg
from bookbuilder.passes.cleaning.svg_references import REMOVED
from bookbuilder.passes.cleaning.svg_styles import Removal, clean_declarations
from books import write_files

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def sanitized(body: str, attrs: str = 'width="10" height="5"') -> tuple[ET.Element, list[str]]:
    data, removed = sanitize_svg(f"{HEAD} {attrs}>{body}</svg>".encode())
    return ET.fromstring(data), removed


@pytest.mark.parametrize(
    ("body", "removed"),
    [
        ("<script>x</script>", ["a script"]),
        ('<rect onclick="x"/>', ["`onclick`"]),
        ('<a xlink:href="javascript:x"><text>t</text></a>', ["a link that runs a script"]),
        ('<set attributeName="href" to="javascript:x"/>', ["an animation"]),
        ('<image href="http://a.example/x.png"/>', ["a picture or drawing from elsewhere"]),
        ('<use xlink:href="other.svg#a"/>', ["a picture or drawing from elsewhere"]),
        ('<style>@import "x"; rect { fill: url(x.svg#a) }</style>',
         ["`@import`", "an address in a style"]),
        ('<rect fill="url(http://a.example/x#y)"/>', ["an address"]),
        ('<rect style="fill: url(&quot;x&quot;)"/>', ["an address in a style"]),
        ('<rect fill="url(#a)" style="fill: url(#a)"/><use href="#b"/>', []),
        ('<image href="data:image/png;base64,AAAA"/>', []),
    ],
)  # fmt: skip
@pytest.mark.attack("CSS and active content")
def test_nothing_runs_and_nothing_is_loaded(body: str, removed: list[str]) -> None:
    root, words = sanitized(body)
    assert words == removed
    text = ET.tostring(root, "unicode")
    for trace in ("javascript", "example", "onclick", "import", "other.svg", "x.svg"):
        assert trace not in text


def test_text_in_a_foreign_object_stays_where_it_was() -> None:
    root, words = sanitized(
        '<foreignObject x="10" y="20" width="40" height="10"><div xmlns="http://www.w3.org/1999/xhtml">'
        "<p>label</p></div></foreignObject>"
    )
    assert words == ["the HTML around a label"]
    assert (root[0].text, root[0].get("x"), root[0].get("y")) == ("label", "30", "25")


@pytest.mark.parametrize(
    ("attrs", "width", "height", "box"),
    [
        ("", "300", "150", "0 0 300 150"),
        ('width="20" height="10"', "20", "10", "0 0 20 10"),
        ('viewBox="1 2 30 40"', "30", "40", "1 2 30 40"),
        ('width="100%" viewBox="0,0,30,40"', "30", "40", "0 0 30 40"),
        ('width="60" viewBox="0 0 30 40"', "60", "80", "0 0 30 40"),
        ('width="1in" height="72pt"', "96", "96", "0 0 96 96"),
        ('width="9999999" height="999999.9"', str(LARGEST_SIDE), "400", "0 0 9999999 999999.9"),
        ('viewBox="0 0 none"', "300", "150", "0 0 300 150"),
        ('viewBox="0 0 -1 nan" width="inf"', "300", "150", "0 0 300 150"),
    ],
)
def test_every_drawing_has_a_bounded_size(attrs: str, width: str, height: str, box: str) -> None:
    root, _ = sanitized("", attrs)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == (width, height, box)


@pytest.mark.attack("numbers, circles and data formats")
def test_copies_of_copies_are_refused() -> None:
    groups = '<g id="a0"><rect/></g>'
    for n in range(1, 9):
        copies = f'<use href="#a{n - 1}"/>' * 10
        groups += f'<g id="a{n}">{copies}</g>'
    root, words = sanitized(f'<defs>{groups}</defs><use href="#a8"/>')
    assert words == ["copies of copies (`use`)"]
    assert not list(root.iter("{http://www.w3.org/2000/svg}use"))
    _, words = sanitized('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')
    assert words == ["copies of copies (`use`)"]
    root, words = sanitized('<g id="a"/><use href="#a"/><use xlink:href="#a"/>')
    assert words == []
    assert len(root) == 3


@pytest.mark.attack("numbers, circles and data formats")
def test_entities_and_document_types_go() -> None:
    start = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "Y">]>'
    data, words = sanitize_svg(f"{start}{HEAD}><text>a&x;&y;</text></svg>".encode())
    assert words == ["an entity from elsewhere"]
    assert ET.fromstring(data)[0].text == "aY"
    assert b"DOCTYPE" not in data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not well-formed"),
        (b"<svg><rect</svg>", "not well-formed XML in line 1"),
        (b"<html/>", "not an SVG"),
        (b'<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><svg>&c;</svg>', "entities inside"),
        (b'<?xml version="1.0" encoding="nonsense"?><svg/>', "encoding"),
        (b"\x89PNG\r\n", "not well-formed"),
    ],
)
@pytest.mark.attack("numbers, circles and data formats")
def test_what_is_no_drawing_is_refused_in_plain_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sanitize_svg(data)


def test_other_encodings_and_editors_leftovers() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><svg xmlns:ink="urn:ink" ink:label="x">'
        "<ink:view/><metadata>m</metadata><rect ink:id='r' width='5'/>é</svg>"
    )
    data, words = sanitize_svg(text.encode("utf-16"))
    root = ET.fromstring(data)
    assert words == []
    assert [child.tag for child in root] == ["{http://www.w3.org/2000/svg}rect"]
    assert root[0].attrib == {"width": "5"}


def test_ids_become_xml_names_and_references_follow() -> None:
    root, removed = sanitized(
        '<g id="1:a b"/><g id="Good"/><g id="id-2"/><g id="2"/>'
        '<use href="#1:a b"/><use href="#2"/><use href="#Good"/>'
        '<rect fill="url(#2)" style="fill: url(&quot;#2&quot;)" aria-labelledby="Good 2"/>'
    )
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert ids == ["id-1-a-b", "Good", "id-2", "id-2-2"]
    targets = [e.get("href") for e in root.iter() if e.tag.endswith("}use")]
    assert targets == ["#id-2-2", "#Good"]
    rect = next(e for e in root.iter() if e.tag.endswith("}rect"))
    assert rect.get("fill") == "url(#id-2-2)"
    assert "#id-2-2" in str(rect.get("style"))
    assert rect.get("aria-labelledby") == "Good id-2-2"
    assert removed == ["a picture or drawing from elsewhere"]


CIRCLES = {
    "mask": '<mask id="a"><path d="M0 0" mask="url(#a)"/></mask><path d="M0 0" mask="url(#a)"/>',
    "mask of itself": '<mask id="a" mask="url(#a)"><path/></mask><path mask="url(#a)"/>',
    "around a corner": '<mask id="a"><path mask="url(#b)"/></mask>'
    '<mask id="b"><g><path style="fill:red;mask:url(#a)"/></g></mask><path mask="url(#a)"/>',
    "clip": '<clipPath id="a"><path clip-path="url(#a)"/></clipPath><path clip-path="url(#a)"/>',
    "pattern": '<pattern id="a"><path fill="url(#a)"/></pattern><path fill="url(#a)"/>',
    "inherited": '<g fill="url(#a)"><pattern id="a"><path/></pattern></g>',
    "marker": '<marker id="a"><path d="M0 0" marker-end="url(#a)"/></marker>',
    "gradient": '<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>',
    "filter": '<filter id="a"><feImage href="#b"/></filter><path id="b" filter="url(#a)"/>',
    "sheet": '<style>.c{mask:url(#a)}</style><mask id="a"><path class="c"/></mask>',
    "equal ids": '<g id="a"><g id="b"><g id="a" fill="url(#b)"/></g></g>',
    "doubled": "".join(
        f'<mask id="m{n}"><path mask="url(#m{n + 1})"/><path mask="url(#m{n + 1})"/></mask>'
        for n in range(20)
    )
    + '<mask id="m20"><path/></mask>',
    "deep": "".join(f'<mask id="m{n}"><path mask="url(#m{n + 1})"/></mask>' for n in range(200))
    + '<mask id="m200"><path/></mask><path mask="url(#m0)"/>',
}


@pytest.mark.parametrize("inner", CIRCLES.values(), ids=CIRCLES)
@pytest.mark.attack("numbers, circles and data formats")
def test_references_without_end_are_cut(inner: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>'
    clean, removed = sanitize_svg(svg.encode())
    assert removed == [REMOVED]
    assert REMOVED not in sanitize_svg(clean)[1]


HARMLESS = {
    "gradients": '<linearGradient id="g" href="#h"/><linearGradient id="h"/>'
    + '<path fill="url(#g)"/>' * 2000,
    "inherited gradient": '<g fill="url(#g)"><linearGradient id="g"/><path/></g>',
    "clip inside": '<g id="l" clip-path="url(#c)"><clipPath id="c"><use href="#r"/></clipPath>'
    '<path id="r"/></g>',
    "mask with gradient": '<mask id="m"><path fill="url(#g)"/></mask><linearGradient id="g"/>'
    '<g mask="url(#m)"><path/></g>',
    "sheet": '<style>.c{fill:url(#g)}</style><linearGradient id="g"/><path class="c"/>',
}


@pytest.mark.parametrize("inner", HARMLESS.values(), ids=HARMLESS)
def test_references_that_end_stay(inner: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>'
    clean, removed = sanitize_svg(svg.encode())
    assert removed == []
    assert clean.count(b"url(#") + clean.count(b'href="#') == inner.count("#")


@pytest.mark.slow
@pytest.mark.attack("numbers, circles and data formats")
def test_drawings_that_refer_to_themselves_are_printed(tmp_path: Path) -> None:
    drawings = {
        f"{n}.svg": f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>'
        for n, inner in enumerate(CIRCLES.values())
    }
    inline = "\n\n".join(f"<svg viewBox='0 0 9 9'>{inner}</svg>" for inner in CIRCLES.values())
    pictures = "\n\n".join(f"![x]({name})" for name in drawings)
    write_files(tmp_path, {**drawings, "one.md": f"# One\n\n{pictures}\n\n{inline}\n"})
    book = load(tmp_path, report=Report())
    assert write(book, tmp_path / "out.pdf", Report()).count > 0
    assert write(book, tmp_path / "out.epub", Report()).count > 0


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        (
            "font: italic bold 13px/1.5 'A B', sans-serif",
            "font-style: italic; font-weight: bold; font-size: 13px; font-family: 'A B',sans-serif",
        ),
        (
            "font: x-large serif",
            "font-style: normal; font-weight: normal; font-size: 24px; font-family: serif",
        ),
        ("font: caption", "font: caption"),
        ("font-size: small; fill: red", "font-size: 13px; fill: red"),
        ("font-family: Helvetica, Arial , serif", "font-family: Helvetica,Arial,serif"),
        ("font-family: 'ArialMT', 'Arial', serif", "font-family: 'ArialMT','Arial',serif"),
        ('font-family: "A, B", serif', 'font-family: "A, B", serif'),
    ],
)
def test_fonts_are_written_in_the_form_that_every_renderer_reads(style: str, wanted: str) -> None:
    removed: list[Removal] = []
    assert clean_declarations(style, removed).replace("'", '"') == wanted.replace("'", '"')
    assert removed == []


@pytest.mark.parametrize(
    ("attrs", "wanted"),
    [
        ('gradientTransform="rotate(90)"', {"x1": "0", "y1": "0", "y2": "1"}),
        ('gradientTransform="rotate(45)"', {"x2": "0.707107", "y2": "0.707107"}),
        ('gradientTransform="skewX(45)"', {"x2": "0.5", "y2": "-0.5"}),
        (
            'gradientUnits="userSpaceOnUse" x1="10" x2="20" gradientTransform="rotate(90 10 0)"',
            {"x1": "10", "y1": "0", "x2": "10", "y2": "10"},
        ),
        # Nothing to mend, or no way to.
        ('gradientTransform="translate(2 3) scale(2)"', {"x2": None}),
        ('gradientUnits="userSpaceOnUse" gradientTransform="rotate(45)"', {"x2": None}),
        ('gradientTransform="rotate(45"', {"x2": None}),
        ('gradientTransform="matrix(1 2)"', {"x2": None}),
    ],
)
def test_turned_gradients_are_written_straight(attrs: str, wanted: dict[str, str | None]) -> None:
    root, _ = sanitized(f'<linearGradient id="a" {attrs}><stop/></linearGradient>')
    gradient = root[0]
    rounded = {
        key: None if gradient.get(key) is None else f"{float(gradient.get(key, '')):g}"
        for key in wanted
    }
    assert {key: "0" if v == "-0" or (v and abs(float(v)) < 1e-9) else v
            for key, v in rounded.items()} == wanted  # fmt: skip


def test_turned_circles_stay_circles_and_gradients_inherit() -> None:
    root, _ = sanitized(
        '<radialGradient id="a" cx="1" cy="0"/>'
        '<radialGradient id="b" href="#a" gradientTransform="rotate(90)"/>'
    )
    assert root[0].get("cx") == "1"
    assert float(root[1].get("cy", "")) == pytest.approx(1)
    assert float(root[1].get("cx", "")) == pytest.approx(0)
