"""A replay that is led from its page."""

import time
import unittest

from harness import DAY, Browser, Folder, Program, wait


class Paced(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.twin = Program("replay", DAY, "--loop", "closed", "--store", cls.folder("day.sqlite"), "--speed", "600")
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.twin.stop()
        cls.folder.close()

    def tick(self):
        return self.twin.get("/live.json")["tick"]

    def standing(self):
        tick = self.tick()
        time.sleep(0.5)
        return tick if self.tick() == tick else None

    def test_1_live_values_move(self):
        self.browser.open(self.twin.base + "/")
        first = wait("the clock", lambda: self.browser.text("#clock time"))
        wait("another time", lambda: self.browser.text("#clock time") != first)
        self.assertEqual(self.browser.problems(), [])

    def test_2_it_pauses_and_steps(self):
        self.browser.open(self.twin.base + "/replay")
        self.browser.click("Pause")
        wait("the pause", lambda: self.twin.get("/replay.json")["paused"])
        # The step that was under way when it was told to stand is still taken.
        stands = wait("two equal ticks", self.standing)
        self.browser.click("Step 10")
        wait("ten steps", lambda: self.tick() == stands + 10)
        self.assertEqual(self.tick(), stands + 10)
        self.browser.click("Play")
        wait("more steps", lambda: self.tick() > stands + 10)

    def test_3_a_fault_raises_an_alarm_that_is_acknowledged(self):
        # A farm that freezes at noon, thrown in from the page.
        self.browser.open(self.twin.base + "/replay")
        answer = self.browser.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "import('/files/page.js').then(({ post }) => post('/replay/fault',"
            " { do: 'drop', on: 'v1/sunderland/wind/t01/tele', for: '4h' })).then(done, (error) => done(String(error)))")
        self.assertNotIn("Error", str(answer))
        self.twin_speed(6000)
        wait("the alarm", lambda: any(a["path"].startswith("wind/t01/") for a in self.twin.get("/live.json")["alarms"]))
        self.browser.open(self.twin.base + "/alarms")
        wait("the alarm on its page", lambda: "wind/t01" in self.browser.text("#page"))
        self.assertIn("wind/t01", wait("the strip", lambda: self.browser.text("#strip")) or "")
        self.browser.click("Acknowledge", within="#page")
        wait("the acknowledgement", lambda: any(
            a["path"].startswith("wind/t01/") and a.get("acknowledged") for a in self.twin.get("/live.json")["alarms"]))

    def twin_speed(self, speed):
        self.browser.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "import('/files/page.js').then(({ post }) => post('/replay/control', { do: 'speed', speed: arguments[0] }))"
            ".then(done, (error) => done(String(error)))", speed)


if __name__ == "__main__":
    unittest.main()
