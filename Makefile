# Two commands on a machine with Python ≥ 3.11 alone: `make demo` and `make test`.
PYTHON ?= python3
PORT ?= 8000
OUT ?= out
PY := .venv/bin/python
export NO_MKDOCS_2_WARNING := 1
PAGES := $(shell find server/web -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: demo test lint docs bench lock setup clean help

help:                ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: setup          ## import → partition → patrols → visits → live board on http://127.0.0.1:8000
	.venv/bin/gridgeo demo --port $(PORT) --out $(OUT)

test: setup browser  ## every test, browser tests included
	$(PY) -m pytest -n 2 --dist worksteal

lint: setup          ## style, types, import directions, documentation
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m mkdocs build --strict --quiet

docs: setup          ## the documentation on http://127.0.0.1:8001
	$(PY) -m mkdocs serve -a 127.0.0.1:8001

bench: setup         ## fixed work, quality beside time, into benchmarks/results/
	$(PY) benchmarks/run.py

lock: setup          ## renew requirements.lock from pyproject.toml
	.venv/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --quiet \
		--no-emit-index-url --no-emit-find-links --upgrade --output-file requirements.lock

setup: .venv/.installed

.venv/.dependencies: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gridgeo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv/.installed: .venv/.dependencies pyproject.toml hatch_build.py $(PAGES)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: browser
browser: setup
	@$(PY) tests/browser/find_chromium.py || $(PY) -m playwright install chromium

clean:               ## remove what was built
	rm -rf .venv build dist site out server/gridgeo_server/pages server/web/node_modules
