"""Write what shortcodes show as Markdown: pictures, films, files, links, references, keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from bookbuilder.dialect.core.links import NAMED_BY_TARGET
from bookbuilder.dialect.core.templates import TemplateTag
from bookbuilder.text.patterns import rare_pattern

PICTURE = rare_pattern(r"\.(?:apng|avif|bmp|gif|jpe?g|png|svg|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)
_WEB = rare_pattern(r"(?:https?|ftp)://", re.IGNORECASE)
_FILMS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "youtube-lite": "https://www.youtube.com/watch?v=",
    "youtubeLite": "https://www.youtube.com/watch?v=",
    "vimeo": "https://vimeo.com/",
    "bilibili": "https://www.bilibili.com/video/",
    "gist": "https://gist.github.com/",
    "instagram": "https://www.instagram.com/p/",
    "codepen": "https://codepen.io/",
    "jsfiddle": "https://jsfiddle.net/",
    "asciinema": "https://asciinema.org/a/",
    "speakerdeck": "https://speakerdeck.com/",
}


def escaped(text: str) -> str:
    """Return text so that it is no Markdown within brackets."""
    return re.sub(r"([\\\[\]*_`<>{}])", r"\\\1", " ".join(text.split()))


def quoted(text: str) -> str:
    """Return Markdown so that it may stand between the quotation marks of a title."""
    return " ".join(text.split()).replace('"', '\\"')


def pointed(address: str) -> str:
    """Return an address between pointed brackets, which may hold blanks."""
    bare = address.strip().strip("<>")
    return "<" + bare.replace("<", "%3C").replace(">", "%3E").replace("\n", " ") + ">"


def link(address: str, text: str = "") -> str:
    """Return a link that shows its `text`, or else its address."""
    if not address:
        return text
    if not text and _WEB.match(address) and not re.search(r"[\s<>]", address):
        return f"<{address}>"
    shown = text or escaped(address.rstrip("/").rpartition("/")[2] or address)
    if not text and _WEB.match(address):
        shown = escaped(address)
    return f"[{shown}]({pointed(address)})"


def link_by_title(address: str) -> str:
    """Return a link that gets the title of the chapter, or nothing for an address on the web."""
    if not address or _WEB.match(address):
        return ""
    return f"[{escaped(address)}]({pointed(address)}){{.{NAMED_BY_TARGET}}}"


def film(tag: TemplateTag, content: str) -> str:
    identifier = tag.said("id", "src", "url", "video", at=0) or content.strip()
    rest = "/".join(tag.words[:2]) if tag.name == "gist" else identifier
    is_address = bool(_WEB.match(identifier))
    address = identifier if is_address else _FILMS.get(tag.name, "") + (rest or identifier)
    return link(address, escaped(tag.value("title", "caption"))) if identifier else ""


def post(tag: TemplateTag, content: str) -> str:
    """Return a link to a post on Twitter or X."""
    name, number = tag.value("user"), tag.said("id", at=0)
    host = "x.com" if tag.name == "x" else "twitter.com"
    if _WEB.match(number):
        return link(number)
    return link(f"https://{host}/{name or 'i'}/status/{number}") if number else content


def source(tag: TemplateTag, content: str) -> str:
    """Return a link to what would be played or shown."""
    address = tag.said("src", "url", "file", "mp4", "webm", "href", "link", at=0)
    return link(address, escaped(tag.value("title", "caption", "name"))) or content


def picture(tag: TemplateTag, content: str) -> str:
    """Return a picture with its caption; alone in its paragraph it is a figure."""
    address = tag.said("src", "url", "file", "path", "image", "link", at=0)
    caption = tag.value("caption", "desc", "description") or content.strip()
    title = tag.value("title")
    if title and caption:
        title = title if title[-1:] in ".!?:…" else f"{title}."
    said = " ".join(filter(None, (title, caption)))
    if credit := tag.value("attr"):
        address_of_credit = tag.value("attrlink")
        said += f" {f'[{credit}](<{address_of_credit}>)' if address_of_credit else credit}"
    alt = tag.said("alt", at=-1 if PICTURE.search(tag.said(at=1)) else 1)
    shown = escaped(alt or re.sub(r"[*_`]", "", caption or title))
    sizes = {name: tag.value(name) for name in ("width", "height")}
    listed = " ".join(f"{k}={v}" for k, v in sizes.items() if re.fullmatch(r"[\d.]+[a-z%]*", v))
    image = f"![{shown}]({pointed(address)}"
    image += f' "{quoted(said)}")' if said.strip() else ")"
    image += f"{{{listed}}}" if listed else ""
    target = tag.value("link", "href") if tag.value("src", "url", "file", "image") else ""
    return f"[{image}]({pointed(target)})" if _WEB.match(target) else image


def icon(tag: TemplateTag, content: str) -> str:
    """Return HTML's way of writing an icon, which is shown by a character or reported."""
    words = [re.sub(r"[^\w-]", "", w) for w in tag.words] or [
        re.sub(r"[^\w-]", "", tag.value("name", "icon", "id"))
    ]
    name = words[-1].removeprefix("fa-")
    return f'<i class="fa fa-{name}"></i>' if name else ""


def button(tag: TemplateTag, content: str) -> str:
    address = tag.value("href", "url", "link", "relref", "ref", "to")
    text = content.strip() or escaped(tag.value("text", "title", "label", "content"))
    return link(address, text) if address else text


def formula(tag: TemplateTag, content: str) -> str:
    text = content.strip().strip("$").strip() or tag.said(at=0)
    display = "display" in tag.rest and "inline" not in tag.rest
    mark = "$$" if display else "$"
    return f"{mark}{text}{mark}" if text else ""


def reference(tag: TemplateTag, content: str) -> str:
    return content.strip() or link_by_title(tag.said("path", "page", at=0))


def keys(tag: TemplateTag, content: str) -> str:
    """Return keys of a keyboard; Quarto's may differ by system: `mac=Cmd-C win=Ctrl-C`."""
    given = tag.said("text", "keys", at=0) or content
    said = [given] if given else [v for name in ("mac", "win", "linux") if (v := tag.value(name))]
    return " / ".join(f"<kbd>{escaped(one)}</kbd>" for one in dict.fromkeys(said))


def text_or_content(tag: TemplateTag, content: str) -> str:
    return content.strip() or tag.said("text", "title", "term", "content", at=0)


def only_content(tag: TemplateTag, content: str) -> str:
    return content


def heading(tag: TemplateTag, content: str) -> str:
    return content or escaped(tag.said(at=0))


WRITERS: dict[str, Callable[[TemplateTag, str], str]] = {
    **dict.fromkeys(_FILMS, film),
    **dict.fromkeys(("video", "audio", "pdf", "iframe", "bandcamp"), source),
    **dict.fromkeys(("figure", "img", "image", "picture"), picture),
    **dict.fromkeys(("tweet", "twitter", "x"), post),
    **dict.fromkeys(("button", "btn", "linkcard", "link", "hero-button"), button),
    **dict.fromkeys(("icon", "fa", "fas", "fab", "fontawesome", "bi"), icon),
    **dict.fromkeys(("math", "katex", "latex", "mathjax"), formula),
    **dict.fromkeys(("badge", "label", "kbd-text", "glossary_tooltip", "lead"), text_or_content),
    **dict.fromkeys(("ref", "relref"), reference),
    "kbd": keys,
    "heading": heading,
}
"""Functions that write what shortcodes of Hugo, its themes and Quarto show, by their names."""
SHARED = {name: WRITERS[name] for name in (*_FILMS, "tweet", "twitter", "icon", "fa")}
"""Those that serve tags of other template languages with these names, too."""
