# Rows of a benchmark; sourced. `twin` is the program, `work` a folder; `missed` becomes 1 when a limit is missed.
missed=0

# row LABEL VALUE UNIT LIMIT [at-least]: prints a figure and compares it with its limit.
row() {
  local good verdict=ok
  if [[ ${5:-} == at-least ]]; then
    good=$(awk -v v="$2" -v l="$4" 'BEGIN { print (v >= l) }')
  else
    good=$(awk -v v="$2" -v l="$4" 'BEGIN { print (v <= l) }')
  fi
  if [[ $good != 1 ]]; then
    verdict=MISSED
    missed=1
  fi
  printf '%-50s %9s %-8s %-8s %8s  %s\n' "$1" "$2" "$3" "${5:-at most}" "$4" "$verdict"
}

note() { printf '%-50s %9s %s\n' "$1" "$2" "$3"; }

# ratio A B: A over B.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", b ? a / b : 0 }'; }

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.3f\n", v[int((NR + 1) / 2)] }'; }

# measure PAUSE ARGUMENT…: runs twin; sets `took`, wall seconds, `processor`, seconds on the processor, and `high`, the
# highest resident memory that was seen, MiB. The kernel keeps the maximum; it is asked every PAUSE seconds, without a
# process that would take a core.
measure() {
  local pause=$1 pid kb=0 now key value from=$EPOCHREALTIME
  times >"$work/before"
  shift
  "$twin" "$@" >"$work/out" 2>"$work/err" &
  pid=$!
  while :; do
    now=""
    { while read -r key value _; do [[ $key != VmHWM: ]] || now=$value; done <"/proc/$pid/status"; } 2>"$work/gone" || true
    [[ -n $now ]] || break
    kb=$now
    read -rt "$pause" <> <(:) || true
  done
  wait "$pid"
  times >"$work/after"
  # The second line is of the children: 0m1.234s 0m0.056s
  processor=$(awk -F'[ms ]+' 'FNR == 2 { sum = ($1 + $3) * 60 + $2 + $4 - sum } END { printf "%.2f\n", sum }' \
    "$work/before" "$work/after")
  took=$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }')
  high=$(awk -v kb="$kb" 'BEGIN { printf "%.1f\n", kb / 1024 }')
}
