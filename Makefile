# `make` or `make help` lists what there is. Needs Python 3.11, 3.12 or 3.13, and nothing else.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
RUN := $(BIN)/.installed-run
DEV := $(BIN)/.installed-dev
# Tests make a database each; in memory, where the machine has such a folder, that is several times faster.
MEMORY := $(shell test -d /dev/shm -a -w /dev/shm && echo TMPDIR=/dev/shm)
PYTEST := $(MEMORY) $(BIN)/python -m pytest -n 3 --dist worksteal
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install demo console mailbox test test-all check format lock words crash bench bench-pages screenshots wheel clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(RUN) ## Install the product into .venv

demo: $(RUN) ## The whole route on real sample publications, into a local mailbox (var/demo)
	@$(BIN)/newsletter demo var/demo

console: $(RUN) ## The demo's quarter as a draft in your browser, to work on (var/console)
	@test -f var/console/newsletter.toml || $(BIN)/newsletter demo var/console --draft
	@$(BIN)/newsletter --config var/console/newsletter.toml console --for author@example.org

mailbox: $(RUN) ## Show the demo's mailbox in the browser
	@$(BIN)/newsletter --config var/demo/newsletter.toml mailbox var/demo/mailbox

test: $(DEV) ## The tests, in about a quarter of an hour
	@$(PYTEST) -m "not long"

test-all: $(DEV) ## The tests in their long forms too
	@$(PYTEST)

check: $(DEV) ## Lint, format, types, architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(DEV) ## Put the code in form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

crash: $(DEV) ## Kill and hinder senders, mail server and database in every way, on both engines, and count what arrived
	@$(BIN)/python -m bench.crash --kills 200

bench: $(DEV) ## How fast it sends, against others and against itself (var/bench); ARGS="--only sink" for a part
	@$(BIN)/python -m bench.speed $(ARGS)

bench-pages: $(DEV) ## How long the console's pages take, on the demo's data and with 200,000 readers and 40 issues
	@$(BIN)/python -m bench.pages $(ARGS)

screenshots: $(DEV) ## Pictures of the demo's mail, and of every page of the console, in all their looks (var/screenshots)
	@$(BIN)/python -m bench.screenshots
	@$(BIN)/python -m bench.console_pictures

words: $(DEV) ## Bring the catalogues of fixed words up to what code and templates say (templates/locale)
	@$(BIN)/python -m bench.words

wheel: $(DEV) ## Build the wheel into dist/
	@$(BIN)/python -m hatchling build -t wheel

lock: ## Make the lock files anew from pyproject.toml (needs uv)
	@uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -q -o requirements/run.lock
	@uv pip compile pyproject.toml --extra dev -c requirements/run.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements/dev.lock

clean: ## Remove what was made here
	@rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; none was found."; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

$(RUN): $(BIN)/python requirements/run.lock pyproject.toml
	@echo "Installing (about a minute the first time)"
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUN) requirements/dev.lock
	@echo "Installing what tests and checks need"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@
