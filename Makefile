# Everything a developer types. Go, make and git are enough to begin: what else is needed is set up by
# the target that needs it, or named.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Tools are pinned in a module of their own, so that the program's go.mod holds the program's needs only.
TOOL := go tool -modfile=tools/go.mod

# Flags for the sandbox, for example: make run ARGS="--traffic off"
ARGS ?=

# How long make fuzz gives each target.
FUZZTIME ?= 30s

.PHONY: help
help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## install PostgreSQL where it is missing
	@scripts/setup.sh postgres

.PHONY: setup-test
setup-test: ## the same, with the browser and the accessibility checker for tests
	@scripts/setup.sh postgres chromium axe

.PHONY: build
build: ## build bin/console
	go build -o bin/console ./cmd/console

.PHONY: run
run: setup build ## a living system on this machine: console, API, providers, traffic
	@exec bin/console sandbox $(ARGS)

# No race detector here: it needs a C compiler, which Go does not, and makes this several times
# slower on two cores. `make race` runs it over the packages that share memory.
# Vetting is part of `make check`. The limits keep the tests' database within its connections on machines with many cores.
.PHONY: test
test: setup-test ## every test, browser tests included
	go test -vet=off -p 2 -parallel 4 -timeout 20m ./...

.PHONY: fuzz
fuzz: ## fuzz every decoder and parser, 30 s each (FUZZTIME=5m for more), and record what came of it
	go run ./internal/reliability/fuzz -time $(FUZZTIME)

.PHONY: race
race: setup ## the concurrent packages under the race detector (needs a C compiler)
	go test -race -p 2 -parallel 4 -timeout 20m ./internal/...

# Seeds to play, or a time to play as many as fit in it (FOR=40m: other seeds each day, with a section of their own), or
# one seed to tell the story of, with faults (F01,F05) and sales (1,4) left out of it.
SEEDS ?= 10000
FOR ?=
# STORE=postgres plays them in databases too, beside the record in memory.
STORE ?=
SEED ?= 0
WITHOUT ?=
DROP ?=

.PHONY: simulate
simulate: ## the switch in virtual time against everything that can go wrong: SEEDS=N, FOR=40m, STORE=postgres, or SEED=N for one story
ifeq ($(STORE),postgres)
	@scripts/setup.sh postgres
	go test -vet=off -count=1 -timeout 0 -run '^TestSimulatedHistories$$' -v ./internal/postgres -seeds=$(SEEDS) -seed=$(SEED) -without=$(WITHOUT) -drop=$(DROP) -record
else
	go test -vet=off -count=1 -timeout 0 -run '^TestSimulation$$' -v ./internal/simulation -seeds=$(SEEDS) $(if $(FOR),-for=$(FOR)) -seed=$(SEED) -without=$(WITHOUT) -drop=$(DROP) -record
endif

# One bug: make planted BUG="no fence"
BUG ?=

.PHONY: planted
planted: setup ## plant known bugs one by one; each must be caught by the simulation or a test
	go test -vet=off -count=1 -timeout 0 -run '^TestBugsAreCaught$$' -v ./internal/simulation/planted -planted -bug="$(BUG)"

.PHONY: chaos
chaos: setup ## kill, pause and cut off everything under load, then compare what everybody holds (about 10 minutes)
	go run ./chaos $(ARGS)

.PHONY: check
check: ## what CI checks before the tests: format, lint, generated files, modules, dependency rules
	@scripts/check.sh

.PHONY: format
format: ## format every Go file
	$(TOOL) gofumpt -w .

.PHONY: generate
generate: ## write the generated files anew: templates and the state diagrams
	@scripts/generate.sh

.PHONY: bench
bench: setup ## measure the switch against its floor; prints a table, writes JSON
	cd bench && go run . $(ARGS)

.PHONY: bench-quick
bench-quick: setup ## the same in under three minutes: for a look, not for the record
	cd bench && go run . -quick $(ARGS)

# How many transactions make bench-data generates; 10 million take 22 GB and about 20 minutes, once.
ROWS ?= 10000000

.PHONY: bench-data
bench-data: setup ## make the kept cluster of 10 million transactions that searches are measured on (ROWS=200000 for a try)
	cd bench && go run ./load -rows $(ROWS) $(ARGS)
