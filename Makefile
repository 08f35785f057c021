# Every task of the project, each one command. `make` alone tells which.

DEMO := .venv
TEST := .venv-test
RUN := $(TEST)/bin/python -m

# The pins in constraints.txt were made with 3.11, so that one is tried first. Each is asked for its
# version, for a `python3` may be a shim over an older one.
PYTHONS := $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14)

.DEFAULT_GOAL := help
.PHONY: help demo test bench prove zoo format tables gallery golden clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEMO)/installed ## install into .venv, then compile and draw GoogLeNet into build/demo
	@mkdir -p build/demo
	$(DEMO)/bin/archdsl compile specs/googlenet.arch -o build/demo/googlenet.py
	$(DEMO)/bin/archdsl render --svg specs/googlenet.arch -o build/demo/googlenet.svg

test: $(TEST)/installed ## install what tests need, then lint, check types and run every test
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) pytest -n auto --dist worksteal

bench: $(TEST)/installed ## time the command and its pages, look into the wheel, count memory beside torch
	$(TEST)/bin/python benchmarks/startup.py
	$(TEST)/bin/python benchmarks/package.py
	$(TEST)/bin/python benchmarks/pages.py
	$(TEST)/bin/python benchmarks/memory.py

prove: $(TEST)/installed ## run every test and the long proofs too
	$(RUN) pytest -n auto --dist worksteal -m "prove or not prove" --hypothesis-profile drawn

zoo: $(TEST)/installed ## prove every network anew, and write docs/zoo.md with what was seen
	rm -f tests/data/proofs.json
	$(RUN) pytest -n auto --dist worksteal tests/zoo --ignore tests/zoo/test_page.py \
		-m "prove or not prove" --record-proofs
	$(RUN) pytest tests/zoo/test_page.py --update-golden

format: $(TEST)/installed ## write every file as ruff would
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

tables: $(TEST)/installed ## write the parser's tables anew, after a change of the grammar
	$(RUN) archdsl.syntax.tables

gallery: $(TEST)/installed ## draw every network of the zoo for docs/gallery.md
	$(TEST)/bin/python docs/gallery.py

golden: $(TEST)/installed ## write the golden files anew; review the difference like code
	$(RUN) pytest -n auto --update-golden

clean: ## remove what was made, the virtual environments included
	rm -rf $(DEMO) $(TEST) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find archdsl backends benchmarks tests -name __pycache__ -prune -exec rm -rf {} +

# A stamp a virtual environment, written last: an installation that broke off is begun again. The
# package is installed as a link to this folder, so only a change of what it needs installs anew.
$(DEMO)/installed: REQUIREMENT := .
$(TEST)/installed: REQUIREMENT := .[test]

$(DEMO)/installed $(TEST)/installed: pyproject.toml constraints.txt
	@for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
		python=; \
	done; \
	test -n "$$python" || { echo "make: no Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }; \
	echo "installing $(REQUIREMENT) into $(@D), once"; \
	$$python -m venv --clear $(@D) || { echo "make: on Debian, apt install python3-venv" >&2; exit 1; }
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '$(REQUIREMENT)'
	@touch $@
