#!/usr/bin/env python3
"""pages.py TWIN: 200 live clients at one step a second, answers while the plant is heard, and long series.

Each figure stands beside its limit; the exit code is 1 where one is missed."""

import asyncio
import gzip
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

TWIN = sys.argv[1]
CLIENTS = 200
# 2025-06-18 and 2025-01-01, UTC.
DAY_S, YEAR_S = 1_750_204_800, 1_735_689_600
PEAK = 39.5
missed = []


def tell(name, value, limit, unit):
    mark = "" if value <= limit else "  MISSED"
    if mark:
        missed.append(name)
    print(f"{name}: {value:.3g} {unit} of at most {limit:g}{mark}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(*arguments):
    process = subprocess.Popen([TWIN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"pages at (http://\S+)/", line)
        if found:
            return process, found.group(1)
    raise SystemExit(f"twin {' '.join(arguments)} serves no pages")


def processor_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def listen(host, port, seconds):
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    writer.write(f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    count = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            line = await asyncio.wait_for(reader.readline(), 2)
        except asyncio.TimeoutError:
            continue
        if not line:
            raise SystemExit("a client was let go")
        if line.startswith(b"data:"):
            count += 1
    writer.close()
    return count


async def clients(base, pid):
    host, port = base.removeprefix("http://").split(":")
    # What the steps themselves cost is measured first, without anybody who listens.
    begun, alone = time.monotonic(), processor_s(pid)
    await asyncio.sleep(15)
    alone = (processor_s(pid) - alone) / (time.monotonic() - begun)
    begun, used = time.monotonic(), processor_s(pid)
    counts = await asyncio.gather(*(listen(host, int(port), 20) for _ in range(CLIENTS)))
    used = (processor_s(pid) - used) / (time.monotonic() - begun)
    print(f"{CLIENTS} clients heard {min(counts)} to {max(counts)} steps in 20 s; without them {100 * alone:.1f} % of a core")
    tell(f"{CLIENTS} live clients at 1 Hz", 100 * (used - alone), 10, "% of a core")


def get(base, path):
    begun = time.monotonic()
    with urllib.request.urlopen(base + path) as answer:
        size = len(answer.read())
    return 1000 * (time.monotonic() - begun), size


def paced(base, path):
    """Milliseconds; asked at a pace below the limit of one address."""
    time.sleep(0.03)
    return get(base, path)[0]


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def window(start_s, length_s):
    return f"from={instant(start_s)}&to={instant(start_s + length_s)}"


def stored(folder, name, start_s, count, period_s):
    """A store that heard one thermometer; its steps are long, so that few of them are taken."""
    site = f"{folder}/site"
    if not os.path.exists(site):
        shutil.copytree("twin-config/sunderland", site)
        text = open(f"{site}/site.yaml").read()
        open(f"{site}/site.yaml", "w").write(re.sub(r"(?m)^step_s: \d+", "step_s: 1800", text))
    recording, store = f"{folder}/{name}.jsonl.gz", f"{folder}/{name}.sqlite"
    with gzip.open(recording, "wt", compresslevel=1) as out:
        header = {"twin": "replay/1", "site": "sunderland", "start": instant(start_s), "step_s": 1800, "run": "simulated"}
        out.write(json.dumps(header) + "\n")
        for place in range(count):
            at = instant(start_s + place * period_s)
            value = PEAK if place == count // 3 else round(12 + 8 * math.sin(place / 5000), 2)
            payload = {"ts": at, "seq": place + 1, "temperature_c": value}
            out.write(json.dumps({"t": at, "topic": "v1/sunderland/weather/mast/tele", "payload": payload}) + "\n")
    subprocess.run([TWIN, "replay", recording, "--config", site, "--store", store, "-q"],
        check=True, stdout=subprocess.DEVNULL)
    return store


def main():
    with tempfile.TemporaryDirectory() as folder:
        broker_port = free_port()
        with open(f"{folder}/mosquitto.conf", "w") as conf:
            conf.write(f"listener {broker_port} 127.0.0.1\nallow_anonymous true\n")
        os.environ["PATH"] += ":/usr/sbin"
        broker = subprocess.Popen(["mosquitto", "-c", f"{folder}/mosquitto.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        url = f"mqtt://127.0.0.1:{broker_port}"
        twin, base = start("run", "--broker", url, "--store", f"{folder}/twin.sqlite", "--clock", "event", "--listen", "127.0.0.1:0")
        plant = subprocess.Popen(
            [TWIN, "simulate", "--broker", url, "--from", "2025-06-18T09:00", "--speed", "60", "-q"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(5)
            asyncio.run(clients(base, twin.pid))
            for path in ("/live.json", "/overview.json", "/energy.json", "/co2.json", "/alarms.json", "/commands.json", "/plan.json"):
                times = sorted(paced(base, path) for _ in range(200))
                tell(f"{path}, p99 while the plant is heard", times[int(len(times) * .99)], 20, "ms")
        finally:
            for process in (plant, twin, broker):
                process.send_signal(signal.SIGTERM)
                process.wait()
    with tempfile.TemporaryDirectory() as folder:
        for name, start_s, count, period_s, limit in (
            ("a day of a signal", DAY_S, 86_400, 1, 300), ("a year of a signal", YEAR_S, 525_600, 60, 1000)):
            store = stored(folder, name, start_s, count, period_s)
            served, base = start("serve", "--store", store, "--listen", "127.0.0.1:0")
            try:
                path = f"/series.json?signal=weather/mast/temperature_c&kind=reading&points=2000&{window(start_s, count * period_s)}"
                ms, size = min(get(base, path) for _ in range(3))
                tell(f"{name}, {count} readings in {size} bytes", ms, limit, "ms")
                with urllib.request.urlopen(base + path) as answer:
                    values = [value for _, value, _ in json.load(answer)["points"] if value is not None]
                # One reading of a second that is unlike all others is still there.
                tell(f"{name}, how far the highest point is from the highest reading", abs(max(values) - PEAK), 0, "Cel")
            finally:
                served.send_signal(signal.SIGTERM)
                served.wait()
    sys.exit(1 if missed else 0)


main()
