"""Patterns that few books need are patterns like others, but for the time of their making."""

from __future__ import annotations

import copy
import re

import pytest

from bookbuilder.text.patterns import rare_pattern


def test_a_rare_pattern_does_what_its_pattern_does() -> None:
    rare, plain = rare_pattern(r"(?P<all>B+)", re.IGNORECASE), re.compile(r"(?P<all>B+)", re.I)
    for one in (rare, rare, copy.deepcopy(rare)):
        assert one.sub("-", "abBc") == plain.sub("-", "abBc") == "a-c"
        assert [match["all"] for match in one.finditer("ab bb")] == ["b", "bb"]
        assert (one.pattern, one.flags, one.groups) == (plain.pattern, plain.flags, plain.groups)
    with pytest.raises(AttributeError):
        rare.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_it_is_compiled_when_it_is_first_used_and_never_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []

    def compile_told(text: str, flags: int) -> re.Pattern[str]:
        compiled.append(text)
        return real(text, flags)

    real = re.compile
    monkeypatch.setattr("bookbuilder.text.patterns.re.compile", compile_told)
    rare = rare_pattern(r"a+")
    assert compiled == []
    assert [bool(rare.match(text)) for text in ("a", "b", "aa")] == [True, False, True]
    assert compiled == ["a+"]
