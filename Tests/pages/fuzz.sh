#!/bin/sh
# Asks a running server everything that its description says, and odd things beside, and fails on any answer that says the
# server itself failed (5xx). Schemathesis comes from PyPI into .build; without a network there is nothing to run.
#
#   Tests/pages/fuzz.sh [PORT]        TWIN=.build/release/twin CASES=40 Tests/pages/fuzz.sh
set -eu
port=${1:-8103}
twin=${TWIN:-.build/debug/twin}
tools=.build/schemathesis
work=$(mktemp -d)
python=${PYTHON:-python3}

if [ ! -x "$tools/bin/schemathesis" ]; then
  "$python" -m venv "$tools"
  # A newer hypothesis lacks what this schemathesis calls.
  "$tools/bin/pip" install --quiet schemathesis==4.9.5 hypothesis==6.140.2
fi

"$twin" replay replay/sunderland-park-noon.jsonl.gz --config twin-config/sunderland-park --quiet \
  --listen "127.0.0.1:$port" --speed max 2>"$work/twin.log" >"$work/twin.out" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM

i=0
until [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/readyz")" = 200 ]; do
  i=$((i + 1))
  if [ "$i" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "fuzz: the pages did not come up:" >&2
    cat "$work/twin.log" >&2
    exit 1
  fi
  sleep 0.2
done

"$tools/bin/schemathesis" run "http://127.0.0.1:$port/openapi.json" --checks not_a_server_error \
  --max-examples "${CASES:-25}" --seed 42 --request-timeout 20 --workers 1 --continue-on-failure --no-color \
  >"$work/fuzz.out" 2>&1 && status=0 || status=$?
tail -n 60 "$work/fuzz.out"
if ! kill -0 "$server" 2>/dev/null; then
  echo "fuzz: the server is gone:" >&2
  cat "$work/twin.log" >&2
  exit 1
fi
if curl -s "http://127.0.0.1:$port/metrics" | grep 'code="5xx"'; then
  echo "fuzz: the server itself counted answers from 500 on" >&2
  exit 1
fi
exit "$status"
