# The developer's manual. `make help` prints it.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo up test check build requirements clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Guestlist needs Python 3.11 or newer: make PYTHON=python3.13 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## the whole story on this machine, told once
	@$(RUN) -m local.demo

up: $(READY) ## the same stack, kept: an index page links to all of it; Ctrl-C stops it
	@$(RUN) -m local

test: $(READY) ## all tests
	@$(RUN) -m pytest

check: $(READY) ## linters, types, the generated Action, the one-arrow rule
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(RUN) -m actions.generate --check
	@$(VENV)/bin/lint-imports

clean: ## everything that was built or installed
	rm -rf $(VENV) .venv-sam .aws-sam build
