"""Take the templates of site generators out of addresses.

Jekyll writes `{{ site.baseurl }}/x`, `{{ "/x" | relative_url }}` and `{% link _posts/x.md %}`; Hugo
writes `{{< ref "x.md" >}}`. What remains is a path, most often from the site's root.
"""

from __future__ import annotations

import re

from bookbuilder.text.patterns import rare_pattern

_SITE = rare_pattern(r"^(?:\{\{-?\s*site\.(?:base_?url|url|github\.url)\s*-?\}\}){1,5}")
_QUOTED_PATH = rare_pattern(
    r"^\{\{-?\s*(?:\"([^\"{}\n]*)\"|'([^'{}\n]*)')\s*\|\s*"
    r"(?:relative_url|absolute_url|prepend|url)\b[^{}\n]*\}\}"
)
_LINK_TAG = rare_pattern(r"^/?\{%-?\s*link\s+[\"']?([^%{}\"'\n]*?)[\"']?\s*-?%\}")
_REFERENCE = rare_pattern(
    r"\{\{[<%][ \t]*(?:rel)?(?:ref|url|siteurl)[ \t]+(?:path[ \t]*=[ \t]*)?"
    r"(?P<quote>[\"'`]?)(?P<path>[^\"'`<>%{}\s]{1,500})(?P=quote)(?:[ \t][^<>{}\n]{0,200})?"
    r"[ \t]*/?[%>]\}\}"
)
POST = re.compile(r"\{%-?\s*post_url\s+[\"']?([^\s%{}\"']+)[\"']?\s*-?%\}")


def without_site(path: str) -> str:
    """Return `path` relative to the book's root, without Jekyll's marks for the site's root."""
    if not path.startswith(("{{", "{%")):
        return path
    rest = _SITE.sub("", path)
    rest = _LINK_TAG.sub(lambda m: m[1], _QUOTED_PATH.sub(lambda m: m[1] or m[2], rest, count=1))
    return f"/{rest.lstrip('/')}" if rest != path and rest else rest


def with_reference(address: str) -> tuple[str, bool]:
    """Return an address without Hugo's `{{< ref "x" >}}`, and whether that names a page in it."""
    if not address.startswith(("{{<", "{{%")):
        return address, False
    match = _REFERENCE.match(address)
    return (match["path"] + address[match.end() :], True) if match else (address, False)
