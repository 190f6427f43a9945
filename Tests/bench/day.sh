#!/bin/bash
# Measures a release build of `twin` against its limits: Tests/bench/day.sh PATH-OF-TWIN
# Prints one line a figure; exit code 1 when a limit is missed, 2 for a wrong call.
set -euo pipefail
export LC_ALL=C

twin=${1:-}
if [[ -z $twin || ! -x $twin ]]; then
  echo "usage: Tests/bench/day.sh PATH-OF-TWIN (a release build, with StepBench beside it)" >&2
  exit 2
fi
twin=$(realpath "$twin")
steps=$(dirname "$twin")/StepBench
cd "$(dirname "$(realpath "$0")")/../.."
day=replay/sunderland-day.jsonl.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. Tests/bench/rows.sh

# seconds COMMAND…: wall seconds of the whole process; its time on the processor stands in $work/processor.
seconds() {
  local TIMEFORMAT='%R %U %S'
  { time "$@" >"$work/out" 2>"$work/err"; } 2>"$work/times"
  awk -v at="$work/processor" '{ print $1; print $2 + $3 >at }' "$work/times"
}

# member NAME: a number of the last summary.
member() { sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p" "$work/out"; }

# five LABEL LIMIT ARGUMENT…: medians of five replays into a store, by the summary's own clock and by the process. What
# the process had of the processor is noted: on a machine that others load too, the difference is theirs.
five() {
  local label=$1 limit=$2 walls="" processes="" processors="" digests="" run
  shift 2
  for run in 1 2 3 4 5; do
    rm -f "$work"/five.sqlite*
    processes+="$(seconds "$twin" replay "$day" --json --store "$work/five.sqlite" "$@")"$'\n'
    walls+="$(member wall_s)"$'\n'
    processors+="$(<"$work/processor")"$'\n'
    digests+="$(sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' "$work/out")"$'\n'
  done
  row "$label, wall_s (median of 5)" "$(printf '%s' "$walls" | median)" s "$limit"
  row "$label, process (median of 5)" "$(printf '%s' "$processes" | median)" s "$limit"
  note "$label, processor (median of 5)" "$(printf '%s' "$processors" | median)" s
  row "$label, different digests" "$(printf '%s' "$digests" | sort -u | wc -l)" "" 1
}

# year LABEL SECONDS|- ARGUMENT…: a simulated year of one-minute steps without a store; - sets no limit of time.
year() {
  local label=$1 limit=$2
  shift 2
  measure 0.05 simulate --books --from 2025-01-01 --for 365d --step 1m -q "$@"
  if [[ $limit == - ]]; then
    note "$label, process" "$took" "s        (no limit: 525,600 decisions about 23 assets)"
  else
    row "$label, process" "$took" s "$limit"
  fi
  note "$label, processor" "$processor" s
  row "$label, peak memory" "$high" MiB 300
}

echo "$("$twin" --version) on $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg): 1,440 steps, $(zcat "$day" | wc -l) lines"
five "day, open loop, SQLite" 1.0
five "day, closed loop, SQLite" 1.0 --loop closed
measure 0.005 replay "$day" --json --store "$work/open.sqlite"
row "day, open loop, SQLite, peak memory" "$high" MiB 128
measure 0.005 replay "$day" --loop closed --json --store "$work/closed.sqlite"
row "day, closed loop, SQLite, peak memory" "$high" MiB 128

year "year of 60 s steps" 20
year "year of 60 s steps by the rules" - --control rules

if [[ -x $steps ]]; then
  read -r devices microseconds < <("$steps")
  row "plant step, models of $devices devices" "$microseconds" us 10
  row "devices of that step" "$devices" "" 333 at-least
else
  note "plant step, models of 333 devices" "-" "left out: no StepBench beside $twin"
fi

seconds "$twin" replay "$day" --json -v >"$work/time"
hops=$(sed -n 's/^hops: \([0-9]*\) calls to actors in \([0-9]*\) ticks.*/\1 \2/p' "$work/err")
actors=$(sed -n 's/.* ticks, \([0-9]*\) actors.*/\1/p' "$work/err")
if [[ -n $hops && -n $actors ]]; then
  row "hops per tick and actor" "$(awk -v a="$actors" '{ printf "%.3f\n", $1 / $2 / a }' <<<"$hops")" "" 1
elif [[ -n $hops ]]; then
  per_tick=$(awk '{ printf "%.3f\n", $1 / $2 }' <<<"$hops")
  note "hops per tick, all actors" "$per_tick" "(the number of actors is not printed)"
  row "hops per tick, part of a hop" "$(awk -v h="$per_tick" 'BEGIN { printf "%.3f\n", h - int(h) }')" "" 0
else
  note "hops per tick and actor" "-" "left out: this build does not print them"
fi

# Ten days as plain text, so that starting the process does not count much and gzip not at all.
"$twin" simulate --out "$work/days.jsonl" --from 2025-06-09 --for 10d -q
lines=$(wc -l <"$work/days.jsonl")
rate() { awk -v n="$lines" -v s="$1" 'BEGIN { printf "%.0f\n", n / s }'; }
best() { for _ in 1 2 3; do seconds "$@"; done | sort -n | head -n 1; }
ours=$(rate "$(best "$twin" validate "$work/days.jsonl")")
if command -v python3 >"$work/python"; then
  cat >"$work/read.py" <<'PYTHON'
import json, sys
for line in open(sys.argv[1], "rb"):
    json.loads(line)
PYTHON
  theirs=$(rate "$(best python3 "$work/read.py" "$work/days.jsonl")")
  row "JSON lines read a second (python3: $theirs)" "$ours" lines/s "$theirs" at-least
else
  note "JSON lines read a second" "$ours" "lines/s (no python3 to compare with)"
fi

# Reading alone, by another program, against all that the twin does with the same lines. Both by their own clocks, which
# leave out the start of the process; the other program gets the lines unpacked.
if command -v python3 >"$work/python"; then
  zcat "$day" >"$work/day.jsonl"
  cat >"$work/decode.py" <<'PYTHON'
import json, sys, time
best = 1e9
for _ in range(5):
    begun = time.perf_counter()
    for line in open(sys.argv[1], "rb"):
        json.loads(line)
    best = min(best, time.perf_counter() - begun)
print(f"{best:.3f}")
PYTHON
  decoded=$(python3 "$work/decode.py" "$work/day.jsonl")
  note "day, lines decoded by python3 (best of 5)" "$decoded" s
  # pace LABEL LIMIT ARGUMENT…: the median of five replays, as a part of that.
  pace() {
    local label=$1 limit=$2 walls=""
    shift 2
    for _ in 1 2 3 4 5; do
      rm -f "$work"/pace.sqlite*
      seconds "$twin" replay "$day" --json "$@" >"$work/process"
      walls+="$(member wall_s)"$'\n'
    done
    row "$label, python3's time over ours" "$(ratio "$decoded" "$(printf '%s' "$walls" | median)")" "" "$limit" at-least
  }
  # What it costs to hold meters against each other: medians by turns, so that both have the same machine.
  with="" without=""
  for _ in 1 2 3 4 5 6 7; do
    seconds "$twin" replay "$day" --json --no-store >"$work/process"
    with+="$(member wall_s)"$'\n'
    seconds "$twin" replay "$day" --json --no-store --unexamined >"$work/process"
    without+="$(member wall_s)"$'\n'
  done
  row "day, meters examined over not (median of 7)" \
    "$(ratio "$(printf '%s' "$with" | median)" "$(printf '%s' "$without" | median)")" "" 1.15
  pace "day, open loop, no store" 2.0 --no-store
  pace "day, open loop, SQLite" 1.2 --store "$work/pace.sqlite"
  pace "day, closed loop, SQLite" 0.8 --loop closed --store "$work/pace.sqlite"
else
  note "day, against python3's decoding" "-" "left out: no python3"
fi

exit "$missed"
