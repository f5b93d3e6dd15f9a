# GNU make 3.81 or newer. `make run` and `make test` are all that most people need.

SHELL := /bin/sh
BIN := .venv/bin
DISTRIBUTIONS := platform plugins/quiz plugins/prizes plugins/publishing
CATALOGUES := $(wildcard platform/*/translations/*/LC_MESSAGES/*.po plugins/*/*/translations/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help venv run lock

help:
	@echo "make run     start the platform with the demonstration campaign"

venv: .venv/.locked .venv/.editable

run: venv
	$(BIN)/cuocthi run --demo

$(BIN)/python:
	@python=$$(sh tools/find_python.sh) && echo "$$python -m venv .venv" && "$$python" -m venv .venv

.venv/.locked: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes --requirement requirements.lock
	@touch $@

.venv/.editable: .venv/.locked $(DISTRIBUTIONS:%=%/pyproject.toml)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation $(DISTRIBUTIONS:%=--editable ./%)
	@touch $@
