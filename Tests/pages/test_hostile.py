"""Names, topics, payloads and remarks that somebody made to do harm: on every page, in every export, in the log.

They must be there as the text that they are, and do nothing.
"""

import csv
import gzip
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import unicodedata
import unittest
import urllib.parse
import urllib.request
import xml.etree.ElementTree
import zipfile

from selenium.common.exceptions import NoAlertPresentException

from harness import DAY, ROOT, TWIN, Browser, Folder, Program, run, wait

IMAGE = '<img src=x onerror="window.hit=1">'
SCRIPT = '"><script>window.hit=2</script>'
TEMPLATE = "'{{7*7}}"
BIDI = "abc\u202edcb"
FORMULA = "=cmd|' /C calc'!A0"
ALL = [IMAGE, SCRIPT, TEMPLATE, BIDI, FORMULA]
PASSWORD = "nobody guesses this"
# Minutes of the recording after its begin.
LENGTH_MIN = 540

# What the elements of a page are besides our own, and what they would run.
FOREIGN = """
const own = (url) => url !== '' && new URL(url, location).origin === location.origin && new URL(url, location).pathname.startsWith('/files/');
const found = [...document.querySelectorAll('script')].filter((e) => !own(e.getAttribute('src') ?? '')).map((e) => e.outerHTML);
for (const image of document.querySelectorAll('img, iframe, object, embed, base, form[action]:not([action^="/"]), form[action^="//"]')) found.push(image.outerHTML);
for (const element of document.querySelectorAll('*')) {
  for (const { name, value } of element.attributes) {
    if (element.matches('link[rel=icon][href="data:,"]')) continue;
    if (name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(value)) found.push(`${element.tagName} ${name}=${value}`);
  }
}
return { found, hit: window.hit ?? null };
"""


def minutes(t):
    return int(t[11:13]) * 60 + int(t[14:16])


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def controls(text, allowed="\n"):
    """What a terminal obeys, or what turns the direction of reading."""
    return sorted({f"U+{ord(c):04X}" for c in text if c not in allowed and (unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp"))})


class Markup(html.parser.HTMLParser):
    """Tags and attributes of a page that is kept as a file."""

    def __init__(self, text):
        super().__init__()
        self.problems = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "img", "iframe"):
            self.problems.append(f"<{tag}> {attributes}")
        self.problems += [f"{tag} {name}" for name, _ in attributes if name.startswith("on")]


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.config = cls.folder("site")
        cls.configure()
        cls.recording = cls.folder("hostile.jsonl")
        cls.record()
        cls.users, secret = cls.folder("users"), cls.folder("password")
        with open(secret, "w") as file:
            file.write(PASSWORD + "\n")
        os.chmod(secret, 0o600)
        subprocess.run(
            [TWIN, "user", "add", "otto", "--role", "operator", "--users", cls.users, "--password-file", secret],
            cwd=ROOT, check=True, capture_output=True)
        cls.store = cls.folder("day.sqlite")
        cls.twin = Program(
            "replay", cls.recording, "--config", cls.config, "--loop", "open", "--store", cls.store, "--users", cls.users)
        wait("the end of the recording", lambda: cls.twin.said("the pages stay"), 300)
        cls.browser = Browser()
        cls.login()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.twin.stop()
        cls.folder.close()

    @classmethod
    def configure(cls):
        """Free texts of a configuration, each with something of its own."""
        shutil.copytree(f"{ROOT}/twin-config/sunderland", cls.config)
        for file, changes in {
            "site.yaml": {"name: Nissan Sunderland type car plant": "name: " + quoted(FORMULA + IMAGE + SCRIPT)},
            "baseline.yaml": {
                "name: group-2030": "name: " + quoted(FORMULA + " target"),
                "name: whole life of a vehicle by 2030, group": "name: " + quoted(IMAGE + " context")},
            "levers.yaml": {
                "name: heat pumps for hot water": "name: " + quoted(IMAGE + " lever"), "name: electric ovens": "name: " + quoted(FORMULA),
                "name: booth air recirculated and set back": "name: " + quoted(TEMPLATE)},
            "passports.yaml": {
                "company: Nissan Motor Manufacturing (UK) Limited": "company: " + quoted(IMAGE + FORMULA)},
        }.items():
            with open(f"{cls.config}/{file}") as source:
                text = source.read()
            for old, new in changes.items():
                assert old in text, (file, old)
                text = text.replace(old, new)
            with open(f"{cls.config}/{file}", "w") as changed:
                changed.write(text)
        run("validate", cls.config)

    @classmethod
    def record(cls):
        """The begin of the bundled day, and among it what nobody should send."""
        with gzip.open(DAY, "rt") as file:
            header = json.loads(next(file))
            header.pop("config")
            lines = [header]
            begin = None
            for line in file:
                line = json.loads(line)
                begin = begin or line["t"]
                if (minutes(line["t"]) - minutes(begin)) % 1440 > LENGTH_MIN:
                    break
                lines.append(line)
        middle = len(lines) * 3 // 4
        t = lines[middle]["t"]
        bad = []
        for text in ALL:
            bad.append({"topic": f"v1/sunderland/{text.replace('/', '|')}/tele", "payload": {"ts": t, text: text}})
            bad.append({"topic": f"{text.replace('+', '').replace('#', '')}", "payload": {"name": text}})
            bad.append({"topic": "plc/unknown", "payload": {text: {"deep": [text]}}})
            bad.append({"topic": "v1/sunderland/wind/t01/tele", "payload": text})
            bad.append({"topic": "v1/sunderland/wind/t02/tele", "payload": {"ts": t, "seq": 1, "period_s": 60, "power_kw": text}})
            for model in ("leaf", text):
                bad.append({"topic": "v1/sunderland/line/final/vehicle", "payload": {
                    "ts": t, "seq": 100_000 + len(bad), "vehicle": text, "model": model, "event": "line_off"}})
        lines[middle:middle] = [{"t": t} | line | {"q": 1} for line in bad]
        lines.insert(middle, {"t": t, "op": {
            "request": "import", "id": IMAGE + BIDI, "value": 90_000, "unit": "kW", "until": t.replace("T0", "T2")}})
        with open(cls.recording, "w") as file:
            file.writelines(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)

    @classmethod
    def login(cls):
        driver = cls.browser.driver
        driver.get(cls.twin.base + "/login?to=" + urllib.parse.quote("javascript:window.hit=3"))
        wait("the form", lambda: cls.browser.js("return document.querySelector('input[type=password]') !== null"))
        cls.browser.js(
            "document.querySelector('input[name=name]').value = 'otto';"
            "document.querySelector('input[type=password]').value = arguments[0]", PASSWORD)
        cls.browser.click("Log in")
        wait("the first page", lambda: cls.browser.js("return document.body.dataset.page") == "overview")
        cls.cookie = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in driver.get_cookies())

    def ask(self, path, body):
        return self.browser.driver.execute_async_script(
            "const [path, body, done] = arguments;"
            "import('/files/page.js').then(({ post }) => post(path, body))"
            ".then((answer) => done({ answer }), (error) => done({ error: error.message }))", path, body)

    def fetch(self, path):
        """With its session, as bytes: what a person keeps."""
        request = urllib.request.Request(self.twin.base + path, headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def data(self, path):
        return json.loads(self.fetch(path))

    def harmless(self, path):
        try:
            self.browser.driver.switch_to.alert.dismiss()
            self.fail(f"{path}: a dialog stood open")
        except NoAlertPresentException:
            pass
        state = self.browser.js(FOREIGN)
        self.assertEqual(state, {"found": [], "hit": None}, path)
        self.assertEqual(self.browser.problems(), [], path)

    def looked_at(self, path, *texts):
        with self.subTest(page=path):
            self.browser.open(self.twin.base + path)
            self.harmless(path)
            body = self.browser.js("return document.documentElement.textContent")
            for text in texts:
                self.assertIn(text, body, path)
            self.assertNotIn("\u202e", body, path)

    def test_1_remarks_are_kept_as_text(self):
        self.browser.open(self.twin.base + "/alarms")
        alarms = [alarm["path"] for alarm in self.data("/alarms.json")["alarms"]]
        self.assertTrue(alarms, "no alarm stands that could be remarked on")
        self.assertNotIn("error", self.ask("/alarms/shelve", {"path": alarms[0], "for_s": 3600, "comment": IMAGE + BIDI}))
        for path, text in zip(alarms, ALL):
            self.assertNotIn("error", self.ask("/alarms/acknowledge", {"path": path, "comment": text}))
        for text in ALL:
            self.assertIn("error", self.ask("/commands/manual", {"asset": text, "value": text, "for_s": 60}))
            self.assertIn("error", self.ask("/commands/request", {"id": text, "ceiling_kw": 1, "for_s": 60}))
            self.assertIn("error", self.ask("/replay/fault", {"do": "freeze", "on": text}))
            self.assertIn("error", self.ask("/data/save", {"yaml": f"- topic: {quoted(text)}\n  signals: {quoted(text)}\n"}))
        # The console tells of each refusal.
        self.assertEqual([problem for problem in self.browser.problems() if "status of 4" not in problem], [])
        self.looked_at("/alarms", IMAGE)

    def test_2_every_page_shows_it_and_runs_nothing(self):
        self.browser.open(self.twin.base + "/")
        pages = self.browser.js("return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
        self.assertGreaterEqual(len(pages), 10)
        shown = {"/co2": [IMAGE + " lever", FORMULA, TEMPLATE], "/data": [IMAGE, TEMPLATE, FORMULA, "plc/unknown"]}
        for path in pages:
            self.looked_at(path, FORMULA + IMAGE + SCRIPT, *shown.get(path, []))
        seen = set()
        for asset in self.data("/assets.json")["assets"]:
            # One of each kind: string-1 stands for string-2.
            kind = re.sub(r"\d+", "", asset["asset"])
            if kind not in seen:
                seen.add(kind)
                self.looked_at(f"/asset/{asset['asset']}")
        self.assertGreaterEqual(len(seen), 15)

    def test_3_vehicles_and_addresses_are_text(self):
        ids = [vehicle["vehicle"] for vehicle in self.data("/vehicles.json")["vehicles"]]
        for text in (IMAGE, SCRIPT):
            if text in ids:
                self.looked_at("/vehicles", text)
        for text in ALL:
            name = urllib.parse.quote(text, safe="")
            for path in (f"/vehicles/{name}", f"/asset/wind/{name}", f"/asset/{name}/{name}", f"/login?to={name}", f"/login?next={name}",
                         f"/energy?from={name}&to={name}", f"/commands?asset={name}", f"/co2?period={name}"):
                with self.subTest(address=path):
                    self.browser.driver.get(self.twin.base + path)
                    wait("the page", lambda: self.browser.js("return document.readyState === 'complete'"))
                    state = self.browser.js(FOREIGN)
                    self.assertEqual(state, {"found": [], "hit": None}, path)
                    # That nothing is there is an answer of 404 or 400, which the console tells.
                    self.assertEqual([p for p in self.browser.problems() if "status of 40" not in p], [])

    def test_4_what_the_pages_give_away_is_safe_elsewhere(self):
        for path in ("overview", "energy", "co2", "vehicles", "plan", "commands", "alarms", "data", "assets", "storage", "charging", "replay",
                     "studies", "login", "live"):
            with self.subTest(data=path):
                text = self.fetch(f"/{path}.json").decode()
                json.loads(text)
                self.assertEqual(controls(text), [])
        for path in ("/energy.csv", "/co2/report.csv"):
            self.safe_table(path, self.fetch(path).decode())
        self.assertEqual(Markup(self.fetch("/co2/report.html").decode()).problems, [])
        self.safe_workbook("/co2/report.xlsx", self.fetch("/co2/report.xlsx"))
        for line in self.fetch("/metrics").decode().splitlines():
            self.assertEqual(controls(line), [])
            self.assertRegex(line, r'^(# (HELP|TYPE) [a-z_:0-9]+ .*|[a-z_:0-9]+(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? \S+)$')

    def test_5_reports_and_exports_are_safe(self):
        formats = {"text": self.safe_text, "json": self.safe_json, "csv": self.safe_table, "html": self.safe_page, "secr": self.safe_text}
        for format, check in formats.items():
            with self.subTest(report=format):
                check(f"report {format}", run("report", "--store", self.store, "--config", self.config, "--format", format))
        for format in ("xlsx", "pdf"):
            file = self.folder(f"report.{format}")
            run("report", "--store", self.store, "--config", self.config, "--format", format, "--out", file)
            with open(file, "rb") as report:
                content = report.read()
            if format == "xlsx":
                self.safe_workbook(file, content)
            else:
                self.assertNotIn(b"/JavaScript", content)
        self.safe_text("alarms", run("alarms", "--store", self.store))
        self.safe_text("commands", run("commands", "--store", self.store))

    def test_6_the_log_has_a_line_for_each_record(self):
        for log in ("text", "json"):
            with self.subTest(log=log):
                done = subprocess.run(
                    [TWIN, "replay", self.recording, "--config", self.config, "--log", log], cwd=ROOT, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                for line in done.stderr.splitlines():
                    self.assertEqual(controls(line), [], line)
                    if log == "json":
                        json.loads(line)
                self.assertEqual(controls(done.stdout), [])
        for line in self.twin.lines:
            self.assertEqual(controls(line), [], line)
        audit = self.store.replace(".sqlite", ".audit.jsonl")
        with open(audit, newline="") as file:
            text = file.read()
        entries = [json.loads(line) for line in text.split("\n")[:-1]]
        self.assertEqual(controls(text), [])
        self.assertIn(IMAGE, [(entry["about"] or {}).get("comment") for entry in entries])

    def safe_text(self, what, text):
        self.assertEqual(controls(text), [], what)

    def safe_json(self, what, text):
        json.loads(text)
        self.safe_text(what, text)

    def safe_page(self, what, text):
        self.assertEqual(Markup(text).problems, [], what)
        self.safe_text(what, text)

    def safe_table(self, what, text):
        self.assertEqual(controls(text, "\r\n"), [], what)
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                isNumber = re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", cell) is not None
                self.assertFalse(cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not isNumber, f"{what}: {cell!r} is a formula")

    def safe_workbook(self, what, content):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for name in book.namelist():
                if name.endswith((".xml", ".rels")):
                    root = xml.etree.ElementTree.fromstring(book.read(name))
                    formulas = [e.text for e in root.iter() if e.tag.endswith("}f") and "cmd" in (e.text or "")]
                    self.assertEqual(formulas, [], f"{what}: {name}")


if __name__ == "__main__":
    unittest.main()
