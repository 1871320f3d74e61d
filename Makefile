# Two commands: `make demo` runs the main job, `make test` passes the tests. The environment of both is .venv/.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test lint check accuracy mutations timelapse bench bench-fetch bench-warehouse bench-gate bench-site bench-report bench-growth bench-collect bench-start bench-tools audit sbom up requirements docs build clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and "MetroETL needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

demo: $(READY)   ## the whole way once, against stand-in sites with published figures
	$(BIN)/metroetl demo

test: $(READY)   ## all tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(READY)   ## style, format and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test ## lint, types and all tests

accuracy: $(READY) ## what the extractor reaches on the open passages, and where it errs (write=1: into docs/ too)
	$(BIN)/python -m benchmarks.accuracy $(if $(write),--write)

mutations: $(READY) ## what the gate stops of wrong batches, and what of clean ones (write=1: into docs/ too)
	$(BIN)/python -m benchmarks.mutations $(if $(write),--write)

timelapse: $(READY) ## days of a synthetic world through the flows, with faults: a short form; days=730: two years (write=1: into docs/ too)
	$(BIN)/python -m benchmarks.timelapse $(if $(days),--days $(days)) $(if $(first),--first $(first)) $(if $(write),--write)

bench: $(READY)  ## speed and memory of the extractor (against=FOLDER: and of another checkout, in turn)
	$(BIN)/python -m benchmarks.extract $(if $(against),--against $(against))

bench-fetch: $(READY) ## pages a second and memory of the client, beside bare httpx
	$(BIN)/python -m benchmarks.fetch

bench-warehouse: $(READY) ## the warehouse beside dlt and bulk insert, at scale, with readers (postgres=ADDRESS; after bench-tools)
	$(BIN)/python -m benchmarks.warehouse load --postgres "$(postgres)"
	$(BIN)/python -m benchmarks.warehouse marts --rows 10000000 --postgres "$(postgres)"
	$(BIN)/python -m benchmarks.warehouse readers --rows 1000000 --postgres "$(postgres)"

bench-gate: $(READY) ## what the gate costs: on the demo, for 100,000 rows a table, in memory (postgres=ADDRESS)
	$(BIN)/python -m benchmarks.gate --postgres "$(postgres)"

bench-site: $(READY) ## the monitoring site of 20 circles and 28 quarters, made up: seconds, MB, memory
	$(BIN)/python -m benchmarks.site

bench-report: $(READY) ## what the quarterly report takes after imports, of the demo's warehouse
	$(BIN)/python -m benchmarks.report

bench-growth: $(READY) ## what a page, a row and a run cost, for docs/explanation/growth.md (postgres=ADDRESS of an empty database)
	$(BIN)/python -m benchmarks.growth_measure --postgres "$(postgres)"
	$(BIN)/python -m benchmarks.growth --write
bench-collect: $(READY) ## a whole collect beside Scrapy, and nothing new (parts="flow growth memory": beside Prefect, as it grows; after bench-tools)
	$(BIN)/python -m benchmarks.collect $(or $(parts),beside)

bench-start: $(READY) ## how soon `metroetl --help` and a flow run start
	$(BIN)/python -m benchmarks.collect.start

bench-tools: $(READY) ## what the benchmarks compare with
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/requirements.txt

audit: $(READY)  ## known weaknesses of the pinned requirements (asks the package index), and their licences
	$(BIN)/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict --progress-spinner off
	$(BIN)/python -m deployments.sbom --licences

sbom: $(READY)   ## the bill of materials into dist/sbom.cdx.json (CycloneDX)
	$(BIN)/python -m deployments.sbom dist/sbom.cdx.json

up: $(READY)     ## Prefect server, worker and all deployments on 127.0.0.1, until interrupted
	$(BIN)/python -m deployments.up

requirements:    ## pin again after a change of pyproject.toml (needs uv)
	uv lock
	uv export --quiet --frozen --no-emit-project --all-extras --group dev --no-header --format requirements.txt -o requirements.txt
	uv export --quiet --frozen --no-emit-project --only-group bench --no-header --format requirements.txt -o benchmarks/requirements.txt
	uv export --quiet --frozen --no-emit-project --no-dev --group build --extra postgres --extra s3 --extra export --extra dask --no-annotate --no-header --format requirements.txt -o deployments/requirements.txt

docs: $(READY)   ## the reference pages that are made from the code: commands, settings, errors
	$(BIN)/python -m metroetl.cli.reference docs/reference

build: $(READY)  ## a wheel and a source distribution in dist/
	$(BIN)/python -m hatchling build

clean:           ## the environment and everything that runs wrote
	rm -rf $(VENV) data dist .pytest_cache .mypy_cache .ruff_cache
