#!/usr/bin/env python3
"""pages.py TWIN STORE-OF-YEARS: 200 live clients at one step a second, answers while the plant is heard, and long series.

Each figure stands beside its limit; the exit code is 1 where one is missed."""

import asyncio
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

TWIN = sys.argv[1]
YEARS = sys.argv[2] if len(sys.argv) > 2 else None
CLIENTS = 200
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
            times = sorted(get(base, path)[0] for _ in range(300) for path in ("/live.json",))
            tell("API p99 while the plant is heard", times[int(len(times) * .99)], 20, "ms")
        finally:
            for process in (plant, twin, broker):
                process.send_signal(signal.SIGTERM)
                process.wait()
    if YEARS:
        served, base = start("serve", "--store", YEARS, "--listen", "127.0.0.1:0")
        try:
            signal_path = urllib.parse.quote("weather/mast/air_temperature_c")
            for name, window, limit in (
                ("a day of a signal", "from=2025-06-18&to=2025-06-19", 300), ("a year of a signal", "from=2025-01-01&to=2026-01-01", 1000)):
                ms, size = min(get(base, f"/series.json?signal={signal_path}&{window}&points=2000") for _ in range(3))
                tell(f"{name} ({size} bytes)", ms, limit, "ms")
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait()
    sys.exit(1 if missed else 0)


main()
