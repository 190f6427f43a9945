"""Who may do what, on a twin that runs against a broker and commands a simulated plant."""

import os
import shutil
import re
import signal
import subprocess
import unittest

from harness import ROOT, TWIN, Broker, Browser, Folder, Program, free_port, wait

PASSWORDS = {"vera": ("viewer", "looking is enough"), "otto": ("operator", "the hand on the lever"), "ena": ("engineer", "tries a mapping")}


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.broker = Broker(cls.folder)
        # A configuration of its own: a mapping is saved into it.
        cls.config = cls.folder("site")
        shutil.copytree(f"{ROOT}/twin-config/sunderland", cls.config)
        cls.users = cls.folder("users")
        for name, (role, password) in PASSWORDS.items():
            with open(cls.folder("password"), "w") as file:
                file.write(password + "\n")
            os.chmod(cls.folder("password"), 0o600)
            subprocess.run(
                [TWIN, "user", "add", name, "--role", role, "--users", cls.users, "--password-file", cls.folder("password")],
                cwd=ROOT, check=True, capture_output=True)
        cls.plant = Program(
            "simulate", "--broker", cls.broker.url, "--config", cls.config, "--from", "2025-06-18T09:00", "--speed", "60", "-q", listen=None)
        cls.listen = f"127.0.0.1:{free_port()}"
        cls.twin = cls.start()
        cls.browser = Browser()
        wait("a step", lambda: cls.step() > 0)

    @classmethod
    def start(cls):
        return Program(
            "run", "--broker", cls.broker.url, "--config", cls.config, "--store", cls.folder("twin.sqlite"), "--clock", "event",
            "--mode", "control", "--users", cls.users, "--look-at", "halls/#", listen=cls.listen)

    @classmethod
    def step(cls):
        for line in cls.twin.text("/metrics").splitlines():
            if line.startswith("twin_step_duration_seconds_count"):
                return float(line.split()[-1])
        return 0

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.twin.stop(signal.SIGTERM)
        cls.plant.stop()
        cls.broker.close()
        cls.folder.close()

    def login(self, name):
        self.browser.driver.delete_all_cookies()
        self.browser.driver.get(self.twin.base + "/login")
        self.enter(name)
        wait("the first page", lambda: self.browser.js("return document.body.dataset.page") == "overview")

    def enter(self, name):
        wait("the form", lambda: self.browser.js("return document.querySelector('input[type=password]') !== null"))
        self.browser.js(
            "document.querySelector('input[name=name]').value = arguments[0];"
            "document.querySelector('input[type=password]').value = arguments[1]", name, PASSWORDS[name][1])
        self.browser.click("Log in")

    def ask(self, path, body):
        return self.browser.driver.execute_async_script(
            "const [path, body, done] = arguments;"
            "import('/files/page.js').then(({ post }) => post(path, body))"
            ".then((answer) => done({ answer }), (error) => done({ error: error.message }))", path, body)

    def test_1_who_is_not_logged_in_is_sent_to_the_login(self):
        self.browser.driver.delete_all_cookies()
        self.browser.driver.get(self.twin.base + "/")
        wait("the login", lambda: "/login" in self.browser.driver.current_url)

    def test_2_an_override_is_refused_for_a_viewer_and_taken_from_an_operator(self):
        order = {"asset": "storage/string-1", "value": 100, "unit": "kW", "for_s": 3600}
        self.login("vera")
        self.browser.open(self.twin.base + "/commands")
        refused = self.ask("/commands/manual", order)
        self.assertIn("operator", refused.get("error", ""), refused)
        self.login("otto")
        self.browser.open(self.twin.base + "/commands")
        taken = self.ask("/commands/manual", order)
        self.assertNotIn("error", taken)
        wait("the order in force", lambda: "storage/string-1" in str(self.browser.js(
            "return fetch('/live.json').then((r) => r.json()).then((now) => JSON.stringify(now.hand))")))

    def test_2b_a_twin_that_stands_still_looks_old_and_is_new_again(self):
        self.login("otto")
        self.browser.open(self.twin.base + "/")
        wait("an age", lambda: re.search(r"\d s ago", self.browser.text("#clock") or ""))
        # How often steps come is learnt from some of them.
        seen = set()
        wait("some steps", lambda: seen.add(self.browser.text("#clock time")) or len(seen) > 5)
        self.twin.process.send_signal(signal.SIGSTOP)
        try:
            wait("the word of it", lambda: re.search(r"no step for \d+ s", self.browser.text("#clock") or ""))
            self.assertEqual(self.browser.js("return document.body.dataset.age"), "old")
        finally:
            self.twin.process.send_signal(signal.SIGCONT)
        wait("a step", lambda: self.browser.js("return document.body.dataset.age") == "new")

    def test_2c_a_choice_is_kept_and_a_forged_one_is_not_taken(self):
        self.login("otto")
        days = "return [...document.querySelectorAll('select')].find((s) => [...s.options].some((o) => o.value === '366')).value"
        self.browser.open(self.twin.base + "/alarms")
        self.browser.js(days.replace("return [", "const s = [").replace(".value === '366')).value", ".value === '366'));"
                        " s.value = '31'; s.dispatchEvent(new Event('change'))"))
        self.browser.open(self.twin.base + "/alarms")
        self.assertEqual(self.browser.js(days), "31")
        for forged in ['{"days":"9999"}', '{"days":{"a":1}}', "[1]", "null", '{"__proto__":{"days":"1"}}', "<b>"]:
            self.browser.js("localStorage.setItem('twin alarms', arguments[0])", forged)
            self.browser.open(self.twin.base + "/alarms")
            self.assertEqual(self.browser.js(days), "7", forged)

    def test_3_the_pages_survive_a_restart_of_the_twin(self):
        self.login("otto")
        place = "/co2?period=2025-06-18#strip"
        self.browser.open(self.twin.base + place)
        first = wait("the clock", lambda: self.browser.text("#clock time"))
        self.twin.stop(signal.SIGTERM)
        wait("the word of it", lambda: "connection lost" in (self.browser.text("#clock") or ""))
        type(self).twin = self.start()
        # The session ended with the process: the page says so, who logs in anew is where he was, and the same run goes on.
        wait("the end of the login", lambda: "the login has ended" in (self.browser.text("#clock") or ""))
        self.browser.js("document.querySelector('#clock a').click()")
        wait("the reasons", lambda: "because the twin was started anew" in (self.browser.text("#page") or ""))
        self.enter("otto")
        wait("the page of before", lambda: self.browser.driver.current_url == self.twin.base + place)
        wait("a later time", lambda: (self.browser.text("#clock time") or first) != first)


    def test_4_a_mapping_row_is_tried_and_saved_by_an_engineer(self):
        # A meter of another make tells the load of a hall under a topic of its own.
        rows = ("- topic: halls/new-meter/power\n  signals:\n"
                "    - {asset: building/base, key: load_kw, unit: kW, kind: sample}\n")
        self.login("ena")
        self.browser.open(self.twin.base + "/data")
        topic = "halls/new-meter/power"
        data = "return fetch('/data.json').then((r) => r.json())"
        wait("the topic that nobody mapped", lambda: self.broker.publish(topic, "812.5") or any(
            one["topic"] == topic and one["kept"] > 0 for one in self.browser.js(data)["unknown"]))
        wrong = self.ask("/data/try", {"yaml": rows.replace("load_kw", "lod_kw")})
        self.assertIn("lod_kw", str(wrong))
        tried = self.ask("/data/try", {"yaml": rows})
        self.assertNotIn("error", tried)
        self.assertIn("812.5", str(tried))
        self.login("vera")
        self.browser.open(self.twin.base + "/data")
        self.assertIn("engineer", self.ask("/data/save", {"yaml": rows}).get("error", ""))
        self.assertFalse(os.path.exists(f"{self.config}/signals.yaml"))
        self.login("ena")
        self.browser.open(self.twin.base + "/data")
        saved = self.ask("/data/save", {"yaml": rows})
        self.assertNotIn("error", saved)
        with open(f"{self.config}/signals.yaml") as file:
            self.assertIn("halls/new-meter/power", file.read())
        wait("the topic that is mapped now", lambda: self.broker.publish(topic, "812.5") or any(
            one["topic"] == topic and one["source"] == "mapped" for one in self.browser.js(data)["topics"]))


if __name__ == "__main__":
    unittest.main()
