"""Refuse what a book's YAML does not need. Imported late: PyYAML takes long to import."""

from __future__ import annotations

from typing import Any

import yaml

LONGEST_NUMBER = 100
"""Characters: what is longer takes long to be read, and cannot be written in decimals."""


class PlainLoader(yaml.SafeLoader):
    """Refuse aliases, which make bombs and cycles, explicit tags, and numbers without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.events.AliasEvent):
            self._refuse("aliases (`*name`) are not supported", event)
        if getattr(event, "tag", None) not in (None, "!"):
            self._refuse(f"tags such as `{event.tag[:60]}` are not supported", event)
        return super().compose_node(parent, index)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        if len(node.value) > LONGEST_NUMBER:
            problem = f"a number of more than {LONGEST_NUMBER} characters; text needs quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        is_whole = node.tag == "tag:yaml.org,2002:int"
        read = self.construct_yaml_int if is_whole else self.construct_yaml_float
        number: int | float = read(node)
        return number

    def _refuse(self, problem: str, event: Any) -> None:
        raise yaml.composer.ComposerError(None, None, problem, event.start_mark)


for _kind in ("int", "float"):
    PlainLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", PlainLoader.construct_number)
