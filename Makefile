# Two commands matter: `make run` sets up and opens the program, `make test` sets up and passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# One more than two cores: some tests wait for others.
WORKERS ?= 3

.PHONY: run test setup check lint types imports format bench index eval eval-gate eval-long clean

run: setup
	$(BIN)/stackwright

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy knowledge tools agent service evals tui tests scripts
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "stackwright needs Python 3.11 to 3.13, this is " + sys.version.split()[0] + "; set PYTHON=python3.12, say.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

index: setup
	$(BIN)/python scripts/build_index.py

bench: setup
	$(BIN)/python scripts/benchmark.py

EVAL_DAY := --as-of 2026-11-25
EVAL_CASES := tests/evals/data/cases evals/cases
REPORTS := eval-reports

eval: setup
	for cases in $(EVAL_CASES); do $(BIN)/stackwright eval advice $$cases $(EVAL_DAY) || exit; done

# Hours: every habit of users over all cases, and 10,000 workloads. Reports go to $(REPORTS)/.
eval-long: setup
	mkdir -p $(REPORTS)
	for cases in $(EVAL_CASES); do \
	  $(BIN)/stackwright eval matrix $$cases --seeds 4 $(EVAL_DAY) --json > $(REPORTS)/matrix-$$(echo $$cases | tr / -).json || exit; \
	done
	$(BIN)/stackwright eval workloads --count 10000 $(EVAL_DAY) --json > $(REPORTS)/workloads.json || [ $$? -eq 4 ]

eval-gate: setup
	$(BIN)/pytest tests/evals/test_gate.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
