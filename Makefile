# make run · make test · make check · make fix · make bench · make reset: what each does stands in README.md.

PORT ?= 8000
export PORT

VENV := .venv
PYTHON := $(VENV)/bin/python
# The first Python of this machine that is new enough; looked for only when the virtual environment is missing.
SYSTEM_PYTHON = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$name && break; done)
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input
SETTINGS_OF_PRODUCTION := SECRET_KEY=9f0c6ad5e9b84f0f8d1b7c3a2e6d5f40b1c2a3948576e0d1f2c3 ALLOWED_HOSTS=portal.example.cn \
	PUBLIC_URL=https://portal.example.cn DATABASE_URL=postgresql://app@localhost/x DATABASE_OWNER_URL=postgresql://owner@localhost/x \
	REDIS_URL=redis://localhost DEMO=0 DJANGO_SETTINGS_MODULE=mengchuang.settings.prod

.PHONY: run test check fix bench pictures reset

run: $(VENV)/.installed
	@$(PYTHON) manage.py run

test: $(VENV)/.installed-dev check
	@sh .ci/chromium
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -rsR

check: $(VENV)/.installed-dev
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' > var/import-linter.log 2>&1 || { cat var/import-linter.log; exit 1; }
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) manage.py makemigrations --check --dry-run
	@$(SETTINGS_OF_PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING
	@find templates -name '*.html' | xargs $(VENV)/bin/djade --check --target-version 5.2
	@$(PYTHON) .ci/old_browsers.py

fix: $(VENV)/.installed-dev
	@$(PYTHON) -m ruff check --quiet --fix .
	@$(PYTHON) -m ruff format --quiet .
	@find templates -name '*.html' | xargs $(VENV)/bin/djade --target-version 5.2 || true

bench: $(VENV)/.installed-dev
	@$(PYTHON) -m bench

# The README's pictures, taken by the test that walks the loop.
pictures: $(VENV)/.installed-dev
	@$(PYTHON) -m pytest -q tests/browser/test_loop.py
	@mkdir -p docs/pictures
	@for name in loop-1440-5-queue loop-1440-9-street loop-390-2-filing loop-390-7-rated; do cp var/screenshots/$$name.png docs/pictures/; done

reset: $(VENV)/.installed
	@$(PYTHON) manage.py reset

$(VENV)/.installed: requirements.txt
	@test -n "$(SYSTEM_PYTHON)" || { echo "需要 Python 3.11 或更新版本；本机的 python3 是：$$(python3 --version 2>&1)。请先安装，例如 apt-get install python3。"; exit 1; }
	@test -x $(PYTHON) || { echo "  建立虚拟环境 $(VENV)"; $(SYSTEM_PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "不能建立虚拟环境。Debian 与 Ubuntu 请先运行：apt-get install python3-venv"; exit 1; }; }
	@echo "  安装依赖（首次约半分钟）"
	@$(PIP) -r requirements.txt
	@mkdir -p var
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "  安装测试与检查所需的依赖"
	@$(PIP) -r requirements-dev.txt
	@touch $@
