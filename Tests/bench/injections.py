#!/usr/bin/env python3
"""Injects faults into simulated days and prints what became of them, as a table.

usage: injections.py TWIN SEEDS [BASE]

For every seed a day of the simulated plant is made, with registers at the grid's and the ovens' meters and a running total of
the line beside what it tells anyway. Each kind of fault is injected into a copy of it, at a meter and a time drawn by the seed;
TWIN replays both. Found is what raises an alarm that the clean day does not. The error is that of the day's kg per vehicle.
BASE is another build of the program, which replays the same days for comparison.
"""
import concurrent.futures, json, os, random, sqlite3, statistics, subprocess, sys, tempfile

TWIN, SEEDS = sys.argv[1], int(sys.argv[2])
BASE = sys.argv[3] if len(sys.argv) > 3 else None
SITE = "v1/sunderland/"
GRID, OVENS, LINE = SITE + "grid/main/tele", SITE + "gas/paint-ovens/tele", SITE + "line/final/count"
GAS = [SITE + p for p in ("gas/paint-ovens/tele", "gas/paint-oxidiser/tele", "gas/paint-supply-air/tele")]
LOADS = [SITE + "shop/%s/tele" % s for s in ("paint", "body", "assembly")] + [GRID]
DAY_MINUTES = 1440


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def made(seed, folder):
    """A day's lines, with registers and a running total."""
    path = os.path.join(folder, "day.jsonl")
    run(TWIN, "simulate", "--out", path, "--from", "2025-06-18", "--for", "1d", "--seed", str(seed), "-q", "--force")
    lines, registers, vehicles = [], {GRID: [1e6, 5e4], OVENS: [5e5]}, 0
    with open(path) as file:
        for line in file:
            if '"topic"' not in line:
                lines.append((None, line))
                continue
            topic = line.split('"topic":"', 1)[1].split('"', 1)[0]
            if topic in registers:
                message = json.loads(line)
                payload = message["payload"]
                keys = (("import_kw", "energy_in_total_kwh"), ("export_kw", "energy_out_total_kwh"))
                for place, (power, register) in enumerate(keys if topic == GRID else (("gas_kw", "gas_total_kwh"),)):
                    registers[topic][place] += payload[power] / 60
                    payload[register] = round(registers[topic][place], 2)
                lines.append((topic, message))
            elif topic in GAS or topic in LOADS:
                lines.append((topic, json.loads(line)))
            elif topic.endswith("/vehicle"):
                vehicles += 1
                lines.append((topic, line))
            elif topic == SITE + "clock":
                ts = line.split('"ts":"', 1)[1].split('"', 1)[0]
                total = {"ts": ts, "seq": len(lines), "vehicles_total": 7000 + vehicles}
                lines.append((LINE, {"t": ts, "topic": LINE, "payload": total, "q": 1}))
                lines.append((topic, line))
            else:
                lines.append((topic, line))
    return lines


def each(lines, topic, change, first, last):
    """Applies a change to the minutes first..<last of a topic."""
    minute = -1
    out = []
    for found, line in lines:
        if found == topic:
            minute += 1
            if first <= minute < last:
                line = json.loads(json.dumps(line))
                change(line["payload"], minute)
        out.append((found, line))
    return out


def power(topic):
    return "gas_kw" if topic in GAS else "load_kw"


def scaled(keys, factor):
    def change(payload, _):
        for key in keys:
            payload[key] = payload[key] * factor
    return change


def fault(kind, lines, chance):
    """The lines with a fault in them, and the minute in which it begins."""
    first = chance.randrange(7 * 60, 14 * 60)
    gas, load = chance.choice(GAS), chance.choice(LOADS)
    if kind == "frozen":
        held = {}

        def change(payload, _):
            for key in ("gas_kw", "gas_total_kwh"):
                if key in payload:
                    payload[key] = held.setdefault(key, payload[key])
        return each(lines, gas, change, first, DAY_MINUTES), first
    if kind == "zero":
        def change(payload, _):
            payload.pop("gas_total_kwh", None)
            payload["gas_kw"] = 0
        return each(lines, gas, change, first, first + 360), first
    if kind == "spike":
        return each(lines, OVENS, lambda p, _: p.update(gas_total_kwh=p["gas_total_kwh"] * 10), first, first + 1), first
    if kind == "x1000":
        keys = ("import_kw", "export_kw", "energy_in_total_kwh", "energy_out_total_kwh")
        return each(lines, GRID, scaled(keys, 0.001), 0, DAY_MINUTES), 0
    if kind == "swapped":
        def change(payload, _):
            for a, b in (("import_kw", "export_kw"), ("energy_in_total_kwh", "energy_out_total_kwh")):
                payload[a], payload[b] = payload[b], payload[a]
        return each(lines, GRID, change, 0, DAY_MINUTES), 0
    if kind == "m3 for kWh":
        return each(lines, OVENS, scaled(("gas_total_kwh",), 1 / 11.2), 0, DAY_MINUTES), 0
    if kind == "counter reset":
        zero = {}

        def change(payload, _):
            payload["gas_total_kwh"] = round(payload["gas_total_kwh"] - zero.setdefault(0, payload["gas_total_kwh"]), 2)
        return each(lines, OVENS, change, first, DAY_MINUTES), first
    if kind == "lost phase":
        keys = ("import_kw", "export_kw", "energy_in_total_kwh") if load == GRID else ("load_kw",)
        if load == GRID:
            taken = {}

            def change(payload, _):
                payload["import_kw"] *= 2 / 3
                now = payload["energy_in_total_kwh"]
                begun = taken.setdefault(0, now)
                payload["energy_in_total_kwh"] = round(begun + (now - begun) * 2 / 3, 2)
            return each(lines, load, change, first, DAY_MINUTES), first
        return each(lines, load, scaled(keys, 2 / 3), first, DAY_MINUTES), first
    if kind == "vehicle total wrong":
        wrong = chance.choice([0, 70_000, 9_999])
        return each(lines, LINE, lambda p, _: p.update(vehicles_total=wrong), first, first + 1), first
    if kind == "events lost":
        # One event in ten never arrives; the running total counts on.
        return [pair for pair in lines if not (str(pair[0]).endswith("/vehicle") and chance.random() < 0.1)], 0
    raise ValueError(kind)


KINDS = ["frozen", "zero", "spike", "x1000", "swapped", "m3 for kWh", "counter reset", "lost phase",
         "vehicle total wrong", "events lost"]


def replayed(program, lines, folder):
    path, store = os.path.join(folder, "run.jsonl"), os.path.join(folder, "run.sqlite")
    with open(path, "w") as file:
        for _, line in lines:
            file.write(line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) + "\n")
    for name in (store, store + "-wal", store + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    out = json.loads(run(program, "replay", path, "--store", store, "--json", "-q").stdout)
    edges = sqlite3.connect(store).execute("SELECT area, asset, code, at_ms FROM alarm WHERE raised = 1").fetchall() \
        if program == TWIN else []
    return out["co2_kg_per_vehicle"], out["uncertainty_kg_per_vehicle"], edges, sum(out["alarms"].values())


def study(seed):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        lines = made(seed, folder)
        begin = 1750201200000
        truth, _, clean, _ = replayed(TWIN, lines, folder)
        known = {edge[:3] for edge in clean}
        base_clean = replayed(BASE, lines, folder)[3] if BASE else 0
        for kind in KINDS:
            chance = random.Random("%d %s" % (seed, kind))
            wrong, first = fault(kind, lines, chance)
            kg, width, edges, _ = replayed(TWIN, wrong, folder)
            new = [edge[3] for edge in edges if edge[:3] not in known]
            minutes = (min(new) - begin) / 60000 - first if new else None
            row = {"kind": kind, "seed": seed, "minutes": minutes, "error": kg - truth, "width": width}
            if BASE:
                kg, width, _, alarms = replayed(BASE, wrong, folder)
                row.update(base_error=kg - truth, base_width=width, base_found=alarms > base_clean)
            rows.append(row)
    return len(known), rows


def main():
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        results = list(pool.map(study, range(1, SEEDS + 1)))
    false = sum(count for count, _ in results)
    print("%d days, %d alarms on the clean ones" % (SEEDS, false))
    head = "| fault | found | minutes to the alarm, median and largest | error, kg a vehicle, median and largest | within the interval |"
    print(head + (" 0.1.0: found | error | within |" if BASE else ""))
    print("|---" * (head.count("|") - 1) + ("|---|---|---" if BASE else "") + "|")
    for kind in KINDS:
        rows = [row for _, found in results for row in found if row["kind"] == kind]
        told = [row["minutes"] for row in rows if row["minutes"] is not None]
        errors = [abs(row["error"]) for row in rows]
        within = sum(abs(row["error"]) <= row["width"] for row in rows)
        line = "| %s | %.0f %% | %s | %.2f, %.2f | %.0f %% |" % (
            kind, 100 * len(told) / len(rows),
            "%.0f, %.0f" % (statistics.median(told), max(told)) if told else "never",
            statistics.median(errors), max(errors), 100 * within / len(rows))
        if BASE:
            errors = [abs(row["base_error"]) for row in rows]
            line += " %.0f %% | %.2f, %.2f | %.0f %% |" % (
                100 * sum(row["base_found"] for row in rows) / len(rows), statistics.median(errors), max(errors),
                100 * sum(abs(row["base_error"]) <= row["base_width"] for row in rows) / len(rows))
        print(line)


main()
