"""The two ends of a tree, judged by expat, by html5lib and by lxml."""

from __future__ import annotations

import copy

from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bookbuilder.trees.markup import (
    copy_of,
    elements,
    first_element,
    holds_text,
    kinds_of,
    new_tag,
    plain_characters,
    relink,
    text_of,
    unwrap,
)
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.serializing import serialize, to_element

SVG = "{http://www.w3.org/2000/svg}"


def inner(html: str) -> str:
    return serialize(parse_fragment(html)).removeprefix("<section>").removesuffix("</section>")


def test_xhtml_is_written_as_xml() -> None:
    assert inner("<p>a<br>b&nbsp;&copy;&lt;&amp;<i></i><img src=x alt='\"<'>") == (
        '<p>a<br/>b\N{NO-BREAK SPACE}©&lt;&amp;<i></i><img src="x" alt="&quot;&lt;"/></p>'
    )


def test_drawings_and_formulas_carry_their_namespaces() -> None:
    text = inner('<svg viewbox="0 0 1 1"><use xlink:href="#a"/></svg><math><mi>x</mi></math>')
    root = etree.fromstring(f"<r>{text}</r>")
    svg, math = root[0], root[1]
    assert svg.tag == f"{SVG}svg"
    assert svg.get("viewBox") == "0 0 1 1"
    assert svg[0].get("{http://www.w3.org/1999/xlink}href") == "#a"
    assert math[0].tag == "{http://www.w3.org/1998/Math/MathML}mi"


def test_a_language_is_written_twice() -> None:
    assert inner('<p lang="de">x</p>') == '<p lang="de" xml:lang="de">x</p>'


def test_rewriting_leaves_the_tree_alone() -> None:
    tree = parse_fragment('<p><a class="x y" href="#a">b</a></p>')
    before = copy.copy(tree).decode()

    def rewrite(tag: Tag, attrs: dict[str, str]) -> dict[str, str]:
        if tag.name == "a":
            assert attrs.pop("class") == "x y"
            attrs["href"] = f"file.xhtml{attrs['href']}"
            attrs["epub:type"] = "noteref"
        return attrs

    text = serialize(tree, rewrite)
    assert '<a href="file.xhtml#a" epub:type="noteref">b</a>' in text
    assert tree.decode() == before


def test_forbidden_characters_never_reach_the_tree() -> None:
    html = (
        "a\x00\x01\x0b\x7f\x85\ufffe\uffff\ud800b&#0;&#1;&#x1F;&#xD800;&#xFFFF;c&#147;"
        "<i title='\x02&#3;'>"
    )
    tree = parse_fragment(html)
    assert tree.get_text() == "abc“"
    assert tree.i is not None
    assert tree.i["title"] == ""
    assert plain_characters("a\r\nb\rc") == "a\nb\nc"


def test_what_is_never_closed_does_not_hide_the_rest() -> None:
    for start in ("<script>", "<style>", "<!--", "<textarea>", "<iframe src=x>", "<plaintext>"):
        tree = parse_fragment(f"<p>a</p>{start}\n<p>the <b>tail</b></p>")
        assert "the tail" in text_of(tree), start
        assert tree.b is not None, start
    assert text_of(parse_fragment("<script>x</script><script><p>tail")) == "x tail"


def test_page_tags_in_a_fragment_lose_nothing() -> None:
    assert text_of(parse_fragment("a</body></html>b<html><head><body>c")) == "abc"
    assert parse_fragment("</section><p>x").name == "section"


def test_what_a_table_has_no_place_for_is_put_before_it() -> None:
    assert inner("<table>x<b>y</b><tr>z<td>c</table>") == (
        "x<b>y</b>z<table><tbody><tr><td>c</td></tr></tbody></table>"
    )


def test_deep_and_long_input_is_read_and_written() -> None:
    deep = "<div>" * 3000 + "x" + "</div>" * 3000
    tree = parse_fragment(deep)
    assert text_of(tree) == "x"
    assert serialize(tree).count("<div>") == 3000
    element, depth = to_element(tree), 0
    while len(element):
        element, depth = element[0], depth + 1
    assert depth == 3000


def test_an_element_is_what_a_parser_would_have_made() -> None:
    html = '<p>a<b>b</b>c</p><svg><g id="x"/></svg>d'
    element = to_element(parse_fragment(html))
    assert [e.tag for e in element.iter()] == ["section", "p", "b", f"{SVG}svg", f"{SVG}g"]
    assert "".join(element.itertext()) == "abcd"
    paragraph = element[0]
    assert (paragraph.text, paragraph[0].text, paragraph[0].tail) == ("a", "b", "c")


def test_a_block_inside_a_paragraph_survives() -> None:
    paragraph = new_tag("p", {}, "a", new_tag("aside", {"class": "x y"}, "b"), "c")
    element = to_element(paragraph)
    assert element[0].get("class") == "x y"
    assert element[0].tail == "c"
    assert serialize(paragraph) == '<p>a<aside class="x y">b</aside>c</p>'


def test_text_is_what_a_reader_sees() -> None:
    html = (
        'A <em>title</em><a role="doc-noteref" href="#n">1</a>\n with <img alt="a view" src="x">'
        "<br>and <ruby>漢<rt>kan</rt></ruby><!-- no -->"
    )
    assert text_of(parse_fragment(html)) == "A title with a view and 漢"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_text_comes_back_as_it_went_in(text: str) -> None:
    paragraph = new_tag("p", {"title": text}, text)
    root = etree.fromstring(serialize(paragraph))
    plain = plain_characters(text)
    assert (root.text or "") == plain
    again = BeautifulSoup(serialize(paragraph), "html5lib").p
    assert again is not None
    assert again["title"] == plain


def test_a_copy_says_the_same_and_shares_nothing() -> None:
    tree = parse_fragment('<p class="a b" id="x">One <em>two</em><br>three</p><p>four</p>')
    copied = copy_of(tree)
    assert serialize(copied) == serialize(tree)
    assert [tag.name for tag in elements(copied)] == ["p", "em", "br", "p"]
    elements(copied, "p")[0]["class"] = "c"
    elements(copied, "em")[0].string = "2"
    assert str(tree.p) == '<p class="a b" id="x">One <em>two</em><br/>three</p>'


@given(st.recursive(st.sampled_from(["a", " ", "\n"]), lambda inner: st.lists(inner, max_size=4)))
def test_trees_are_walked_and_linked_as_bs4_walks_and_links_them(shape: object) -> None:
    def built(inner: object, depth: int) -> Tag:
        tag = new_tag(("p", "em", "b")[depth % 3])
        for child in inner if isinstance(inner, list) else [inner]:
            tag.append(built(child, depth + 1) if isinstance(child, list) else str(child))
        return tag

    tree = built(shape, 0)
    assert [id(tag) for tag in elements(tree)] == [id(tag) for tag in tree.find_all(True)]
    assert [id(tag) for tag in elements(tree, "em")] == [id(tag) for tag in tree.find_all("em")]
    assert first_element(tree, "b") is tree.find("b")
    assert holds_text(tree) == bool(tree.get_text(strip=True))
    relinked = copy_of(tree)
    relink(relinked)
    pairs = zip([tree, *tree.descendants], [relinked, *relinked.descendants], strict=True)
    assert all(one == other and type(one) is type(other) for one, other in pairs)
    assert [str(node) for node in relinked.find_all(True)] == [str(n) for n in tree.find_all(True)]
    unwrap(relinked, relinked.find_all("em"))
    for tag in tree.find_all("em"):
        tag.unwrap()
    assert str(relinked) == str(tree)


def test_kinds_are_elements_classes_and_attributes() -> None:
    tree = parse_fragment('<pre class="a b" data-x="1">x</pre><p>y</p>')
    assert kinds_of(elements(tree)) == {"pre", ".a", ".b", "[class]", "[data-x]", "p"}
