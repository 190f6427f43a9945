#!/usr/bin/python3
"""latency.py TWIN: from a step that is done to its figures on the screen, in a real browser.

A replay stands; one step at a time is asked for by the page itself. Three stretches of time, each as median and worst:
from the event's arrival in the browser to the frame that shows it; from the step, as another listener on this machine
hears of it, to that frame; and the whole way from the click. Each figure stands beside its limit; the exit code is 1
where one is missed."""

import json
import os
import statistics
import sys
import threading
import time
import urllib.request

TWIN = os.path.abspath(sys.argv[1])
os.environ["TWIN"] = TWIN
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pages"))

from harness import DAY, Browser, Program, wait  # noqa: E402

STEPS = 50
# After the step; the whole way holds the step itself, and the replay looks every 20 ms whether it may go on.
AFTER_MS, WHOLE_MS = 100, 250
missed = []

# Before the page's own scripts: when an event arrives, by the clock of the machine, ms.
ARRIVALS = """
window.now = () => performance.timeOrigin + performance.now();
window.arrived = new Map();
const add = EventSource.prototype.addEventListener;
EventSource.prototype.addEventListener = function (type, listener) {
  return add.call(this, type, type !== 'message' ? listener : (event) => {
    const at = window.now();
    window.arrived.set(JSON.parse(event.data).ts, at);
    return listener(event);
  });
};
"""

# Asks for a step and waits for the frame with its time; everything else of the page is filled in before that frame.
STEP = """
const done = arguments[0];
const clock = document.getElementById('clock');
const shown = () => clock.querySelector('time').getAttribute('datetime');
const before = shown();
import('/files/page.js').then(({ post }) => {
  const asked = window.now();
  const observer = new MutationObserver(() => {
    const ts = shown();
    if (ts === before) return;
    observer.disconnect();
    requestAnimationFrame(() => done({ ts, asked, arrived: window.arrived.get(ts), changed: window.now() }));
  });
  observer.observe(clock, { childList: true, subtree: true, attributes: true });
  post('/replay/control', { do: 'step', steps: 1 });
});
"""


def tell(name, values, limit):
    worst = max(values)
    if worst > limit:
        missed.append(name)
    print(
        f"{name}: median {statistics.median(values):.1f} ms, worst {worst:.1f} ms of at most {limit}{'  MISSED' if worst > limit else ''}",
        flush=True)


def listen(base, heard):
    """When each step is heard of by somebody who does nothing else, ms."""
    with urllib.request.urlopen(base + "/live") as stream:
        for line in stream:
            at = time.time() * 1000
            if line.startswith(b"data: "):
                heard[json.loads(line[6:])["ts"]] = at


def main():
    twin = Program("replay", DAY, "--loop", "closed", "--pause-at", "2025-06-18T12:00")
    browser = Browser()
    heard = {}
    try:
        threading.Thread(target=listen, args=(twin.base, heard), daemon=True).start()
        wait("noon", lambda: twin.get("/replay.json")["paused"], 300)
        browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": ARRIVALS})
        browser.open(twin.base + "/")
        wait("the clock", lambda: browser.text("#clock time"))
        browser.driver.set_script_timeout(30)
        steps = [browser.driver.execute_async_script(STEP) for _ in range(STEPS + 1)][1:]
    finally:
        browser.close()
        twin.stop()
    tell("event to frame", [step["changed"] - step["arrived"] for step in steps], AFTER_MS)
    tell("step to frame", [step["changed"] - min(step["arrived"], heard.get(step["ts"], step["arrived"])) for step in steps], AFTER_MS)
    tell("click to frame, with the step", [step["changed"] - step["asked"] for step in steps], WHOLE_MS)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
