#!/bin/bash
# Thirty days through the live loop, sped up, with SIGKILL at seeded moments, into one journal and one store. Then the
# journal is replayed to the live digest, its older half archived, and a further day lived.
# Tests/soak-month.sh PATH-OF-TWIN [DAYS] [SPEED] [SEED]; prints one line a figure; exit code 1 when a limit is missed.
# MONTH_WORK names a folder to work in and to keep; else one is made and removed.
set -euo pipefail
export LC_ALL=C

twin=${1:-}
if [[ -z $twin || ! -x $twin ]]; then
  echo "usage: Tests/soak-month.sh PATH-OF-TWIN [DAYS] [SPEED] [SEED]" >&2
  exit 2
fi
twin=$(realpath "$twin")
days=${2:-30}
speed=${3:-2880}
RANDOM=${4:-16}
cd "$(dirname "$(realpath "$0")")/.."
first=2025-06-02
if [[ -n ${MONTH_WORK:-} ]]; then
  work=$MONTH_WORK
  mkdir -p "$work"
else
  work=$(mktemp -d)
fi
. Tests/bench/rows.sh
broker="" live="" plant=""

finish() {
  local pid
  for pid in $live $plant $broker; do kill -9 "$pid" 2>>"$work/gone" || true; done
  [[ -n ${MONTH_WORK:-} ]] || rm -rf "$work"
}
trap finish EXIT

die() {
  echo "$1" >&2
  tail -n 5 "$work"/*.err >&2 || true
  exit 1
}

since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }'; }

port=$((20000 + $$ % 20000))
cat >"$work/broker.conf" <<CONF
listener $port 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
CONF
mosquitto -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
broker=$!
at=mqtt://127.0.0.1:$port

# start DAYS: the live run up to that many days; sets `live` and `took`, wall seconds from the start to the connection.
start() {
  local from=$EPOCHREALTIME turn
  : >"$work/live.err"
  "$twin" run --broker "$at" --clock event --mode control --for "${1}d" --store "$work/month.sqlite" --json \
    >"$work/live.out" 2>"$work/live.err" &
  live=$!
  for ((turn = 0; turn < 3000; turn++)); do
    ! grep -q '^broker: connected' "$work/live.err" || break
    kill -0 "$live" 2>>"$work/gone" || break
    sleep 0.02
  done
  took=$(since "$from")
  grep -q '^broker: connected' "$work/live.err" || grep -q '"digest"' "$work/live.out" || die "the twin did not connect"
}

high() { awk '/^VmHWM:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status" 2>>"$work/gone" || true; }
megabytes() { du -sb "$@" | awk '{ sum += $1 } END { printf "%.2f\n", sum / 1e6 }'; }
digest() { sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' "$1"; }
state() {
  if command -v sqlite3 >>"$work/gone"; then
    sqlite3 -readonly -cmd '.timeout 5000' "$work/month.sqlite" \
      'SELECT coalesce(max(length(data)), 0) FROM checkpoint'
  else
    echo 0
  fi
}

start "$days"
# 2 June 00:00 local; the plant says so by its clock topic.
"$twin" simulate --broker "$at" --from "$first" --for "${days}d" --speed "$speed" --seed 16 -q \
  >"$work/plant.out" 2>"$work/plant.err" &
plant=$!
began=$EPOCHREALTIME
kills=0 longest=0 peak=0 early=0
while kill -0 "$live" 2>>"$work/gone"; do
  # A kill each half to one and a half plant days, drawn in steps of a hundredth.
  pause=$(awk -v n="$((50 + RANDOM % 100))" -v s="$speed" 'BEGIN { printf "%.2f\n", n / 100 * 86400 / s }')
  until=$(awk -v a="$EPOCHREALTIME" -v p="$pause" 'BEGIN { printf "%.2f\n", a + p }')
  while kill -0 "$live" 2>>"$work/gone" && awk -v a="$EPOCHREALTIME" -v u="$until" 'BEGIN { exit !(a < u) }'; do
    now=$(high "$live")
    peak=$(awk -v a="${now:-0}" -v b="$peak" 'BEGIN { print (a > b) ? a : b }')
    last=${now:-${last:-0}}
    sleep 0.2
  done
  kill -0 "$live" 2>>"$work/gone" || break
  kill -0 "$plant" 2>>"$work/gone" || continue  # the rest is caught up in peace
  kill -9 "$live"
  wait "$live" 2>>"$work/gone" || true
  kills=$((kills + 1))
  size=$(state)
  # The first one after two whole days is what the later ones are compared with: a state of a day has filled by then.
  lived=$(find "$work/month.journal" -maxdepth 1 -name '*.jsonl*' -printf '%f\n' | sed 's/\..*//' | sort -u | wc -l)
  [[ $early != 0 || $lived -lt 3 ]] || early=$size
  start "$days"
  longest=$(awk -v a="$took" -v b="$longest" 'BEGIN { print (a > b) ? a : b }')
  note "kill $kills after $(since "$began") s: start to connection" "$took" \
    "s        memory $last MiB, checkpoint $size B, store $(megabytes "$work/month.sqlite") MB, journal $(megabytes "$work/month.journal") MB"
done
wait "$live" || die "the live run failed"
live=""
wait "$plant" || die "the simulated plant failed"
plant=""
note "$days days lived" "$(since "$began")" "s        $kills kills"
row "start after a kill, the last one" "$took" s 2
note "start after a kill, the longest" "$longest" s
note "peak memory" "$peak" MiB
if [[ $early != 0 ]]; then
  row "checkpoint, last against first" "$(awk -v a="$(state)" -v b="$early" 'BEGIN { printf "%.2f\n", a / b }')" "" 1.2
fi
row "store, a day" "$(awk -v a="$(megabytes "$work/month.sqlite")" -v d="$days" 'BEGIN { printf "%.2f\n", a / d }')" MB 1.5
# Closed segments are a day each and compressed; the one that is open is neither.
row "journal, the mean closed day" \
  "$(find "$work/month.journal" -name '*.jsonl.gz' -printf '%s\n' | awk '{ sum += $1 } END { printf "%.2f\n", NR ? sum / NR / 1e6 : 0 }')" MB 2

theirs=$(digest "$work/live.out")
"$twin" replay "$work/month.journal" --json -q >"$work/replay.out" 2>"$work/replay.err" || die "the replay failed"
row "digests of live run and replay, different" "$(printf '%s\n' "$theirs" "$(digest "$work/replay.out")" | sort -u | wc -l)" "" 1
"$twin" report --store "$work/month.sqlite" --period "${first:0:7}" --format json >"$work/report.out" 2>"$work/report.err" ||
  die "the report failed"
note "report of ${first:0:7}" "$(sed -n 's/.*"steps":\([0-9]*\).*/\1/p' "$work/report.out")" "steps"

half=$(date -u -d "$first + $((days / 2)) days" +%F)
"$twin" journal archive "$work/month.journal" --before "$half" --to "$work/archive" >"$work/archive.out" 2>"$work/archive.err" ||
  die "the archive failed"
next=$(date -u -d "$first + $days days" +%F)
start "$((days + 1))"
note "start beside an archived half" "$took" s
"$twin" simulate --broker "$at" --from "$next" --for 1d --speed "$speed" --seed 16 -q >"$work/plant.out" 2>"$work/plant.err" &
plant=$!
wait "$live" || die "the day after failed"
live=""
wait "$plant" || die "the simulated plant failed"
plant=""
for journals in "$work/month.journal" "$work/archive $work/month.journal"; do
  # shellcheck disable=SC2086
  "$twin" replay $journals --json -q >"$work/replay.out" 2>"$work/replay.err" || die "the replay of $journals failed"
  row "a further day: digests, different" \
    "$(printf '%s\n' "$(digest "$work/live.out")" "$(digest "$work/replay.out")" | sort -u | wc -l)" "" 1
done
exit "$missed"
