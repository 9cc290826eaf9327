#!/bin/sh
# Installs what a fresh Debian lacks: tools/setup.sh python|pango|java|browser|ace|mupdf|calibre|spelling ...
# Looks first and touches nothing that is there, so that running it again costs nothing.
set -eu

die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# install PURPOSE PACKAGE... : through apt-get, with sudo only where it is needed.
install() {
	purpose=$1
	shift
	command -v apt-get >/dev/null 2>&1 ||
		die "$purpose needs what Debian calls: $*. There is no apt-get here; install them your system's way."
	if [ "$(id -u)" -eq 0 ]; then
		as_root=""
	elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		as_root="sudo"
	else
		die "$purpose needs the packages $*. Ask an administrator for: apt-get install $*"
	fi
	printf 'setup: installing %s for %s\n' "$*" "$purpose" >&2
	apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }
	log=$(mktemp)
	# A list that is old or missing is what fails most; a fresh one is fetched only then.
	if ! apt install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1; then
		if ! { apt update && apt install -y --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
			cat "$log" >&2
			rm -f "$log"
			die "could not install $* for $purpose"
		fi
	fi
	rm -f "$log"
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

setup_python() {
	if [ -z "$(find_python)" ]; then
		install "bookbuilder" python3 python3-venv
		[ -n "$(find_python)" ] ||
			die "bookbuilder needs Python 3.11 or newer; this system's python3 is older. Set PYTHON to a newer one."
	fi
	python=$(find_python)
	# Debian splits venv off from python3; a virtual environment needs ensurepip from it.
	if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
		install "bookbuilder's virtual environment" \
			"$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
	fi
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

setup_pango() {
	missing=""
	has_library 'libpango-1\.0\.so\.0' || missing="$missing libpango-1.0-0"
	has_library 'libpangoft2-1\.0\.so\.0' || missing="$missing libpangoft2-1.0-0"
	has_library 'libharfbuzz-subset\.so\.0' || missing="$missing libharfbuzz-subset0"
	# shellcheck disable=SC2086
	[ -z "$missing" ] || weasyprint_has_all || install "the PDF" $missing
}

java_version() {
	java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'
}

setup_java() {
	command -v java >/dev/null 2>&1 || install "EPUBCheck" default-jre-headless
	[ "$(java_version)" -ge 17 ] 2>/dev/null || die "EPUBCheck needs Java 17 or newer; \`java -version\` says otherwise"
	[ -e /usr/share/java/jaxb-runtime.jar ] || install "veraPDF" libjaxb-java
}

setup_browser() {
	for browser in chromium chromium-browser google-chrome; do
		command -v "$browser" >/dev/null 2>&1 && return
	done
	install "looking at the EPUB in a browser" chromium
}

setup_mupdf() {
	command -v mutool >/dev/null 2>&1 || install "looking at the EPUB in MuPDF" mupdf-tools
}

setup_calibre() {
	command -v ebook-convert >/dev/null 2>&1 || install "converting the EPUB for Kindle" calibre
}

setup_spelling() {
	[ -e /usr/share/hunspell/en_GB.dic ] && command -v hunspell >/dev/null 2>&1 ||
		install "the spelling of the book" hunspell hunspell-en-gb
}

setup_ace() {
	command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || install "Ace by DAISY" nodejs npm
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
	python | pango | java | browser | ace | mupdf | calibre | spelling) "setup_$what" ;;
	*) die "unknown: $what (python, pango, java, browser, ace, mupdf, calibre, spelling)" ;;
	esac
done
