# The commands of this repository. `make` alone lists them.
SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help
.PHONY: help demo rehearse test bench drift simulate lint fuzz crash docs build clean

FLOOR := .build/release/floor
# A crash prints its message; the symbols of every frame would take minutes.
export SWIFT_BACKTRACE ?= enable=no

help: ## lists these commands
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## runs a day end to end: venue, desk, reconciliation, replay  [DAY=folder] [SPEED=n]
	$(FLOOR) demo --out demo-out $(if $(DAY),--day "$(DAY)") $(if $(SPEED),--speed "$(SPEED)")

test: ## everything that CI runs: lint, build, all tests
	scripts/install-dependencies --tests
	scripts/lint
	swift build --build-tests
	swift test --skip-build --skip '^FloorTests\.'
	@# Whole floors, each several processes that want the machine: after the rest, not beside it.
	swift test --skip-build --filter '^FloorTests\.'

bench: build ## measures this machine, every figure beside a hand-written C++ loop, a peer or a bound
	scripts/install-dependencies --bench
	$(FLOOR) bench

drift: build ## 100 million updates of every indicator, beside one that begins with the last days  [UPDATES=n]
	$(FLOOR) bench drift $(if $(UPDATES),--updates "$(UPDATES)")

simulate: ## whole floors with seeded faults  [SEED=n: one, and what happened]  [SEEDS=n: how many]
	scripts/install-dependencies
	SEED=$(SEED) SEEDS=$(SEEDS) scripts/simulate

lint: ## formatting, and the rules of the replayable rooms
	scripts/lint

fuzz: ## a longer run of every parser's seeded fuzz test  [FLOOR_FUZZ=n]
	scripts/install-dependencies --tests
	scripts/fuzz

crash: build ## kills a real floor again and again before a venue that counts its orders  [KILLS=n] [SEED=n]
	scripts/crash --floor $(FLOOR) $(if $(KILLS),--kills "$(KILLS)") $(if $(SEED),--seed "$(SEED)")

rehearse: build ## a bad day with a venue that misbehaves and people who stop and approve orders
	scripts/rehearse --floor $(FLOOR)

docs: ## writes what is generated: docs/desk.svg and the reference in docs/topologies.md
	scripts/install-dependencies
	swift build --build-tests
	FLOOR_WRITE_DOCS=1 swift test --skip-build --filter ReferencePageTests
	.build/debug/floor graph topologies/desk.yaml > docs/desk.svg

build: ## the release build: .build/release/floor
	scripts/install-dependencies
	swift build -c release --product floor

clean: ## removes what was built, and the demo's output
	rm -rf .build demo-out crash-out
