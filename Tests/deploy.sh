#!/bin/bash
# Runs what twin-config/deploy and docker-compose.yml ship, without containers and without systemd: the broker's files, the
# commands of the unit and of the compose services, against a real mosquitto on the loopback. Only paths, addresses and the
# length of a step are changed, so that it takes a minute.
# Tests/deploy.sh PATH-OF-TWIN; prints one line a promise; exit code 1 when one is not kept.
set -euo pipefail
export LC_ALL=C

twin=${1:-}
if [[ -z $twin || ! -x $twin ]]; then
  echo "usage: Tests/deploy.sh PATH-OF-TWIN" >&2
  exit 2
fi
twin=$(realpath "$twin")
cd "$(dirname "$(realpath "$0")")/.."
ship="twin-config/deploy"
site=v1/sunderland
work=$(mktemp -d)
pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>>"$work/gone" || true; done
  wait 2>>"$work/gone" || true
  rm -rf "$work"
}
trap finish EXIT

failed=0
# verdict WHAT EXPECTED SEEN
verdict() {
  local word=ok
  if [[ $2 != "$3" ]]; then
    word=FAILED
    failed=1
  fi
  printf '%-6s %-72s expected %-14s seen %s\n' "$word" "$1" "$2" "$3"
}
# until_true SECONDS COMMAND…: whether the command succeeds in time.
until_true() {
  local last=$((SECONDS + $1))
  shift
  until "$@" >>"$work/gone" 2>&1; do
    ((SECONDS < last)) || return 1
    sleep 0.1
  done
}
# stop PID: SIGTERM; sets `code` to its exit code.
stop() {
  kill -TERM "$1" 2>>"$work/gone" || true
  code=0
  wait "$1" 2>>"$work/gone" || code=$?
}

# --- The files themselves --------------------------------------------------------------------------------------

if command -v systemd-analyze >>"$work/gone"; then
  sed -e "s#^ExecStart=/opt/twin/bin/twin#ExecStart=$twin#" -e '/^Documentation=/d' "$ship/twin.service" >"$work/twin.service"
  verdict "twin.service, systemd-analyze verify: lines" 0 \
    "$(systemd-analyze verify "$work/twin.service" 2>&1 | grep -c . || true)"
  exposure=$(systemd-analyze security --offline=true "$work/twin.service" 2>>"$work/gone" |
    sed -n 's/.*Overall exposure level for twin.service: \([0-9.]*\).*/\1/p')
  verdict "twin.service, exposure at most 2.0 (it is ${exposure:-unknown})" yes \
    "$(awk -v e="${exposure:-9}" 'BEGIN { print (e <= 2.0) ? "yes" : "no" }')"
  sed -e "s#/opt/twin/bin/twin#$twin#" -e '/^Documentation=/d' "$ship/twin-report.service" >"$work/twin-report.service"
  cp "$ship/twin-report.timer" "$work/twin-report.timer"
  verdict "twin-report.service and its timer, systemd-analyze verify: lines" 0 \
    "$(systemd-analyze verify "$work/twin-report.service" "$work/twin-report.timer" 2>&1 | grep -c . || true)"
  exposure=$(systemd-analyze security --offline=true "$work/twin-report.service" 2>>"$work/gone" |
    sed -n 's/.*Overall exposure level for twin-report.service: \([0-9.]*\).*/\1/p')
  verdict "twin-report.service, exposure at most 1.5 (it is ${exposure:-unknown})" yes \
    "$(awk -v e="${exposure:-9}" 'BEGIN { print (e <= 1.5) ? "yes" : "no" }')"
  verdict "twin-report.timer, OnCalendar is a time that comes" 0 "$(
    code=0
    systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$ship/twin-report.timer")" >>"$work/gone" 2>&1 || code=$?
    echo "$code"
  )"
else
  echo "left out: systemd-analyze is not here"
fi
verdict "twin.service never gives up: StartLimitIntervalSec" 0 "$(sed -n 's/^StartLimitIntervalSec=//p' "$ship/twin.service")"
if command -v docker-compose >>"$work/gone"; then
  code=0
  docker-compose -f docker-compose.yml config -q 2>>"$work/gone" || code=$?
  verdict "docker-compose.yml, docker-compose config" 0 "$code"
  code=0
  docker-compose -f docker-compose.yml -f "$ship/compose-pages.yml" config -q 2>>"$work/gone" || code=$?
  verdict "compose-pages.yml beside it, docker-compose config" 0 "$code"
else
  echo "left out: docker-compose is not here"
fi
for limit in mem_limit pids_limit 'logging:' 'image:.*@sha256:' healthcheck; do
  case $limit in healthcheck) wanted=2 ;; image*) wanted=1 ;; *) wanted=3 ;; esac
  verdict "docker-compose.yml, services with $limit" "$wanted" "$(grep -cE "^    $limit" docker-compose.yml || true)"
done
verdict "Dockerfile, base images by digest" 2 "$(grep -cE '^ARG [A-Z]+_IMAGE=.*@sha256:[0-9a-f]{64}$' "$ship/Dockerfile" || true)"
if [[ -e Package.resolved ]]; then
  verdict "packages.lock and Package.resolved, lines that differ" 0 "$(sh "$ship/check-packages" 2>>"$work/gone" | grep -c '^[<>]' || true)"
fi

# --- The reports, on the 1 July after the bundled day -----------------------------------------------------------

mkdir "$work/reports"
"$twin" replay replay/sunderland-day.jsonl.gz --store "$work/day.sqlite" -q >>"$work/gone" 2>&1
# report YESTERDAY TODAY: the commands of twin-report.service on that day; sets `code`.
report() {
  local line
  code=0
  while read -r line; do
    line=${line//\/opt\/twin\/bin\/twin/$twin}
    line=${line//\/var\/lib\/twin\/twin.sqlite/$work/day.sqlite}
    line=${line//\/var\/lib\/twin-reports/$work/reports}
    line=${line//'$$'/'$'}
    line=${line//date -d yesterday/date -d $1}
    line=${line//date +/date -d $2 +}
    eval "${line//%%/%}" 2>>"$work/gone" || code=$?
  done < <(sed -n 's/^ExecStart=//p' "$ship/twin-report.service")
}
report 2025-06-18 2025-06-19
verdict "twin-report: the day's page, twice, exit code" 0 "$(report 2025-06-18 2025-06-19 && echo "$code")"
report 2025-06-18 2025-07-01
verdict "twin-report: on a first the month's page too" "day-2025-06-18.html month-2025-06.html" "$(cd "$work/reports" && echo *)"
report 2025-06-20 2025-06-21
verdict "twin-report: a day that the store lacks, exit code" 65 "$code"

# --- The unit's command, before there is a broker --------------------------------------------------------------

port=$((20000 + $$ % 20000))
cp -r twin-config "$work/twin-config"
# Steps of 5 s instead of 60.
sed -i 's/^step_s: 60/step_s: 5/' "$work/twin-config/sunderland/site.yaml"
exec_start=$(sed -n 's/^ExecStart=//p' "$ship/twin.service")

# unit NAME USER MODE: starts the unit's command in the background; sets `started`.
unit() {
  local line=$exec_start
  mkdir -p "$work/$1/credentials" "$work/$1/state"
  printf 'pw-%s\n' "$2" >"$work/$1/credentials/broker-password"
  chmod 600 "$work/$1/credentials/broker-password"
  line=${line//\/opt\/twin\/bin\/twin/$twin}
  line=${line//\/opt\/twin\/twin-config/$work\/twin-config}
  line=${line//\/var\/lib\/twin/$work\/$1\/state}
  line=${line//%d/$work\/$1\/credentials}
  line=${line//'${TWIN_BROKER}'/mqtt://$2@127.0.0.1:$port}
  line=${line//'${TWIN_MODE}'/$3}
  # systemd splits at spaces, too, and there are no quotes in it.
  # shellcheck disable=SC2086
  $line >"$work/$1/out" 2>"$work/$1/err" &
  started=$!
  pids+=("$started")
}
unit control twin-control control
control=$started
sleep 12
verdict "unit: 12 s without a broker, the twin waits" yes "$(kill -0 "$control" 2>>"$work/gone" && echo yes || echo no)"

# --- The broker with its files ---------------------------------------------------------------------------------

gateways="wind solar storage fuelcell ethanol chp hydrogen bay agv heat gas shop building line grid weather clock"
users="twin-shadow twin-advise twin-control plant display"
for area in $gateways; do users+=" gateway-$area"; done
touch "$work/passwd"
for user in $users; do mosquitto_passwd -b "$work/passwd" "$user" "pw-$user" 2>>"$work/gone"; done
chmod 755 "$work"
chmod 644 "$work/passwd"
# The lines for TLS as well, with certificates made here.
tls=$((port + 2))
mkdir "$work/certs"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost" \
  -keyout "$work/certs/broker.key" -out "$work/certs/broker.crt" 2>>"$work/gone"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=localhost" \
  -keyout "$work/certs/other.key" -out "$work/certs/other.crt" 2>>"$work/gone"
chmod -R a+rX "$work/certs"
chmod a+r "$work/certs/broker.key"
sed -e "s/^listener 1883/listener $port/" -e "s#/etc/mosquitto/twin.passwd#$work/passwd#" \
  -e "s#/etc/mosquitto/twin.acl#$PWD/$ship/acl#" -e 's/^persistence true/persistence false/' \
  -e "s/^# listener 8883/listener $tls 127.0.0.1/" -e "s#^. \(certfile\|keyfile\) /etc/mosquitto/certs#\1 $work/certs#" \
  -e 's/^# tls_version/tls_version/' "$ship/mosquitto.conf" >"$work/broker.conf"
verdict "acl, users without a test here" "" \
  "$(sed -n 's/^user //p' "$ship/acl" | grep -vxF "$(tr ' ' '\n' <<<"$users")" | tr '\n' ' ' || true)"
mosquitto -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
pids+=($!)
until_true 10 mosquitto_pub -p "$port" -u plant -P pw-plant -t "$site/none" -n || true

# Every user listens to all of the site, and says everything that there is to say. What is heard is what the list allows.
listeners=()
for user in $users; do
  mosquitto_sub -p "$port" -u "$user" -P "pw-$user" -i "ear-$user" -t "$site/#" -F '%t %p' >"$work/heard.$user" 2>>"$work/gone" &
  listeners+=($!)
  pids+=($!)
done
verdict "unit: the broker came, the twin connects by itself" yes \
  "$(until_true 60 grep -q 'broker: connected' "$work/control/err" && echo yes || echo no)"

areas="wind solar storage fuelcell ethanol chp hydrogen bay yard agv heat gas shop building line grid weather"
commanded="solar storage fuelcell chp hydrogen bay yard agv heat gas"
topics="clock twin/state twin/co2 twin/alarm/storage/string-9/stuck line/line-9/vehicle line/line-9/count"
for area in $areas; do for kind in tele status ack cmd; do topics+=" $area/none-9/$kind"; done; done

# may USER TOPIC: whether the user may say that; the table that the list is held against.
may() {
  local area=${2%%/*} kind=${2##*/} own
  case $1 in
  twin-shadow | display) return 1 ;;
  twin-advise) [[ $area == twin ]] ;;
  twin-control) [[ $area == twin ]] || { [[ $kind == cmd && " $commanded " == *" $area "* ]]; } ;;
  plant) [[ $area != twin && $kind != cmd ]] ;;
  gateway-clock) [[ $2 == clock ]] ;;
  gateway-*)
    own=${1#gateway-}
    [[ $own != bay ]] || own="bay yard"
    [[ " $own " == *" $area "* ]] || return 1
    case $kind in
    tele) [[ $area != line ]] ;;
    ack) [[ " $commanded " == *" $area "* ]] ;;
    status) true ;;
    vehicle | count) [[ $area == line ]] ;;
    *) return 1 ;;
    esac
    ;;
  esac
}
# hears USER TOPIC
hears() {
  local area=${2%%/*} own
  case $1 in
  twin-*) true ;;
  display) [[ $area == twin ]] ;;
  plant) [[ ${2##*/} == cmd ]] ;;
  gateway-*)
    own=${1#gateway-}
    [[ $own != bay ]] || own="bay yard"
    [[ ${2##*/} == cmd && " $own " == *" $area "* ]]
    ;;
  esac
}
sleep 1
for user in $users; do
  for topic in $topics; do mosquitto_pub -p "$port" -u "$user" -P "pw-$user" -q 1 -t "$site/$topic" -m "$user" 2>>"$work/gone" || true; done &
  talkers+=" $!"
done
# shellcheck disable=SC2086
wait $talkers || true
sleep 1
for user in $users; do for topic in $topics; do ! may "$user" "$topic" || echo "$site/$topic $user"; done; done | sort -u >"$work/may"
# What was said here ends with a user's name; the twin, which is at work meanwhile, says other things.
said() { grep -E " (${users// /|})\$" "$1" | sort -u || true; }
said "$work/heard.twin-shadow" >"$work/said"
for user in $users; do
  verdict "acl: $user says what it may, and nothing else (differences)" 0 \
    "$(diff <(grep " $user$" "$work/may" || true) <(grep " $user$" "$work/said" || true) | grep -c '^[<>]' || true)"
done
for user in $users; do
  while read -r topic by; do ! hears "$user" "${topic#"$site/"}" || echo "$topic $by"; done <"$work/may" | sort -u >"$work/expected"
  verdict "acl: $user hears what it may, and nothing else (differences)" 0 \
    "$(diff "$work/expected" <(said "$work/heard.$user") | grep -c '^[<>]' || true)"
done

# --- A control twin commands, and a shadow cannot --------------------------------------------------------------

# The assets of twin-config/sunderland that obey.
obey="solar/pv1 solar/pv2 storage/string-1 storage/string-2 storage/string-3 storage/string-4 fuelcell/sofc-1 bay/staff
bay/staff-v2g yard/finished-cars agv/group-1 agv/group-2 agv/group-3 agv/group-4 agv/group-5 heat/heat-pump
heat/electric-boiler gas/paint-ovens gas/paint-oxidiser gas/paint-supply-air"
commands() { cat "$work"/heard.gateway-* | grep -c "^$site/[^ ]*/cmd {" || true; }
all_commanded() {
  local asset own
  for asset in $obey; do
    own=${asset%%/*}
    [[ $own != yard ]] || own=bay
    grep -q "^$site/$asset/cmd {" "$work/heard.gateway-$own" || return 1
  done
}
until_true 25 all_commanded || true
heard=0
for asset in $obey; do
  own=${asset%%/*}
  [[ $own != yard ]] || own=bay
  ! grep -q "^$site/$asset/cmd {" "$work/heard.gateway-$own" || heard=$((heard + 1))
done
verdict "unit, control as twin-control: assets whose gateway heard a command" "$(wc -w <<<"$obey")" "$heard"
stop "$control"
verdict "unit: SIGTERM, exit code" 0 "$code"

sleep 1
before=$(commands)
unit shadow twin-shadow shadow
shadow=$started
unit liar twin-shadow control
liar=$started
until_true 10 grep -q 'broker: connected' "$work/liar/err" || true
sleep 16
verdict "unit, shadow and control as twin-shadow: commands that reached a gateway" 0 "$(($(commands) - before))"
stop "$shadow"
verdict "unit, shadow as twin-shadow: it lives, SIGTERM, exit code" 0 "$code"
stop "$liar"
for pid in "${listeners[@]}"; do kill "$pid" 2>>"$work/gone" || true; done

secure() { # CERTIFICATE: exit code of a look at the broker that trusts it alone
  code=0
  TWIN_BROKER_PASSWORD=pw-twin-shadow "$twin" topics --broker "mqtts://twin-shadow@localhost:$tls" --tls-ca "$1" --for 1s \
    >>"$work/gone" 2>&1 || code=$?
}
secure "$work/certs/broker.crt"
verdict "mosquitto.conf: its lines for TLS, the broker's certificate is trusted" 0 "$code"
secure "$work/certs/other.crt"
verdict "mosquitto.conf: its lines for TLS, another certificate is trusted" 69 "$code"

# --- The compose services --------------------------------------------------------------------------------------

# words SERVICE [FILE]: the command of a service, one word a line.
words() {
  awk -v service="  $1:" '
    $0 == service { inside = 1; next }
    inside && /^  [a-z]/ { exit }
    inside && /^    command:$/ { list = 1; next }
    list && /^      - / { sub(/^      - /, ""); gsub(/^"|"$/, ""); print; next }
    list { exit }
  ' "${2:-docker-compose.yml}"
}
# service NAME: starts the command of a service in the background; sets `started`.
service() {
  local word line=()
  while read -r word; do
    eval "word=\"$word\""
    line+=("${word//\/data/$work/data}")
  done < <(words "$1")
  "$twin" "${line[@]}" >"$work/$1.out" 2>"$work/$1.err" &
  started=$!
  pids+=("$started")
}
verdict "compose-pages.yml: the twin's command is docker-compose.yml's, and where the pages are" \
  "$(words twin | tr '\n' ' ')--listen 0.0.0.0:8080 " "$(words twin "$ship/compose-pages.yml" | tr '\n' ' ')"
for package in node-d3 libjs-dygraphs coinor-libcbc3; do
  verdict "Dockerfile, what is opened when it is needed: $package" 1 "$(grep -cE "install .*[ ]$package( |\$)" "$ship/Dockerfile" || true)"
done
port=$((port + 1))
mkdir -p "$work/data" "$work/broker-data"
chmod 777 "$work/broker-data"
sed -e "s/^listener 1883/listener $port 127.0.0.1/" -e "s#/mosquitto/data/#$work/broker-data/#" \
  "$ship/mosquitto-compose.conf" >"$work/compose-broker.conf"
mosquitto -c "$work/compose-broker.conf" >"$work/compose-broker.log" 2>&1 &
pids+=($!)
check=$(sed -n 's/^      test: \["CMD", "mosquitto_sub", \(.*\)\]$/\1/p' docker-compose.yml | tr -d '",' | sed 's/\$\$/$/')
# shellcheck disable=SC2086
verdict "compose: the broker's health check, exit code" 0 "$(until_true 10 mosquitto_sub -p "$port" $check && echo 0 || echo 1)"
export TWIN_BROKER=mqtt://127.0.0.1:$port TWIN_MODE=control
service twin
demo=$started
until_true 10 grep -q 'broker: connected' "$work/twin.err" || true
service simulator
plant=$started
ticked() { [[ $(cat "$work"/data/twin.journal/*.jsonl | grep -c '"tick":') -ge 6 ]]; }
verdict "compose: the simulated plant moves the twin, 6 steps" yes "$(until_true 30 ticked && echo yes || echo no)"
health=$(sed -n 's/^      test: \["CMD-SHELL", "\(.*\)"\]$/\1/p' docker-compose.yml | sed -e 's/\\"/"/g' -e 's/\$\$/$/g' -e "s#/data#$work/data#")
verdict "compose: the twin's health check, exit code" 0 "$(sh -c "$health" && echo 0 || echo 1)"
verdict "compose: the plant obeys, commands with an acknowledgement" yes \
  "$(cat "$work"/data/twin.journal/*.jsonl | grep -q '/ack","payload":{[^}]*"state":"accepted"' && echo yes || echo no)"
verdict "compose: lines of the log a step, at most 2" yes \
  "$(awk -v l="$(wc -l <"$work/twin.err")" -v t="$(cat "$work"/data/twin.journal/*.jsonl | grep -c '"tick":')" 'BEGIN { print (l <= 10 + 2 * t) ? "yes" : "no" }')"
stop "$demo"
verdict "compose: SIGTERM to the twin, exit code" 0 "$code"
stop "$plant"
verdict "compose: SIGTERM to the plant, exit code" 0 "$code"
echo "$SECONDS s"
exit "$failed"
