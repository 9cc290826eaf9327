"""Read the keys of pymdown-extensions: `++ctrl+alt+del++`."""

from __future__ import annotations

from markdown.extensions import Extension
from pymdownx import keymap_db

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.text.patterns import rare_pattern

_KEY = r"""(?:[\w-]{1,40}|"[^"\n]{1,40}"|'[^'\n]{1,40}')"""
_KEYS = rare_pattern(rf"\+\+({_KEY}(?:\+{_KEY}){{0,8}})\+\+(?![\w+])")
_EACH = rare_pattern(_KEY)


def handle_keys(parser: InlineParser) -> bool:
    """Read `++keys++`. A single word that is no key is text that was inserted, as elsewhere."""
    text, start = parser.text, parser.position
    match = _KEYS.match(text, start)
    if not match or (start and (text[start - 1].isalnum() or text[start - 1] in "+_")):
        return False
    keys = _EACH.findall(match[1])
    if len(keys) == 1 and _known(keys[0]) is None:
        parser.add_element("ins", keys[0])
    else:
        for index, key in enumerate(keys):
            if index:
                parser.add_text("+", literal=True)
            parser.add_element("kbd", _known(key) or key)
    parser.position = match.end()
    return True


def _known(key: str) -> str | None:
    """Return what stands on the key, or None if there is no such key."""
    if key[0] in "\"'":
        return key[1:-1]
    name = key.lower()
    name = keymap_db.aliases.get(name, name)
    label = keymap_db.keymap.get(name)
    return str(label) if label else None


class KeyExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("+", handle_keys)
