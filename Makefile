# Every target installs what it needs by itself, and is quick the second time.
SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN := .venv/bin
BOOK := .venv/.stamp-book
DEV := .venv/.stamp-dev
BENCH := .venv/.stamp-bench
# -qq: pip's warnings about this machine's settings are no business of ours, its errors are.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
SHARED ?= ../shared

# What the books are made from: without a change there, `make book` has nothing to do.
SOURCES := book.toml $(shell find chapters styles src -type f -not -path "*/__pycache__/*")

BENCH_ARGS ?= $(if $(wildcard $(SHARED)/corpora),--corpora $(SHARED)/corpora)

# What each goal needs of the system. Its prerequisites have it too, so that the first of them to run
# installs all of it, or names all that is missing.
NEEDS =
book dist/across-the-fence.epub dist/across-the-fence.pdf dist/across-the-fence-workbook.pdf: NEEDS = pango
check: NEEDS = pango
lint: NEEDS += spelling
test corpora: NEEDS = pango java browser ace
attack: NEEDS = pango java browser
screens: NEEDS = browser ace mupdf fbreader
kindle: NEEDS = calibre
nasty fuzz hunt: NEEDS = pango java
proofs same bench manual: NEEDS = pango

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

book: dist/across-the-fence.epub ## build dist/across-the-fence.epub and .pdf, and its workbook

dist/across-the-fence.epub dist/across-the-fence.pdf dist/across-the-fence-workbook.pdf &: $(BOOK) $(SOURCES)
	@tools/setup.sh $(NEEDS)
	$(BIN)/bookbuilder build
	$(BIN)/bookbuilder workbook

manual: $(BOOK) ## build dist/bookbuilder-manual.epub and .pdf, of docs
	@tools/setup.sh $(NEEDS)
	$(BIN)/bookbuilder build docs

check: lint ## lint and the fast tests: the inner loop
	@tools/setup.sh $(NEEDS)
	@# pytest compiles each test anew where Python is told to keep nothing.
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q -n 2 --dist worksteal -m "not slow"

lint: $(DEV) ## style, types and the book's spelling
	@tools/setup.sh $(NEEDS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python tools/spelling.py

test: $(DEV) ## every test; TESTS='not attack' leaves out what `make attack` runs
	@tools/setup.sh $(NEEDS)
	$(BIN)/pytest -n 2 $(if $(TESTS),-m "$(TESTS)")

attack: $(DEV) ## only the tests that attack what SECURITY.md promises, and a table of them
	@tools/setup.sh $(NEEDS)
	$(BIN)/pytest -q -n 2 -m attack

corpora: $(DEV) ## build and check every book of ../shared/corpora, as EPUB and PDF
	@tools/setup.sh $(NEEDS)
	$(BIN)/python tools/corpora.py $(SHARED)

proofs: $(DEV) dist/across-the-fence.pdf ## contact sheets of the printed book's spreads, in build/proofs
	$(BIN)/python tools/proofs.py dist/across-the-fence.pdf build/proofs

sources: $(BOOK) ## that the book repeats nothing of the notes in ../shared/sources
	$(BIN)/python tools/check_sources.py $(SHARED)/sources/part-0-notes.md chapters/*.md

screens: $(BOOK) ## typical pages of the EPUB as readers show them, into build/screens
	@tools/setup.sh $(NEEDS)
	$(BIN)/bookbuilder epub -q -o build/screens.epub
	node tools/screens.mjs build/screens.epub build/screens .venv/node/node_modules

kindle: $(DEV) ## convert the EPUB for Kindle with calibre, and compare what comes out; BOOKS=DIR ...
	@tools/setup.sh $(NEEDS)
	$(BIN)/python tools/kindle.py build/kindle $(BOOKS)

nasty: $(DEV) ## build and judge every case of ../shared/nasty, as EPUB and PDF
	@tools/setup.sh $(NEEDS)
	$(BIN)/python tools/nasty.py $(SHARED)

hunt: $(DEV) ## build and judge every case of ../shared/hunt; CASES=NAME ...
	@tools/setup.sh $(NEEDS)
	$(BIN)/python tools/hunt.py $(SHARED) $(CASES)

same: $(DEV) ## name what is built differently than at a commit; BASE=COMMIT, BOOKS=NAME ...
	@tools/setup.sh $(NEEDS)
	$(BIN)/python tools/same.py --shared $(SHARED) $(or $(BASE),HEAD) $(BOOKS)

fuzz: $(DEV) ## make thousands of books at random, each to be built or refused
	@tools/setup.sh $(NEEDS)
	$(BIN)/pytest -q -n 2 --hypothesis-profile fuzz tests/test_fuzz.py

bench: $(BENCH) ## time EPUB and PDF against pandoc and WeasyPrint alone
	@tools/setup.sh $(NEEDS)
	$(BIN)/python benchmarks/compare.py $(BENCH_ARGS)
	$(BIN)/python benchmarks/print.py

clean: ## remove what was built, and the virtual environment
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests benchmarks tools -name __pycache__ -prune -exec rm -rf {} +

$(BOOK): pyproject.toml tools/setup.sh
	@tools/setup.sh python $(NEEDS)
	$(PIP) --upgrade 'pip>=25.1'
	$(PIP) -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(DEV): $(BOOK)
	$(PIP) --group dev
	@touch $@

$(BENCH): $(BOOK)
	$(PIP) --group bench
	@touch $@

.PHONY: help book check lint test attack proofs sources corpora kindle nasty hunt same fuzz screens bench manual clean
