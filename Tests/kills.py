#!/usr/bin/env python3
"""Kills a live twin many times under load, and compares what it acknowledged with what its journal has.

usage: kills.py TWIN [KILLS] [SEED]

A publisher tells RATE messages a second at QoS 1, each with a number of its own, and counts what the broker took. The twin
is killed KILLS (200) times at moments drawn by the seed and started again with the same command; where strace is there every
fourth kill strikes inside a write, at the n-th call of write, pwrite64 or fdatasync. At the end everything that the broker
took must be in the journal, because the broker sends again only what the twin has not acknowledged. Then the journal is
replayed to the digest of the live run, and every message must have counted once. Exit code 1 when a limit is missed.
"""
import glob, gzip, json, os, random, re, shutil, signal, subprocess, sys, tempfile, threading, time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench"))
import ingest

RATE = 1000  # messages a second
PACE = 60  # a plant minute, and so a step, a second
EVERY = 4  # one kill of so many is inside a write
RESTART_MAX_S = 2.0


class Plant(threading.Thread):
    """The publisher: telemetry at a steady rate, the plant's clock once a plant minute."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.link = ingest.Publisher(port, "plant")
        self.sent = self.packets = self.minute = 0
        self.is_over = False

    def put(self, topic, payload):
        self.packets += 1
        self.link.send(ingest.packet(topic, payload, 1 + self.packets % 60_000))

    def clock(self):
        self.put(ingest.CLOCK, '{"ts":"%s:00Z"}' % stamp(self.minute))

    def run(self):
        self.clock()
        begun = time.monotonic()
        while not self.is_over:
            due = int((time.monotonic() - begun) * RATE)
            while self.sent < due:
                place = self.sent % (RATE * 60 // PACE)
                topic, values = ingest.ASSETS[self.sent % len(ingest.ASSETS)]
                self.put(topic, '{"ts":"%s:%06.3fZ","seq":%d,%s}' % (
                    stamp(self.minute), 59.9 * place / (RATE * 60 // PACE), self.sent, values))
                self.sent += 1
                if self.sent % (RATE * 60 // PACE) == 0:
                    self.minute += 1
                    self.clock()
            self.link.settle(self.packets, 5000)
            time.sleep(0.005)
        self.minute += 1
        self.clock()
        self.link.settle(self.packets)


def stamp(minute):
    day, rest = divmod(ingest.START + minute, 24 * 60)
    return "2025-06-%02dT%02d:%02d" % (18 + day, *divmod(rest, 60))


class Life:
    """One life of the twin."""

    def __init__(self, words, folder, inject=None):
        self.said = os.path.join(folder, "twin.err")
        if inject:
            words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=write,pwrite64,fdatasync", "-e",
                     "inject=write,pwrite64,fdatasync:signal=KILL:when=%d" % inject, *words]
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            words, stdout=open(os.path.join(folder, "twin.out"), "w"), stderr=open(self.said, "w"), cwd=ingest.ROOT)

    def connected(self, patience):
        """Seconds from the start to the link; None when it ended or did not come."""
        while time.monotonic() - self.begun < patience:
            if "broker: connected" in open(self.said).read():
                return time.monotonic() - self.begun
            if self.process.poll() is not None:
                return None
            time.sleep(0.005)
        return None

    def kill(self):
        """SIGKILL to the twin; strace, where there is one, ends with it."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for pid in [*map(int, children), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def journalled(folder):
    """How often each number stands in the journal, and how many messages of the clock do."""
    counts, clocks = {}, 0
    for path in sorted(glob.glob(os.path.join(folder, "twin.journal", "*.jsonl*"))):
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            for line in file:
                found = re.search(rb'/tele","payload":\{"ts":"[^"]*","seq":(\d+),', line)
                if found:
                    number = int(found[1])
                    counts[number] = counts.get(number, 0) + 1
                elif b'/clock","payload"' in line:
                    clocks += 1
    return counts, clocks


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        sys.exit(2)
    program = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 16)
    strace = shutil.which("strace") is not None
    if not strace:
        print("strace is not here, so no kill is inside a write")
    with tempfile.TemporaryDirectory() as folder:
        broker = ingest.Broker(folder, "max_queued_messages 0\nmax_inflight_messages 1000")
        words = [program, "run", "--broker", "mqtt://127.0.0.1:%d" % broker.port, "--clock", "event", "--store",
                 os.path.join(folder, "twin.sqlite"), "--json"]
        try:
            life = Life(words, folder)
            if life.connected(10) is None:
                sys.exit("kills: the twin did not connect: " + open(life.said).read())
            plant = Plant(broker.port)
            plant.start()
            time.sleep(2)
            restarts, inside = [], 0
            begun = time.monotonic()
            for turn in range(kills):
                is_inside = strace and turn % EVERY == EVERY - 1
                if is_inside:
                    # The life that ends inside a write is one under strace from its start.
                    life.kill()
                    life = Life(words, folder, inject=chance.randint(1, 400))
                    try:
                        life.process.wait(4)
                        inside += 1
                    except subprocess.TimeoutExpired:
                        life.kill()
                else:
                    time.sleep(chance.uniform(0, 1.5))
                    life.kill()
                life = Life(words, folder)
                took = life.connected(30)
                if took is None:
                    sys.exit("kills: no start after kill %d: %s" % (turn + 1, open(life.said).read()))
                restarts.append(took)
                if (turn + 1) % 50 == 0:
                    print("%d kills after %.0f s, %d messages sent" % (turn + 1, time.monotonic() - begun, plant.sent), flush=True)
            plant.is_over = True
            plant.join(60)
            # What the broker still has comes now.
            patience = time.monotonic() + 60
            while len(journalled(folder)[0]) < plant.sent and time.monotonic() < patience:
                time.sleep(1)
            time.sleep(1)
            life.process.terminate()
            life.process.wait(60)
            summary = json.load(open(os.path.join(folder, "twin.out")))
            replay = json.loads(subprocess.run(
                [program, "replay", os.path.join(folder, "twin.journal"), "--json", "-q"], capture_output=True, text=True).stdout)
        finally:
            broker.end()
        counts, clocks = journalled(folder)
    restarts.sort()
    print("%d messages at %d a second, %d kills, %d of them inside a write, %.0f s" % (
        plant.sent, RATE, kills, inside, time.monotonic() - begun))
    ingest.row("taken by the broker and not in the journal", plant.sent - len(counts), "", 0)
    ingest.row("of them more than once in the journal (sent again)", sum(n - 1 for n in counts.values()), "")
    # A message of the clock that is sent again moves nothing and is taken like the first.
    ingest.row("telemetry counted less or more than once", abs(ingest.member(summary, "accepted") - clocks - plant.sent), "", 0)
    ingest.row("messages refused", ingest.member(summary, "rejected"), "", 0)
    ingest.row("digests of the live run and its replay, different", len({summary["digest"], replay["digest"]}) - 1, "", 0)
    ingest.row("start to connection, median", restarts[len(restarts) // 2], "s")
    ingest.row("start to connection, longest", restarts[-1], "s", RESTART_MAX_S)
    sys.exit(1 if ingest.missed else 0)


if __name__ == "__main__":
    main()
