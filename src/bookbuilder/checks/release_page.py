"""Write the page about a release: one HTML file that needs no other, and no network."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import datetime
from html import escape

from bookbuilder import __version__
from bookbuilder.checks.release import Check, Release, State
from bookbuilder.model.diagnostics import Diagnostic, Severity
from bookbuilder.trees.markup import one_line, plain_characters

MOST_SHOWN = 500
LONGEST_EXCERPT = 240
CONTEXT = 80
_BADGES = {State.PASSED: "✓ passed", State.FAILED: "✗ failed", State.NOT_RUN: "– not run"}
_STYLE = """
:root { color-scheme: light dark; --text: #1b1b1b; --soft: #555; --back: #fff; --box: #f4f3f0;
  --line: #c9c6bf; --good: #14602b; --bad: #9c1a12; --none: #5a4500; --link: #0b4f8a; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececec; --soft: #b5b5b5; --back: #161616; --box: #222; --line: #555;
    --good: #7fd39a; --bad: #ff9a90; --none: #e8c766; --link: #8fc2f5; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--back); overflow-wrap: anywhere; }
header, main, footer { max-width: 50rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
a { color: var(--link); }
p { margin: .4rem 0; }
.answer { border: 2px solid; border-radius: .4rem; padding: .6rem .8rem; }
.answer strong { display: block; font-size: 1.25rem; }
.answer span { color: var(--text); }
.soft, footer { color: var(--soft); font-size: .9rem; }
.passed, .yes { color: var(--good); } .failed, .no { color: var(--bad); }
.not-run { color: var(--none); }
ul, ol { padding: 0; margin: 0; list-style: none; }
.checks > li { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 .75rem; padding: .45rem 0;
  border-bottom: 1px solid var(--line); }
.checks b { white-space: nowrap; }
.checks span { display: block; }
.findings > li, .files > li { background: var(--box); border-radius: .4rem; padding: .6rem .8rem;
  margin: .6rem 0; break-inside: avoid; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { margin: .4rem 0; padding: .4rem .6rem; white-space: pre-wrap; background: var(--back);
  border-left: 3px solid var(--line); }
mark { color: inherit; background: none; text-decoration: underline wavy var(--bad); }
details { margin: .6rem 0; } summary { cursor: pointer; }
footer { padding: 1.5rem 1rem 2rem; }
@media (max-width: 30rem) { .checks > li { grid-template-columns: 1fr; } }
@media print { body { font-size: 10pt; }
  .findings > li, .files > li { border: 1px solid var(--line); } }
"""


def page_of(release: Release, folder: str = "") -> str:
    """Return the page. `folder` is the path from the working folder to the book's."""
    return "\n".join(_lines(release, folder)) + "\n"


def _lines(release: Release, folder: str) -> Iterator[str]:
    title = _text(release.title)
    language = _text(release.language)
    named = f'<span lang="{language}">{title}</span>' if language else title
    details = [f"version {release.version}"] if release.version else []
    details += [f"edition {release.edition}"] if release.edition else []
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex">'
    yield (
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>{title}: ready to hand out?</title>"
    yield f"<style>{_STYLE}</style></head>"
    yield "<body>"
    yield f"<header><h1>{named}: ready to hand out?</h1>"
    if details:
        yield f"<p>{_text(', '.join(details))}</p>"
    yield "</header><main>"
    yield from _answer(release)
    yield "<h2>All checks</h2>"
    yield '<ul class="checks">'
    for number, check in enumerate(release.checks):
        yield _row(check, number)
    yield "</ul>"
    yield from _files(release)
    numbered = list(enumerate(release.checks))
    if any(check.to_mend for check in release.checks):
        yield "<h2>To mend</h2>"
        for number, check in numbered:
            if check.to_mend:
                to_mend = [f for f in check.findings if f.severity is not Severity.NOTE]
                yield f'<h3 id="c{number}">{_text(check.name)} ({check.to_mend})</h3>'
                yield from _findings(to_mend, folder)
    if left := [check for check in release.checks if check.state is State.NOT_RUN]:
        yield "<h2>Not run</h2>"
        yield '<ul class="findings">'
        for check in left:
            hint = f'<p class="soft">{_code(check.hint)}</p>' if check.hint else ""
            yield f"<li><b>{_text(check.name)}</b>: {_code(check.said)}{hint}</li>"
        yield "</ul>"
    yield from _notes(release, folder)
    now = datetime.now().astimezone()
    yield f'</main><footer>Checked on <time datetime="{now:%Y-%m-%dT%H:%M%z}">{now.day} {now:%B %Y}'
    yield f" at {now:%H:%M}</time> by bookbuilder {__version__}.</footer>"
    yield "</body></html>"


def _answer(release: Release) -> Iterator[str]:
    head, _, rest = release.answer.partition(": ")
    answer, _, more = rest.partition(", ")
    kind = "yes" if release.is_ready else "no"
    told = f"<span>{_text(more)}</span>" if more else ""
    yield f'<p class="answer {kind}"><strong>{_text(head)}: {_text(answer)}</strong>{told}</p>'


def _row(check: Check, number: int) -> str:
    kind = check.state.replace(" ", "-")
    name = _text(check.name)
    if check.to_mend:
        name = f'<a href="#c{number}">{name}</a>: {check.to_mend} to mend'
    said = f'<span class="soft">{_code(check.said)}</span>' if check.said else ""
    partly = (
        f'<span class="not-run">not checked: {_text(check.partly)}</span>' if check.partly else ""
    )
    return f'<li><b class="{kind}">{_BADGES[check.state]}</b><div>{name}{said}{partly}</div></li>'


def _files(release: Release) -> Iterator[str]:
    if not release.files:
        return
    yield "<h2>The files</h2>"
    yield '<ul class="files">'
    for file in release.files:
        yield (
            f"<li><b>{_text(file.path.name)}</b>: {_text(file.said)}"
            f'<p class="soft">SHA-256 <code>{_text(file.digest)}</code></p></li>'
        )
    yield "</ul>"


def _notes(release: Release, folder: str) -> Iterator[str]:
    notes = [found for found in release.findings if found.severity is Severity.NOTE]
    if notes:
        yield f"<h2>Notes</h2><details><summary>{len(notes)} to know of</summary>"
        yield from _findings(notes, folder)
        yield "</details>"


def _findings(found: list[Diagnostic], folder: str) -> Iterator[str]:
    yield '<ol class="findings">'
    for one in found[:MOST_SHOWN]:
        yield _finding(one, folder)
    yield "</ol>"
    if len(found) > MOST_SHOWN:
        yield f"<p>and {len(found) - MOST_SHOWN:,} more, which the terminal shows</p>"


def _finding(found: Diagnostic, folder: str) -> str:
    span = found.span
    pieces = [f"<p>{_code(found.message)}</p>"]
    if span:
        numbers = [str(n) for n in (span.line, span.column if span.line else 0) if n]
        cell = [f"cell {span.cell}"] if span.cell else []
        file = posixpath.normpath(posixpath.join(folder, span.file))
        pieces.append(f"<p><code>{_text(':'.join([file, *cell, *numbers]))}</code></p>")
        if span.line and span.excerpt.strip():
            pieces.append(_excerpt(span.excerpt, span.column, span.length))
    if found.hint:
        pieces.append(f"<p><b>Hint:</b> {_code(found.hint)}</p>")
    rule = f"{found.severity} {found.rule.code} {found.rule.name}"
    pieces.append(f'<p class="soft">{_text(rule)}</p>')
    return f"<li>{''.join(pieces)}</li>"


def _excerpt(line: str, column: int, length: int) -> str:
    """Return the line with the place marked; of a long one, what is around it."""
    start = max(column - 1, 0)
    end = min(start + max(length, 1), start + LONGEST_EXCERPT, len(line))
    first = max(start - CONTEXT, 0) if len(line) > LONGEST_EXCERPT else 0
    last = min(end + CONTEXT, len(line)) if len(line) > LONGEST_EXCERPT else len(line)
    before, inside, after = line[first:start], line[start:end], line[end:last]
    marked = f"<mark>{_plain(inside)}</mark>" if column and inside else _plain(inside)
    dots = "…" if first else "", "…" if last < len(line) else ""
    return f"<pre>{dots[0]}{_plain(before)}{marked}{_plain(after)}{dots[1]}</pre>"


def _plain(text: str) -> str:
    return escape(plain_characters(text), quote=True)


def _text(text: str) -> str:
    return escape(one_line(text), quote=True)


def _code(text: str) -> str:
    """Return `text` with what stands between backticks as code."""
    pieces = _text(text).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(pieces))
