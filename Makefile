# Needs Python 3.11 or newer. Everything else is fetched, with its hash checked, into .venv and node_modules.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo setup setup-tests test test-fast search check bench lock

run: setup ## starts Svyazka on http://127.0.0.1:8000
	@$(BIN)/svyazka run

demo: setup ## starts it and plays a short working day through its doors
	@$(BIN)/svyazka demo

setup:
	@$(PYTHON) scripts/setup.py

setup-tests:
	@$(PYTHON) scripts/setup.py --tests

test: setup-tests ## the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: setup-tests ## without the browser and without load
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

search: setup-tests ## tests that make their examples up, with others each time
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m hypothesis --hypothesis-profile=default

check: setup-tests ## what CI runs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/svyazka check --migrations
	@$(BIN)/python -m pytest -n 2 --dist loadfile

bench: setup
	@for name in pages start live process visits field matching channels rules; do $(BIN)/svyazka bench $$name || exit 1; done

lock: ## renews requirements/*.txt and package-lock.json
	@for name in run dev node yardsticks yardsticks_of_matching; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  requirements/$$name.in -o requirements/$$name.txt; done
	@npm install --package-lock-only --ignore-scripts
