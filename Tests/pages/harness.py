"""Starts the program, a broker and a browser for the tests of the pages. Everything is the real thing."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TWIN = os.environ.get("TWIN", f"{ROOT}/.build/debug/twin")
DAY = f"{ROOT}/replay/sunderland-day.jsonl.gz"
PATIENCE_S = 90


def wait(what, until, seconds=PATIENCE_S):
    """Asks until the answer is neither None nor False, and says what was waited for where it never comes."""
    end = time.monotonic() + seconds
    while True:
        last = None
        try:
            last = until()
            if last not in (None, False):
                return last
        except Exception as error:  # what is not there yet is asked for again
            last = error
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}; the last answer was {last!r}")
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder:
    """A folder of its own, gone at the end."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="twin-pages-")

    def __call__(self, name):
        return os.path.join(self.path, name)

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Program:
    """A command of the program; `base` is where its pages are."""

    def __init__(self, *arguments, listen="127.0.0.1:0"):
        arguments = [TWIN, *arguments] + (["--listen", listen] if listen else [])
        self.lines = []
        self.process = subprocess.Popen(
            arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.outputs = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)]
        for output in self.outputs:
            output.start()
        self.base = None
        if listen:
            address = wait("the address of the pages", lambda: self.said(r"pages at (http://\S+)/"))
            self.base = address.group(1)

    def _read(self, stream):
        for line in stream:
            self.lines.append(line.rstrip("\n"))

    def said(self, pattern):
        if self.process.poll() is not None and not any(re.search(pattern, line) for line in self.lines):
            raise SystemExit(f"the program ended ({self.process.returncode}):\n" + "\n".join(self.lines[-20:]))
        for line in self.lines:
            found = re.search(pattern, line)
            if found:
                return found
        return None

    def get(self, path, accept_error=False):
        try:
            with urllib.request.urlopen(self.base + path, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if accept_error:
                return json.load(error)
            raise

    def text(self, path):
        with urllib.request.urlopen(self.base + path, timeout=30) as answer:
            return answer.read().decode()

    def stop(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for output in self.outputs:
            output.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return self.process.returncode


def run(*arguments):
    """Runs a command to its end and gives what it printed."""
    done = subprocess.run([TWIN, *arguments], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"twin {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


class Broker:
    def __init__(self, folder):
        self.port = free_port()
        with open(folder("mosquitto.conf"), "w") as conf:
            conf.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n")
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
        self.process = subprocess.Popen(
            [program, "-c", folder("mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"mqtt://127.0.0.1:{self.port}"
        wait("the broker", lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() or True)

    def publish(self, topic, payload):
        """A message at QoS 0, by MQTT 3.1.1: a packet is its type, its length and its parts."""
        def text(value):
            return len(value.encode()).to_bytes(2, "big") + value.encode()

        def packet(kind, body):
            assert len(body) < 128
            return bytes([kind, len(body)]) + body

        with socket.create_connection(("127.0.0.1", self.port), 5) as link:
            link.sendall(packet(0x10, text("MQTT") + bytes([4, 2, 0, 30]) + text(f"test-{os.getpid()}")))
            assert link.recv(4)[3] == 0
            link.sendall(packet(0x30, text(topic) + payload.encode()) + packet(0xE0, b""))

    def close(self):
        self.process.terminate()
        self.process.wait()


class Browser:
    """Chromium without a window."""

    def __init__(self, width=1440, dark=False, reduced_motion=False):
        self.profile = tempfile.mkdtemp(prefix="twin-browser-")
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         f"--user-data-dir={self.profile}", f"--window-size={width},1000"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_page_load_timeout(60)
        self.resize(width)
        features = []
        if dark:
            features.append({"name": "prefers-color-scheme", "value": "dark"})
        if reduced_motion:
            features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        if features:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def resize(self, width, height=1000):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def open(self, address):
        self.driver.get(address)
        if not self.js("return document.getElementById('page') !== null"):
            raise AssertionError(f"{address} is no page: {self.text('body')}")
        wait(f"{address} to be drawn", lambda: self.js(
            "const page = document.getElementById('page');"
            "return page !== null && !page.hasAttribute('aria-busy') && page.childElementCount > 0"))

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0])?.innerText ?? null", selector)

    def click(self, label, within="body"):
        """Presses the first button that begins with a label."""
        done = self.js(
            "const all = [...document.querySelectorAll(`${arguments[1]} button`)];"
            "const found = all.find((b) => b.innerText.trim().startsWith(arguments[0]) && !b.disabled);"
            "if (!found) return all.map((b) => b.innerText + (b.disabled ? ' (disabled)' : '')).join(' | ');"
            "found.click(); return null", label, within)
        assert done is None, f"no button {label!r} in {within}; there are: {done}"

    def problems(self):
        """What the browser's console says of errors since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)
