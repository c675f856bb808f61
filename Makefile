# caremap's front door: `make` lists what it can do, `make serve` and `make test` need nothing installed by hand but Python 3.11.
#
# PYTHON=...   the interpreter to make the environment with
# ARGS=...     what to hand on to `caremap serve` or to pytest
# WORKERS=...  how many processes run the tests side by side (2)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A stamp is younger than the files it was made from exactly when its step needs no second go.
ENVIRONMENT := $(VENV)/.environment
PACKAGE := $(VENV)/.package
DEVELOPMENT := $(VENV)/.development
BENCHMARK := $(VENV)/.benchmark

.PHONY: help setup serve test check format assets system-packages bench bench-neo4j neo4j lock clean

help: ## list what make can do
	@echo "caremap: make TARGET, where TARGET is one of"
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)$$/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(DEVELOPMENT) ## make .venv with caremap and what its development needs; does nothing when nothing changed

serve: $(PACKAGE) assets ## set up, then answer questions and draw the map at an address that it prints (ARGS="--port 8765")
	@exec $(BIN)/caremap serve $(ARGS)

test: setup assets system-packages check ## set up, then run every check and every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(DEVELOPMENT) ## style, types and the floor plan, without the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEVELOPMENT) ## put the code into the house's layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

assets: $(PACKAGE) ## fetch the browser files that the pages load
	@command -v npm >/dev/null || [ -x $(BIN)/npm ] || $(PIP) install --require-hashes -r requirements-node.txt
	@$(BIN)/python hatch_build.py

system-packages: ## install the browser, Java and Maven that the tests use, where they are missing
	@# Playwright brings a program of its own, which needs libatomic.
	@bash .ci/debian-packages chromium=chromium,fonts-dejavu-core,fonts-liberation libatomic.so.1=libatomic1 \
	    javac=default-jdk-headless mvn=maven

bench: $(BENCHMARK) ## measure the questions beside networkx, scipy and igraph on equal work
	$(BIN)/python -m bench $(ARGS)

bench-neo4j: $(DEVELOPMENT) system-packages ## measure the Neo4j store beside the ways of writing and reading that come first to mind
	$(BIN)/python -m bench.neo4j_bench $(ARGS)

neo4j: $(DEVELOPMENT) system-packages ## start the Neo4j server that the tests use, for trying things out
	@exec $(BIN)/python -m tests.neo4j_server $(ARGS)

lock: $(PACKAGE) ## choose the newest allowed versions and write down their hashes
	bash .ci/lock

clean: ## remove everything that make has made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis viz/static/vendor api/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ENVIRONMENT):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "caremap needs Python 3.11 or newer: name one, as in make PYTHON=/usr/bin/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@# Debian's Python makes environments only with python3-venv beside it.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || bash .ci/debian-packages --always python3-venv
	@[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(PACKAGE): $(ENVIRONMENT) requirements.txt requirements-build.txt pyproject.toml hatch_build.py
	@echo "Setting caremap up in $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --require-hashes -r requirements-build.txt
	@# pip refuses an editable install together with hashes, so caremap itself comes last, without dependencies.
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): $(PACKAGE) requirements-dev.txt
	@echo "Adding what development needs ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(BENCHMARK): $(DEVELOPMENT) requirements-bench.txt
	@$(PIP) install --require-hashes -r requirements-bench.txt
	@touch $@
