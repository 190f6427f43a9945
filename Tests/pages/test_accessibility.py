"""What axe-core says of every page, light and dark."""

import glob
import unittest

from harness import DAY, ROOT, Browser, Folder, Program, wait


def axe():
    found = glob.glob(f"{ROOT}/.build/axe/lib/python3*/site-packages/axe_playwright_python/axe.min.js")
    if not found:
        raise SystemExit("axe-core is not there: run make setup-test, which installs it from PyPI")
    with open(found[0]) as file:
        return file.read()


class Accessibility(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.axe = axe()
        cls.folder = Folder()
        cls.twin = Program("replay", DAY, "--loop", "closed", "--store", cls.folder("day.sqlite"))
        wait("the end of the day", lambda: cls.twin.said("the pages stay"), 300)

    @classmethod
    def tearDownClass(cls):
        cls.twin.stop()
        cls.folder.close()

    def check(self, browser):
        browser.open(self.twin.base + "/")
        paths = browser.js("return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
        for path in paths + ["/asset/wind/t01", "/asset/storage/string-1"]:
            with self.subTest(page=path):
                browser.open(self.twin.base + path)
                # The page's own policy lets no other script in; the browser's tools may.
                browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": self.axe})
                result = browser.driver.execute_async_script(
                    "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] })"
                    ".then((r) => done(r.violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help,"
                    " nodes: v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')) }))))")
                serious = [v for v in result if v["impact"] in ("serious", "critical")]
                self.assertEqual(serious, [])

    def test_light(self):
        browser = Browser()
        self.addCleanup(browser.close)
        self.check(browser)

    def test_dark(self):
        browser = Browser(dark=True)
        self.addCleanup(browser.close)
        self.check(browser)

    def test_phone(self):
        browser = Browser(width=390)
        self.addCleanup(browser.close)
        self.check(browser)

    def test_the_first_stop_of_the_keyboard_leads_to_the_content(self):
        browser = Browser()
        self.addCleanup(browser.close)
        browser.open(self.twin.base + "/")
        from selenium.webdriver.common.keys import Keys

        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        self.assertEqual(browser.js("return document.activeElement.className"), "skip")
        browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
        self.assertEqual(browser.js("return location.hash"), "#main")


if __name__ == "__main__":
    unittest.main()
