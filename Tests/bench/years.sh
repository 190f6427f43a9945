#!/bin/bash
# Measures that a release build of `twin` stays the same over months and years: Tests/bench/years.sh PATH-OF-TWIN
# Prints one line a figure; exit code 1 when a limit is missed, 2 for a wrong call. Takes some minutes.
# What needs a broker, such as bytes written and the start after a kill, is measured by Tests/soak-month.sh.
set -euo pipefail
export LC_ALL=C

twin=${1:-}
if [[ -z $twin || ! -x $twin ]]; then
  echo "usage: Tests/bench/years.sh PATH-OF-TWIN (a release build)" >&2
  exit 2
fi
twin=$(realpath "$twin")
cd "$(dirname "$(realpath "$0")")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. Tests/bench/rows.sh

megabytes() { du -sb "$@" | awk '{ sum += $1 } END { printf "%.3f\n", sum / 1e6 }'; }

# site SECONDS: a configuration of the bundled plant with steps of that length; prints its folder.
site() {
  mkdir -p "$work/site-$1"
  cp twin-config/sunderland/*.yaml "$work/site-$1"
  sed -i "s/^step_s: [0-9]*/step_s: $1/" "$work/site-$1/site.yaml"
  echo "$work/site-$1"
}

# state STORE: bytes of its checkpoint; 0 where nobody can look.
state() {
  if command -v sqlite3 >>"$work/gone"; then
    sqlite3 -readonly "$1" 'SELECT max(length(data)) FROM checkpoint'
  else
    echo 0
  fi
}

# lived DAYS: replays so many days of messages into a journal and a store; cpu[DAYS] gathers seconds a day.
declare -A cpu memory size journal store
lived() {
  rm -rf "$work/lived.journal" "$work/lived.sqlite"*
  [[ -e $work/lived-$1.jsonl ]] ||
    "$twin" simulate --out "$work/lived-$1.jsonl" --from 2025-06-02 --for "$1d" --seed 16 -q
  measure 0.05 replay "$work/lived-$1.jsonl" --journal "$work/lived.journal" --store "$work/lived.sqlite" -q
  cpu[$1]+="$(ratio "$processor" "$1")"$'\n'
  memory[$1]=$high
  size[$1]=$(state "$work/lived.sqlite")
  journal[$1]=$(ratio "$(megabytes "$work/lived.journal")" "$1")
  store[$1]=$(ratio "$(megabytes "$work/lived.sqlite")" "$1")
}

echo "$("$twin" --version) on $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg): 30 days against 2"
# The pace of a shared machine drifts: the short run stands before and after the long one.
for days in 2 2 2 30 2 2 2; do lived "$days"; done
rm -f "$work"/lived*.jsonl
short=$(printf '%s' "${cpu[2]}" | median)
long=$(printf '%s' "${cpu[30]}" | median)
note "processor, a day of 30" "$long" s
row "processor a day, 30 days against 2 (median of 6)" "$(ratio "$long" "$short")" "" 1.2
row "peak memory, 30 days against 2" "$(ratio "${memory[30]}" "${memory[2]}")" "" 1.2
row "checkpoint, 30 days against 2 (${size[30]} B)" "$(ratio "${size[30]}" "${size[2]}")" "" 1.2
row "journal, a day of 30" "${journal[30]}" MB 2
row "store, a day of 30" "${store[30]}" MB 1.5

config=$(site 10)
for days in 1 3; do
  "$twin" simulate --config "$config" --out "$work/ten.jsonl" --from 2025-06-16 --for "${days}d" --seed 16 --force -q
  measure 0.05 replay "$work/ten.jsonl" --config "$config" -q
  cpu[ten-$days]=$(ratio "$processor" "$days")
done
rm -f "$work/ten.jsonl"
note "steps of 10 s, processor, a day of three" "${cpu[ten-3]}" s
row "steps of 10 s, a day of three against the first" "$(ratio "${cpu[ten-3]}" "${cpu[ten-1]}")" "" 1.1

"$twin" simulate --books --from 2025-01-01 --for 365d --step 30m --seed 16 --store "$work/year.sqlite" -q >"$work/out"
measure 0.01 report --store "$work/year.sqlite" --period 2025 --format json
reading=$processor
row "report of a year, processor" "$processor" s 1
row "report of a year, peak memory" "$high" MiB 100
measure 0.01 passports --store "$work/year.sqlite" --period 2025
vehicles=$("$twin" report --store "$work/year.sqlite" --period 2025 --format json | sed -E 's/.*"vehicles":([0-9]+).*/\1/')
note "passports of a year, vehicles" "$vehicles" ""
allocated=$(awk -v all="$processor" -v read="$reading" 'BEGIN { print all - read }')
row "passports, processor for 100,000 beside the reading" "$(ratio "$allocated" "$(ratio "$vehicles" 100000)")" s 1
rm -f "$work/year.sqlite"*

measure 0.05 simulate --history --seed 16 --store "$work/history.sqlite" -q
row "a history of eight years into a store, process" "$took" s 60
measure 0.01 report --store "$work/history.sqlite" --period 2025 --format html
row "page of a year with the course, processor" "$processor" s 2
row "page of a year with the course, peak memory" "$high" MiB 200
rm -f "$work/history.sqlite"*

# Twelve meters that send a mean each quarter of an hour: ten turbines, a solar park, the grid.
awk '
  function stamp(t) { return strftime("%Y-%m-%dT%H:%M:%S.000Z", t, 1) }
  function tell(topic, values) {
    printf "{\"t\":\"%s\",\"topic\":\"v1/sunderland/%s/tele\",\"payload\":{\"ts\":\"%s\",\"seq\":%d,\"period_s\":900,%s},\"q\":1}\n", \
      end, topic, begin, n, values
  }
  BEGIN {
    srand(1)
    first = 1735689600 # 2025-01-01T00:00:00Z
    printf "{\"twin\":\"replay/1\",\"site\":\"sunderland\",\"run\":\"feeds\",\"start\":\"%s\",\"tz\":\"Europe/London\",", stamp(first)
    print "\"step_s\":900,\"seed\":16,\"mode\":\"shadow\",\"loop\":\"open\",\"clock\":\"event\",\"marks\":false}"
    for (n = 1; n <= 365 * 96; n++) {
      begin = stamp(first + (n - 1) * 900)
      end = stamp(first + n * 900)
      for (i = 1; i <= 10; i++) tell(sprintf("wind/t%02d", i), sprintf("\"power_kw\":%.1f", 600 * rand()))
      sun = sin(((n - 1) % 96 / 4 - 6) / 12 * 3.14159265)
      tell("solar/pv1", sprintf("\"power_kw\":%.1f", sun > 0 ? 3000 * sun * rand() : 0))
      tell("grid/main", sprintf("\"import_kw\":%.1f,\"export_kw\":0", 15000 + 8000 * rand()))
      printf "{\"t\":\"%s\",\"topic\":\"v1/sunderland/clock\",\"payload\":{\"ts\":\"%s\"},\"q\":1}\n", end, end
    }
  }' >"$work/feeds.jsonl"
measure 0.05 replay "$work/feeds.jsonl" --config "$(site 900)" --json
row "a year of 12 quarter-hour feeds, process" "$took" s 30
note "a year of 12 quarter-hour feeds, processor" "$processor" s
row "a year of 12 quarter-hour feeds, peak memory" "$high" MiB 150
exit "$missed"
