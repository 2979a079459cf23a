# `make` lists the commands. Each sets up what it needs first (tools/install.py) and is quick when that is done.

# The distribution's own Python where it will do: it is built for speed. One that a version manager has compiled often is
# not, and everything takes a quarter longer.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; print("/usr/bin/" * (sys.version_info >= (3, 11)), end="")' \
	2>/dev/null)python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# Compiled modules are kept whatever the shell says: workers, servers and commands of the tests read the same ones.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo run test check fix docs bench lock

help:
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: ## set everything up, into .venv
	@$(PYTHON) tools/install.py dev

demo: ## serve the demo round at http://127.0.0.1:8000
	@$(PYTHON) tools/install.py run
	$(BIN)/emulation demo

run: ## serve the real database
	@$(PYTHON) tools/install.py run
	$(BIN)/emulation run

test: ## lint, types, and the test suite on SQLite and on PostgreSQL
	@$(PYTHON) tools/install.py test
	@$(MAKE) --no-print-directory check
	EMULATION_TEST_DATABASE=sqlite $(PYTEST)
	EMULATION_TEST_DATABASE=postgresql $(PYTEST) -m db

check: install ## lint and types only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --num-workers 2

fix: install ## repair what lint and format can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: ## write docs/permissions.md and the README's screenshots anew
	@$(PYTHON) tools/install.py test
	$(BIN)/python -m tools.docs

bench: install ## measure the speed and print the table
	$(BIN)/python -m bench

lock: ## fix the newest allowed packages by version and hash
	$(PYTHON) tools/lock.py
