"""List CSS, drawings and HTML that could make a reader's device load something.

`@` in a text stands for an address that nothing in the book may ask for. `book_of` makes a book of
all of them, each with an address of its own, so that a request tells which one got through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SETTINGS = """\
[book]
title = "Attacks"
name = "attacks"
language = "en"
authors = "A. Writer"
identifier = "urn:uuid:8a2a4ac8-3a3e-4f0e-9a58-1f8c1f4e9d6c"
chapters = ["css.md", "drawings.md", "files.md", "html.md"]
style = ["attacks.css"]

[limits]
seconds = 600
"""

# Declarations that load in some program or other. All are tried in stylesheets, in `style` of HTML
# and of drawings, and in `<style>` of drawings.
LOADING = (
    "background: url(@)",
    "background-image: url(@)",
    'background: url("@")',
    "background: url( '@' )",
    "BACKGROUND: URL(@)",
    "background: url(@), url(@2)",
    "list-style: url(@); display: list-item",
    "list-style-image: url(@); display: list-item",
    "border-image: url(@) 1; border: 2px solid",
    "border-image-source: url(@); border: 2px solid",
    "-webkit-border-image: url(@) 1; border: 2px solid",
    "cursor: url(@), auto",
    "content: url(@)",
    'content: url(@) / "text"',
    "mask: url(@)",
    "mask-image: url(@)",
    "mask-border: url(@) 1",
    "mask-border-source: url(@)",
    "-webkit-mask: url(@)",
    "-webkit-mask-image: url(@)",
    "-webkit-mask-box-image: url(@)",
    "-webkit-mask-box-image-source: url(@)",
    "-webkit-box-reflect: below 0 url(@)",
    "clip-path: url(@#a)",
    "-webkit-clip-path: url(@#a)",
    "filter: url(@#a)",
    "-webkit-filter: url(@#a)",
    "backdrop-filter: url(@#a)",
    "shape-outside: url(@); float: left",
    "-webkit-shape-outside: url(@); float: left",
    "offset-path: url(@#a)",
    "fill: url(@#a)",
    "stroke: url(@#a); stroke-width: 2",
    "marker: url(@#a)",
    "marker-start: url(@#a)",
    "marker-mid: url(@#a)",
    "marker-end: url(@#a)",
    "shape-inside: url(@#a)",
    "src: url(@)",
    "behavior: url(@)",
    "behaviour: url(@)",
    "-moz-binding: url(@#a)",
    "-ms-filter: \"progid:DXImageTransform.Microsoft.AlphaImageLoader(src='@')\"",
    "filter: progid:DXImageTransform.Microsoft.AlphaImageLoader(src='@')",
    "width: expression(document.createElement('img').src='@')",
    "cue: url(@)",
    "cue-before: url(@)",
    "play-during: url(@)",
    "symbols: url(@)",
    "list-style: symbols(url(@)); display: list-item",
    'background: image("@")',
    "background: image(url(@))",
    'background: image-set("@" 1x)',
    "background: image-set(url(@) 1x)",
    'background: -webkit-image-set("@" 1x)',
    "background: -webkit-image-set(url(@) 1x)",
    'background: -moz-image-set("@" 1x)',
    'background: image-set("@" 1x type("image/png"))',
    "content: image-set('@' 1x)",
    "cursor: image-set('@' 1x), auto",
    "list-style-image: image-set('@' 1x); display: list-item",
    "border-image: image-set('@' 1x) 1; border: 2px solid",
    "-webkit-mask: image-set('@' 1x)",
    "fill: image-set('@' 1x)",
    "background: cross-fade(url(@), url(@2), 50%)",
    "background: -webkit-cross-fade(url(@), url(@2), 50%)",
    "background: -moz-image-rect(url(@), 0, 1, 1, 0)",
    "background: element(#a)",
    "background: -moz-element(#a)",
    "background: paint(a, url(@))",
    'background: src("@")',
    '--a: "@"; background: src(var(--a))',
    '--a: "@"; background: image-set(var(--a) 1x)',
    '--a: "@" 1x; background: -webkit-image-set(var(--a))',
    "--a: url(@); background: var(--a)",
    '--a: url("@"); content: var(--a)',
    '--a: image-set("@" 1x); background: var(--a)',
    "--a: url(@#a); fill: var(--a)",
    "background: var(--none, url(@))",
    'background: image-set(var(--none, "@") 1x)',
    "--a: { background: url(@) }",
    "background: env(none, url(@))",
    'background: attr(data-a url, url("@"))',
    "background: attr(data-a type(<url>), url(@))",
    'background: image-set(attr(data-a, "@") 1x)',
    "background: if(else: url(@))",
    "background: --own(url(@))",
    "background: url(@ crossorigin(anonymous))",
    'background: url("@" crossorigin(anonymous))',
    'background: url("@" referrerpolicy(no-referrer))',
    "background: linear-gradient(red, blue), url(@)",
    "background: calc(url(@))",
    "transition: background 1s; background: url(@)",
    # Names with escapes that others read as more than a name.
    "x\\00003a y\\00003b background: url(@)",
    "x\\3a y\\3b background\\3a url\\28 @\\29\\3b z: 0",
    "color: red\\3b background\\3a url\\28 @\\29",
    "color: a\\28 b\\29\\3b background\\3a url\\28 @\\29(0)",
    "x\\3a y\\7d \\2a \\7b background: url(@)",
    "color: x\\7d \\2a \\7b background\\3a url\\28 @\\29",
    "color: x\\7d\\40 import\\20 url\\28 @\\29\\3b",
    "width: 1\\3b background\\3a url\\28 @\\29",
    "width: 1px\\3b background\\3a url\\28 @\\29",
    "color: #a\\3b background\\3a url\\28 @\\29",
    "--a\\3b background\\3a url\\28 @\\29\\3b b: 0",
    "--a: x\\3b background\\3a url\\28 @\\29",
    "background: u\\72l(@)",
    "background: \\75\\72\\6c(@)",
    "background: \\000075rl(@)",
    "b\\61 ckground: url(@)",
    "\\62 ackground: URL(@)",
    "background: im\\61ge-set('@' 1x)",
    "background: -webk\\69t-image-set('@' 1x)",
    "background: ur\\6c\\28 @\\29",
    "background: ur\\1 l(@)",
    "background: ur\\86 l(@)",
    "background: ur\x86l(@)",
    "background: ur\ufffel(@)",
    "back\x86ground: url(@)",
    "background: ur<l(@)",
    "background: u/**/rl(@)",
    "background: url/**/(@)",
    "background: U+0;background:url(@)",
    "background: 'a\\\nb' url(@)",
    'font-family: "a\\22 ; background: url(@) "',
    "font-family: 'a\\27 ; background: url(@) '",
    'font-family: "a\\A ; background: url(@)"',
    "font-family: 'a\n; background: url(@)",
    "background: url(a\\29; background: url\\28 @)",
    "color: red /* */; background: url(@) /* ",
    "color: red !x\\3b background\\3a url\\28 @\\29",
    "color: [\\5d \\3b background\\3a url\\28 @\\29]",
    "color: \\d800; background: url(@)",
    "background: url(//\\\nx@)",
    "background: url(\\68ttp:@)",
    "background: url(h\\74tp\\3a @)",
    "background: url(\t@\n)",
    "& { background: url(@) }",
    "&::before { content: url(@) }",
    "@media all { background: url(@) }",
)

# Whole rules, which stand in stylesheets and in `<style>` of drawings. `%` is what matches.
RULES = (
    "@import url(@);",
    '@import "@";',
    "@IMPORT '@' screen;",
    "@\\69mport '@';",
    "@i\\6d port url(@);",
    "@import url(@) layer(a) supports(display: block);",
    "@x\\3b \\40 import url(@);",
    "@x\\7b\\7d \\40import '@';",
    "@namespace url(@);",
    '@namespace a\\22 \\3b "@";',
    "@charset \"utf-8\"; @import '@';",
    "<!-- @import '@'; -->",
    "@font-face { font-family: x; src: url(@) } % { font-family: x }",
    "@font-face { font-family: x; src: url(@) format('woff2'), local(x) } % { font-family: x }",
    "@\\66ont-face { font-family: x; s\\72 c: url(@) } % { font-family: x }",
    "@font-face { font-family: x; \\73rc\\3a url\\28 @\\29: 0 } % { font-family: x }",
    "@font-face { font-family: 'src:'; x\\3a 0\\3b src: url(@) } % { font-family: 'src:' }",
    "@font-face x\\7b src\\3a url\\28 @\\29 { font-family: x; src: local(y) }",
    "@font-face { font-family: x; --a: url(@); src: var(--a) } % { font-family: x }",
    "@media all { % { background: url(@) } }",
    "@media all\\7b \\2a \\7b background\\3a url\\28 @\\29 { % { color: red } }",
    "@m\\65 dia all { @import '@'; % { background: url(@) } }",
    "@supports (display: block) { % { background: url(@) } }",
    "@supports (background: url(@)) { % { color: red } }",
    "@supports (a: b\\29 \\7b \\2a \\7b background\\3a url\\28 @\\29) { % { color: red } }",
    "@layer a { % { background: url(@) } }",
    "@container (min-width: 1px) { % { background: url(@) } }",
    "@scope (body) { % { background: url(@) } }",
    "@starting-style { % { background: url(@) } }",
    "@keyframes k { from { background: url(@) } to { background: url(@2) } }"
    " % { animation: k 1s infinite }",
    "@counter-style c { system: cyclic; symbols: url(@) } % { list-style: c; display: list-item }",
    '@property --p { syntax: "<image>"; inherits: true; initial-value: url(@) }'
    " % { background: var(--p) }",
    '@property --q { syntax: "*"; inherits: true; initial-value: "@" }'
    " % { background: image-set(var(--q) 1x) }",
    "@function --f() { result: url(@) } % { background: --f() }",
    "@page { background: url(@); @top-left { content: url(@) } }",
    "@document url(@) { % { color: red } }",
    "@view-transition { navigation: auto; types: url(@) }",
    "@color-profile p { src: url(@) }",
    "@font-feature-values x { @styleset { a: 1 } } @import '@';",
    "%, x\\7b background\\3a url\\28 @\\29\\7d y { color: red }",
    "%\\7b background\\3a url\\28 @\\29\\7d { color: red }",
    "x\\7d %\\7b background\\3a url\\28 @\\29 { color: red }",
    "#a\\7b\\7d \\2a \\7b background\\3a url\\28 @\\29 { color: red }",
    '[a="\\22 ]{} % {background: url(@)} [b=\\22"] { color: red }',
    "[a=b\\5d \\7b\\7d \\2a \\7b background\\3a url\\28 @\\29] { color: red }",
    "[a\\5d \\2c \\2a \\7b background\\3a url\\28 @\\29] { color: red }",
    ":x\\28 y\\29 \\7b background\\3a url\\28 @\\29\\7d (z) { color: red }",
    "::x\\2c \\2a \\7b background\\3a url\\28 @\\29 { color: red }",
    ":is({ background: url(@) }) { color: red }",
    "/* */ % /* { */ { background: url(@) /* } */ }",
    "% { color: red } } % { background: url(@) }",
    "% { & { background: url(@) } }",
    "% { .b { background: url(@) } background: url(@2) }",
    "{ background: url(@) }",
    "@ { } % { background: url(@) }",
)

# Attributes of drawings that are CSS.
ATTRIBUTES = (
    'fill="url(@#a)"',
    'stroke="url(@#a)"',
    'marker-start="url(@#a)"',
    'marker-mid="url(@#a)"',
    'marker-end="url(@#a)"',
    'marker="url(@#a)"',
    'mask="url(@#a)"',
    'mask="url(@)"',
    'filter="url(@#a)"',
    'clip-path="url(@#a)"',
    'cursor="url(@), auto"',
    "cursor=\"-webkit-image-set('@' 1x), auto\"",
    "cursor=\"image-set('@' 1x), auto\"",
    "mask=\"image-set('@' 1x)\"",
    "mask=\"-webkit-image-set('@' 1x)\"",
    "mask=\"image-set(var(--none, '@') 1x)\"",
    'fill="var(--none, url(@#a))"',
    'fill="ur&#x86;l(@#a)"',
    'mask="ur&#x86;l(@)"',
    'mask="ur&#xfffe;l(@)"',
    'mask="u\\72l(@)"',
    'mask="URL(@)"',
    'mask="url( &quot;@&quot; )"',
    'mask="url(@"',
    'mask="paint(a)" fill="src(&quot;@&quot;)"',
    'color-profile="url(@)"',
    'xml:base="@"',
    'ping="@"',
    'href="@"',
    'xlink:href="@"',
)

# Elements of drawings.
DRAWN = (
    '<image href="@" width="9" height="9"/>',
    '<image xlink:href="@" width="9" height="9"/>',
    '<image href="#a" xlink:href="@" width="9" height="9"/>',
    '<image href="data:image/svg+xml,&lt;svg xmlns=&quot;http://www.w3.org/2000/svg&quot;&gt;'
    '&lt;image href=&quot;@&quot;/&gt;&lt;/svg&gt;" width="9" height="9"/>',
    '<use href="@#a"/>',
    '<use xlink:href="@#a"/>',
    '<use href="data:image/svg+xml,@"/>',
    '<filter id="f"><feImage href="@"/></filter><rect filter="url(#f)" width="9" height="9"/>',
    '<linearGradient id="g" href="@#a"/><rect fill="url(#g)" width="9" height="9"/>',
    '<pattern id="p" xlink:href="@#a"/><rect fill="url(#p)" width="9" height="9"/>',
    '<text><textPath href="@#a">x</textPath></text>',
    '<a href="#a" ping="@"><text>x</text></a>',
    '<script href="@"/>',
    '<script xlink:href="@"></script>',
    '<set attributeName="href" to="@"/>',
    '<image href="#a"><animate attributeName="href" values="@;@2" dur="1s"/></image>',
    '<rect width="9" height="9"><set attributeName="fill" to="url(@#a)"/></rect>',
    '<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="@"/>'
    "</foreignObject>",
    '<cursor xlink:href="@"/>',
    '<font-face><font-face-src><font-face-uri xlink:href="@"/></font-face-src></font-face>',
    '<link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="@"/>',
    '<img xmlns="http://www.w3.org/1999/xhtml" src="@"/>',
    '<audio xmlns="http://www.w3.org/1999/xhtml" src="@"/>',
    '<video xmlns="http://www.w3.org/1999/xhtml" poster="@"/>',
    '<iframe xmlns="http://www.w3.org/1999/xhtml" src="@"/>',
    '<mpath href="@"/><tref xlink:href="@"/><discard href="@"/>',
    '<color-profile xlink:href="@" name="c"/>',
    '<metadata><img xmlns="http://www.w3.org/1999/xhtml" src="@"/></metadata>',
    '<switch><image href="@" width="9" height="9"/></switch>',
    '<symbol id="s"><image href="@"/></symbol><use href="#s"/>',
)

# HTML in a chapter.
HTML = (
    '<link rel="stylesheet" href="@">',
    '<link rel="prefetch" href="@"><link rel="preload" as="image" href="@2">',
    '<link rel="dns-prefetch preconnect icon" href="@">',
    "<style>@import '@'; p { background: url(@2) }</style>",
    '<base href="@"><p>x</p>',
    '<meta http-equiv="refresh" content="0; url=@">',
    '<script src="@"></script>',
    '<iframe src="@"></iframe>',
    '<iframe srcdoc="&lt;img src=@&gt;"></iframe>',
    '<frameset><frame src="@"></frameset>',
    '<object data="@"></object>',
    '<embed src="@">',
    '<applet archive="@" code="x"></applet>',
    '<img src="@" alt="x">',
    '<img srcset="@ 1x, @2 2x" alt="x">',
    '<img src="paper.png" srcset="@ 1x" alt="x">',
    '<img lowsrc="@" dynsrc="@2" src="paper.png" alt="x">',
    '<img src="paper.png" longdesc="@" usemap="@2" alt="x">',
    '<picture><source srcset="@"><img src="paper.png" alt="x"></picture>',
    '<audio src="@" autoplay></audio>',
    '<video src="@" poster="@2" autoplay></video>',
    '<video><source src="@"><track src="@2" default></video>',
    '<input type="image" src="@">',
    '<form action="@"><button formaction="@2">x</button></form>',
    '<a href="#x" ping="@">x</a>',
    '<a href="#x" attributionsrc="@">x</a>',
    '<img src="paper.png" attributionsrc="@" alt="x">',
    '<body background="@">x</body>',
    '<table background="@"><tr><td background="@2">x</td></tr></table>',
    '<div background="@">x</div>',
    '<p style="background: url(@)" class="x" style="color: red">x</p>',
    '<bgsound src="@"><image src="@2">',
    '<portal src="@"></portal><fencedframe src="@2"></fencedframe>',
    '<html manifest="@"><p>x</p></html>',
    '<math><mglyph src="@" alt="x"/></math>',
    '<math href="@"><mi href="@2" xlink:href="@">x</mi></math>',
    '<math><mi style="background: url(@)">x</mi></math>',
    '<math><mi mathbackground="url(@)" background="@2">x</mi></math>',
    '<math><semantics><mi>x</mi><annotation-xml encoding="text/html"><img src="@" alt="x">'
    "</annotation-xml></semantics></math>",
    '<math><mtext><img src="@" alt="x"></mtext></math>',
    '<math altimg="@" altimg-width="9"><mi>x</mi></math>',
    '<template><img src="@" alt="x"></template>',
    '<noscript><img src="@" alt="x"></noscript>',
    '<blockquote cite="@">x</blockquote>',
    '<font color="red;background:url(@)">x</font>',
    '<p align="left;background:url(@)" bgcolor="x);background:url(@)">x</p>',
    '<td width="1;background:url(@)">x</td>',
)

# Drawings that reach what stands around them.
ESCAPING = (
    "#root + p { color: red }",
    "#root ~ p { color: red }",
    "svg#root + p { color: red }",
    "#root:hover ~ * { color: red }",
    "x\\2c p { color: red }",
    "x\\7d p\\7b color: red",
    "x\\7d p\\7b y { color: red }",
    "rect { x\\3a y\\7d p\\7b color: red }",
    "rect { a: b\\7d p \\7b color\\3a red }",
    ":not(x\\29 \\2c p) { color: red }",
)


@dataclass(frozen=True, slots=True)
class Server:
    """Addresses that tell which attack asked for them."""

    base: str

    def arm(self, text: str, name: str) -> str:
        """Put an address of its own for every `@` that is not the start of an at-rule."""
        pieces = text.split("@")
        armed = pieces[0]
        for piece in pieces[1:]:
            is_rule = piece[:1].isalpha() or (piece[:1] in ("\\", "", " ") and "{" in text)
            armed += f"@{piece}" if is_rule else f"{self.base}{name}{piece}"
        return armed


def raw(server: Server) -> Mapping[str, str]:
    """Return a page of the attacks by CSS as they are: what a browser does without us."""
    rules = "\n".join(rule for _, rule in _stylesheet(server))
    body = "".join(f'<p class="{name}">x</p>' for name, _ in _stylesheet(server))
    head = '<link rel="stylesheet" href="raw.css"/>'
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/>{head}</head>'
    return {"raw.css": rules, "raw.xhtml": f"{page}<body>{body}</body></html>"}


def book_of(server: Server) -> Mapping[str, str]:
    """Return a book's text files: every attack, where a book could have it."""
    css = list(_stylesheet(server))
    files = {
        "book.toml": SETTINGS,
        "attacks.css": "\n".join(rule for _, rule in css),
        "css.md": "# CSS\n\n" + "".join(f'<p class="{name}">x</p>\n\n' for name, _ in css),
    }
    drawings = list(_drawings(server))
    files["drawings.md"] = "# Drawings\n\n" + "".join(f"{svg}\n\n" for _, svg in drawings)
    files["files.md"] = "# Files\n\n" + "".join(f"![x]({name}.svg)\n\n" for name, _ in drawings)
    files |= {f"{name}.svg": svg for name, svg in drawings}
    html = [server.arm(text, f"html-{n}") for n, text in enumerate(HTML)]
    for n, text in enumerate(LOADING):
        style = _attribute(server.arm(text, f"style-{n}"))
        html += [f'<p style="{style}">x</p>', f'<td style="{style}">x</td>']
    files["html.md"] = "# HTML\n\n" + "".join(f"{text}\n\n" for text in html)
    return files


def count() -> int:
    """Return how many attacks are in the book: drawings stand in a chapter and in files."""
    drawings = len(list(_drawings(Server(""))))
    return len(RULES) + len(LOADING) + 2 * drawings + len(HTML) + 2 * len(LOADING)


def _stylesheet(server: Server) -> Iterator[tuple[str, str]]:
    for n, text in enumerate(RULES):
        name = f"rule-{n}"
        yield name, server.arm(text, name).replace("%", f".{name}")
    for n, text in enumerate(LOADING):
        name = f"sheet-{n}"
        yield name, f".{name} {{ {server.arm(text, name)}\n}} /**/"


def _drawings(server: Server) -> Iterator[tuple[str, str]]:
    for n, text in enumerate((*RULES, *LOADING)):
        name = f"svg-style-{n}"
        css = server.arm(text, name).replace("%", "rect")
        rule = css if text in RULES else f"rect {{ {css}\n}}"
        yield name, _svg(f"<style>{_attribute(rule)}</style>")
    for n, text in enumerate(LOADING):
        name = f"svg-attribute-{n}"
        style = _attribute(server.arm(text, name))
        yield name, _svg(f'<path style="{style}" d="M0 0L9 9L0 9"/>')
    for n, text in enumerate(ATTRIBUTES):
        name = f"svg-plain-{n}"
        yield name, _svg(f'<path {server.arm(text, name)} d="M0 0L9 9L0 9"/>')
    for n, text in enumerate(DRAWN):
        name = f"svg-element-{n}"
        yield name, _svg(server.arm(text, name))


def _svg(body: str) -> str:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    around = '<rect width="9" height="9"/><g id="a"/>'
    return f'<svg {spaces} width="9" height="9">{body}{around}</svg>'.replace("\ufffe", "")


def _attribute(css: str) -> str:
    return (
        css.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    ).replace("\n", "&#10;")
