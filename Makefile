# One matter. `make help` lists what can be made; `make demo` runs it.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
VENV := .venv/bin/python
PORT ?= 8000
# How many tests run at a time, and what else pytest should be told: make test ARGS="tests/engine -k loop"
JOBS ?= 2
ARGS ?=

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; break; }; done)
endif

export PORT

.PHONY: help setup demo test check format scenarios bench fuzz assets reset clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Python packages, scripts and styles, translations: whatever is not up to date
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found. Name one: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m casework.launch.bootstrap

demo: setup ## Run everything on this machine with an example district: make demo PORT=8001
	@$(VENV) manage.py demo

test: setup ## The whole test suite, in a database of its own, browser tests included
	@$(VENV) -m casework.launch.chromium
	@$(VENV) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: setup ## Style, types, layers, migrations, translations, settings
	@$(VENV) -m casework.launch.checks

format: setup ## Put the Python sources into their one format
	@$(VENV) -m ruff check --fix --quiet .
	@$(VENV) -m ruff format .

scenarios: setup ## Walk the scenario files of DIR through the engine: make scenarios DIR=…
	@$(VENV) manage.py scenario $(DIR)

bench: setup ## What a step costs, against statements by hand and other engines: make bench ARGS=--quick
	@$(VENV) -m tests.bench $(ARGS)

fuzz: setup ## Search for faults: spoiled diagrams, random processes, a million expressions: make fuzz ARGS="--seconds 600"
	@$(VENV) -m tests.fuzz $(ARGS)

assets: setup ## Build the scripts and styles of the pages

reset: ## Throw the example district away: the next demo starts afresh
	@$(PYTHON) -m casework.launch.reset

clean: reset ## Back to the bare checkout
	@rm -rf .venv .cache var casework/static/built casework/assets/node_modules .mypy_cache .ruff_cache .pytest_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@rm -f casework/locale/*/LC_MESSAGES/*.mo
