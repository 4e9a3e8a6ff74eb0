# Pledgebook. `make` alone prints the targets; each needs nothing but Python 3.11+ and make.

INPUT   ?=
OUTPUT  ?= outputs
WORKERS ?= 0

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
PYTHON ?= python
else
BIN := .venv/bin
# The first Python here that is new enough; python3 if none is, which then says so.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
endif
PLEDGEBOOK := $(BIN)/pledgebook

# What `make pipeline` reads: INPUT, else the inbox if it holds anything, else the sample works.
INBOX := $(filter-out corpus/inbox/.gitkeep,$(wildcard corpus/inbox/*))
READ  := $(if $(INPUT),"$(INPUT)",$(if $(INBOX),corpus/inbox,corpus/samples))

.DEFAULT_GOAL := help
.PHONY: help pipeline test review train evaluate bench check corpus lock clean

help: ## print this list
	@echo "make pipeline [INPUT=folder] [OUTPUT=outputs] [WORKERS=0]   (0 workers: as many as there are cores and memory for)"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

pipeline: .venv/ready ## read corpus/inbox (or INPUT=folder; with an empty inbox the sample works) and write OUTPUT
	$(PLEDGEBOOK) run $(READ) --output "$(OUTPUT)" --workers $(WORKERS)

test: .venv/dev ## run the whole test suite
	$(BIN)/python -m pytest

review: .venv/ready ## open the review page of OUTPUT on localhost
	$(PLEDGEBOOK) review --output "$(OUTPUT)"

train: .venv/ready ## retrain from the labelled works and the accepted reviews
	$(PLEDGEBOOK) train

evaluate: .venv/ready ## score the shipped models on held-out works
	$(PLEDGEBOOK) evaluate

bench: .venv/dev ## measure speed, memory and peers side by side (INPUT=folder to measure on your own files)
	$(BIN)/python -m benchmarks $(if $(INPUT),"$(INPUT)")

check: .venv/dev ## lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

corpus: .venv/dev ## check the labelled works and typeset the sample PDFs from them
	$(PLEDGEBOOK) corpus check
	$(PLEDGEBOOK) corpus build

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --extra cluster --universal --python-version 3.11 --upgrade -o requirements.lock

clean: ## remove outputs and the environment
	rm -rf outputs .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Pledgebook needs Python 3.11 or newer; this is %d.%d. Say which one to use: make PYTHON=python3.12' % sys.version_info[:2])"
	@$(PYTHON) -m venv .venv || { echo "Python has no venv here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv (once, a minute or two) ..."
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -c requirements.lock -e .
	$(BIN)/python -c "open('.venv/ready', 'w').close()"

.venv/dev: .venv/ready
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -c requirements.lock -e ".[dev]"
	$(BIN)/python -c "open('.venv/dev', 'w').close()"
