"""Kinds of assets that only some sites have: each has its faceplate and its place in the drawings, with the accounts' figures."""

import os
import shutil
import unittest

from harness import ROOT, Browser, Folder, Program, run, wait

HOURS = 3


def figure(kwh):
    """As the pages write energy."""
    return f"{kwh:,.1f}" if abs(kwh) < 100 else f"{kwh:,.0f}"


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.close()

    def seen(self, site, begin, asset, links, meters, account=None):
        """
        links: from node, to node, and the account whose energy that is.
        meters: from node, to node, and the bus on which the asset's own meter tells that energy.
        account: the asset's own in the picture of the power, where it has one.
        """
        recording, config = self.folder(f"{site}.jsonl"), f"twin-config/{site}"
        run("simulate", "--config", config, "--from", begin, "--for", f"{HOURS}h", "--out", recording, "-q")
        twin = Program("replay", recording, "--config", config, "--loop", "closed", "--mode", "control")
        try:
            wait("the end", lambda: twin.said("the pages stay"), 300)
            self.faceplate(twin, asset)
            self.energy(twin, asset, links, meters)
            self.overview(twin, account)
        finally:
            # A page that listens to a server that is gone says so in the console.
            self.browser.driver.get("about:blank")
            self.browser.problems()
            twin.stop()

    def faceplate(self, twin, asset):
        self.browser.open(f"{twin.base}/asset/{asset}")
        self.assertIsNone(self.browser.text("#page .error"))
        self.assertEqual(self.browser.problems(), [])
        self.assertEqual(self.browser.text("h1"), asset)
        data = twin.get(f"/asset/{asset}.json")
        values = [value for value in data["signals"] if value["value"] is not None]
        self.assertTrue(values, f"{asset} tells nothing")
        shown = self.browser.text("#page")
        self.assertTrue(any(f"{value['value']:,.0f}" in shown or f"{value['value']:,.1f}" in shown for value in values), shown[:2000])

    def energy(self, twin, asset, links, meters):
        data = twin.get("/energy.json")
        label = {node["id"]: node["label"] for node in data["flow"]["nodes"]}
        drawn = {(link["from"], link["to"]): link["kwh"] for link in data["flow"]["links"]}
        self.browser.open(f"{twin.base}/energy")
        titles = wait("the drawing", lambda: self.browser.js(
            "const all = [...document.querySelectorAll('.energy-sankey path title')].map((t) => t.textContent); return all.length ? all : null"))
        self.assertEqual(self.browser.problems(), [])
        told = {(start, end): sum(row["kwh"] for row in data["accounts"] if row["account"] == account) for start, end, account in links}
        told |= {(start, end): sum(row["kwh"] for row in data["meters"] if row["asset"] == asset and row["bus"] == bus)
                 for start, end, bus in meters}
        for (start, end), kwh in told.items():
            with self.subTest(link=(start, end)):
                self.assertGreater(kwh, 0, "nothing flowed; the case shows nothing")
                self.assertAlmostEqual(drawn[(start, end)], kwh, places=6)
                self.assertIn(f"{label[start]} → {label[end]}: {figure(kwh)} kWh", titles)
        # What stands in the table is what is drawn.
        rows = self.browser.js("return [...document.querySelectorAll('#page table')].map((t) => t.textContent).join('\\n')")
        for start, end in told:
            self.assertIn(f"{drawn[(start, end)]:,.1f}", rows)

    def overview(self, twin, account):
        self.browser.open(f"{twin.base}/")
        flow = wait("the picture", lambda: self.browser.text("#flow") or None).replace("\u2002", " ")
        self.assertEqual(self.browser.problems(), [])
        for row in twin.get("/live.json")["flows"]:
            if row["account"] == account:
                self.assertGreater(row["kw"], 0)
                self.assertIn(f"{row['label'].capitalize()} {row['kw']:,.0f}", flow)
                return
        self.assertIsNone(account, "the account is not in the picture")

    def test_a_site_without_a_baseline_tells_of_no_marks(self):
        config, recording = self.folder("config"), self.folder("bare.jsonl")
        shutil.copytree(f"{ROOT}/twin-config/sunderland", config)
        os.remove(f"{config}/baseline.yaml")
        run("simulate", "--config", config, "--from", "2025-06-18T08:00", "--for", "1h", "--out", recording, "-q")
        for folder, has in ((config, False), (f"{ROOT}/twin-config/sunderland", True)):
            twin = Program("replay", recording, "--config", folder)
            try:
                wait("the end", lambda: twin.said("the pages stay"), 300)
                self.assertTrue(twin.get("/data.json")["can_save"])
                self.browser.open(f"{twin.base}/")
                tiles = wait("the tile", lambda: (lambda text: text if "Where the figure" in text else None)(self.browser.text("#tiles") or ""))
                self.assertEqual("marks:" in tiles, has, tiles)
                self.assertEqual("baseline" in tiles, False, tiles)
                self.browser.open(f"{twin.base}/co2")
                report = wait("the report", lambda: (lambda text: text if "Where the figure" in text else None)(self.browser.text("#page") or ""))
                self.assertEqual("the site has no baseline" in report, not has)
            finally:
                self.browser.driver.get("about:blank")
                self.browser.problems()
                twin.stop()

    def test_a_boiler_of_wood(self):
        self.seen(
            "sunderland-biomass", "2025-01-15T00:00", "heat/biomass-boiler",
            [("biomass", "converter heat_biomass", "biomass"), ("converter heat_biomass", "bus heat", "heat_biomass")], [])

    def test_an_engine_of_heat_and_power(self):
        self.seen(
            "sunderland-chp", "2025-01-15T00:00", "chp/engine-1",
            [("biomethane", "converter chp", "biomethane"), ("converter chp", "bus electricity", "chp"),
             ("converter chp", "bus heat", "heat_chp")], [], account="chp")

    def test_an_electrolyser(self):
        # A Sunday in August, when there is a surplus.
        self.seen(
            "sunderland-hydrogen", "2025-08-17T09:00", "hydrogen/stack-1",
            [("converter hydrogen_made", "bus hydrogen", "hydrogen_made")],
            [("bus electricity", "converter hydrogen_made", "electricity")])

    def test_a_heat_pump(self):
        self.seen(
            "sunderland", "2025-01-15T00:00", "heat/heat-pump", [("converter heat_pump", "bus heat", "heat_pump")],
            [("bus electricity", "converter heat_pump", "electricity")])


if __name__ == "__main__":
    unittest.main()
