#!/usr/bin/env bash
# demo.sh TWIN: a broker, the simulated plant (a minute in a second), a twin that commands it, and its pages. All of it is
# gone after Ctrl-C.
set -euo pipefail
twin=$1
port=${DEMO_PORT:-8080}
folder=$(mktemp -d)
broker=18830
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 0' INT TERM
printf 'listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n' "$broker" >"$folder/mosquitto.conf"
PATH=$PATH:/usr/sbin mosquitto -c "$folder/mosquitto.conf" >"$folder/broker.log" 2>&1 &
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$broker") 2>/dev/null && break; sleep 0.1; done
"$twin" run --broker "mqtt://127.0.0.1:$broker" --clock event --mode control --store "$folder/demo.sqlite" \
  --listen "127.0.0.1:$port" -q >"$folder/twin.log" &
sleep 1
"$twin" simulate --broker "mqtt://127.0.0.1:$broker" --from 2025-06-18T06:30 --speed 60 -q &
echo "A plant minute each second. Open http://127.0.0.1:$port/ ; Ctrl-C ends it."
wait -n
