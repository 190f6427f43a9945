#!/usr/bin/env python3
"""Measures what the twin takes from a real broker on the loopback, beside paho-mqtt with json.loads in the same run.

usage: ingest.py TWIN [SECONDS] [PYTHON-WITH-PAHO]

Every message is telemetry of a configured asset; the twin journals, decodes, steps and stores as always. Four rounds,
each with a broker and a journal of its own:

  QoS 0    as fast as the broker takes it; its queue has no bound, so that what is lost is lost by the twin. The plant's
           clock comes with it, one step every TICK messages
  QoS 1    the same, and each message is acknowledged when the journal's disk has it
  flood    SECONDS (60) at FLOOD times the rate just found, against the limits of the shipped mosquitto.conf
  flood under the wall clock    the same without a clock of the plant's: a step of a minute gets all that a minute brings

A message counts as parsed when the twin's summary counts it. Its processor time is that of the whole process over the
messages. Exit code 1 when a limit is missed, 2 for a wrong call.
"""
import datetime, glob, json, os, re, socket, struct, subprocess, sys, tempfile, threading, time

LIMITS = {"rate0": 60_000, "cpu0_us": 8, "rate1": 12_000, "memory_mb": 150}
TICK = 20_000  # messages of a plant minute
MINUTES = {0: 30, 1: 12}  # plant minutes in a round, by QoS
FLOOD = 1.5
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLOCK = "v1/sunderland/clock"
START = 5 * 60  # 05:00 UTC, in minutes
# One value each, as the bundled day has them: what a meter, a store, a source and a load send.
ASSETS = [("v1/sunderland/%s/tele" % path, values) for path, values in [
    ("building/halls", '"load_kw":886.3'), ("building/base", '"load_kw":671.9'), ("shop/press", '"load_kw":516.7'),
    ("shop/body", '"load_kw":2216.7'), ("shop/paint", '"load_kw":6016.2'), ("shop/assembly", '"load_kw":1316.1'),
    ("grid/main", '"import_kw":19146.3,"export_kw":0,"connected":true'), ("gas/paint-ovens", '"gas_kw":9013.7'),
    ("gas/paint-oxidiser", '"gas_kw":2822.6'), ("heat/boilers", '"heat_kw":2158.5,"gas_kw":2565.1'),
    ("storage/string-1", '"power_kw":-0.7,"soc_fraction":0.5'), ("storage/string-2", '"power_kw":-0.7,"soc_fraction":0.5'),
    ("solar/pv1", '"power_kw":812.4'), ("solar/pv2", '"power_kw":1204.9'), ("wind/t01", '"power_kw":301.5'),
    ("wind/t02", '"power_kw":299.1'), ("wind/t03", '"power_kw":306.2'), ("wind/t04", '"power_kw":288.8'),
    ("fuelcell/sofc-1", '"power_kw":1000,"heat_kw":519.5,"ethanol_kw":1855.3'), ("agv/group-1", '"load_kw":4.1'),
]]


def hour(minute):
    return "2025-06-18T%02d:%02d" % divmod(minute, 60)


def length(number):
    """A remaining length of MQTT."""
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (128 if number else 0))
        if not number:
            return bytes(out)


def text(word):
    return struct.pack(">H", len(word)) + word.encode()


def packet(topic, payload, number=0):
    """PUBLISH; a packet number makes it QoS 1."""
    body = text(topic) + (struct.pack(">H", number) if number else b"") + payload.encode()
    return bytes([0x32 if number else 0x30]) + length(len(body)) + body


class Publisher:
    """MQTT 3.1.1 over a plain socket: packets are made beforehand, so that it leaves the processor to the others."""

    def __init__(self, port, name):
        self.link = socket.create_connection(("127.0.0.1", port))
        body = text("MQTT") + b"\x04\x02\x00\x00" + text(name)
        self.link.sendall(b"\x10" + length(len(body)) + body)
        assert self.link.recv(4)[:2] == b"\x20\x02"
        self.acknowledged = 0
        self.rest = 0

    def send(self, block):
        self.link.sendall(block)

    def settle(self, packets, waiting_max=0):
        """Waits until no more than so many of the `packets` sent are without PUBACK (four bytes each)."""
        while packets - self.acknowledged > waiting_max:
            self.rest += len(self.link.recv(1 << 16))
            self.acknowledged += self.rest // 4
            self.rest %= 4


class Minutes:
    """The packets of a plant minute; the next one differs in stamps and sequence numbers alone."""

    def __init__(self, qos):
        each = TICK // len(ASSETS)
        # Packet numbers come back after a few hundred messages; the broker answers in order.
        number = lambda n: 1 + n % 60_000 if qos else 0
        self.first = b"".join(
            packet(topic, '{"ts":"%s:%06.3fZ","seq":1000%05d,%s}' % (hour(START), 59.9 * turn / each, turn, values),
                   number(turn * len(ASSETS) + place))
            for turn in range(each) for place, (topic, values) in enumerate(ASSETS))
        self.count = each * len(ASSETS)

    def at(self, minute):
        now, seq = hour(START + minute).encode(), b'"seq":%04d' % (1000 + minute)
        return self.first.replace(hour(START).encode(), now).replace(b'"seq":1000', seq)


def clock(minute, qos=0):
    """Of the QoS of the telemetry: at QoS 0 it would overtake what the broker queues."""
    return packet(CLOCK, '{"ts":"%s:00Z"}' % hour(START + minute), 60_001 + minute % 5000 if qos else 0)


class Broker:
    def __init__(self, folder, lines):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        path = os.path.join(folder, "broker.conf")
        with open(path, "w") as file:
            file.write("listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n%s\n" % (self.port, lines))
        self.process = subprocess.Popen(["mosquitto", "-c", path], stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("ingest: the broker does not answer")

    def end(self):
        self.process.kill()
        self.process.wait()


def processor(pid):
    """Seconds that a process has had of the processors."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid, key):
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(key + r":\s+(\d+)", file.read())[1]) / 1024


class Watch(threading.Thread):
    """Looks at a process until it ends: processor time, memory over time."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.cpu, self.peak, self.track = process, 0.0, 0.0, []
        self.begun = time.monotonic()
        self.start()

    def run(self):
        while self.process.poll() is None:
            try:
                self.cpu = processor(self.process.pid)
                self.peak = memory(self.process.pid, "VmHWM")
                self.track.append((time.monotonic() - self.begun, memory(self.process.pid, "VmRSS")))
            except (OSError, TypeError, IndexError):
                return  # it has just ended
            time.sleep(0.05)


class Twin:
    def __init__(self, program, folder, port, *words):
        self.said = os.path.join(folder, "twin.err")
        self.process = subprocess.Popen(
            [program, "run", "--broker", "mqtt://127.0.0.1:%d" % port, *words,
             "--store", os.path.join(folder, "twin.sqlite"), "--json"],
            stdout=open(os.path.join(folder, "twin.out"), "w+"), stderr=open(self.said, "w"), cwd=ROOT)
        self.watch, self.out = Watch(self.process), os.path.join(folder, "twin.out")
        for _ in range(500):
            if "broker: connected" in open(self.said).read():
                break
            time.sleep(0.02)
        else:
            sys.exit("ingest: the twin did not connect: " + open(self.said).read())
        time.sleep(0.3)
        self.idle = processor(self.process.pid)

    def summary(self, timeout):
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(60)
        self.ended = time.monotonic()
        return json.load(open(self.out))


def member(summary, key):
    """A number of the summary, wherever it stands."""
    found = re.search(r'"%s":\s*(-?[0-9.]+)' % key, json.dumps(summary))
    return int(float(found[1])) if found else None


def speed(program, qos, minutes):
    """Rate, processor time and loss of one round."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder, "max_queued_messages 0\nmax_inflight_messages 1000")
        try:
            twin = Twin(program, folder, broker.port, "--clock", "event", "--for", "%dm" % minutes)
            plant, block = Publisher(broker.port, "plant"), Minutes(qos)
            ready = [block.at(minute) for minute in range(minutes)]
            begun, sent = time.monotonic(), 0
            plant.send(clock(0, qos))
            for minute, packets in enumerate(ready):
                plant.send(packets + clock(minute + 1, qos))
                sent += block.count
                if qos:
                    plant.settle(sent + minute + 2, TICK)
            summary = twin.summary(180)
            clocks = minutes + 1
            got = member(summary, "messages") - clocks
            seconds = twin.ended - begun
            return {"sent": sent, "parsed": got, "seconds": seconds, "rate": got / seconds,
                    "cpu_us": (twin.watch.cpu - twin.idle) / max(got, 1) * 1e6, "peak": twin.watch.peak,
                    "rejected": member(summary, "rejected"), "duplicates": member(summary, "duplicates")}
        finally:
            broker.end()


PAHO = r"""
import json, sys, time
import paho.mqtt.client as mqtt
port, qos, wanted = map(int, sys.argv[1:])
state = {"n": 0}
def on_message(client, userdata, message):
    json.loads(message.payload)
    state["n"] += 1
    if state["n"] == wanted:
        client.disconnect()
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "paho")
client.on_message = on_message
client.on_subscribe = lambda *words: print("ready", flush=True)
client.connect("127.0.0.1", port)
client.subscribe("v1/sunderland/#", qos)
client.loop_forever()
print(state["n"], time.process_time(), flush=True)
"""


def paho(python, qos, minutes):
    """The same messages into paho-mqtt, each through json.loads and no further."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(folder, "max_queued_messages 0\nmax_inflight_messages 1000")
        try:
            block = Minutes(qos)
            reader = subprocess.Popen(
                [python, "-c", PAHO, str(broker.port), str(qos), str(block.count * minutes)], stdout=subprocess.PIPE, text=True)
            reader.stdout.readline()
            idle = processor(reader.pid)
            plant = Publisher(broker.port, "plant")
            ready = [block.at(minute) for minute in range(minutes)]
            begun, sent = time.monotonic(), 0
            for packets in ready:
                plant.send(packets)
                sent += block.count
                if qos:
                    plant.settle(sent, TICK)
            count, cpu = reader.stdout.readline().split()
            seconds = time.monotonic() - begun
            return {"parsed": int(count), "rate": int(count) / seconds, "cpu_us": (float(cpu) - idle) / int(count) * 1e6}
        finally:
            broker.end()


class Seconds:
    """The packets of a quarter of a second of the wall clock."""

    def __init__(self, rate):
        each = max(1, int(rate / 4) // len(ASSETS))
        self.first = b"".join(
            packet(topic, '{"ts":"%s:00.%03dZ","seq":1000%05d,%s}' % (hour(START), 999 * turn // each, turn, values))
            for turn in range(each) for topic, values in ASSETS)
        self.count, self.turn = each * len(ASSETS), 0

    def next(self):
        self.turn += 1
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S").encode()
        block = self.first.replace(hour(START).encode() + b":00", now)
        return block.replace(b'"seq":1000', b'"seq":%04d' % (1000 + self.turn))


def flood(program, rate, seconds, is_wall):
    """More than the twin can take, for a while, and how its memory goes."""
    with tempfile.TemporaryDirectory() as folder:
        shipped = "".join(
            line for line in open(os.path.join(ROOT, "twin-config/deploy/mosquitto.conf"))
            if re.match(r"max_(queued|inflight|packet)", line))
        broker = Broker(folder, shipped)
        try:
            twin = Twin(program, folder, broker.port, "--clock", "wall" if is_wall else "event")
            plant, block = Publisher(broker.port, "plant"), Seconds(rate) if is_wall else Minutes(0)
            begun = time.monotonic()
            sent = minute = 0
            if not is_wall:
                plant.send(clock(0))
            while time.monotonic() - begun < seconds:
                pause = begun + sent / rate - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                plant.send(block.next() if is_wall else block.at(minute) + clock(minute + 1))
                sent, minute = sent + block.count, minute + 1
            took = time.monotonic() - begun
            # The twin works off what the broker holds; beyond its limit of queued messages the broker lets go of QoS 0.
            idle, seen = 0, twin.watch.cpu
            while time.monotonic() - begun < 4 * seconds and idle < 3:
                time.sleep(1)
                idle, seen = (0 if twin.watch.cpu - seen > 0.05 else idle + 1), twin.watch.cpu
            drained = time.monotonic() - begun - idle
            lines = 0
            for path in glob.glob(os.path.join(folder, "twin.journal", "*.jsonl")):
                with open(path, "rb") as file:
                    lines += sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
            track = [m for at, m in twin.watch.track if m > 0]
            twin.process.terminate()
            try:
                twin.process.wait(60)
            except subprocess.TimeoutExpired:
                twin.process.kill()
            said = open(twin.said).read()
            return {"offered": sent / took, "sent": sent, "journalled": lines, "drained": drained, "peak": twin.watch.peak,
                    "growth": max(track[len(track) // 2:]) / max(track[: len(track) // 2]), "lost_links": said.count("link.down")}
        finally:
            broker.end()


missed = []


def row(name, value, unit, limit=None, at_least=False):
    verdict = ""
    if limit is not None:
        good = value >= limit if at_least else value <= limit
        verdict = "%s %s  %s" % ("at least" if at_least else "at most", limit, "ok" if good else "MISSED")
        if not good:
            missed.append(name)
    print("%-58s %10s %-8s %s" % (name, ("%.1f" % value).rstrip("0").rstrip("."), unit, verdict), flush=True)


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        sys.exit(2)
    program, seconds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60
    python = sys.argv[3] if len(sys.argv) > 3 else sys.executable
    with_paho = subprocess.run([python, "-c", "import paho.mqtt.client"], stderr=subprocess.DEVNULL).returncode == 0
    print("ingest on %d cores, load %.2f" % (os.cpu_count(), os.getloadavg()[0]), flush=True)
    rates = {}
    for qos, minutes in MINUTES.items():
        now = rates[qos] = speed(program, qos, minutes)
        row("QoS %d, messages parsed" % qos, now["rate"], "msg/s", LIMITS["rate%d" % qos], True)
        row("QoS %d, processor per message" % qos, now["cpu_us"], "us", LIMITS["cpu0_us"] if qos == 0 else None)
        row("QoS %d, sent and not counted, of %d" % (qos, now["sent"]), now["sent"] - now["parsed"], "", 0)
        row("QoS %d, rejected or taken as duplicate" % qos, now["rejected"] + now["duplicates"], "", 0)
        row("QoS %d, peak memory" % qos, now["peak"], "MiB", LIMITS["memory_mb"])
        if with_paho:
            theirs = paho(python, qos, max(2, minutes // 3))
            row("QoS %d, paho-mqtt with json.loads" % qos, theirs["rate"], "msg/s")
            row("QoS %d, paho-mqtt with json.loads, processor" % qos, theirs["cpu_us"], "us")
            row("QoS %d, ours over theirs" % qos, now["rate"] / theirs["rate"], "times")
    if not with_paho:
        print("paho-mqtt is not there, so nothing to compare with: python3 -m venv .build/paho && .build/paho/bin/pip"
              " install paho-mqtt, and name .build/paho/bin/python3 as the third word")
    for is_wall in (False, True):
        name = "flood under the wall clock" if is_wall else "flood"
        tide = flood(program, rates[0]["rate"] * FLOOD, seconds, is_wall)
        row(name + ", offered for %d s" % seconds, tide["offered"], "msg/s")
        row(name + ", lines of the journal, of %d sent" % tide["sent"], tide["journalled"], "")
        row(name + ", until all was worked off", tide["drained"], "s")
        row(name + ", links lost", tide["lost_links"], "", 0)
        row(name + ", peak memory", tide["peak"], "MiB", LIMITS["memory_mb"])
        row(name + ", resident in the second half over the first", tide["growth"], "times", 1.1)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
