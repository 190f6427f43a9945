"""Pictures of every page from a running twin: screenshots.py FOLDER [WIDTH,WIDTH…] [light,dark]."""

import base64
import os
import sys

from harness import DAY, Browser, Folder, Program, wait


def main():
    target = sys.argv[1]
    widths = [int(width) for width in (sys.argv[2] if len(sys.argv) > 2 else "1440").split(",")]
    looks = (sys.argv[3] if len(sys.argv) > 3 else "light").split(",")
    only = sys.argv[4].split(",") if len(sys.argv) > 4 else None
    os.makedirs(target, exist_ok=True)
    folder = Folder()
    twin = Program("replay", DAY, "--loop", "closed", "--store", folder("day.sqlite"), "--pause-at", "2025-06-18T17:40")
    try:
        wait("the afternoon", lambda: twin.get("/live.json")["ts"].startswith("2025-06-18T17:40"), 300)
        for look in looks:
            for width in widths:
                shoot(twin, target, width, look, only)
    finally:
        twin.stop()
        folder.close()


def shoot(twin, target, width, look, only):
    browser = Browser(width=width, dark=look == "dark", reduced_motion=True)
    try:
        browser.open(twin.base + "/")
        paths = only or browser.js("return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))") + [
            "/asset/wind/t01", "/asset/storage/string-1", "/login"]
        for path in paths:
            browser.resize(width)
            browser.open(twin.base + path)
            height = browser.js("return document.documentElement.scrollHeight")
            browser.resize(width, min(height, 4000))
            picture = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
            name = path.strip("/").replace("/", "-") or "overview"
            place = f"{target}/{name}-{width}{'-dark' if look == 'dark' else ''}.png"
            with open(place, "wb") as file:
                file.write(base64.b64decode(picture))
            print(place)
    finally:
        browser.close()


if __name__ == "__main__":
    main()
