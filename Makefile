# Everything starts here: `make` lists what there is. Needs python3 (3.11 or later, with venv), git and make.

PYTHON ?= python3
PY := .venv/bin/python
UV := $(PY) -m uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)
FROM_SOURCE := --no-build-isolation-package dkimpy
QUICK := $(PY) -m pytest -q -m "not browser and not processes and not slow"
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard src/otayori/locale/*/LC_MESSAGES/*.po))

# smtp-sink and nginx of the tests stand where an ordinary user's PATH does not look
export PATH := $(PATH):/usr/sbin:/sbin

# A ward's proxy has its own certificate authority: believe the system's, where it has any
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check check-pages check-rest test-alone test-browsers lint bench chaos screens messages translations locale lock packages

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: .venv/.demo $(TRANSLATIONS) ## run everything with a demo ward: PostgreSQL, web, worker, mail catcher
	@exec $(PY) -m otayori.ops.cli demo

test: packages lint ## everything that is checked before a change is taken (installs Debian packages it needs)
	@$(MAKE) --no-print-directory -j2 test-alone test-browsers

test-alone: # workers and servers too
	$(PY) -m pytest -q -m "not browser"

test-browsers: # the longer half
	$(PY) -m pytest -q -m "browser"

check: .venv/.dev $(TRANSLATIONS) ## lint, and the quick half of the tests: no browser, no processes, nothing slow; on two cores
	@$(MAKE) --no-print-directory --output-sync=target -j2 lint check-pages check-rest

check-pages:
	$(QUICK) tests/console tests/family

check-rest:
	$(QUICK) --ignore tests/console --ignore tests/family

lint: .venv/.dev $(TRANSLATIONS) ## style, types and import directions
	$(PY) -m ruff check
	OTAYORI_PROFILE=test $(PY) -m mypy
	.venv/bin/lint-imports

bench: .venv/.bench $(TRANSLATIONS) ## measure all (half an hour) and write docs/performance.md; ARGS=--quick
	@.ci/debian-packages bench
	$(PY) -m bench $(ARGS)

chaos: .venv/.dev $(TRANSLATIONS) ## break things for two minutes and count what arrived; see docs/operate/chaos.md
	$(PY) -m bench.chaos $(ARGS)

screens: .venv/.dev ## take all pictures of docs/screens anew, from a demo that runs; docs/screens/README.md says how
	$(PY) -m tools.take_screens $(ARGS)

messages: .venv/.dev ## collect the sentences of the screens into src/otayori/locale (needs GNU gettext)
	cd src/otayori && OTAYORI_PROFILE=test DJANGO_SETTINGS_MODULE=otayori.config.settings \
		../../$(PY) -m django makemessages --locale en --extension html,txt,py,svg --no-location --no-obsolete --ignore "tests/*"
	$(PY) tools/translations.py collect

translations: .venv/.dev ## how much of each language is translated; docs/translations.md tells how to add to it
	@$(PY) tools/translations.py state

locale: $(TRANSLATIONS) ## compile the translations

lock: .venv/.uv ## resolve pyproject.toml into requirements/ (UPGRADE=--upgrade for the newest versions)
	$(LOCK) pyproject.toml --extra demo --extra dev --output-file requirements/dev.txt
	$(LOCK) requirements/build.in --output-file requirements/build.txt
	$(LOCK) pyproject.toml --extra demo --constraint requirements/dev.txt --output-file requirements/demo.txt
	$(LOCK) pyproject.toml --extra bench --constraint requirements/dev.txt --output-file requirements/bench.txt
	$(LOCK) requirements/uv.in --output-file requirements/uv.txt
	@! grep -nE '[a-z]+://' requirements/*.txt

packages:
	@.ci/debian-packages

%.mo: %.po | .venv/.demo
	$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 以上が必要です / Python 3.11 or later is needed" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "venv がありません / venv is missing: sudo apt-get install python$$version-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.uv: requirements/uv.txt .venv/.made
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.demo: requirements/demo.txt requirements/build.txt pyproject.toml .venv/.uv
	$(UV) pip install --quiet --require-hashes -r requirements/build.txt
	$(UV) pip install --quiet --require-hashes $(FROM_SOURCE) -r $<
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.demo
	$(UV) pip install --quiet --require-hashes $(FROM_SOURCE) -r $<
	@touch $@

.venv/.bench: requirements/bench.txt .venv/.dev
	$(UV) pip install --quiet --require-hashes $(FROM_SOURCE) -r $<
	@touch $@
