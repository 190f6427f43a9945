#!/bin/bash
# The cases of ../shared/cases that stop or mislead a live twin (R…), each run as its README says and judged by what its README
# expects. The other cases are judged by CasesTests and ForeignPlantTests; `make cases` runs both.
# Tests/cases.sh PATH-OF-TWIN [R01 …]; prints one line a case; exit code 1 when one is not as it should be.
set -uo pipefail
export LC_ALL=C

program=${1:-}
if [[ -z $program || ! -x $program ]]; then
  echo "usage: Tests/cases.sh PATH-OF-TWIN [R01 …]" >&2
  exit 2
fi
program=$(realpath "$program")
shift
cd "$(dirname "$(realpath "$0")")/.." || exit
cases=../shared/cases
if [[ ! -d $cases ]]; then
  echo "cases: $cases is absent; the cases are not part of this project"
  exit 0
fi
for tool in mosquitto mosquitto_sub sqlite3 python3 cc; do
  command -v "$tool" >/dev/null || { echo "cases: $tool is not here; the cases need mosquitto, mosquitto-clients, sqlite3, python3 and cc" >&2; exit 69; }
done
export TWIN=$program
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
twin() { "$program" "$@"; }

# What a judge calls. The first thing that is wrong is what is said.
wrong=""
out=$work/out
# check WHAT CONDITION…: the condition is a command.
check() {
  local what=$1
  shift
  "$@" || wrong=${wrong:-$what}
}
has() { grep -qE -- "$1" "$out"; }
lacks() { ! grep -qE -- "$1" "$out"; }
# number REGEX: the number that the group of the first match holds; -1 when there is none.
number() { local found; found=$(grep -oE -- "$1" "$out" | head -n 1 | grep -oE '[0-9]+' | head -n 1); echo "${found:--1}"; }
# at_most N MAX and at_least N MIN; a number that is not there is neither.
at_most() { awk -v n="$1" -v m="$2" 'BEGIN { exit !(n >= 0 && n <= m) }'; }
at_least() { awk -v n="$1" -v m="$2" 'BEGIN { exit !(n >= m) }'; }
# seconds COMMAND…: its output to $out, its wall seconds to $took, its seconds on the processor to $busy, its code to $code.
seconds() {
  local TIMEFORMAT='%R %U %S'
  { time "$@" >"$out" 2>&1; } 2>"$work/times"
  code=$?
  read -r took user system <"$work/times"
  busy=$(awk -v u="$user" -v s="$system" 'BEGIN { print u + s }')
}
# script SECONDS: the case's run.sh, ended when it takes longer; what it says to $out.
script() {
  timeout -k 5 "$1" bash "$case/run.sh" >"$out" 2>&1
  code=$?
}
# member JSON-FILE PATH: a member of an object, by keys between dots; "null" when it is not there.
member() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
try:
    value = json.loads(open(sys.argv[1]).read().strip().splitlines()[-1])
    for key in sys.argv[2].split("."):
        value = value.get(key) if isinstance(value, dict) else None
except (OSError, ValueError, IndexError):
    value = None
print(json.dumps(value))
PYTHON
}
json() { twin "$@" --json >"$work/json" 2>"$out"; code=$?; cat "$work/json" >>"$out"; }

R01() {
  script 60
  check "the twin lives" has '^twin lives'
  check "at most 20 attempts a minute" at_most "$(sed -n 2p "$out")" 12
}
R02() {
  script 120
  check "commands after the pause" at_least "$(number '^[0-9]+ commands')" 1
  check "none of them has expired" at_most "$(number '[0-9]+ expired')" 0
  check "only the last mark's, and of the marks since" at_most "$(number '^[0-9]+ commands')" 60
}
R04() {
  # 0.2 s on a quiet machine, seconds before; the processor's time counts less of what others do.
  for file in keys line; do
    seconds timeout 60 "$program" replay "$case/$file.jsonl.gz" -q
    check "$file.jsonl.gz in 0.5 s of the processor (it took $busy)" at_most "$busy" 0.5
  done
}
R05() {
  local ending
  twin scenario run -v replay/scenarios/turbine-trips.scenario.yaml 2>/dev/full >"$out"; ending=$?
  check "standard error full: exit 0 (it was $ending)" [ "$ending" = 0 ]
  twin scenario run -v replay/scenarios/turbine-trips.scenario.yaml 2>&- >"$out"; ending=$?
  check "standard error closed: exit 0 (it was $ending)" [ "$ending" = 0 ]
  script 90
  check "119 ticks beside an unread pipe" has 'ticks closed: 119 of 119'
  check "SIGTERM is heard" has 'twin ended with 0'
}
R06() {
  # The script waits for the twin's end, and a twin that goes on is what is expected: it is told to end.
  bash "$case/run.sh" >"$out" 2>&1 &
  local runner=$! living=no from child twin_id=
  sleep 25
  for child in $(pgrep -P "$runner"); do [[ $(readlink "/proc/$child/exe") != "$program" ]] || twin_id=$child; done
  if [[ -n $twin_id ]] && kill -TERM "$twin_id"; then living=yes; fi
  from=$SECONDS
  while kill -0 "$runner" 2>/dev/null && ((SECONDS - from < 60)); do sleep 0.2; done
  check "the twin lives 20 s after the jump" [ "$living" = yes ]
  check "SIGTERM is heard within 6 s (it took $((SECONDS - from)))" at_most $((SECONDS - from)) 6
  kill "$runner" 2>/dev/null
  wait "$runner" 2>/dev/null
  check "exit 0" has '^exit 0 '
  check "hours that nobody told of are not stepped" at_most "$(number ', [0-9]+ ticks')" 100
}
R07() {
  script 60
  check "the twin lives" has '^twin lives'
  check "it says that the clock was wrong" has '2031|clock'
  check "ticks close by the right clock" at_least "$(number 'ticks closed: [0-9]+')" 1
}
R08() {
  rm -f "$work"/r08.sqlite*
  json replay "$case/day.jsonl.gz" --mode control --store "$work/r08.sqlite"
  twin commands --store "$work/r08.sqlite" --asset storage/string-1 --json >"$work/commands" 2>>"$out"
  cat "$work/commands" >>"$out"
  check "the dead meter is stale" [ "$(twin alarms --store "$work/r08.sqlite" --json | grep -c '"grid/main/stale"')" != 0 ]
  check "storage stands still after the last reading" python3 - "$work/commands" <<'PYTHON'
import json, sys
found = json.loads(open(sys.argv[1]).read())
rows = found["commands"]
# Site-local: the last reading is of 02:00, and holds five minutes.
late = [r for r in rows if r["at"] >= "2025-06-18T02:06" and r["value"] != 0]
sys.exit(1 if late else 0)
PYTHON
  json replay "$case/register.jsonl.gz"
  check "wind is not 16,713 kWh" at_most "$(member "$work/json" energy_kwh.wind)" 7000
}
R09() {
  json replay "$case/two.jsonl"
  check "two messages, 0 vehicles" [ "$(member "$work/json" vehicles)" = 0 ]
  check "two topics that nobody configured" at_least "$(member "$work/json" rejected_by_reason.unknown_topic)" 1
  seconds timeout 60 "$program" replay "$case/count.jsonl.gz" --json
  check "600 messages, 0 vehicles" [ "$(member "$out" vehicles)" = 0 ]
  check "600 messages in a second of the processor (it took $busy)" at_most "$busy" 1
}
R11() {
  json replay "$case/acks.jsonl.gz" --mode control
  check "no acknowledgement counts" [ "$(member "$work/json" commands.accepted)" = 0 ]
  check "nobody answered is an alarm" at_least "$(member "$work/json" alarms.not_acked)" 1
  check "they are refused" at_least "$(member "$work/json" rejected)" 1
}
R12() {
  script 120
  check "20 marks" at_least "$(number '^[0-9]+ marks')" 19
  check "at most 100 kB a mark" at_most "$(number ': [0-9]+ kB')" 100
  check "at most 20 ms a mark" at_most "$(number 'and [0-9]+ ms')" 20
}
R14() {
  # run.sh starts again while the first twin may live, as it should; here that one is told to end first.
  timeout -k 5 90 bash -c "$(sed 's/^again "started again"/kill $T; wait $T; &/' "$case/run.sh")" "$case/run.sh" >"$out" 2>&1
  check "it lives beside a locked store" has '^\(a\) twin lives'
  check "it starts again" has '^started again twin lives'
  check "it starts with a damaged checkpoint" has '^\(b\) twin lives'
  check "it starts with a store that is cut" has '^\(c\) twin lives'
}
R15() {
  # As run.sh does, but the half hour is altered where the store of today keeps it.
  local store=$work/r15.sqlite before after
  twin simulate --out "$work/r15.jsonl" --from 2025-06-18T06:00 --for 1h -q --force >"$out" 2>&1
  rm -rf "$work"/r15.sqlite* "$work/r15.journal"
  twin replay "$work/r15.jsonl" --store "$store" --journal "$work/r15.journal" -q --json >/dev/null 2>>"$out"
  before=$(r15_figures)
  python3 - "$store" >>"$out" 2>&1 <<'PYTHON'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
first = store.execute("select min(start_ms) from period").fetchone()[0]
for table in ("posting", "account_total"):
    store.execute("update %s set ws = ws + 3600000000 where start_ms = ? and ws > 0" % table, (first,))
store.commit()
PYTHON
  after=$(r15_figures)
  printf '%s\n' "$before" "$after" >>"$out"
  check "there are figures to alter" [ "${before% *}" != "null null" ]
  # Either the damage is named and there are no figures, or they are made anew and are the first ones.
  check "no other figures under the old digest" [ "$after" = "$before" -o "${after##* }" = null ]
}
r15_figures() {
  twin report --store "$store" --format json >"$work/r15.json" 2>>"$out"
  local key
  for key in energy_kwh.grid_import co2_kg.scope2_location digest; do printf '%s ' "$(member "$work/r15.json" "$key")"; done | sed 's/ $//'
}
R18() {
  script 60
  check "one of the two ends" lacks '^both live'
  check "commands of one run" [ "$(grep -c '"issuer"' "$out")" = 1 ]
  check "the folder can be replayed" has '^replay: exit 0'
}
R19() {
  script 60
  check "one of the two commands" [ "$(grep -c '"issuer"' "$out")" = 1 ]
  check "the one that stops does not speak for the other" has '^status: online'
}
R21() {
  rm -f "$work/junit.xml"
  twin scenario run -v "$case/a.scenario.yaml" --junit "$work/junit.xml" >"$work/raw" 2>&1
  twin validate "$case/b.scenario.yaml" >>"$work/raw" 2>&1
  cat -v "$work/raw" >"$out"
  check "no control and no bidi character" python3 - "$work/raw" <<'PYTHON'
import sys
text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
bad = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F
       or ord(c) in (0x61C, 0x200E, 0x200F) or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069]
sys.exit(1 if bad else 0)
PYTHON
  check "XML that is well-formed" python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$work/junit.xml" 2>>"$out"
  echo kept >"$work/junit.xml"
  twin scenario run "$case/a.scenario.yaml" --junit "$work/junit.xml" >>"$out" 2>&1
  check "no file is written over without --force" grep -qx kept "$work/junit.xml"
}
R23() {
  gunzip -c "$case/doubled.mapping.yaml.gz" >"$work/r23.mapping.yaml"
  seconds timeout 90 "$program" validate "$work/r23.mapping.yaml"
  check "all problems in a second of the processor (it took $busy)" at_most "$busy" 1
  check "at most a hundred problems and a line" at_most "$(wc -l <"$out")" 110
  check "no line of 240 kB" at_most "$(tail -n 1 "$out" | wc -c)" 1000
  mkdir -p "$work/r23"
  cp twin-config/sunderland/*.yaml "$work/r23"
  rm "$work/r23/site.yaml"
  mkfifo "$work/r23/site.yaml"
  seconds timeout 10 "$program" validate "$work/r23"
  check "a FIFO is refused (exit $code)" [ "$code" = 65 -o "$code" = 66 -o "$code" = 78 ]
  truncate -s 6G "$work/r23.scenario.yaml"
  seconds timeout 20 "$program" validate "$work/r23.scenario.yaml"
  check "6 GB are not read (exit $code, $busy s)" [ "$code" = 65 ]
  check "6 GB are not read: $busy s of the processor" at_most "$busy" 0.5
  rm -f "$work/r23.scenario.yaml"
}
R24() {
  twin replay replay/sunderland-shutdown-day.jsonl.gz --speed 1e-300 >"$out" 2>&1
  code=$?
  check "exit 2 (it was $code)" [ "$code" = 2 ]
  check "it says what to write" has '0\.001'
  twin simulate --out "$work/r24.jsonl" --from 9999-12-31 --for 2d -q >>"$out" 2>&1
  code=$?
  check "the year 10000 is refused" [ "$code" != 0 ]
}
R27() {
  script 60
  check "all 20 assets hear a command" [ "$(grep -c ' v1/sunderland/.*/cmd$' "$out")" = 20 ]
  check "nobody is refused" lacks '0x87|[Nn]ot authorized'
  # And a twin whose user may not command: said with its topic, and an alarm.
  (
    # shellcheck source=/dev/null
    . "$cases/R-live.sh"
    cp twin-config/deploy/acl "$D/acl"
    for user in twin-shadow plant; do touch "$D/pw" && mosquitto_passwd -b "$D/pw" $user pw-$user; done 2>/dev/null
    chmod 755 "$D" && chmod 644 "$D/pw" "$D/acl"
    printf 'listener %s 127.0.0.1\nallow_anonymous false\npassword_file %s\nacl_file %s\n' "$PORT" "$D/pw" "$D/acl" >"$D/m.conf"
    mosquitto -c "$D/m.conf" >"$D/m.log" 2>&1 & B=$!
    sleep 1
    TWIN_BROKER_PASSWORD=pw-twin-shadow "$TWIN" run --broker "mqtt://twin-shadow@127.0.0.1:$PORT" --store "$D/s.sqlite" \
      --clock event --mode control >"$D/out" 2>"$D/err" & T=$!
    sleep 2
    for m in 0 1 2 3 4; do
      mosquitto_pub -p "$PORT" -u plant -P pw-plant -q 1 -t v1/sunderland/clock -m "{\"ts\":\"2025-06-18T05:0$m:00Z\"}"
      sleep 0.3
    done
    sleep 1
    kill $T && wait $T
    T=
    grep -i 'refused' "$D/err"
    "$TWIN" alarms --store "$D/s.sqlite" --json
  ) >"$out" 2>&1
  check "a refused publication is said with its topic" has 'v1/sunderland/storage/string-1/cmd.*([Nn]ot authorized|refused)'
  check "and is an alarm" has '"alarm":"[^"]*","run".*"cause":"[^"]*([Rr]efus|[Nn]ot authorized|access list)'
}
R28() {
  local unit=twin-config/deploy/twin.service waiting
  "$program" run --broker mqtt://127.0.0.1:1 --wait-for-broker --store "$work/r28.sqlite" >"$out" 2>&1 &
  waiting=$!
  sleep 12
  check "the twin waits for a broker that is not there" test -d "/proc/$waiting"
  kill "$waiting" 2>/dev/null
  wait "$waiting" 2>/dev/null
  check "SIGTERM while it waits: exit 0" [ "$?" = 0 ]
  check "the unit waits" grep -q '^ExecStart=.*--wait-for-broker' "$unit"
  check "no limit of starts" grep -qx 'StartLimitIntervalSec=0' "$unit"
  check "it waits for the time" grep -q '^After=.*time-sync.target' "$unit"
  check "a clock that is behind is tried again" [ "$(sed -n 's/^RestartPreventExitStatus=//p' "$unit" | grep -cw 65)" = 0 ]
}
R30() {
  script 60
  check "an exit code of its own" has '^exit (1|65)$'
  check "a key in the JSON" at_least "$(tail -n 1 "$out")" 1
}
R32() {
  script 240
  local after="commands in"
  check "set back, it goes on" at_least "$(number "back: [0-9]+ $after")" 20
  check "set forward, no burst" at_most "$(number "forward: [0-9]+ $after")" 100
  check "right again, it goes on" at_least "$(number "right again: [0-9]+ $after")" 20
  check "a start after it works" has '^twin lives'
}
R33() {
  sh twin-config/deploy/check-packages >"$out" 2>&1
  check "what is resolved is locked" [ "$?" = 0 ]
  check "the image's build compares them" grep -q 'check-packages' twin-config/deploy/Dockerfile
  check "base images by digest" [ "$(grep -c '@sha256:' twin-config/deploy/Dockerfile)" -ge 2 ]
  check "memory, processes, logs have limits" [ "$(grep -cE '^    (mem_limit|pids_limit|logging):' docker-compose.yml)" -ge 9 ]
  check "there is a SECURITY.md" test -s .github/SECURITY.md
  twin --version --verbose >>"$out" 2>&1
  while read -r name _ version; do check "the program says that it has $name $version" has "$version"; done \
    < <(grep -v '^#' twin-config/deploy/packages.lock)
  printf 'secret\n' >"$work/password"
  chmod 644 "$work/password"
  twin topics --broker mqtt://someone@127.0.0.1:1 --password-file "$work/password" --for 1s >>"$out" 2>&1
  check "a password file that all may read is refused" has '(others|all|chmod|0600|600)'
}

good=0 bad=0 unjudged=0
for case in "$cases"/R[0-9]*/; do
  case=${case%/}
  id=$(basename "$case" | cut -d- -f1)
  [[ $# == 0 || " $* " == *" $id "* ]] || continue
  title=$(basename "$case" | cut -d- -f2- | tr - ' ')
  if ! declare -F "$id" >/dev/null; then
    echo "$id -      $title: nobody has written down what is expected"
    unjudged=$((unjudged + 1))
    continue
  fi
  wrong=""
  : >"$out"
  from=$SECONDS
  "$id"
  if [[ -z $wrong ]]; then
    printf '%s ok     %s (%s s)\n' "$id" "$title" $((SECONDS - from))
    good=$((good + 1))
  else
    printf '%s FAILED %s (%s s): not so: %s\n' "$id" "$title" $((SECONDS - from)) "$wrong"
    # Not as it stands: a case may hold what a terminal obeys.
    tail -n 12 "$out" | cat -v | cut -c1-200 | sed 's/^/    | /'
    bad=$((bad + 1))
  fi
done
echo "$good as expected, $bad not, $unjudged not judged; $SECONDS s"
((bad == 0))
