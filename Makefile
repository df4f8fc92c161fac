# Thin targets; every one of them works from a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# Whether PORT was asked for: a default that is taken gives way, a wish does not.
PORT_GIVEN := $(PORT)
export PORT_GIVEN

# Two test processes per core, since much of testing is waiting, each with a database of its own; a file stays whole, so
# that it starts its servers once. tests/sharing.py has the order.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: requirements.txt constraints.txt
	@echo "Installing the pinned requirements into $(VENV) (once; a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --requirement requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what development and tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --requirement requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## make .venv and install the product
	@$(MANAGE) embedder build
	@$(BIN)/python -m compileall -q $(dir $(wildcard */__init__.py)) manage.py

install-dev: $(VENV)/.installed-dev install ## the same, with what tests need

run: install ## set up, start everything, take a demo student through, keep serving
	@exec $(BIN)/python manage.py demo --serve

demo: install ## the same, and end by itself
	@exec $(BIN)/python manage.py demo

test: install-dev ## every test on real parts
	@$(BIN)/python -m pytest -m "not long" $(SIDE_BY_SIDE)

coverage: install-dev ## the same, and which lines they ran, at least 85 of 100, of scoring and recommendations 90; counting them takes three quarters as long again
	@$(BIN)/python -m pytest -m "not long" $(SIDE_BY_SIDE) --cov --cov-report=term
	@$(BIN)/python -m coverage report --include="scoring/*,recommendations/*" --fail-under=90

test-all: install-dev ## the long tests too, and which lines they ran
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term

fuzz: install-dev ## 400 generated requests for each operation of the API and each of FUZZ_SEEDS; writes docs/reports/fuzz.md
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-400} FUZZ_REPORT=docs/reports/fuzz.md \
	  $(BIN)/python -m pytest --quiet -m long tests/fuzz/test_generated.py

chaos: install-dev ## CHAOS_JOBS assessments for each of CHAOS_SEEDS seeds while everything fails; writes docs/reports/chaos.md, with CHAOS_BACKGROUND=1 (a model that keeps answers) chaos-kept.md
	@$(BIN)/python -m tests.faults.full

check: install-dev ## lint, format, types, deployment settings, migrations, drift of schemas and OpenAPI
	@scripts/check.sh

# It pins what the product has in other versions, so it has an environment of its own.
AUDIT := var/audit
audit: ## known weaknesses of what the product depends on; asks the package index
	@test -x $(AUDIT)/bin/pip-audit || { $(PYTHON) -m venv $(AUDIT) && $(AUDIT)/bin/python -m pip install --quiet pip-audit==2.10.1; }
	@$(AUDIT)/bin/pip-audit --no-deps --disable-pip --strict --requirement requirements.txt

# Its own environment too: it only reads what is installed in the product's.
SBOM := var/sbom
sbom: install ## the bill of materials (CycloneDX) of what is installed, into var/sbom/microcred.cdx.json
	@test -x $(SBOM)/bin/cyclonedx-py || { $(PYTHON) -m venv $(SBOM) && $(SBOM)/bin/python -m pip install --quiet cyclonedx-bom==7.1.0; }
	@$(SBOM)/bin/cyclonedx-py environment --output-reproducible --output-file $(SBOM)/microcred.cdx.json $(BIN)/python
	@echo "wrote $(SBOM)/microcred.cdx.json"

# What the product is measured against goes into an environment of its own, on top of the product's.
BENCH := var/benchmarks
$(BENCH)/.installed: benchmarks/requirements.txt $(VENV)/.installed-dev
	@$(BIN)/python -m venv $(BENCH)
	@$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > $$(ls -d $(BENCH)/lib/python*/site-packages)/product.pth
	@$(BENCH)/bin/python -m pip install --disable-pip-version-check --requirement benchmarks/requirements.txt
	@touch $@

bench-install: install-dev $(BENCH)/.installed ## what the benchmarks compare the product with, into var/benchmarks

bench: bench-install ## every benchmark in its usual size; about a quarter of an hour
	@for script in rules neighbours practice retrieval embedding worker_start pipeline; do \
	    $(BENCH)/bin/python benchmarks/$$script.py || missed="$$missed $$script"; \
	done; test -z "$$missed" || { echo "goals missed in:$$missed"; exit 1; }

.PHONY: help install install-dev run demo test coverage test-all fuzz chaos check audit sbom bench bench-install
