#!/usr/bin/env bash
# Asks a running server at random, by its own description, and looks for answers that are a fault of ours (5xx) or not as described.
# It writes and deletes: run it against a copy of the demo's data. Needs PyPI for schemathesis.
#   scripts/schemathesis.sh http://127.0.0.1:8420 ACCOUNT PASSWORD [more options of schemathesis run]
set -euo pipefail
address=$1 account=$2 password=$3
shift 3
tools=${QIANMO_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/qianmo-schemathesis}
if [ ! -x "$tools/bin/schemathesis" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet 'schemathesis>=4,<5'
fi
body=$(ACCOUNT=$account PASSWORD=$password python3 -c 'import json, os; print(json.dumps({"name": os.environ["ACCOUNT"], "password": os.environ["PASSWORD"]}))')
token=$(curl --fail --silent --show-error -H 'content-type: application/json' -d "$body" "$address/api/v1/session" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
# The stream of events never ends; ending the session would end the run; wrong logins lock the account; a backup or a walk over the whole chain
# takes its time at every asking.
"$tools/bin/schemathesis" run "$address/api/v1/openapi.json" \
    --header "Authorization: Bearer $token" --header "Accept-Language: en" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
    --exclude-path-regex '^/api/v1/(events|session.*|backups|verification|workers/\{name\}/(password|sessions|enabled|second-factor))$' \
    --generation-deterministic --suppress-health-check all --workers 1 "$@"
