# Each line calls something that also works without make.
PYTHON ?= python3
RUN := .venv/bin/python
export PORT RESET

.DEFAULT_GOAL := help
.PHONY: help demo test chaos bench lint format sheet messages lock

help:  ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

demo:  ## the whole portal with a demo world: PORT=8001 for another port, RESET=1 to start afresh
	@$(PYTHON) dev/bootstrap.py demo
	@$(RUN) -m dev.demo

test:  ## every test, on servers of their own: ARGS="tests/sessions -k window" for some
	@$(PYTHON) dev/bootstrap.py dev
	@$(RUN) -m dev.browser
	@$(RUN) -m pytest -n 2 $(ARGS)

chaos:  ## what it survives, with times: alone on the machine, some minutes
	@$(PYTHON) dev/bootstrap.py dev
	@$(RUN) -m dev.browser
	@$(RUN) -m pytest -m chaos tests/chaos $(ARGS)

bench:  ## how fast it is, as ratios to floors of the same run, alone on the machine: SIZE=small, usual or large
	@$(PYTHON) dev/bootstrap.py dev
	@SIZE="$(SIZE)" $(RUN) -m bench

lint:  ## style, types, layers, settings, migrations
	@$(PYTHON) dev/bootstrap.py dev
	@$(RUN) -m dev.lint

format:  ## let the formatter have its way
	@$(PYTHON) dev/bootstrap.py dev
	@$(RUN) -m ruff check --fix-only .
	@$(RUN) -m ruff format .

COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

sheet:  ## screenshots of a running demo's main pages on contact sheets: ALL=1 for all eight looks
	@$(PYTHON) dev/bootstrap.py dev
	@PORT="$(PORT)" ALL="$(ALL)" $(RUN) -m dev.contact_sheet

messages:  ## collect what is to be translated into locale/
	@$(PYTHON) dev/bootstrap.py dev
	@$(RUN) -m dev.messages

lock:  ## compile pyproject.toml into requirements*.txt, exact versions with hashes: UPGRADE=--upgrade for newer ones
	$(COMPILE) $(UPGRADE) --extra demo --extra test --extra lint --output-file requirements-dev.txt
	$(COMPILE) --extra demo --constraints requirements-dev.txt --output-file requirements-demo.txt
	$(COMPILE) --constraints requirements-dev.txt --output-file requirements.txt
