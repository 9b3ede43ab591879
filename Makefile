PROFILE ?= digits
PYTHONS := 3.13 3.12 3.11
PYTHON ?= $(shell IFS=:; for version in $(PYTHONS); do for folder in $$PATH; do for name in python$$version python3; do \
  case "$$("$$folder/$$name" -V 2>&1)" in ("Python $$version."*) echo "$$folder/$$name"; exit;; esac; done; done; done)
WORKERS ?=
ONLY ?=
OUTPUTS ?=
SCHEDULER ?=
SLURM ?=
ALL ?=
ARGS ?=
KILLS ?= 20
INPUTS ?= 3000
BIN := .venv/bin
READY := .venv/ready
ifeq ($(CONDA_DEFAULT_ENV),alkit) # made from environment.yml: nothing to install
BIN := $(CONDA_PREFIX)/bin
READY :=
endif
RUN := "$(BIN)/python" -m alkit
THERE = $(if $(OUTPUTS),--outputs '$(OUTPUTS)')
CHOSEN = $(if $(WORKERS),--workers $(WORKERS)) $(if $(ONLY),--only '$(ONLY)') $(THERE)

.DEFAULT_GOAL := help
.PHONY: help setup reproduce plan report findings verify faults site bench test test-all lint lab clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo; echo "  profiles:  $(notdir $(basename $(wildcard params/*.yaml)))   (make reproduce PROFILE=mini)"

setup: $(READY) ## make the environment (.venv) and nothing else

.venv/ready: pyproject.toml constraints.txt
	@python="$(PYTHON)"; case " $(PYTHONS) " in (*" $$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null) "*) ;; \
	  (*) echo "error: Python 3.11, 3.12 or 3.13 is needed, got: $${python:-none}; name one: make PYTHON=/path/to/python3.13"; exit 1;; esac; \
	echo "Making the environment in .venv with $$python (some minutes, once) ..."; \
	[ -x $(BIN)/pip ] && [ "$$($(BIN)/python -V)" = "$$("$$python" -V)" ] || "$$python" -m venv --clear .venv
	PIP_USER=0 $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

reproduce: $(READY) ## run a profile's experiments and write its report (PROFILE=digits; ONLY='*-lenet-*': those alone; OUTPUTS=lab/outputs: results go there)
	@$(RUN) reproduce $(PROFILE) $(CHOSEN) $(if $(SCHEDULER),--scheduler '$(SCHEDULER)') $(if $(SLURM),--slurm '$(SLURM)')

plan: $(READY) ## a profile's experiments, what is done, and how long the rest takes here
	@$(RUN) plan $(PROFILE) $(CHOSEN)

report: $(READY) ## write a profile's report from its logs (PROFILE=paper: claims and README too)
	@$(RUN) report $(PROFILE) $(THERE)

findings: $(READY) ## run the notebooks of the findings (FINDING=dips: only that one, even if up to date)
	@$(RUN) findings $(FINDING) $(THERE)

verify: $(READY) ## repeat a random round of every experiment: do its numbers come out again? (ALL=1: longer rounds too)
	@$(RUN) verify $(if $(WORKERS),--workers $(WORKERS)) $(if $(ALL),--all) $(THERE)

faults: $(READY) ## kill a small grid at random moments, damage files: is anything lost or wrong? (KILLS=20 INPUTS=3000)
	@"$(BIN)/python" tests/faults/measure.py $(KILLS) $(INPUTS)

site: $(READY) ## write all results as pages that lead to each other, outputs/site/index.html (a minute; no network)
	@$(RUN) site $(THERE)

bench: $(READY) ## measure the speed here, beside a plain loop and baal (minutes)
	@"$(BIN)/python" -m alkit.bench

test: $(READY) ## run the tests, all but the slow ones (about two minutes on two cores)
	@"$(BIN)/python" -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m 'not slow and not browser'

test-all: $(READY) ## run all tests
	@"$(BIN)/python" -m pytest

lint: $(READY) ## check style, formatting and the method's types
	@"$(BIN)/ruff" check . && "$(BIN)/ruff" check --isolated --select F821 notebooks tests && "$(BIN)/ruff" format --check . && "$(BIN)/mypy"

lab: $(READY) ## open JupyterLab in lab/, a folder of your own (ARGS='--no-browser --port 8899')
	@"$(BIN)/python" -m alkit.lab $(ARGS)

clean: ## remove the environment and caches; keeps outputs/, data/ and lab/
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
