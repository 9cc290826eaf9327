"""Track the chapter being processed, for error messages.

Whoever starts on a chapter or a file says so; whoever stops the build, or finds that it has failed,
asks. So a message can name the chapter although the limit, or the exception, knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from bookbuilder.model.source import Place

THE_BUILD = Place("the build")

# A variable of the module, not a `ContextVar`: the thread that watches for limits has to see what
# the main thread is working on. No other thread processes chapters.
_current = THE_BUILD


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


_P = TypeVar("_P", bound=_Placed)


def current_place() -> Place:
    """Return what is being processed now."""
    return _current


def place_of(error: BaseException) -> Place:
    """Return what was being processed when `error` was raised, though that has ended since."""
    place: Place = vars(error).get("place", _current)
    return place


@contextmanager
def working_on(place: Place) -> Iterator[None]:
    """Say that `place` is being processed while the context lasts; the innermost counts.

    An exception that leaves the context takes with it what was being processed, for `place_of`.
    """
    global _current  # noqa: PLW0603 - see there
    before, _current = _current, place
    try:
        yield
    except BaseException as error:
        vars(error).setdefault("place", _current)
        raise
    finally:
        _current = before


def tracked(items: Iterable[_P]) -> Iterator[_P]:
    """Yield `items`; each is what is being processed until the next one is asked for.

    A loop that is left early, by `break` or an exception, leaves its last item behind as what is
    being processed: a generator cannot tell one from the other. The `working_on` around the loop
    then notes it on the exception, and ends it in either case. So there has to be one.
    """
    global _current  # noqa: PLW0603 - see there
    before = _current
    for item in items:
        _current = item.place
        yield item
    _current = before
