# `make` lists the targets. Everything is installed into .venv and node_modules of this folder.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
# Relative, so that the folder may have any name.
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH VIRTUAL_ENV

SITE := _build/html
NOTEBOOKS := $(wildcard notebooks/*.ipynb solutions/*.ipynb)
LABS := $(wildcard labs/*.ipynb)
SOURCES := _config.yml _toc.yml tools/vendor_assets.py $(wildcard *.md book/* bench/results.* _ext/*.py _ext/*/*.py) \
           $(shell find _assets -type f -not -path '*/vendor/*' 2>/dev/null) $(NOTEBOOKS) $(LABS)

.PHONY: help book serve test browser lab labs run bench check-site lint spell lock address release clean

help:  ## list what can be made
	@echo "Deep Sequence Modeling. Usage: make TARGET"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r a b; do printf '  %-12s %s\n' "$$a" "$$b"; done

# --- What has to be there first ---------------------------------------------------------------

.venv/.ready: requirements.txt pyproject.toml tools/environment.sh
	@bash tools/environment.sh "$(PYTHON)"

node_modules/.ready: package-lock.json | .venv/.ready
	@echo "Fetching KaTeX, axe and the spell checker ..."
	@bash tools/fetch.sh "KaTeX, axe and the spell checker" $(BIN)/npm ci \
	  --no-audit --no-fund --ignore-scripts --fetch-retries 1 --fetch-retry-mintimeout 1000
	@touch $@

# --- The book ---------------------------------------------------------------------------------

$(SITE)/.built: $(SOURCES) .venv/.ready node_modules/.ready
	@echo "Building the site from the stored outputs ..."
	@$(BIN)/python tools/vendor_assets.py
	@$(BIN)/python tools/build_site.py
	@touch $@

book: $(SITE)/.built  ## build the site; nothing is run, stored outputs are shown
	@echo
	@echo "The book is built: $(SITE)/index.html"
	@echo "Open that file in a browser, or run 'make serve' and open the address it names."

serve: $(SITE)/.built  ## build the site if needed and serve it at http://localhost:8000 (PORT=...)
	@$(BIN)/python tools/serve.py $(SITE) "$(PORT)"

check-site: $(SITE)/.built  ## check the built site's links, anchors, launch buttons and alt texts
	@$(BIN)/python tools/check_site.py $(SITE)

# --- The notebooks ----------------------------------------------------------------------------

lab: .venv/.ready  ## open the notebooks and labs in JupyterLab
	@$(BIN)/python -m jupyterlab --notebook-dir=.

labs: .venv/.ready  ## write labs/ anew from solutions/
	@$(BIN)/python tools/make_labs.py
	@$(BIN)/python tools/make_taught.py

run: .venv/.ready  ## run notebooks and store their outputs: NB=notebooks/x.ipynb, or all
	@$(BIN)/python tools/run_notebooks.py $(NB)
	@$(BIN)/python tools/make_labs.py
	@$(BIN)/python tools/make_taught.py

bench: .venv/.ready  ## measure against published settings and rewrite the benchmark page's results
	@$(BIN)/python -m bench

# --- The tests --------------------------------------------------------------------------------

lint: .venv/.ready node_modules/.ready
	@$(BIN)/ruff check .
	@$(BIN)/python tools/make_labs.py --check
	@$(BIN)/python tools/make_taught.py --check
	@$(BIN)/python -m nbstripout --keep-id --verify $(LABS)
	@$(BIN)/python -m check_jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

spell: .venv/.ready node_modules/.ready
	@$(BIN)/python tools/spell.py

browser: .venv/.ready
	@$(BIN)/python tools/get_browser.py

test: browser lint spell $(SITE)/.built  ## run every test; notebooks that passed and are unchanged only with ALL=1
	@$(BIN)/python -m pytest --nbval -n $(JOBS) --dist loadfile --no-loadscope-reorder --durations 10 \
	  $(if $(CI)$(ALL),,--changed-only) tests notebooks solutions labs \
	  && printf '\nEverything passes; the tests took %d min %d s.\n' $$((SECONDS / 60)) $$((SECONDS % 60))

# --- Upkeep -----------------------------------------------------------------------------------

lock: .venv/.ready  ## pin requirements.txt anew from requirements.in
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-emit-index-url \
	  --no-header requirements.in -o requirements.txt

address: .venv/.ready  ## point a fork's notebooks and config at its own repository: REPO=owner/name
	@$(BIN)/python tools/set_repository.py $(REPO)

release: .venv/.ready  ## make the notebooks belong to a release, or open the next: VERSION=0.2.0
	@$(BIN)/python tools/release.py $(VERSION)

clean:  ## remove the built site and caches; .venv and node_modules stay
	@rm -rf _build _assets/vendor .pytest_cache .ruff_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
