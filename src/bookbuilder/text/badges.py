"""Tell badges, the little pictures on the web that say how a repository stands, from others."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bookbuilder.text.patterns import rare_pattern

# Hosts, with those below them, that serve nothing but badges, or whose every SVG is one.
_HOSTS = frozenset(
    """
    shields.io badgen.net badge.fury.io travis-ci.org travis-ci.com coveralls.io codecov.io
    circleci.com ci.appveyor.com badges.gitter.im snyk.io codeclimate.com david-dm.org
    isitmaintained.com deepsource.io app.codacy.com api.codacy.com packagephobia.com
    bundlephobia.com badges.greenkeeper.io badge.buildkite.com godoc.org goreportcard.com
    bestpractices.coreinfrastructure.org saucelabs.com semaphoreci.com scrutinizer-ci.com
    requires.io pepy.tech pyup.io badges.frapsoft.com badge.waffle.io img.badgesize.io
    hits.dwyl.com visitor-badge.laobi.icu contrib.rocks mybinder.org
    """.split()  # noqa: SIM905 (a list would be a page long)
)
# `…/workflows/CI/badge.svg`, `/projects/x/badge/?version=latest`, `colab-badge.svg`.
_PATH = rare_pattern(r"/(?:[\w.-]{0,60}[._-])?badges?(?:[/._?-]|$)", re.IGNORECASE)


def is_badge(url: str) -> bool:
    """Return whether a picture on the web is a badge, by its address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    parents = host.split(".")
    if any(".".join(parents[at:]) in _HOSTS for at in range(len(parents) - 1)):
        return True
    return bool(_PATH.search(parts.path[:2_000])) or parents[0] in ("badge", "badges")
