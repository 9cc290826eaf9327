"""List the elements of HTML, SVG and MathML, obsolete ones included. Other tags are text."""

from __future__ import annotations

import re


def names_in(text: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(re.findall(r"\S+", text))


HTML = names_in(
    """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big
    blink blockquote body br button canvas caption center cite code col colgroup command content
    data datalist dd del details dfn dialog dir div dl dt element em embed fieldset figcaption
    figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe
    image img input ins isindex kbd keygen label legend li link listing main map mark marquee menu
    menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option output p param
    picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select shadow
    slot small source spacer span strike strong style sub summary sup table tbody td template
    textarea tfoot th thead time title tr track tt u ul var video wbr xmp
    """
)
SVG = names_in(
    """
    animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix
    fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap
    fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage
    femerge femergenode femorphology feoffset fepointlight fespecularlighting fespotlight fetile
    feturbulence filter foreignobject g line lineargradient marker mask metadata mpath path pattern
    polygon polyline radialgradient rect set stop svg switch symbol text textpath tspan use view
    """
)
MATHML = names_in(
    """
    annotation annotation-xml maction math menclose merror mfrac mi mmultiscripts mn mo mover
    mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd
    mtext mtr munder munderover none semantics
    """
)
KNOWN = HTML | SVG | MATHML

BLOCK_STARTS = names_in(
    """
    address article aside base basefont blockquote body caption center col colgroup dd details
    dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6
    head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p
    param search section summary table tbody td tfoot th thead title tr track ul
    """
)
"""Elements that start an HTML block and end it at a blank line (spec 4.6, condition 6)."""

RAW_TEXT = names_in("script style textarea title xmp iframe noembed noframes plaintext")
"""Elements that take all that follows as text, up to their own end tag."""

NEVER_CLOSED = names_in(
    """
    area base basefont body br col colgroup dd dt embed frame head hr html img input isindex keygen
    li link meta optgroup option p param rb rp rt rtc source spacer tbody td tfoot th thead tr track
    wbr
    """
)
"""Void elements, and elements whose end tag is optional in HTML."""
