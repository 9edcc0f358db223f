# Talkoot's commands. Every one works from a fresh clone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary=:all:

.PHONY: help demo install install-dev test test-extras w3c node-packages lint format bench system-packages lock translations assets clean

help:  ## List the commands
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: install  ## Harvest the bundled facts, match, publish and serve them
	$(BIN)/talkoot demo

install: $(VENV)/.installed  ## Install Talkoot and what it needs into .venv, pinned, wheels only

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -L talkoot/graph || { echo "talkoot/graph is not a symbolic link: this checkout lost its links (git config core.symlinks). Clone it again on Linux, macOS or WSL."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install-dev: $(VENV)/.installed-dev  ## The same with what tests and checks need

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

test: install-dev  ## Run the tests; those that need a browser are skipped where there is none
	$(BIN)/python -m pytest --ignore=tests/extras $(PYTEST_ARGS)

test-extras: install-dev  ## Run the tests of what is an extra and heavy: Apache Spark, which needs Java
	command -v java >/dev/null || { apt-get update --quiet && $(MAKE) system-packages; }
	$(PIP) --no-binary=pyspark --no-build-isolation --require-hashes -r requirements-extras.lock
	$(BIN)/python -m pytest tests/extras $(PYTEST_ARGS)

w3c: install-dev  ## Run the W3C's SPARQL 1.1 tests from a copy of them: make w3c FOLDER=…
	@test -n "$(FOLDER)" || { echo "Name the folder of the tests: make w3c FOLDER=…/w3c-sparql11 (docs/conformance.md)"; exit 1; }
	TALKOOT_W3C_TESTS=$(FOLDER) $(BIN)/python -m pytest tests/w3c $(PYTEST_ARGS)

node-packages: .node/.installed  ## What the tests with clients in JavaScript need, pinned, into .node

.node/.installed: tests/clients/package.json tests/clients/package-lock.json
	command -v npm >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet npm; }
	mkdir -p .node && echo '*' > .node/.gitignore && cp $^ .node
	npm ci --prefix .node --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved
	@touch $@

lint: install-dev  ## Formatting, style, types, spelling, Talkoot's own checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/talkoot check

format: install-dev  ## Put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install-dev  ## Measure side by side (see benchmarks/)
	$(BIN)/python -m benchmarks

system-packages:  ## What the tests with a browser, with Spark and with Virtuoso need, on Debian
	apt-get install --yes --quiet chromium curl procps default-jre-headless virtuoso-opensource-7

lock:  ## Write the lock files anew; they name no host
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra test --extra lint --extra build --extra duckdb pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra spark --constraints requirements-dev.lock pyproject.toml -o requirements-extras.lock

translations: install-dev  ## Compile the message catalogues
	$(BIN)/pybabel compile -d web/translations

assets:  ## Build web/static/vendor out of web/assets; needs Node
	rm -rf build/assets && mkdir -p build && cp -R web/assets build/assets
	cd build/assets && npm ci --ignore-scripts --no-audit --no-fund && node build.js ../../web/static/vendor

clean:  ## Remove the environment and what was built
	rm -rf $(VENV) .node build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
