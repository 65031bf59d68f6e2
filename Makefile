# make run      install, load the sample once, open the product   (PORT=9000 make run; HOST=0.0.0.0 make run)
# make test     install what the tests need and run all of them
# make lint     ruff, mypy, import contracts
# make bench    the benchmark of each performance promise
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin

# Where this is set every process that is started compiles the whole product anew: a second each.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run install test lint bench clean

run: install
	@exec $(BIN)/yujing --home ./var run --sample --host $(HOST) --port $(PORT)

install: $(VENV)/installed

$(VENV)/installed: setup.cfg pyproject.toml
	@echo "安装中（首次要下载，约一至三分钟）…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --progress-bar off --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "安装测试所需…"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --progress-bar off --editable ".[test]"
	@touch $@

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed
	@for script in bench/bench_*.py; do echo "== $$script"; $(BIN)/python -m "bench.$$(basename $$script .py)" || exit 1; done

clean:
	rm -rf $(VENV) build *.egg-info
