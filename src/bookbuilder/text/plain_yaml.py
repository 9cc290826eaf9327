"""Load YAML without aliases, tags and overlong numbers, which a book's files do not need."""

from __future__ import annotations

from typing import Any


class NotYamlError(Exception):
    """Raised for text that is not YAML, or that has in it what is refused.

    `place` is the line and column of the `problem`, both counted from 0, where they are known.
    """

    def __init__(self, problem: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place


def load_yaml(text: str) -> Any:
    """Return the data in `text`. Raise `NotYamlError` for anything wrong with it."""
    import yaml

    from bookbuilder.text.yaml_loader import PlainLoader

    try:
        return yaml.load(text, Loader=PlainLoader)
    except yaml.MarkedYAMLError as error:
        problem, mark = error.problem or "it does not parse", error.problem_mark
        if "end of stream" in problem:
            # The start of the construct is more telling than the end of the text.
            mark = error.context_mark or mark
        raise NotYamlError(problem, (mark.line, mark.column) if mark else None) from error
    except (ValueError, OverflowError) as error:
        raise NotYamlError(f"impossible date or number: {error}") from error
    except yaml.YAMLError as error:
        raise NotYamlError(str(error)) from error
    except RecursionError as error:
        raise NotYamlError("it is nested too deep") from error
