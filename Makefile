# `make` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help check test slow lint types bench docs recordings release-check

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

check: lint types test  ## what to run before a commit: lint, types and the quick tests

test:  ## the quick tests
	pytest -m "not slow"

slow:  ## the slow tests
	pytest -m slow

lint:  ## formatting and lint
	ruff format --check .
	ruff check .

types:  ## type check
	mypy

bench:  ## the benchmarks behind docs/performance.md
	python benchmarks/train_step.py
	python benchmarks/throughput.py
	python benchmarks/startup.py
	python benchmarks/corpus_load.py

docs:  ## the manual as a site in site/, with warnings as errors (needs the extra docs)
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet

recordings:  ## the pictures of the terminal in docs/images/terminal
	python scripts/record_terminal.py

release-check:  ## build wheel and sdist, and try them in fresh environments (needs the extra release)
	python scripts/release_check.py
