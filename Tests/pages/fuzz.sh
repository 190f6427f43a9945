#!/bin/sh
# Asks running servers everything that their description says, and odd things beside: see fuzz.py. Schemathesis comes from
# PyPI into .build; without a network there is nothing to run.
#
#   Tests/pages/fuzz.sh        TWIN=.build/release/twin CASES=40 Tests/pages/fuzz.sh
set -eu
tools=.build/schemathesis

if [ ! -x "$tools/bin/schemathesis" ]; then
  "${PYTHON:-python3}" -m venv "$tools"
  # A newer hypothesis lacks what this schemathesis calls.
  "$tools/bin/pip" install --quiet schemathesis==4.9.5 hypothesis==6.140.2
fi

TWIN=${TWIN:-$PWD/.build/debug/twin} exec /usr/bin/python3 -B "$(dirname "$0")/fuzz.py" "$tools/bin/schemathesis"
