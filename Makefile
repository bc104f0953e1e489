# Everything is done in .venv, made from the hashed lock files; nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup semantic run test check data bench lock clean

setup: $(READY)

$(READY): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $(READY)

semantic: $(READY)  ## the extra: search by meaning, 80 MB more
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/semantic.lock

run: $(READY)  ## the bot; without BOT_TOKEN on the local chat page
	$(BIN)/bot run

test: $(READY)
	$(BIN)/python -m pytest -n auto

check: $(READY)  ## lint, types, import rules, content, and whether docs/DATA.md is true
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bot content check
	$(BIN)/bot db describe | diff docs/DATA.md - || { echo "docs/DATA.md lags behind: make data" >&2; exit 1; }

data: $(READY)  ## docs/DATA.md, from bot/privacy/kept.py and the tables
	$(BIN)/bot db describe >docs/DATA.md.new
	mv docs/DATA.md.new docs/DATA.md

bench: $(READY)  ## the measures of README; also written to bench.json
	$(BIN)/bot bench

lock:  ## newest versions into the lock files; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet pyproject.toml -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet --extra dev pyproject.toml -o requirements/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--quiet --extra semantic --constraint requirements/dev.lock pyproject.toml -o requirements/semantic.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info build
