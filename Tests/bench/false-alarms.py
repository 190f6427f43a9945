#!/usr/bin/env python3
"""Replays simulated weeks in which nothing is wrong, and prints the alarms by signal and week.

usage: false-alarms.py TWIN WEEKS [FILE...]

Week N is of seed N, and begins with the N-th Monday of 2025, so that all seasons and the holidays are among them. FILEs are
replayed beside them.
"""
import collections, os, sqlite3, subprocess, sys, tempfile
from datetime import date, timedelta

TWIN, WEEKS = sys.argv[1], int(sys.argv[2])
alarms = collections.Counter()
with tempfile.TemporaryDirectory() as folder:
    runs = []
    for seed in range(1, WEEKS + 1):
        monday = date(2025, 1, 6) + timedelta(days=7 * (seed * 52 // (WEEKS + 1)))
        runs.append(("week of %s, seed %d" % (monday, seed), ["--from", str(monday), "--for", "7d", "--seed", str(seed)]))
    for name, words in runs + [(path, None) for path in sys.argv[3:]]:
        path = name
        if words:
            path = os.path.join(folder, "week.jsonl.gz")
            subprocess.run([TWIN, "simulate", "--out", path, "-q", "--force", *words], check=True)
        store = os.path.join(folder, "week.sqlite")
        subprocess.run([TWIN, "replay", path, "--store", store, "--json", "-q"], check=True, capture_output=True)
        found = sqlite3.connect(store).execute("SELECT area, asset, code FROM alarm WHERE raised = 1").fetchall()
        os.remove(store)
        print("%s: %s" % (name, ", ".join(sorted("%s/%s %s" % row for row in found)) or "no alarm"), flush=True)
        if words:
            alarms.update(found)
print("false alarms in %d weeks: %d" % (WEEKS, sum(alarms.values())))
for (area, asset, code), count in sorted(alarms.items()):
    print("  %s/%s %s: %.2f a week" % (area, asset, code, count / WEEKS))
