# The only entry points a newcomer needs; everything else is `cargo xtask`.
#   make demo    builds the screens and the program, makes a township of fictional people from a real township's figures, compares every
#                number with the printed ones, writes summary, rosters and returns to demo/, and serves: open the address, log in
#   make test    everything that must hold: format, lints, boundaries, licences, packs, tests, the screens in a real browser
#   make bench   speeds, beside a peer where there is one
#   make web     the screens alone, into web/dist

SHELL := /bin/bash
QIANMO := target/debug/qianmo

.PHONY: demo test bench setup build web

demo: setup web build
	$(QIANMO) demo --data demo/data --out demo

build:
	cargo build --locked -p qianmo-cli

web: setup
	@scripts/web.sh

setup:
	@scripts/setup.sh

test:
	@scripts/setup.sh tests
	scripts/test.sh

bench: setup
	bench/run.sh
