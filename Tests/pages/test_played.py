"""The pages of a day that was played: every page, every figure, every width."""

import json
import os
import unittest

from harness import DAY, ROOT, Browser, Folder, Program, run, wait


class Played(unittest.TestCase):
    """The bundled day in a closed loop, as fast as possible; the pages stay when it is over."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.store = cls.folder("day.sqlite")
        cls.twin = Program("replay", DAY, "--loop", "closed", "--store", cls.store)
        wait("the end of the day", lambda: cls.twin.said("the pages stay"), 300)
        cls.browser = Browser()
        cls.browser.open(cls.twin.base + "/")
        cls.pages = cls.browser.js("return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
        cls.report = json.loads(run("report", "--store", cls.store, "--format", "json"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.twin.stop()
        cls.folder.close()

    def test_every_page_is_drawn_without_an_error(self):
        self.assertGreaterEqual(len(self.pages), 10, self.pages)
        assets = self.twin.get("/assets.json")["assets"]
        some = [f"/asset/{asset['asset']}" for asset in assets if asset["asset"] in ("wind/t01", "storage/string-1", "gas/paint-ovens")]
        for width in (1440, 1024, 390):
            self.browser.resize(width)
            for path in self.pages + some:
                with self.subTest(page=path, width=width):
                    self.browser.open(self.twin.base + path)
                    self.assertIsNone(self.browser.text("#page .error"))
                    self.assertEqual(self.browser.problems(), [])
                    over = self.browser.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    self.assertLessEqual(over, 0, "the page is wider than its window")
        self.browser.resize(1440)

    def test_the_figures_are_those_of_the_report(self):
        kg = self.report["co2_kg_per_vehicle"]
        overview = self.twin.get("/overview.json")
        self.assertEqual(overview["co2"]["day"]["co2_kg_per_vehicle"], kg)
        self.assertEqual(overview["co2"]["day"]["uncertainty_kg_per_vehicle"], self.report["uncertainty_kg_per_vehicle"])
        self.assertEqual(overview["vehicles"], self.report["vehicles"])
        self.assertEqual(overview["cost"], self.report["cost"]["total"])
        self.assertEqual(overview["quality"]["measured_pct"], self.report["data_quality"]["measured_pct"])
        self.browser.open(self.twin.base + "/")
        wait("the tile", lambda: f"{kg:,.0f}" in (self.browser.text("#tiles") or ""))
        self.assertIn(f"{self.report['vehicles']:,}", self.browser.text("#tiles"))

    def test_every_chart_has_a_table_twin_with_its_figures(self):
        self.browser.open(self.twin.base + "/")
        rows = self.browser.js("return document.querySelectorAll('#day details table tbody tr').length")
        self.assertEqual(rows, 48)

    def test_a_phone_shows_where_it_is_and_sentences_without_scrolling(self):
        self.addCleanup(self.browser.resize, 1440)
        self.browser.resize(390)
        for path in ("/commands", "/alarms", "/data", "/assets", "/asset/storage/string-1"):
            with self.subTest(page=path):
                self.browser.open(self.twin.base + path)
                wait("the table", lambda: self.browser.js("return document.querySelector('.flow') !== null"))
                wide = self.browser.js(
                    "return [...document.querySelectorAll('.scroll:has(> .flow)')].filter((place) => place.scrollWidth > place.clientWidth + 1)"
                    ".map((place) => place.getAttribute('aria-label'))")
                self.assertEqual(wide, [])
                if not path.startswith("/asset/"):
                    ends = self.browser.js(
                        "const link = document.querySelector('nav [aria-current]').getBoundingClientRect(); return [link.left, link.right]")
                    self.assertTrue(0 <= ends[0] < ends[1] <= 390, f"the page's own link is out of sight: {ends}")

    def test_a_day_of_vehicles_is_listed_in_parts(self):
        self.browser.open(self.twin.base + "/vehicles")
        rows = "return document.querySelectorAll('#page table tbody a').length"
        wait("the vehicles", lambda: self.browser.js(rows) == 100)
        listed = len(self.twin.get("/vehicles.json")["vehicles"])
        self.assertGreater(listed, 100)
        self.browser.click("Show the other")
        self.assertEqual(self.browser.js(rows), listed)

    def test_paper_is_light_and_has_nothing_to_press(self):
        dark = Browser(dark=True)
        self.addCleanup(dark.close)
        dark.open(self.twin.base + "/")
        wait("the keys of the chart", lambda: dark.js("return document.querySelector('.legend li') !== null"))
        dark.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.assertEqual(dark.js(
            "const look = (selector, pseudo) => getComputedStyle(document.querySelector(selector), pseudo);"
            "return [look('body').backgroundColor, look('.card').backgroundColor, look('.top nav').display,"
            " look('.legend li', '::before').printColorAdjust, look('.tile').breakInside]"),
            ["rgb(255, 255, 255)", "rgb(255, 255, 255)", "none", "exact", "avoid"])
        seen = dark.js("return [...document.querySelectorAll('button, select, .toolbar')].filter((one) => one.checkVisibility()).length")
        self.assertEqual(seen, 0)

    def test_every_pack_stands_in_the_map_and_cars_say_by_when(self):
        self.browser.open(self.twin.base + "/storage")
        wait("the packs", lambda: self.browser.js("return document.querySelectorAll('.group-pack').length") == 96)
        cells = self.browser.js("return [...document.querySelectorAll('.group-packs')].map((list) => [...list.children].map((cell) => cell.textContent))")
        # The first packs of string-1 and the last of string-4, as assets.yaml has them.
        self.assertEqual(cells[0][:3], ["C 61", "B 70", "C 63"])
        self.assertEqual(cells[3][-1], "C 58")
        self.browser.open(self.twin.base + "/charging")
        text = wait("the shifts", lambda: (lambda text: text if "Cars by shift" in text else None)(self.browser.text("#page") or ""))
        self.assertIn("19 Jun 14:57", text)
        self.assertIn("staff-v2g", text)

    def test_a_page_that_is_not_there_says_so_in_the_one_shape(self):
        answer = self.twin.get("/nothing-here.json", accept_error=True)
        self.assertEqual(set(answer["error"]), {"status", "code", "text"})
        self.assertEqual(answer["error"]["status"], 404)

    def test_a_browser_that_is_led_astray_is_led_back(self):
        self.browser.open(self.twin.base + "/nothing-here")
        self.assertEqual(self.browser.text("h1"), "There is no such page")
        self.assertIn("/nothing-here", self.browser.text("#page"))
        # The answer's status is all that the console tells.
        self.assertTrue(all("404" in problem for problem in self.browser.problems()))
        self.assertEqual(self.browser.js("return document.querySelector('#page a').getAttribute('href')"), "/")
        wait("the clock", lambda: self.browser.text("#clock time"))

    def test_a_folder_that_nobody_named_is_not_saved_into(self):
        self.assertFalse(self.twin.get("/data.json")["can_save"])
        self.browser.open(self.twin.base + "/data")
        status, answer = self.browser.js("""return fetch('/data/save', {
            method: 'POST', body: JSON.stringify({ yaml: '- topic: a\\n' }),
            headers: { 'content-type': 'application/json', 'x-csrf-token': document.querySelector('meta[name=csrf]').content },
        }).then(async (response) => [response.status, await response.json()])""")
        self.assertEqual((status, answer["error"]["code"]), (409, "no_folder"))
        self.assertIn("--config FOLDER", answer["error"]["text"])
        self.assertFalse(os.path.exists(f"{ROOT}/twin-config/sunderland/signals.yaml"))
        self.browser.problems()

    def test_the_browser_paints_and_says_when(self):
        self.browser.open(self.twin.base + "/")
        paints = self.browser.js("return performance.getEntriesByType('paint').map((e) => [e.name, e.startTime])")
        self.assertTrue(paints, "the browser tells no paint")
        print("first paint:", {name: round(ms) for name, ms in paints}, "ms")


if __name__ == "__main__":
    unittest.main()
