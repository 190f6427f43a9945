# Plant Twin. `make run` and `make test` need nothing but Debian 12 and the Swift toolchain; they install the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CONFIG := twin-config/sunderland
DAY := replay/sunderland-day.jsonl.gz
OUT := .build/run
RELEASE := .build/release/twin
DATA ?= ../shared/data
BUILD_PACKAGES := pkg-config libmosquitto-dev libsqlite3-dev
# Opened when a plan is solved; nothing is compiled against it.
RUN_PACKAGES := coinor-libcbc3 node-d3 libjs-dygraphs
TEST_PACKAGES := mosquitto openssl python3-venv chromium chromium-driver python3-selenium fonts-dejavu-core
SEEDS ?= 10
KILLS ?= 10
SOAK := .build/release/SoakRun
CASES ?= 1000000
# They wait for a broker or for processes, and would keep the others from the processor.
REAL_TIME := TwinMQTTTests|TwinEndToEndTests
# More of them at once starve each other on a slow machine, and commands run out before they are answered.
FEW := --experimental-maximum-parallelization-width 4
# They ask how soon a page answers, so each has the machine for itself.
PAGES := TwinEndToEndTests[.]PagesTests|TwinWebTests[.]ServerLimitsTests
# They step whole days, most of them the same ones.
DAYS := TwinRuntimeTests[.](BundledDays|StoredDay|RealDay|YearByRules|OneDigest|Figures|ReportCSV|SummaryText|ExplainText)Tests
DAYS := $(DAYS)|TwinRuntimeTests[.](Scenario|SimulatedRun|LongRun|OneController|Variant|SimulatedHistory|PlannedDays|IslandDays|SavedToday)Tests

# A history that was stopped half way is none.
.DELETE_ON_ERROR:
.PHONY: help run demo screenshots test check bench ingest injections hostile soak kills month deploy cases real days lint
.PHONY: format docs build
.PHONY: setup setup-test

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

# $(call install,PACKAGES): installs what is missing, with sudo only when not root.
define install
	@missing=""; for p in $(1); do dpkg -s "$$p" >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  as=""; [ "$$(id -u)" = 0 ] || as=sudo; \
	  echo "Installing Debian packages:$$missing"; \
	  $$as env DEBIAN_FRONTEND=noninteractive bash -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing" >/dev/null; \
	fi
endef

# $(call tests,WHICH): runs those tests and, where some fail, says at the end which.
define tests
	swift test --skip-build --disable-xctest $(1) 2>&1 | tee .build/tests.log || \
	  { echo "Failed:"; grep '✘' .build/tests.log; exit 1; }
endef

setup:
	$(call install,$(BUILD_PACKAGES) $(RUN_PACKAGES))

setup-test: setup .build/axe .build/promtool
	$(call install,$(TEST_PACKAGES))

# Judges what /metrics says. Only this tool of the package: its service has no business here.
.build/promtool:
	@rm -rf $@.new && mkdir -p $@.new && cd $@.new && \
	{ apt-get download -qq prometheus >/dev/null 2>&1 || { apt-get update -qq && apt-get download -qq prometheus; } >/dev/null; } && \
	dpkg -x prometheus_*.deb . && mv usr/bin/promtool ../promtool && cd .. && rm -rf promtool.new

# Judges whether everybody can read the pages.
.build/axe:
	$(call install,$(TEST_PACKAGES))
	@python3 -m venv $@.new && $@.new/bin/pip install -q --no-deps axe-playwright-python==0.1.8 && rm -rf $@ && mv $@.new $@

build: setup ## Build the program in release mode.
	swift build -c release --product twin

run: setup ## Replay the bundled Sunderland day through the twin and print the CO2 per vehicle.
	@echo "make run: installs what is missing, builds in release mode (minutes at the first time), then replays one day."
	@swift build -c release --product twin
	@mkdir -p $(OUT) && rm -rf $(OUT)/day.*
	@echo "The plant of 2018 on such a day, and the rolling year to its end, without a dispatcher:"
	@$(RELEASE) simulate --books --config twin-config/sunderland-2018 --from 2025-06-18 --for 1d --seed 16 -q; echo
	@$(RELEASE) simulate --books --from 2024-06-19 --for 365d --step 30m --seed 16 -q; echo
	@echo "The day as recorded, without a dispatcher, against the day as it is dispatched:"
	@$(RELEASE) compare $(DAY) -q; echo
	@$(RELEASE) replay $(DAY) --loop closed --full --store $(OUT)/day.sqlite --journal $(OUT)/day.journal
	@$(RELEASE) report --store $(OUT)/day.sqlite --format json --out $(OUT)/day.report.json
	@$(RELEASE) replay $(DAY) --store $(OUT)/day.open.sqlite -q >/dev/null
	@$(RELEASE) report --store $(OUT)/day.sqlite --without $(OUT)/day.open.sqlite --format html --out $(OUT)/day.report.html
	@$(MAKE) --no-print-directory $(OUT)/history.sqlite
	@$(RELEASE) report --store $(OUT)/history.sqlite --period 2025 --format html --out $(OUT)/year.report.html --force -q
	@echo "Simulated, not measured; one file each, for any browser:"
	@echo "day:    $(OUT)/day.report.html (figures: $(OUT)/day.report.json)"
	@echo "report: $(OUT)/year.report.html (2025, and the course since 2018)"
	@if [ -t 1 ]; then \
	  port=8080; (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null && port=0; \
	  echo "The same day as pages, ten steps a second from your first look on; Ctrl-C ends it."; \
	  $(RELEASE) replay $(DAY) --loop closed --listen 127.0.0.1:$$port --await-visitor --speed 600 -q >/dev/null || [ $$? = 130 ]; \
	fi

# Kept until the program or what the plant was is another.
$(OUT)/history.sqlite: $(RELEASE) $(wildcard $(CONFIG)/*.yaml $(CONFIG)-history/*.yaml)
	@echo "Simulated years from 2018 on; volumes by history.yaml (half a minute):"
	@rm -f $@ $@-*
	@$(RELEASE) simulate --history --config $(CONFIG)-history --seed 16 --store $@ -q

test: setup-test ## Install what the tests need, build everything and run every test.
	@echo "make test: installs a broker for the tests, builds in debug mode, runs all tests (minutes)."
	swift build --build-tests
	$(call tests,--skip '$(REAL_TIME)|$(DAYS)|$(PAGES)')
	@echo "Now whole days."
	$(call tests,--filter '$(DAYS)')
	@echo "Now what takes real time: a real broker and the whole program."
	$(call tests,$(FEW) --filter '$(REAL_TIME)' --skip '$(PAGES)')
	@echo "Now the pages, in a browser and under pressure."
	$(call tests,--no-parallel --filter '$(PAGES)')

# TWIN_CHECK leaves the other tests out of the package, so that they are not built.
check: export TWIN_CHECK := 1
check: setup lint ## Style checks and the tests of the core; builds no more than they need.
	swift build --product plant-twinPackageTests
	swift test --skip-build --disable-xctest

bench: setup ## Measure speed in release mode against its limits.
	swift build -c release --product twin
	swift build -c release --product StepBench
	swift build -c release --product SolveBench
	swift build -c release --product PageBench
	$(call install,mosquitto)
	@code=0; for part in solver day years; do Tests/bench/$$part.sh $(RELEASE) || code=1; done; \
	.build/release/PageBench $(DAY) || code=1; Tests/bench/pages.py $(RELEASE) || code=1; \
	Tests/bench/latency.py $(RELEASE) || code=1; exit $$code

injections: build ## What becomes of injected faults, by kind over SEEDS days, and false alarms in twenty weeks (an hour at 200).
	Tests/bench/injections.py $(RELEASE) $(SEEDS)
	Tests/bench/false-alarms.py $(RELEASE) 20

# Product code is optimised in debug builds too, and checks its arithmetic in both.
hostile: setup ## Mutated payloads, files and configurations (CASES of them from SEED on): no crash, none above a second or 200 MB.
	swift build --product HostileBench
	.build/debug/HostileBench $(or $(SEED),1) $(CASES)

soak: setup-test ## SEEDS simulated plant hours with seeded faults (SEED=n plays one), then KILLS kills of a real run.
	swift build -c release --product SoakRun
ifdef SEED
	$(SOAK) seed $(SEED)
else
	$(SOAK) $(SEEDS)
	$(SOAK) planted
	swift build --build-tests
	TWIN_SOAK_KILLS=$(KILLS) swift test --skip-build --disable-xctest --filter SoakTests
endif

month: setup-test build ## Thirty days lived through a broker, sped up, with kills, into one store (30 to 60 minutes).
	Tests/soak-month.sh $(RELEASE)

kills: KILLS = 200
kills: build ## KILLS times SIGKILL under 1,000 messages a second at QoS 1, some inside a write (8 minutes).
	$(call install,mosquitto strace)
	Tests/kills.py $(RELEASE) $(KILLS)

ingest: build ## Messages a second from a real broker, beside paho-mqtt with json.loads (4 minutes).
	$(call install,mosquitto)
	@[ -x .build/paho/bin/python3 ] || { python3 -m venv .build/paho && .build/paho/bin/pip install -q paho-mqtt; } || \
	  echo "make ingest: paho-mqtt cannot be installed, so there is nothing to compare with"
	Tests/bench/ingest.py $(RELEASE) 60 .build/paho/bin/python3

deploy: build ## What is shipped for a plant (access list, unit, compose) against a real broker (a minute).
	$(call install,mosquitto mosquitto-clients openssl)
	Tests/deploy.sh $(RELEASE)

cases: setup-test build ## The cases of ../shared/cases, each judged by what its README expects (10 minutes).
	$(call install,mosquitto-clients sqlite3 python3)
	@code=0; Tests/cases.sh $(RELEASE) || code=1; \
	if [ -d ../shared/cases ]; then \
	  swift build --build-tests; \
	  swift test --skip-build --disable-xctest --filter 'TwinEndToEndTests[.]CasesTests|ForeignPlantTests|ForeignTopicsTests' || code=1; \
	fi; exit $$code

real: setup ## One plant day from measured data sets (DATA=folder), imported and replayed twice to one digest.
	@if [ ! -d "$(DATA)" ]; then echo "make real: $(DATA) is absent; the measured data sets are not part of this project"; exit 0; fi; \
	swift build -c release --product twin; mkdir -p $(OUT); rm -f $(OUT)/real.*; \
	$(RELEASE) import --mapping replay/mappings/real-day.mapping.yaml --out $(OUT)/real.jsonl.gz "$(DATA)"; \
	for run in 1 2; do \
	  $(RELEASE) replay $(OUT)/real.jsonl.gz --full --store $(OUT)/real.$$run.sqlite -q >$(OUT)/real.$$run.txt; \
	done; \
	if ! cmp $(OUT)/real.1.txt $(OUT)/real.2.txt; then echo "make real: two replays of one day differ" >&2; exit 1; fi; \
	echo; echo "Replayed twice:$$(grep digest $(OUT)/real.1.txt) both times."; echo; \
	cat $(OUT)/real.2.txt

demo: build ## A broker, the simulated plant, the twin that commands it and its pages, until Ctrl-C.
	$(call install,mosquitto)
	twin-config/deploy/demo.sh $(RELEASE)

screenshots: setup-test build ## The README's pictures, from the running pages.
	TWIN=$(CURDIR)/$(RELEASE) /usr/bin/python3 -B Tests/pages/screenshots.py Sources/TwinWeb/Documentation.docc/Resources 1440 light /

days: build ## Make the bundled days anew (each holds its seed): a summer and a winter weekday, a day of the shutdown.
	$(RELEASE) simulate --out replay/sunderland-day.jsonl.gz --from 2025-06-18 --for 1d --seed 16 --force
	$(RELEASE) simulate --out replay/sunderland-winter-day.jsonl.gz --from 2025-01-15 --for 1d --seed 17 --force
	$(RELEASE) simulate --out replay/sunderland-shutdown-day.jsonl.gz --from 2025-08-03 --for 1d --seed 18 --force
	$(RELEASE) simulate --config $(CONFIG)-park --out replay/sunderland-park-noon.jsonl.gz \
	  --from 2025-06-18T10:00 --for 6h --seed 16 --force

lint: ## Check the format of all Swift files.
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## Format all Swift files in place.
	swift format --in-place --recursive Sources Tests Package.swift

docs: setup ## Build the documentation as static pages under .build/docs.
	@mkdir -p .build/docs
	@for target in TwinCore TwinBooks TwinRuntime; do \
	  TWIN_DOCS=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build/docs generate-documentation \
	    --target $$target --transform-for-static-hosting --hosting-base-path $$target --output-path .build/docs/$$target; \
	done
