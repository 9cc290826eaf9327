"""Record what a build asks of files, so that the next one can tell whether anything has changed.

The functions of `runtime/files.py` through which a book is read are `recorded`. While `recording`
is on, each call and a digest of its answer are kept; `is_still_so` asks the same again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

Seen = dict[str, str]
"""Calls of recorded functions, as JSON, and digests of their answers."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_functions: dict[str, Callable[..., Any]] = {}
_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


def recorded(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Have `function` recorded. It takes paths, sequences of paths, and numbers."""
    _functions[function.__name__] = function

    @functools.wraps(function)
    def asked(*args: _P.args, **named: _P.kwargs) -> _T:
        seen = _seen.get()
        if seen is None:
            return function(*args, **named)
        call = json.dumps([function.__name__, args, named], default=str)
        try:
            answer = function(*args, **named)
        except OSError as error:
            seen[call] = _digest(error)
            raise
        seen[call] = _digest(answer)
        return answer

    return asked


@contextlib.contextmanager
def recording() -> Iterator[Seen]:
    """Yield what is asked inside the context, as it is asked."""
    seen: Seen = {}
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def is_still_so(seen: Mapping[str, str]) -> bool:
    """Return whether every call has the answer that it had."""
    return all(_answer(call) == digest for call, digest in seen.items())


def with_outputs(seen: Seen, outputs: Iterable[Path]) -> Seen:
    """Return `seen` as it would be if `outputs` had been there before they were written.

    A folder that has changed in any other way keeps its answer, which is then out of date.
    """
    made = {path for output in map(Path.absolute, outputs) for path in (output, *output.parents)}
    return {call: _answer_with(call, digest, made) for call, digest in seen.items()}


def _answer_with(call: str, digest: str, made: set[Path]) -> str:
    if not call.startswith('["entries_of"'):
        return digest
    try:
        entries = _ask(call)
    except OSError:
        return digest
    others = [entry for entry in entries if Path(entry.path).absolute() not in made]
    return _digest(entries) if _digest(others) == digest else digest


def _answer(call: str) -> str:
    try:
        return _digest(_ask(call))
    except OSError as error:
        return _digest(error)


def _ask(call: str) -> Any:
    name, args, named = json.loads(call)
    return _functions[name](*map(_said, args), **{k: _said(v) for k, v in named.items()})


def _said(plain: Any) -> Any:
    """Return an argument as it was before it was JSON."""
    if isinstance(plain, str):
        return Path(plain)
    return [Path(path) for path in plain] if isinstance(plain, list) else plain


def _digest(answer: Any) -> str:
    if isinstance(answer, list):
        kinds = [(e.name, e.is_dir(follow_symlinks=False), e.is_symlink()) for e in answer]
        answer = repr(sorted(kinds))
    data = answer if isinstance(answer, bytes) else repr(answer).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).hexdigest()
