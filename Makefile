# Paravent: every target prints what it does. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(HOME)/.cache/paravent/go/bin:$(PATH):/usr/local/go/bin
# nolibopusfile: hraban/opus without its file reader, which would need libopusfile.
TAGS := nolibopusfile
export GOFLAGS := -tags=$(TAGS) -buildvcs=false
# The window runs Fyne's new threading rules; wrong-thread calls are errors, not warnings.
GUI_TAGS := $(TAGS),migrated_fynedo
PREFIX ?= $(HOME)/.local
DESTDIR ?=
JSON ?=
KEEP ?=
ONLY ?=
FUZZTIME ?= 20s
SECONDS_PER_CALL ?= 16

.PHONY: help setup build run install uninstall package demo test leaktest reverts lint bench fuzz golden clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building and testing need (asks sudo where not root)
	@echo "== setup: installing what is missing"
	@./packaging/setup.sh

build: setup ## build bin/paravent, bin/paravent-headless and bin/paravent-server
	@echo "== build: bin/paravent, bin/paravent-headless, bin/paravent-server (a first build takes some minutes)"
	@mkdir -p bin
	@go build -o bin/ ./cmd/paravent-headless ./cmd/paravent-server
	@go build -tags=$(GUI_TAGS) -o bin/paravent .

run: build ## open the phone with its embedded server; without a display, run the demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	  echo "== run: opening the phone"; exec ./bin/paravent; \
	else \
	  echo "== run: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the demo runs instead:"; \
	  echo "        two phones call each other on this computer, first relayed, then direct."; \
	  $(MAKE) --no-print-directory demo; \
	fi

install: build ## install the phone for paravent: links and the menu under PREFIX (default ~/.local)
	@echo "== install: programs, menu entry, icons and description under $(PREFIX)"
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' ./packaging/linux/install.sh install

uninstall: ## remove what install put under PREFIX; profiles stay
	@echo "== uninstall: removing what was installed under $(PREFIX); profiles stay where they are"
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' ./packaging/linux/install.sh uninstall

package: setup ## make packages in dist: .deb and .tar.gz here; tells how for Windows and macOS
	@echo "== package: building without paths of this computer in the programs (the first time takes some minutes)"
	@mkdir -p dist/bin
	@go build -trimpath -ldflags='-s -w' -o dist/bin/ ./cmd/paravent-headless ./cmd/paravent-server
	@go build -trimpath -ldflags='-s -w' -tags=$(GUI_TAGS) -o dist/bin/paravent .
	@echo "== package: writing dist"
	@BIN=dist/bin ./packaging/linux/package.sh

demo: build ## two phones on this computer call each other, relayed and direct; JSON=FILE also writes figures
	@echo "== demo: a server and two phones call each other, first relayed, then direct"
	@go run ./internal/lab/demo -bin bin -seconds $(SECONDS_PER_CALL) $(if $(JSON),-json $(JSON))

test: setup ## run all tests with the race detector, and one more without it
	@echo "== test: all packages with the race detector"
	@go vet ./...
	@go test -race -timeout 20m ./...
	@echo "== test: what callers receive from those who do not answer, over 1,000 tries, at full speed"
	@go test -count=1 -run TestP13P14 ./app

leaktest: build ## prove with packets that no address leaks; JSON=FILE writes the results, KEEP=DIR keeps the recordings, ONLY=NAME runs some
	@echo "== leaktest: phones, servers and relays in network namespaces of their own; every wire is recorded and compared with the receipts"
	@go build -o bin/leaktest ./internal/lab/leaktest/cmd
	@go build -o bin/ ./internal/lab/hostilepeer ./internal/lab/wgtun
	@./bin/leaktest -bin bin $(if $(JSON),-json $(JSON)) $(if $(KEEP),-keep $(KEEP)) $(if $(ONLY),-only '$(ONLY)')

reverts: setup ## take every privacy rule out of the code, one at a time, and show the test that notices; ONLY=P4 runs one
	@echo "== reverts: taking each rule out by an overlay, the tree stays as it is (about twenty minutes)"
	@go run ./internal/lab/reverts $(if $(ONLY),-only '$(ONLY)')

lint: setup ## check formatting and the linters of .golangci.yml
	@echo "== lint: gofmt, go vet, golangci-lint where it is installed"
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	@go vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: gofmt and go vet only"; fi

bench: build ## measure speed and memory, as ratios against a peer in the same run
	@echo "== bench: benchmarks, then a call's figures"
	@go test -run '^$$' -bench . -benchmem ./app/... ./media/... ./server/... ./ui/...
	@go run ./internal/lab/demo -bin bin -seconds 30 $(if $(JSON),-json $(JSON))

# Without a limit in runs, making inputs shorter takes most of the time.
fuzz: setup ## fuzz every parser for FUZZTIME each (default 20s)
	@echo "== fuzz: every fuzz test for $(FUZZTIME)"
	@for pkg in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$pkg 2>/dev/null | grep '^Fuzz'); do \
	    echo "-- $$pkg $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$pkg || exit 1; \
	  done; \
	done

golden: setup ## draw the window's golden files again; look at the difference before committing
	@echo "== golden: writing the golden files of ui"
	@go test ./ui/... -update

clean: ## remove what was built
	@echo "== clean: removing bin and dist"
	@rm -rf bin dist
