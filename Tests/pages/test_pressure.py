"""Whoever leans on the pages does not lean on the plant: nothing of what is sent is lost, and the health answers."""

import http.client
import json
import signal
import socket
import threading
import time
import unittest

from harness import Broker, Folder, Program, wait

IDLE = 500


class Pressure(unittest.TestCase):
    def test_idle_slow_and_oversized_clients_cost_the_plant_nothing(self):
        folder = Folder()
        self.addCleanup(folder.close)
        broker = Broker(folder)
        self.addCleanup(broker.close)
        plant = Program("simulate", "--broker", broker.url, "--from", "2025-06-18T09:00", "--speed", "60", "-q", listen=None)
        self.addCleanup(plant.stop)
        twin = Program("run", "--broker", broker.url, "--store", folder("twin.sqlite"), "--clock", "event", "--json")
        self.addCleanup(twin.stop, signal.SIGTERM)
        wait("the first step", lambda: twin.get("/live.json")["tick"] > 1)
        host, port = twin.base.removeprefix("http://").split(":")
        idle = []
        for _ in range(IDLE):
            client = socket.create_connection((host, int(port)), 5)
            idle.append(client)
        stopping = threading.Event()

        def drip():
            """A request whose head never ends."""
            while not stopping.is_set():
                try:
                    with socket.create_connection((host, int(port)), 5) as client:
                        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                        while not stopping.is_set():
                            client.sendall(b"X-Slow: 1\r\n")
                            time.sleep(0.5)
                except OSError:
                    time.sleep(0.2)

        drippers = [threading.Thread(target=drip, daemon=True) for _ in range(20)]
        for dripper in drippers:
            dripper.start()
        slowest = 0.0
        codes = []
        before = twin.get("/live.json")["tick"]
        for _ in range(20):
            begun = time.monotonic()
            self.assertEqual(twin.get("/healthz")["status"], "ok")
            slowest = max(slowest, time.monotonic() - begun)
            client = http.client.HTTPConnection(host, int(port), timeout=10)
            try:
                client.request("POST", "/commands/manual", body=b"x" * (2 << 20), headers={"Content-Type": "application/json", "Cookie": "twin_session=\xff\x00;;;=="})
                codes.append(client.getresponse().status)
            except (OSError, http.client.HTTPException):
                codes.append("closed")
            finally:
                client.close()
            time.sleep(0.2)
        stopping.set()
        self.assertLess(slowest, 1.0)
        self.assertTrue(all(code == "closed" or 400 <= code < 500 for code in codes), codes)
        self.assertGreater(twin.get("/live.json")["tick"], before, "the plant was stepped meanwhile")
        for client in idle:
            client.close()
        twin.stop(signal.SIGTERM)
        summary = json.loads(next(line for line in twin.lines if line.startswith("{") and '"schema":"summary/1"' in line))
        self.assertEqual(summary["gaps"], 0)
        self.assertEqual(summary["shed"], 0)
        self.assertEqual(summary["rejected"], 0)
        print(f"slowest health {1000 * slowest:.0f} ms; answers {sorted(set(map(str, codes)))}")


if __name__ == "__main__":
    unittest.main()
