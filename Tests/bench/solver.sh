#!/bin/bash
# Measures building and solving programs of the size of a plan: Tests/bench/solver.sh PATH-OF-TWIN
# Prints one line a figure; exit code 1 when a limit is missed, 2 for a wrong call.
set -euo pipefail
export LC_ALL=C

twin=${1:-}
solve=$(dirname "$(realpath "${twin:-.}")")/SolveBench
if [[ -z $twin || ! -x $solve ]]; then
  echo "usage: Tests/bench/solver.sh PATH-OF-TWIN (a release build, with SolveBench beside it)" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$(realpath "$0")")/rows.sh"

"$solve" "$(dirname "$(realpath "$0")")/../../twin-config/sunderland" >"$work/solved"
while read -r milliseconds columns label; do
  if [[ $label == LP* ]]; then
    row "$label" "$milliseconds" ms 10
  elif [[ $label == PLAN*1e-3* ]]; then
    row "${label#PLAN }" "$milliseconds" ms 500
  elif [[ $label == PLAN* ]]; then
    row "${label#PLAN }" "$milliseconds" ms 2000
  else
    note "$label" "$milliseconds" "ms       ($columns columns, no limit of time)"
  fi
done <"$work/solved"
exit "$missed"
