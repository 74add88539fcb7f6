"""Chromium on the page, by way of selenium, and what every test of the page asks of it."""

import base64
import json
import os
import tempfile
import unittest

import axe_core_python
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from program import Program, wait_for

PICTURES = os.environ.get("SLUICE_PICTURES") or tempfile.mkdtemp(prefix="sluice-pictures-")
AXE = open(os.path.join(os.path.dirname(axe_core_python.__file__), "axe.min.js")).read()


def open_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--window-size=1280,900", "--force-device-scale-factor=1"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    return webdriver.Chrome(options=options, service=service)


class PageTestCase(unittest.TestCase):
    """A server and a browser for all tests of a class. No test may leave an error in the console."""

    server_arguments = []

    @classmethod
    def setUpClass(cls):
        cls.server = Program(*cls.server_arguments)
        cls.addClassCleanup(cls.server.remove)
        cls.browser = open_browser()
        cls.addClassCleanup(cls.browser.quit)
        cls.fill(cls.server)

    @classmethod
    def fill(cls, server):
        """What the server holds before the first test."""

    def setUp(self):
        self.browser.get_log("browser")
        # What a test brings about on purpose, as a part of the line.
        self.excused = []

    def tearDown(self):
        lines = [entry["message"] for entry in self.browser.get_log("browser")
                 if entry["level"] in ("SEVERE", "WARNING")]
        self.assertEqual([line for line in lines if not any(part in line for part in self.excused)], [])

    # What one does on the page.

    def open(self, view="/", heading=None):
        self.browser.get("about:blank")
        self.browser.get(f"{self.server.url}/#{view}")
        if heading:
            self.see("h1", heading)

    def find(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """All text of what the selector finds, seen or not."""
        return self.browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent).join('\\n')", selector)

    def see(self, selector, text):
        """Waits until it is to be read there."""
        def there():
            return text in self.text(selector)
        try:
            return wait_for(f"“{text}” in {selector}", there)
        except AssertionError as error:
            raise AssertionError(f"{error}; there is: {self.text(selector)[:800]!r}") from None

    def control(self, label, within="main"):
        """The control that a label names."""
        script = """return [...document.querySelectorAll(`${arguments[1]} label`)]
          .filter((l) => l.firstChild.textContent === arguments[0] && l.control && l.checkVisibility()).map((l) => l.control)[0]"""
        return wait_for(f"a field {label}", lambda: self.browser.execute_script(script, label, within))

    def type(self, label, text, within="main"):
        control = self.control(label, within)
        control.clear()
        control.send_keys(text)

    def set_time(self, moment, within="main"):
        """Sets the field for a time as the time picker does; its keys differ from locale to locale."""
        self.browser.execute_script(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
            self.control("Time", within), moment)

    def choose(self, label, value, within="main"):
        Select(self.control(label, within)).select_by_value(value)

    def press(self, name, within="main"):
        script = """return [...document.querySelectorAll(`${arguments[1]} button, ${arguments[1]} a, ${arguments[1]} summary`)]
          .filter((b) => b.textContent.trim() === arguments[0] && b.checkVisibility())[0]"""
        button = wait_for(f"a button {name}", lambda: self.browser.execute_script(script, name, within))
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def form(self, name):
        return f'form[aria-label="{name}"]'

    def command(self, name):
        """The curl command that the form shows."""
        return self.text(f"{self.form(name)} .curl code")

    def tab(self):
        self.key(Keys.TAB)

    def key(self, key):
        webdriver.ActionChains(self.browser).send_keys(key).perform()

    def focused(self):
        """What has the focus, by its text or its label."""
        return self.browser.execute_script("return document.activeElement.ariaLabel || document.activeElement.textContent")

    # How it looks, and how it sounds.

    def look_as(self, width, scheme="light"):
        self.width = width
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 1400 if width > 2000 else 900, "deviceScaleFactor": 1, "mobile": width < 500})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme},
                         {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def picture(self, name, whole=True):
        """Keeps a picture of the whole page, or of what is to be seen of it."""
        height = self.browser.execute_script("return document.documentElement.scrollHeight")
        width = self.browser.execute_script("return innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 6000), "scale": 1}
        shot = self.browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True} if whole else {})
        with open(os.path.join(PICTURES, f"{name}.png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def assert_nothing_is_cut(self, name):
        """Nothing reaches past the right edge, and no control or heading hides a part of its text."""
        problems = self.browser.execute_script("""
          const wide = [...document.querySelectorAll('body *')].filter((e) => {
            const box = e.getBoundingClientRect();
            return e.checkVisibility() && box.width > 1 && box.right > arguments[0] + 1
              && !e.closest('.table, pre, .skip, .unseen, svg');
          });
          const cut = [...document.querySelectorAll('h1, h2, button, .button, nav a, dt, dd, th, .big, label, small, #state, summary > :nth-child(-n+2)')]
            .filter((e) => e.checkVisibility() && !e.closest('.unseen') && e.scrollWidth > e.clientWidth + 1
              && getComputedStyle(e).display !== 'inline');
          // A small screen grows with what is too wide for it, so its own width is the measure.
          return [document.documentElement.scrollWidth > arguments[0] ? ['the page scrolls sideways'] : [],
            wide.map((e) => `too wide: ${e.outerHTML.slice(0, 120)}`), cut.map((e) => `cut: ${e.outerHTML.slice(0, 120)}`)].flat();
        """, self.width)
        self.assertEqual(problems, [], name)

    def assert_nothing_overlaps(self, name, within="body"):
        """No two controls or headings lie over each other."""
        pairs = self.browser.execute_script("""
          const all = [...document.querySelectorAll('h1, h2, input, select, textarea, button, a, dd, .big, #state')]
            .filter((e) => e.checkVisibility() && e.closest(arguments[0]) && !e.closest('.unseen, .skip'))
            .map((e) => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width > 1 && b.height > 1);
          const found = [];
          all.forEach(([a, x], i) => all.slice(i + 1).forEach(([b, y]) => {
            const across = Math.min(x.right, y.right) - Math.max(x.left, y.left);
            const down = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
            if (across > 2 && down > 2 && !a.contains(b) && !b.contains(a)) found.push(`${a.outerHTML.slice(0, 90)} over ${b.outerHTML.slice(0, 90)}`);
          }));
          return found;
        """, within)
        self.assertEqual(pairs, [], name)

    def assert_accessible(self, name):
        """axe finds nothing serious by WCAG 2.1 AA and its own good practice."""
        self.browser.execute_script(AXE)
        report = self.browser.execute_async_script("""
          const done = arguments[arguments.length - 1];
          axe.run(document, {resultTypes: ['violations']}).then((r) => done(JSON.stringify(r.violations)))""")
        found = [f"{one['impact']} {one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:240]}"
                 for one in json.loads(report) if one["impact"] in ("serious", "critical", "moderate")]
        self.assertEqual(found, [], name)
