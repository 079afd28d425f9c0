# Everything one does with this checkout. All that these targets start, build or write
# stays in target/ and .local/, listens on loopback, and goes away with `rm -rf .local`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# simulated | real: what the stores' pods run on. Left out: `make run` takes a real node where one can
# run (Linux, root, Debian or Ubuntu), and in a cluster of your own what its nodes are; `make cluster`
# takes simulated ones.
NODES ?=
# A cluster of your own instead of one started here: make run KUBECONFIG=~/.kube/config
# It counts only when said to make: a KUBECONFIG that happens to be in the environment may
# be of a cluster that no test should ever touch.
ifneq ($(origin KUBECONFIG),command line)
KUBECONFIG :=
unexport KUBECONFIG
endif

LOCAL = target/debug/storebot-local
# Always built together: a program built alone gets libraries with fewer features, and cargo would
# build those anew each time another target is made.
PROGRAMS = -p storebot -p storebot-local -p stand-in-discord -p stand-in-forge

WOOCOMMERCE_ZIP ?=
export WOOCOMMERCE_ZIP

# For make chaos and make schemathesis. The same seed asks for the same and breaks the same.
SEED ?=
SECONDS ?=

# Of storebot's image, and of a release: docs/releasing.md.
PROFILE ?= release
TAG ?=
REGISTRY ?=

.PHONY: image sbom examples workflows release-check image-push charts-push sign help run test bench chaos schemathesis document released swagger-ui need-python alerts deny fuzz images e2e picture pictures browser need-browser forge-clients oracles need-npm cluster cluster-down cluster-status openapi tools fmt lint need-rust need-go build-local

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: need-rust need-go ## Run everything with two demo stores until Ctrl-C [NODES=real|simulated] [KUBECONFIG=…]
	cargo build --locked $(PROGRAMS)
	@exec $(LOCAL) run $(if $(NODES),--nodes $(NODES))

test: need-rust need-go browser forge-clients oracles ## Everything CI checks
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo build --workspace --all-targets --locked
	@$(MAKE) --no-print-directory deny
	@$(MAKE) --no-print-directory alerts
	@$(LOCAL) with --secrets-check -- cargo test --workspace --locked --no-fail-fast
	@$(LOCAL) with -- cargo test --workspace --locked --test it burst:: -- --ignored --nocapture
	@$(MAKE) --no-print-directory document schemathesis examples workflows
	@$(MAKE) --no-print-directory chaos SECONDS=120
	@if $(LOCAL) fitness; then $(MAKE) --no-print-directory e2e; else \
	  echo "NOT TESTED: no shop has really run, see above" >&2; fi

bench: need-rust need-go build-local ## The benchmarks; writes target/bench.json
	cargo bench --locked --no-run
	@exec $(LOCAL) with -- cargo bench --locked

# It starts a Redis and a Kubernetes of its own, which it kills.
chaos: need-rust need-go build-local ## Everything breaks while many ask for stores; writes target/chaos.json [SEED=n] [SECONDS=n]
	cargo test --workspace --locked --no-run
	@CHAOS_SEED=$(SEED) CHAOS_SECONDS=$(SECONDS) cargo test --workspace --locked --test it chaos:: -- --ignored --nocapture

schemathesis: need-rust need-go build-local .local/schemathesis/installed ## The API against its document, by made-up requests [SEED=n]
	cargo test --workspace --locked --no-run
	@SCHEMATHESIS=$(CURDIR)/.local/schemathesis/bin/st SCHEMATHESIS_SEED=$(SEED) \
	  $(LOCAL) with -- cargo test --workspace --locked --test it schemathesis:: -- --ignored --nocapture

.local/schemathesis/installed: tests/schemathesis/requirements.txt | need-python
	rm -rf .local/schemathesis
	python3 -m venv .local/schemathesis
	.local/schemathesis/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

# Two validators that share nothing, what has become of the last release, what /docs is made of, and clients.
document: need-rust need-go build-local .local/openapi/installed .local/openapi/oasdiff ## The OpenAPI document and what is made for its users: validators, compatibility, clients, CI files
	.local/openapi/bin/openapi-spec-validator --schema 3.1.0 openapi/storebot.yaml
	node tests/openapi/lint.mjs openapi/storebot.yaml
	.local/openapi/bin/python tests/openapi/compatible.py .local/openapi/oasdiff openapi/released.yaml openapi/storebot.yaml --itself
	node tests/openapi/swagger-ui.mjs --check
	tests/openapi/clients.sh
	.local/openapi/bin/check-jsonschema --builtin-schema vendor.github-actions deploy/github-action/action.yml
	.local/openapi/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci deploy/gitlab/*.yml deploy/gitlab/.*.yml
	.local/openapi/bin/shellcheck deploy/github-action/storebot.sh deploy/gitlab/embed.sh tests/openapi/clients.sh
	cargo test --workspace --locked --no-run
	@$(LOCAL) with -- cargo test --workspace --locked --test it clients:: -- --ignored --nocapture

released: openapi ## At a release: what its clients may rely on from then on
	cp openapi/storebot.yaml openapi/released.yaml

swagger-ui: .local/openapi/installed ## Write what /docs is made of anew, from its npm package
	node tests/openapi/swagger-ui.mjs

# Scripts of npm packages are not run: none of these needs one.
.local/openapi/installed: tests/openapi/requirements.txt tests/openapi/package-lock.json | need-python need-npm
	rm -rf .local/openapi
	python3 -m venv .local/openapi
	.local/openapi/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	npm ci --prefix tests/openapi --ignore-scripts --no-audit --no-fund
	@touch $@

.local/openapi/oasdiff: tests/openapi/oasdiff/go.mod tests/openapi/oasdiff/go.sum .local/openapi/installed | need-go
	cd tests/openapi/oasdiff && go build -o $(CURDIR)/$@ github.com/oasdiff/oasdiff

need-python:
	@python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	  install="apt-get install -y --no-install-recommends python3 python3-venv"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$install; \
	  else echo "Python 3.10 or newer with venv is missing. On Debian: sudo $$install" >&2; exit 1; fi; }

# What compose gives to Prometheus lies there as it does in its container.
alerts: .local/promtool ## The alerts' rules by Prometheus' own promtool: each fires and does not
	.local/promtool check rules --lint=all --lint-fatal charts/storebot/files/alerts.yaml
	.local/promtool test rules tests/prometheus/alerts.test.yaml
	@mkdir -p target/prometheus
	@cp deploy/grafana/prometheus.yaml charts/storebot/files/alerts.yaml target/prometheus/
	.local/promtool check config target/prometheus/prometheus.yaml

.local/promtool: tests/prometheus/promtool/go.mod tests/prometheus/promtool/go.sum | need-go
	mkdir -p .local
	cd tests/prometheus/promtool && CGO_ENABLED=0 go build -tags remove_all_sd -ldflags "-s -w" -o $(CURDIR)/$@ github.com/prometheus/prometheus/cmd/promtool

deny: need-rust ## Licences, banned libraries and sources of everything storebot is built from
	@deploy/deny.sh

fuzz: need-rust ## Try the parsers with inputs nobody thought of [SECONDS=n]
	@fuzz/run.sh $(or $(SECONDS),320)

images: ## Build the shops' images, as far as they are not built
	@deploy/images/build.sh

image: need-rust need-go ## Build storebot's own image [PROFILE=release|dev]
	@PROFILE=$(PROFILE) deploy/images/build.sh storebot

sbom: image .local/openapi/installed ## What storebot's image is made of, from its programs; writes target/storebot.cdx.json
	@deploy/sbom.sh

examples: need-rust need-go build-local .local/openapi/installed ## Hold compose.yaml and the examples for Kubernetes and Knative against their readers
	.local/openapi/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	@$(LOCAL) with -- deploy/examples.sh

workflows: .local/openapi/installed .local/openapi/actionlint
	.local/openapi/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.local/openapi/actionlint -shellcheck $(CURDIR)/.local/openapi/bin/shellcheck .github/workflows/*.yml
	.local/openapi/bin/shellcheck deploy/*.sh
	@! grep -nE 'uses: [^#]*@[^ ]*' .github/workflows/*.yml | grep -vE '@[0-9a-f]{40} # v' || { echo "an action is not pinned to a commit" >&2; exit 1; }

.local/openapi/actionlint: tests/openapi/actionlint/go.mod tests/openapi/actionlint/go.sum .local/openapi/installed | need-go
	cd tests/openapi/actionlint && go build -o $(CURDIR)/$@ github.com/rhysd/actionlint/cmd/actionlint

release-check: workflows tools ## Everything of a release that goes nowhere [TAG=v…]
	@TAG=$(TAG) deploy/release.sh check
	@$(MAKE) --no-print-directory sbom
	@deploy/release.sh charts
	@deploy/release.sh notes

image-push charts-push sign: ## Publish, after release-check; needs REGISTRY
	@REGISTRY=$(REGISTRY) deploy/release.sh $@

# Exit code 3: an image that cannot be built here because something must be supplied. It was told
# loudly, and the other engine is tested all the same.
# The plain databases are for the slow way, from nothing.
# storebot's own is built by `make image`, and is of the source of then: compiling it takes far longer than the rest.
E2E_IMAGES = redis postgres medusa medusa-database mariadb woocommerce woocommerce-database
e2e: need-rust need-go build-local browser ## The whole way on a real node; writes target/e2e.json [WOOCOMMERCE_ZIP=…]
	@deploy/images/build.sh $(E2E_IMAGES) || [ $$? = 3 ]
	cargo test --workspace --locked --no-run
	@exec $(LOCAL) with --nodes real -- cargo test --workspace --locked --test it real:: -- --ignored --test-threads=1 --nocapture

# Chromium, and what drives it: in shops on a real node, and at the stand-in Discord's page.
browser: need-browser tests/browser/node_modules/.package-lock.json

# Each of them is to be looked at before it is committed.
pictures: need-rust need-go build-local browser ## Take the pictures that the dashboard's pages are held against anew, and the README's
	cargo test --workspace --locked --no-run
	@STOREBOT_PICTURES=renew $(LOCAL) with -- cargo test --workspace --locked --test it board::pictures
	@git status --short -- tests/it/board/pictures docs/pictures

picture: need-rust need-go build-local browser ## Take the README's picture of the dashboard anew, from the running program
	cargo test --workspace --locked --no-run
	@STOREBOT_PICTURES=renew $(LOCAL) with -- cargo test --workspace --locked --test it board::pictures::the_readmes
	@ls -l docs/pictures

# What judges the stand-in GitHub and GitLab.
forge-clients: need-browser deploy/local/forge/clients/node_modules/.package-lock.json

need-browser:
	@missing=; \
	command -v chromium >/dev/null || missing="chromium fonts-dejavu-core fonts-noto-color-emoji"; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	[ -z "$$missing" ] || { \
	  install="apt-get install -y -qq --no-install-recommends $$missing"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$install; \
	  else echo "Chromium or npm is missing. On Debian: sudo $$install" >&2; exit 1; fi; }

# The senders' own libraries, as a second opinion on signatures.
oracles: need-npm tests/oracles/node_modules/.package-lock.json ## Install the libraries that tests ask for a second opinion

need-npm:
	@command -v npm >/dev/null || { \
	  install="apt-get install -y -qq --no-install-recommends nodejs npm"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$install; \
	  else echo "Node 20 or newer with npm is missing. On Debian: sudo $$install" >&2; exit 1; fi; }

tests/oracles/node_modules/.package-lock.json: tests/oracles/package-lock.json
	npm ci --prefix tests/oracles --no-audit --no-fund
	@touch $@

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	npm ci --prefix tests/browser --no-audit --no-fund
	@touch $@

deploy/local/forge/clients/node_modules/.package-lock.json: deploy/local/forge/clients/package-lock.json
	npm ci --prefix deploy/local/forge/clients --no-audit --no-fund
	@touch $@

cluster: need-rust need-go build-local ## Start only the local Kubernetes, in the background [NODES=real]
	@exec $(LOCAL) cluster up $(if $(NODES),--nodes $(NODES))

cluster-down: need-rust build-local ## Stop it and keep its data
	@exec $(LOCAL) cluster down

cluster-status: need-rust build-local ## Tell whether it runs
	@exec $(LOCAL) cluster status

openapi: need-rust ## Write openapi/storebot.yaml anew
	mkdir -p openapi
	cargo build --locked $(PROGRAMS)
	target/debug/storebot openapi > target/storebot.yaml
	mv target/storebot.yaml openapi/storebot.yaml

tools: need-rust need-go build-local ## Build Helm and the local Kubernetes, start nothing [NODES=real]
	@exec $(LOCAL) tools $(if $(NODES),--nodes $(NODES))

fmt: need-rust ## Format the Rust code
	cargo fmt --all

lint: need-rust ## Formatting and Clippy only
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

build-local: need-rust
	@cargo build --locked $(PROGRAMS)

# A C compiler too: two Rust libraries (the cryptography) bring C code.
need-rust:
	@command -v cargo >/dev/null || { echo "Rust is missing (1.89 or newer). Install rustup (Debian 13: apt-get install -y rustup), then: rustup default stable" >&2; exit 1; }
	@command -v cc >/dev/null || { \
	  install="apt-get install -y --no-install-recommends gcc libc6-dev"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$install; \
	  else echo "A C compiler is missing. On Debian: sudo $$install" >&2; exit 1; fi; }

need-go:
	@[ -n "$(KUBECONFIG)" ] || command -v go >/dev/null || { echo "Go is missing (1.21 or newer; it fetches what it needs beyond that). Install it: apt-get install -y --no-install-recommends golang-go (Debian 13, Ubuntu 24.04 or later), else Go's own archive with its bin/ in PATH. Without Go: make run KUBECONFIG=<a cluster of yours>" >&2; exit 1; }
