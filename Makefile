# The only entry points a newcomer needs; everything else is `cargo xtask`.
#   make demo    builds the program, makes a township of fictional people from a real township's figures,
#                compares every number with the printed ones and writes summary, rosters and returns to demo/
#   make test    everything that must hold: format, lints, boundaries, licences, packs, tests
#   make bench   speeds, beside a peer where there is one

SHELL := /bin/bash
QIANMO := target/debug/qianmo

.PHONY: demo test bench setup build

demo: setup build
	$(QIANMO) demo --data demo/data --out demo

build:
	cargo build --locked -p qianmo-cli

setup:
	@scripts/setup.sh

test: setup
	scripts/test.sh

bench: setup
	bench/run.sh
