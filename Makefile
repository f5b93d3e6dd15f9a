# GNU make 3.81 or newer. `make run` and `make test` are all that most people need; `make help` lists the rest.

SHELL := /bin/sh
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
DISTRIBUTIONS := platform plugins/quiz plugins/prizes plugins/publishing plugins/inquiries plugins/overall
CATALOGUES := $(wildcard platform/*/translations/*/LC_MESSAGES/*.po plugins/*/*/translations/*/LC_MESSAGES/*.po \
	examples/plugins/*/*/translations/*/LC_MESSAGES/*.po)

# Each suite runs in processes of its own, so that a plugin is tested with no other plugin loaded. The quick ones come
# first; the last ones start servers and browsers, and let them die. Neighbouring tests stay in one process as long as
# there is enough for the others: they share an application.
SUITES := $(filter $(notdir $(wildcard tests/*)), \
	architecture platform quiz prizes publishing inquiries overall examples rehearsal faults journeys)

# Every process of a test run imports the same modules: without their bytecode each would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help venv run test suites $(SUITES:%=test-%) lint format types architecture check bench messages \
	assets lock clean

help:
	@echo "make run           start the platform with the demonstration campaign, Ctrl-C stops it"
	@echo "make test          run all tests; make test-NAME runs those of one: $(SUITES)"
	@echo "make suites        name the suites, a line each"
	@echo "make lint          check style, templates and translations"
	@echo "make types         check types"
	@echo "make architecture  check who imports whom"
	@echo "make check         all of the above but run"
	@echo "make bench         measure what thousands do, by turns with a bare application"
	@echo "make format        put the code into the common form"
	@echo "make messages      collect the texts to be translated into the catalogues"
	@echo "make assets        refresh the vendored front-end files (needs npm)"
	@echo "make lock          choose the versions of all dependencies anew"
	@echo "make venv          make the virtual environment, as all the others do first"
	@echo "make clean         remove what make made"

venv: .venv/.locked .venv/.editable .venv/.messages

run: venv
	$(BIN)/cuocthi run --demo

test: $(SUITES:%=test-%)

$(SUITES:%=test-%): test-%: venv
	$(PYTEST) --numprocesses logical --dist worksteal tests/$*

suites:
	@printf '%s\n' $(SUITES)

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --quiet --lint --configuration pyproject.toml $(DISTRIBUTIONS) examples/plugins
	$(BIN)/python tools/messages.py check

format: venv
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

types: venv
	$(BIN)/mypy

architecture: venv
	$(BIN)/lint-imports

check: test lint types architecture

bench: venv
	$(BIN)/python -m tests.load.bench

messages: venv
	$(BIN)/python tools/messages.py update

assets: venv
	$(BIN)/uv run tools/vendor_assets.py

# Only the versions are chosen here; nothing of where they were found is written down (decision 25).
lock: | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header $(foreach name,cuocthi cuocthi-quiz cuocthi-prizes cuocthi-publishing cuocthi-inquiries cuocthi-overall,--no-emit-package $(name)) \
		--output-file requirements.lock requirements.in

clean:
	rm -rf .venv .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist node_modules test-results
	find platform plugins tests tools examples -name __pycache__ -prune -exec rm -rf {} +
	find platform plugins examples -name '*.mo' -exec rm -f {} +

$(BIN)/python:
	@python=$$(sh tools/find_python.sh) && echo "$$python -m venv .venv" && "$$python" -m venv .venv

.venv/.locked: requirements.lock | $(BIN)/python
	$(PIP) install --no-compile --only-binary :all: --require-hashes --requirement requirements.lock
	@touch $@

.venv/.editable: .venv/.locked $(DISTRIBUTIONS:%=%/pyproject.toml)
	$(PIP) install --no-index --no-deps --no-build-isolation $(DISTRIBUTIONS:%=--editable ./%)
	@touch $@

.venv/.messages: .venv/.locked tools/messages.py $(CATALOGUES)
	$(BIN)/python tools/messages.py compile
	@touch $@
