# Commands for developers. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CGO_ENABLED := 0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
GOBUILD = go build -trimpath -ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)'

PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
export GOVULNDB ?= https://vuln.go.dev

TESTTIMEOUT ?= 10m
export INSTALL ?= yes
PACKAGES ?= ./...
FUZZTIME ?= 60s
FUZZPARALLEL ?= 2

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: build
build: ## build ./seaworthy, one static binary
	$(GOBUILD) -o seaworthy ./cmd/seaworthy

.PHONY: test
test: ## install what the tests need (INSTALL=no: skip the tests that need it), then run them all
	@.ci/tools
	@.ci/test -p 2 -timeout $(TESTTIMEOUT)
	@if command -v gcc >/dev/null; then \
		echo "scans at the same time, with the race detector" >&2; \
		CGO_ENABLED=1 go test -race ./scanner; \
	else \
		echo "no gcc: the race detector is skipped" >&2; fi

.PHONY: lint
lint: ## gofmt, vet, staticcheck, dead code, and govulncheck if its data is available
	@unformatted=$$(gofmt -l .); if [[ -n "$$unformatted" ]]; then \
		echo "not gofmt'ed:" >&2; echo "$$unformatted" >&2; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	.ci/deadcode
	@if curl -fsSL --max-time 20 -o /dev/null "$$GOVULNDB/index/db.json" 2>/dev/null; then \
		go run $(GOVULNCHECK) ./...; \
	else \
		echo "govulncheck: skipped, no data at $$GOVULNDB" >&2; fi

.PHONY: fuzz
fuzz: ## run each fuzz target of PACKAGES for FUZZTIME
	@go list $(PACKAGES) | while read -r package; do \
		go test -list '^Fuzz' "$$package" | { grep '^Fuzz' || true; } | while read -r target; do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -parallel $(FUZZPARALLEL) "$$package" </dev/null; \
		done; \
	done

.PHONY: bench
bench: build ## compare with the floor; the first run builds images in the user's cache
	go run ./bench/run -seaworthy ./seaworthy $(BENCHFLAGS)

.PHONY: hostile
hostile: build ## scan images that are made to cost much, with limits on time and memory
	go run ./bench/hostile -seaworthy ./seaworthy $(HOSTILEFLAGS)

.PHONY: eval-secret
eval-secret: ## measure recall and precision of secret detection on generated files
	@go run ./bench/secrets $(EVALFLAGS)

.PHONY: benchdb
benchdb: ## build and query the advisory database: all shared records, and 600,000 generated ones
	go test -run '^$$' -bench BuildReal -benchtime 1x ./internal/advisory
	GENERATED_RECORDS=600000 go test -run '^$$' -bench BuildGenerated -benchtime 1x -timeout 30m ./internal/advisory
	GENERATED_RECORDS=600000 go test -run '^$$' -bench LookUp -timeout 30m ./internal/advisory

.PHONY: docs
docs: ## regenerate documents and code
	go generate ./...

.PHONY: cross
cross: ## compile everything for every platform
	@for platform in $(PLATFORMS); do \
		echo "go build $$platform"; \
		GOOS=$${platform%/*} GOARCH=$${platform#*/} go build ./...; \
	done

.PHONY: release
release: ## build dist/: a binary for each platform, and checksums
	@rm -rf dist && mkdir dist
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/}; \
		binary=dist/seaworthy-$$os-$$arch; [[ $$os != windows ]] || binary+=.exe; \
		echo "$$binary"; \
		GOOS=$$os GOARCH=$$arch $(GOBUILD) -o "$$binary" ./cmd/seaworthy; \
	done
	@cd dist && sha256sum seaworthy-* >SHA256SUMS && cat SHA256SUMS

.PHONY: clean
clean: ## remove what the other commands built
	rm -rf seaworthy dist
