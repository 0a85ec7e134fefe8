# 守约：make demo 试用，make test 测试。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo run test check format train bench doctor

help:
	@echo "make demo   在浏览器里试用（不要账号、令牌、服务器）"
	@echo "make test   跑测试"
	@echo "make check  格式、规范、类型、数据文件"
	@echo "make run    正式运行（要 SHOUYUE_TELEGRAM_TOKEN）"
	@echo "make bench  跑基准"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新，请装好后再试，或指定：make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "正在安装依赖…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

demo: setup
	@$(BIN)/shouyue demo

run: setup
	@$(BIN)/shouyue run

doctor: setup
	@$(BIN)/shouyue doctor

train: setup
	@$(BIN)/shouyue train --report

test: setup
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/shouyue data check

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup
	@$(BIN)/python -m benchmarks.updates
	@$(BIN)/python -m benchmarks.compliance
	@$(BIN)/python -m benchmarks.intake
	@$(BIN)/python -m benchmarks.match
	@$(BIN)/python -m benchmarks.reminders
	@$(BIN)/python -m benchmarks.burst
	@$(BIN)/python -m benchmarks.faults
	@$(BIN)/python -m benchmarks.importing
