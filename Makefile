# Two commands: `make quickstart` and `make test`. Everything else is a part of them.
# Both need a C compiler, Rust (the version in rust-toolchain.toml) and Python 3, and fetch the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mlwright
export CARGO_TARGET_DIR ?= $(CACHE_DIR)/target
# Tests run in folders of their own, so the path has to begin at the root.
export MLWRIGHT := $(if $(filter /%,$(CARGO_TARGET_DIR)),,$(CURDIR)/)$(CARGO_TARGET_DIR)/release/mlwright
VENV := $(CACHE_DIR)/venv
export MLWRIGHT_PYTHON := $(VENV)/bin/python

.PHONY: help
help:
	@echo "make quickstart   build, then run the whole lifecycle on a bundled table and leave an endpoint answering"
	@echo "make test         every test, through the real binary and real clients"
	@echo "make test-clients real assistants, Neovim, Emacs, the protocols' own checkers (Linux); ALL=1 adds OpenCode and Copilot CLI"
	@echo "make test-vscode  the extension in VS Code itself, in a browser (Linux)"
	@echo "make build        the release binary: $(MLWRIGHT)"
	@echo "make install      the binary to ~/.cargo/bin"
	@echo "make bench        measure beside peers; writes benches/RESULTS.md"
	@echo "make packages     plugins, extensions, bundle and registry entry, in $(CACHE_DIR)/packages"
	@echo "make docs         write docs/operations.md and the references of skills/ from the operations"

.PHONY: tools-build tools-quickstart tools-test tools-editors tools-vscode
tools-build tools-quickstart tools-test tools-editors tools-vscode: tools-%:
	@scripts/tools.sh $*

.PHONY: build
build: tools-build
	cargo build --release --locked --package mlwright

.PHONY: install
install: tools-build
	cargo install --locked --path server/cli

.PHONY: quickstart
quickstart: tools-quickstart build
	@python3 examples/quickstart.py "$(MLWRIGHT)"

# The Python clients that tests drive the binary with.
$(VENV)/.ready: tests/clients/requirements.txt | tools-test
	python3 -m venv "$(VENV)"
	"$(VENV)/bin/pip" install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt
	touch "$@"

.PHONY: test
test: tools-test build $(VENV)/.ready
	cargo test --release --locked --workspace
	cargo test --release --locked --manifest-path tests/Cargo.toml
	"$(MLWRIGHT_PYTHON)" -m pytest --quiet -p no:cacheprovider tests/lsp
	python3 tests/language/check_corpus.py
	cargo build --quiet --release --locked --package mlwright --package mlwright-language --example frames
	CACHE_DIR="$(CACHE_DIR)" python3 tests/language/frames.py check "$(CARGO_TARGET_DIR)/release/examples/frames"

# Third-party assistants, each in a network of its own with a scripted model, and checkers of the protocol and of packages; editors.
.PHONY: test-clients
test-clients: tools-test tools-editors build $(VENV)/.ready
	CACHE_DIR="$(CACHE_DIR)" scripts/editors.sh
	CACHE_DIR="$(CACHE_DIR)" python3 tests/editors/run.py neovim emacs
	cargo check --quiet --locked --manifest-path editor-plugins/zed/Cargo.toml
	CACHE_DIR="$(CACHE_DIR)" scripts/clients.sh $(if $(ALL),all)
	tests/assistants/validate-skills.sh "$(CACHE_DIR)/clients/python"
	CACHE_DIR="$(CACHE_DIR)" tests/assistants/validate-packages.sh
	CACHE_DIR="$(CACHE_DIR)" tests/assistants/conformance.sh
	CACHE_DIR="$(CACHE_DIR)" tests/assistants/inspector.sh
	CACHE_DIR="$(CACHE_DIR)" python3 tests/assistants/run.py $(if $(ALL),--all)
	$(if $(ALL),CACHE_DIR="$(CACHE_DIR)" tests/assistants/installed-entries.sh)

# The extension as it is packaged, in VS Code itself. KEEP=1 keeps the folder with the screenshots.
.PHONY: test-vscode
test-vscode: tools-test tools-vscode build
	CACHE_DIR="$(CACHE_DIR)" scripts/editors.sh vscode
	CACHE_DIR="$(CACHE_DIR)" scripts/vsix.sh "$(CACHE_DIR)/vsix"
	CACHE_DIR="$(CACHE_DIR)" python3 tests/editors/run.py $(if $(KEEP),--keep) vscode

.PHONY: docs
docs: build
	"$(MLWRIGHT)" docs > docs/operations.md
	"$(MLWRIGHT)" docs --skills skills

# What assistants, editors and registries install from. For publishing, MLWRIGHT names a binary of `--profile dist`.
.PHONY: packages
packages: build
	CACHE_DIR="$(CACHE_DIR)" scripts/packages.sh "$(CACHE_DIR)/packages"

.PHONY: bench
bench: build
	benches/run.sh
