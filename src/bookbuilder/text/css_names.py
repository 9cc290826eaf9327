"""Names of CSS that may stand in a book: properties and functions, and which of them load files."""

from __future__ import annotations


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What browsers, e-readers, print engines and drawing programs know, without their prefixes.
# Sources: the properties of Chromium and WeasyPrint; CSS Speech, GCPM and SVG; EPUB 3.3, 6.3.
PROPERTIES = _names(
    "accent-color align-content align-items align-self alignment-adjust alignment-baseline all"
    " anchor border-radius-bottomleft border-radius-bottomright border-radius-topleft"
    " border-radius-topright"
    " animation animation-composition animation-delay animation-direction animation-duration"
    " animation-fill-mode animation-iteration-count animation-name animation-play-state"
    " animation-timing-function appearance ascent-override aspect-ratio backdrop-filter"
    " backface-visibility background background-attachment background-blend-mode background-clip"
    " background-color background-image background-origin background-position"
    " background-position-x background-position-y background-repeat background-size baseline-shift"
    " baseline-source bleed-bottom bleed-left bleed-right bleed-top block-ellipsis block-overflow"
    " block-progression block-size bookmark-label bookmark-level bookmark-state bookmark-target"
    " border border-after border-after-color border-after-style border-after-width border-before"
    " border-before-color border-before-style border-before-width border-block border-block-color"
    " border-block-end border-block-end-color border-block-end-style border-block-end-width"
    " border-block-start border-block-start-color border-block-start-style"
    " border-block-start-width border-block-style border-block-width border-bottom"
    " border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style"
    " border-bottom-width border-clip border-collapse border-color border-end border-end-color"
    " border-end-end-radius border-end-start-radius border-end-style border-end-width"
    " border-horizontal-spacing border-image border-image-outset border-image-repeat"
    " border-image-slice border-image-source border-image-width border-inline border-inline-color"
    " border-inline-end border-inline-end-color border-inline-end-style border-inline-end-width"
    " border-inline-start border-inline-start-color border-inline-start-style"
    " border-inline-start-width border-inline-style border-inline-width border-left"
    " border-left-color border-left-style border-left-width border-limit border-radius"
    " border-right border-right-color border-right-style border-right-width border-spacing"
    " border-start border-start-color border-start-end-radius border-start-start-radius"
    " border-start-style border-start-width border-style border-top border-top-color"
    " border-top-left-radius border-top-right-radius border-top-style border-top-width"
    " border-vertical-spacing border-width bottom box-align box-decoration-break box-direction"
    " box-flex box-flex-group box-lines box-ordinal-group box-orient box-pack box-reflect"
    " box-shadow box-sizing box-snap break-after break-before break-inside cap-height caption-side"
    " caret-color clear clip clip-path clip-rule color color-adjust color-interpolation"
    " color-interpolation-filters color-rendering color-scheme column-break-after"
    " column-break-before column-break-inside column-count column-fill column-gap column-rule"
    " column-rule-color column-rule-style column-rule-width column-span column-width columns"
    " contain contain-intrinsic-block-size contain-intrinsic-height contain-intrinsic-inline-size"
    " contain-intrinsic-size contain-intrinsic-width container container-name container-type"
    " content content-visibility continue counter-increment counter-reset counter-set cursor cx cy"
    " d descent-override direction display dominant-baseline empty-cells enable-background"
    " field-sizing fill fill-color fill-opacity fill-rule filter flex flex-basis flex-direction"
    " flex-flow flex-grow flex-shrink flex-wrap float float-offset float-reference flood-color"
    " flood-opacity font font-display font-family font-feature-settings font-kerning"
    " font-language-override font-optical-sizing font-palette font-size font-size-adjust"
    " font-smooth font-smoothing font-specification font-stretch font-style font-synthesis"
    " font-synthesis-position font-synthesis-small-caps font-synthesis-style font-synthesis-weight"
    " font-variant font-variant-alternates font-variant-caps font-variant-east-asian"
    " font-variant-emoji font-variant-ligatures font-variant-numeric font-variant-position"
    " font-variation-settings font-weight footnote-display footnote-policy footnote-style-position"
    " forced-color-adjust gap glyph-orientation-horizontal glyph-orientation-vertical grid"
    " grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-column-end"
    " grid-column-gap grid-column-start grid-gap grid-row grid-row-end grid-row-gap grid-row-start"
    " grid-template grid-template-areas grid-template-columns grid-template-rows"
    " hanging-punctuation height hyphenate hyphenate-after hyphenate-before hyphenate-character"
    " hyphenate-limit-after hyphenate-limit-before hyphenate-limit-chars hyphenate-limit-last"
    " hyphenate-limit-lines hyphenate-limit-zone hyphenate-lines hyphens image-orientation"
    " image-rendering image-resolution initial-letter initial-letter-align initial-letter-wrap"
    " inline-size inline-sizing inset inset-block inset-block-end inset-block-start inset-inline"
    " inset-inline-end inset-inline-start interpolate-size isolation justify-content justify-items"
    " justify-self kerning lang layout-flow layout-grid leading-trim left letter-spacing"
    " lighting-color line-break line-clamp line-gap-override line-grid line-height"
    " line-height-step line-snap link list-style list-style-image list-style-position"
    " list-style-type logical-height logical-width margin margin-after margin-before margin-block"
    " margin-block-end margin-block-start margin-bottom margin-break margin-end margin-inline"
    " margin-inline-end margin-inline-start margin-left margin-right margin-start margin-top"
    " margin-trim marker marker-end marker-mid marker-start marks mask mask-border"
    " mask-border-mode mask-border-outset mask-border-repeat mask-border-slice mask-border-source"
    " mask-border-width mask-box-image mask-box-image-outset mask-box-image-repeat"
    " mask-box-image-slice mask-box-image-source mask-box-image-width mask-clip mask-composite"
    " mask-image mask-mode mask-origin mask-position mask-position-x mask-position-y mask-repeat"
    " mask-size mask-type math-depth math-shift math-style max-block-size max-height"
    " max-inline-size max-lines max-logical-height max-logical-width max-width min-block-size"
    " min-height min-inline-size min-logical-height min-logical-width min-width mix-blend-mode"
    " object-fit object-position object-view-box oeb-column-number oeb-page-foot oeb-page-head"
    " offset offset-anchor offset-distance offset-path offset-position offset-rotate opacity order"
    " orphans osx-font-smoothing outline outline-color outline-offset outline-radius outline-style"
    " outline-width overflow overflow-anchor overflow-block overflow-clip-margin overflow-inline"
    " overflow-scrolling overflow-wrap overflow-x overflow-y padding padding-after padding-before"
    " padding-block padding-block-end padding-block-start padding-bottom padding-end"
    " padding-inline padding-inline-end padding-inline-start padding-left padding-right"
    " padding-start padding-top page page-break-after page-break-before page-break-inside"
    " page-orientation page-policy paint-order pause pause-after pause-before pdf-tag-type"
    " perspective perspective-origin perspective-origin-x perspective-origin-y place-content"
    " place-items place-self pointer-events position print-color-adjust punctuation-trim quotes r"
    " resize rest rest-after rest-before right rotate row-gap ruby-align ruby-merge ruby-overhang"
    " ruby-position ruby-span running rx ry scale scroll-behavior scroll-snap-align"
    " scroll-snap-stop scroll-snap-type scrollbar-color scrollbar-gutter scrollbar-width"
    " shape-image-threshold shape-inside shape-margin shape-outside shape-padding shape-rendering"
    " shape-subtract size size-adjust solid-color solid-opacity speak speak-as speak-header"
    " speak-numeral speak-punctuation src stop-color stop-opacity string-set stroke stroke-align"
    " stroke-alignment stroke-break stroke-color stroke-dashadjust stroke-dasharray"
    " stroke-dashcorner stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit"
    " stroke-opacity stroke-width tab-size table-layout tap-highlight-color text-align"
    " text-align-all text-align-last text-anchor text-autospace text-box text-box-edge"
    " text-box-trim text-combine text-combine-horizontal text-combine-upright text-decoration"
    " text-decoration-color text-decoration-line text-decoration-skip text-decoration-skip-ink"
    " text-decoration-style text-decoration-thickness text-emphasis text-emphasis-color"
    " text-emphasis-position text-emphasis-skip text-emphasis-style text-fill-color"
    " text-group-align text-height text-indent text-justify text-orientation text-overflow"
    " text-rendering text-security text-shadow text-size-adjust text-space-collapse text-spacing"
    " text-spacing-trim text-stroke text-stroke-color text-stroke-width text-transform text-trim"
    " text-underline-offset text-underline-position text-wrap text-wrap-mode text-wrap-style top"
    " touch-action touch-callout transform transform-box transform-origin transform-origin-x"
    " transform-origin-y transform-origin-z transform-style transition transition-behavior"
    " transition-delay transition-duration transition-property transition-timing-function"
    " translate unicode-bidi unicode-range user-focus user-input user-select vector-effect"
    " vertical-align visibility voice-balance voice-duration voice-family voice-pitch voice-range"
    " voice-rate voice-stress voice-volume white-space white-space-collapse white-space-treatment"
    " white-space-trim widows width will-change word-boundary-detection word-boundary-expansion"
    " word-break word-spacing word-wrap wrap-flow wrap-through writing-mode x y z-index zoom"
)
PREFIXES = (
    "-webkit-",
    "-moz-",
    "-ms-",
    "-o-",
    "-epub-",
    "-apple-",
    "-weasy-",
    "-prince-",
    "prince-",
    "-ah-",
    "adobe-",
    "-inkscape-",
)

# Properties that may show a file, by `url()`, in some reader or other. In these, nothing but the
# files of the book: no variables, and no function that could find an address elsewhere.
LOADING_PROPERTIES = _names(
    "background background-image border-image border-image-source box-reflect clip-path content"
    " cursor fill filter backdrop-filter list-style list-style-image marker marker-end marker-mid"
    " marker-start mask mask-border mask-border-source mask-box-image mask-box-image-source"
    " mask-image offset offset-path shape-inside shape-outside shape-subtract src stroke"
)

# Functions that hold addresses. In the first kind the files may be the book's; nobody needs the
# others, whose addresses cannot all be told from the text.
IMAGE_SETS = _names("image-set -webkit-image-set")
LOADING_FUNCTIONS = _names(
    "-moz-element -moz-image-rect cross-fade element expression image image-set paint src url"
    " url-prefix domain regexp"
)

FUNCTIONS = _names(
    # Colours.
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark device-cmyk cmyk"
    # Numbers.
    " calc min max clamp abs sign round mod rem sin cos tan asin acos atan atan2 pow sqrt hypot log"
    " exp env"
    # Text that is made.
    " counter counters target-counter target-counters target-text leader string content attr"
    " symbols running footnote"
    # Pictures that are drawn from colours.
    " linear-gradient radial-gradient conic-gradient repeating-linear-gradient"
    " repeating-radial-gradient repeating-conic-gradient gradient color-stop from to"
    # Movement.
    " matrix matrix3d perspective rotate rotate3d rotatex rotatey rotatez scale scale3d scalex"
    " scaley scalez skew skewx skewy translate translate3d translatex translatey translatez"
    " cubic-bezier linear steps"
    # Filters and shapes.
    " blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia"
    " circle ellipse inset path polygon ray rect shape superellipse xywh"
    # Grids, fonts, variables.
    " fit-content minmax repeat format local tech annotation character-variant ornaments styleset"
    " stylistic swash icc-color var"
)
