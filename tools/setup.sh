#!/bin/sh
# Installs what a fresh Debian lacks: tools/setup.sh python|pango|java|browser|ace|mupdf|fbreader|calibre|spelling ...
# Looks first and touches nothing that is there, so that running it again costs nothing. All that is
# missing is installed, or named, in one go.
set -eu

die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

packages="" purposes=""

# lack PURPOSE PACKAGE... : notes packages to be installed.
lack() {
	purposes="${purposes:+$purposes, }$1"
	shift
	packages="$packages $*"
}

# Installs what is lacking through apt-get, with sudo only where it is needed.
install() {
	[ -n "$packages" ] || return 0
	packages=$(printf '%s\n' $packages | sort -u | tr '\n' ' ')
	packages=${packages% }
	command -v apt-get >/dev/null 2>&1 ||
		die "missing for $purposes is what Debian calls: $packages. There is no apt-get here; install them your system's way."
	if [ "$(id -u)" -eq 0 ]; then
		as_root=""
	elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		as_root="sudo"
	else
		die "missing for $purposes: $packages. Ask an administrator for: apt-get install $packages"
	fi
	printf 'setup: installing %s for %s\n' "$packages" "$purposes" >&2
	apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }
	log=$(mktemp)
	# A list that is old or missing is what fails most; a fresh one is fetched only then.
	# shellcheck disable=SC2086
	if ! apt install -y --no-install-recommends $packages </dev/null >"$log" 2>&1; then
		if ! { apt update && apt install -y --no-install-recommends $packages; } </dev/null >"$log" 2>&1; then
			cat "$log" >&2
			rm -f "$log"
			die "could not install $packages for $purposes"
		fi
	fi
	rm -f "$log"
	packages="" purposes=""
}

# The first Python of at least 3.11, on stdout; nothing when there is none.
find_python() {
	for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
		if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			command -v "$python"
			return
		fi
	done
}

need_python() {
	python=$(find_python)
	if [ -z "$python" ]; then
		lack "bookbuilder" python3 python3-venv
	# Debian splits venv off from python3; a virtual environment needs ensurepip from it.
	elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
		lack "bookbuilder's virtual environment" \
			"$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
	fi
}

finish_python() {
	python=$(find_python)
	[ -n "$python" ] ||
		die "bookbuilder needs Python 3.11 or newer; this system's python3 is older. Set PYTHON to a newer one."
	[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 ||
		"$python" -m venv --clear .venv
}

has_library() {
	{ /sbin/ldconfig -p 2>/dev/null || true; } | grep -q "$1"
}

# Whether WeasyPrint finds all that it uses; fit for systems that keep libraries elsewhere.
weasyprint_has_all() {
	.venv/bin/python -W ignore -c '
import contextlib, io, sys
with contextlib.redirect_stdout(io.StringIO()):
    from weasyprint.text.ffi import harfbuzz_subset
sys.exit(harfbuzz_subset is None)' >/dev/null 2>&1
}

need_pango() {
	missing=""
	has_library 'libpango-1\.0\.so\.0' || missing="$missing libpango-1.0-0"
	has_library 'libpangoft2-1\.0\.so\.0' || missing="$missing libpangoft2-1.0-0"
	has_library 'libharfbuzz-subset\.so\.0' || missing="$missing libharfbuzz-subset0"
	# Elsewhere than on Debian, only WeasyPrint can tell; it comes with the virtual environment.
	[ -x .venv/bin/python ] || command -v apt-get >/dev/null 2>&1 || return 0
	# shellcheck disable=SC2086
	[ -z "$missing" ] || weasyprint_has_all || lack "the PDF" $missing
}

java_version() {
	java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'
}

need_java() {
	command -v java >/dev/null 2>&1 || lack "EPUBCheck" default-jre-headless
	[ -e /usr/share/java/jaxb-runtime.jar ] || lack "veraPDF" libjaxb-java
}

finish_java() {
	[ "$(java_version)" -ge 17 ] 2>/dev/null || die "EPUBCheck needs Java 17 or newer; \`java -version\` says otherwise"
}

need_browser() {
	for browser in chromium chromium-browser google-chrome; do
		command -v "$browser" >/dev/null 2>&1 && return
	done
	lack "looking at the EPUB in a browser" chromium
}

need_mupdf() {
	command -v mutool >/dev/null 2>&1 || lack "looking at the EPUB in MuPDF" mupdf-tools
}

need_fbreader() {
	for command in FBReader Xvfb xdotool xwd; do
		command -v $command >/dev/null 2>&1 ||
			lack "looking at the EPUB in FBReader" fbreader xvfb xdotool x11-apps
	done
}

need_calibre() {
	command -v ebook-convert >/dev/null 2>&1 || lack "converting the EPUB for Kindle" calibre
}

need_spelling() {
	[ -e /usr/share/hunspell/en_GB.dic ] && command -v hunspell >/dev/null 2>&1 ||
		lack "the spelling of the book" hunspell hunspell-en-gb
}

need_ace() {
	command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || lack "Ace by DAISY" nodejs npm
}

finish_ace() {
	cmp -s tools/package.json .venv/node/package.json && return
	printf 'setup: installing what tools/package.json names\n' >&2
	mkdir -p .venv/node/new
	cp tools/package.json .venv/node/new/
	# Ace brings two browsers of its own, unless it is told that there is one.
	PUPPETEER_SKIP_DOWNLOAD=1 ELECTRON_SKIP_BINARY_DOWNLOAD=1 \
		npm install --prefix .venv/node/new --no-package-lock --no-audit --no-fund --loglevel=error >&2 ||
		die "could not install what tools/package.json names"
	# Ace hands axe to the browser anew for every document; minified, it is the same in half the size.
	(cd .venv/node/new/node_modules/@daisy/axe-core-for-ace && cp axe.min.js axe.js)
	rm -rf .venv/node/node_modules
	mv .venv/node/new/node_modules .venv/node/
	mv .venv/node/new/package.json .venv/node/
	rm -r .venv/node/new
}

for what in "$@"; do
	case $what in
	python | pango | java | browser | ace | mupdf | fbreader | calibre | spelling) "need_$what" ;;
	*) die "unknown: $what (python, pango, java, browser, ace, mupdf, fbreader, calibre, spelling)" ;;
	esac
done
install
for what in "$@"; do
	case $what in
	python | java | ace) "finish_$what" ;;
	esac
done
