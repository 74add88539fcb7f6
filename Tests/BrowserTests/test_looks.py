"""How the page looks at all widths, how it sounds, what it weighs."""

import contextlib
import glob
import json
import os
import selectors
import socket
import time
import unittest

from selenium.webdriver.common.keys import Keys

from browser import PICTURES, PageTestCase
from program import RAW, TOP, wait_for

WIDTHS = [360, 1280, 2560]
SCHEMES = ["light", "dark"]
PAGE_BYTES_MAX = 60_000
FIGURES_MILLISECONDS_MAX = 300
PAGES = 100
PAGES_SHARE_MAX = 0.02
# Served beside the page, and no part of it.
BESIDE = ["grafana.json", "prometheus.yml", "prometheus-rules.yml"]


def fill(server):
    """A server with something of everything."""
    long = "a-topic-with-a-name-that-is-about-as-long-as-somebody-may-come-up-with.production.europe.v2"
    server.ask("PUT", "/v1/topics/orders", {"partitions": 3})
    for number in range(30):
        server.produce("orders", *[
            {"key": f"user-{number}", "tag": "paid" if index % 2 else "open", "headers": {"trace": f"{number:08}"},
             "value": {"item": "book", "price": 12.5, "note": "a remark of some length, to see what becomes of it " * 2}} for index in range(20)])
    server.produce(long, {"key": "k" * 80, "tag": "a-rather-long-tag", "value": "w" * 400}, {"value_base64": "AAECAwQF/w=="})
    server.ask("POST", "/v1/topics/dpkg/records", ("d" * 999 + "\n") * 20000, kind="text/plain")
    for copy in ["read", "mmap", "sendfile", "sendfile"]:
        server.send("GET", f"/v1/topics/dpkg/partitions/0/records?max_bytes=99999999&copy={copy}", accept=RAW)
    server.ask("PUT", "/v1/groups/mailers", {"config": {"max_attempts": 1, "lease": "1h"}})
    records = server.ask("POST", "/v1/groups/mailers/receive", {"topics": ["orders"], "max_records": 12})["records"]
    receipts = [record["receipt"] for record in records]
    server.ask("POST", "/v1/groups/mailers/nack", {"receipts": receipts[:4]})
    server.ask("POST", "/v1/groups/mailers/ack", {"receipts": receipts[4:8]})
    server.ask("POST", "/v1/groups/archive/receive", {"topics": ["orders", long], "max_records": 2})
    wait_for("dead letters", lambda: server.ask("GET", "/v1/groups/mailers")["dead"] == 4)
    server.ask("POST", "/v1/copy-comparison", {"topic": "dpkg", "partition": 0, "rounds": 1})
    server.produce("later", *[{"key": f"k{number}", "tag": "late", "value": {"number": number}, "delay": "1h"} for number in range(4)])
    for number in range(3):
        server.ask("POST", "/v1/transactions", {"producer_group": "payers", "records": [{"topic": "orders", "value": str(number)}]})
    return long


VIEWS = {
    "overview": ("/", "Overview", ".tiles"), "topics": ("/topics", "Topics", "tbody tr"), "groups": ("/groups", "Groups", "tbody tr"),
    "topic": ("/topics/orders", "orders", "li summary"), "produce": ("/topics/orders/produce", "Produce", "form"),
    "new-topic": ("/new-topic", "New topic", "form"), "group": ("/groups/mailers", "mailers", "li summary"),
    "waiting": ("/waiting", "Waiting", "main"), "copies": ("/copies", "Ways of copying", "main"),
}


class Full(PageTestCase):
    @classmethod
    def fill(cls, server):
        cls.long = fill(server)

    def each_view(self):
        for name, (address, heading, there) in {**VIEWS, "long": (f"/topics/{self.long}", self.long, "li summary")}.items():
            self.open(address, heading)
            wait_for(f"{there} of {name}", lambda: self.find(there))
            wait_for("figures", lambda: "up" in self.text("#server"))
            if name in ("topic", "group", "long"):
                self.find("li summary")[0].click()
                wait_for("a value", lambda: self.find("pre.value"))
            yield name

    def test_nothing_overlaps_and_nothing_is_cut(self):
        for width in WIDTHS:
            for scheme in SCHEMES:
                self.look_as(width, scheme)
                for name in self.each_view():
                    with self.subTest(view=name, width=width, scheme=scheme):
                        self.picture(f"full-{name}-{width}-{scheme}")
                        self.assert_nothing_is_cut(name)
                        self.assert_nothing_overlaps(name)

    def test_axe_finds_nothing(self):
        for width, scheme in [(1280, "light"), (1280, "dark"), (360, "light")]:
            self.look_as(width, scheme)
            for name in self.each_view():
                with self.subTest(view=name, width=width, scheme=scheme):
                    self.assert_accessible(name)

    def test_dialogs_look_and_sound_well(self):
        dialogs = [(f"/topics/{self.long}", self.long, f"Delete {self.long}"), ("/topics/orders", "orders", "Segments of partition 1"),
                   ("/groups/mailers", "mailers", "Purge dead letters of mailers"), ("/waiting", "Waiting", None)]
        for width in WIDTHS:
            for scheme in SCHEMES:
                self.look_as(width, scheme)
                for number, (address, heading, name) in enumerate(dialogs):
                    self.open(address, heading)
                    if name:
                        self.press(name)
                    else:
                        wait_for("rows", lambda: self.find("tbody button"))[0].click()
                    wait_for("a dialog", lambda: self.find("dialog[open]"))
                    with self.subTest(dialog=address, width=width, scheme=scheme):
                        self.picture(f"full-dialog{number}-{width}-{scheme}", whole=False)
                        self.assert_nothing_is_cut(address)
                        self.assert_nothing_overlaps(address, "dialog")
                        if width != 2560:
                            self.assert_accessible(address)

    def test_the_keyboard_gets_everywhere(self):
        self.look_as(1280)
        self.open("/", "Overview")
        wait_for("figures", lambda: "up" in self.text("#server"))
        seen = []
        for _ in range(8):
            self.tab()
            seen.append(self.browser.switch_to.active_element.text)
        self.assertEqual(seen, ["To the content", "Sluice", "Overview", "Topics", "Groups", "Waiting", "Copies", "4 dead letters to look at."])
        self.open("/", "Overview")
        self.tab()
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("id"), "main")
        self.assertEqual(self.text("h1"), "Overview")
        # Along the navigation by keyboard; the new heading gets the focus, and says where one is.
        self.open("/", "Overview")
        for _ in range(4):
            self.tab()
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.see("h1", "Topics")
        wait_for("the heading has the focus", lambda: self.browser.switch_to.active_element.tag_name == "h1")
        self.assertEqual(self.text("nav [aria-current=page]"), "Topics")
        self.assertEqual(self.browser.title, "Topics · Sluice")

    def test_landmarks_and_names(self):
        self.look_as(1280)
        for name in self.each_view():
            with self.subTest(view=name):
                counts = self.browser.execute_script(
                    "return ['header', 'main', 'footer', 'h1'].map((tag) => document.querySelectorAll(tag).length)")
                self.assertEqual(counts, [1, 1, 1, 1])
                nameless = self.browser.execute_script("""
                  return [...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length)
                    .concat([...document.querySelectorAll('button, a')].filter((e) => !e.textContent.trim())).map((e) => e.outerHTML)""")
                self.assertEqual(nameless, [])

    def test_live_regions_do_not_chatter(self):
        self.look_as(1280)
        self.open("/", "Overview")
        wait_for("figures", lambda: "up" in self.text("#server"))
        self.browser.execute_script("""
          window.said = 0;
          const watch = new MutationObserver((changes) => { window.said += changes.length; });
          for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
            watch.observe(region, {childList: true, characterData: true, subtree: true});
          }
          window.ticks = 0;
          new MutationObserver(() => { window.ticks += 1; }).observe(document.getElementById('server'), {childList: true, subtree: true});""")
        wait_for("a few ticks", lambda: self.browser.execute_script("return window.ticks") >= 3)
        self.assertLessEqual(self.browser.execute_script("return window.said"), 1)


class Empty(PageTestCase):
    def test_an_empty_server_looks_well(self):
        for width in WIDTHS:
            for scheme in SCHEMES:
                self.look_as(width, scheme)
                for name in ["overview", "topics", "groups", "waiting", "copies"]:
                    address, heading, _ = VIEWS[name]
                    self.open(address, heading)
                    wait_for("figures", lambda: "up" in self.text("#server"))
                    with self.subTest(view=name, width=width, scheme=scheme):
                        self.picture(f"empty-{name}-{width}-{scheme}")
                        self.assert_nothing_is_cut(name)
                        self.assert_nothing_overlaps(name)
                        if width == 1280:
                            self.assert_accessible(name)


class Light(PageTestCase):
    @classmethod
    def fill(cls, server):
        fill(server)

    def test_the_page_is_small(self):
        files = [file for file in glob.glob(os.path.join(TOP, "static", "*")) if os.path.basename(file) not in BESIDE]
        self.assertGreater(len(files), 10)
        sizes = {os.path.basename(file): os.path.getsize(file) for file in files}
        for name, size in sizes.items():
            status, _, body = self.server.send("GET", f"/assets/{name}")
            self.assertEqual((status, len(body)), (200, size), name)
        print(f"\nthe whole page: {sum(sizes.values())} bytes in {len(sizes)} files")
        self.assertLessEqual(sum(sizes.values()), PAGE_BYTES_MAX)

    def test_no_request_leaves_the_server(self):
        self.browser.get_log("performance")
        for address, heading, _ in VIEWS.values():
            self.open(address, heading)
        asked = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        addresses = [one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"]
        self.assertTrue(any("/v1/status" in address for address in addresses))
        self.assertEqual([address for address in addresses if not address.startswith(self.server.url + "/") and address != "about:blank"], [])

    def test_how_soon_there_are_figures(self):
        times = []
        for _ in range(10):
            self.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
            self.browser.get("about:blank")
            # Tells when the first figure is there, by the page's own clock.
            script = self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
              new MutationObserver((_, watch) => {
                const figure = document.querySelector('.overview dd');
                if (figure && figure.textContent !== '–') { window.figuresAt = performance.now(); watch.disconnect(); }
              }).observe(document, {childList: true, subtree: true, characterData: true})"""})
            self.browser.get(f"{self.server.url}/")
            times.append(wait_for("figures", lambda: self.browser.execute_script("return window.figuresAt")))
            self.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        print(f"\nfirst figures after {', '.join(f'{time:.0f}' for time in times)} ms")
        # What the machine does beside is not the page's: the best of them counts.
        self.assertLessEqual(min(times), FIGURES_MILLISECONDS_MAX)

    def test_a_hundred_open_pages_cost_little(self):
        """What an open page asks for, a hundred times: the share of a core that the server then takes."""
        with contextlib.ExitStack() as pages, selectors.DefaultSelector() as ready:
            for _ in range(PAGES):
                page = pages.enter_context(socket.create_connection(("127.0.0.1", self.server.port)))
                page.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                ready.register(page, selectors.EVENT_READ)

            def read_for(seconds):
                end, received = time.monotonic() + seconds, 0
                while time.monotonic() < end:
                    for key, _ in ready.select(0.1):
                        received += len(key.fileobj.recv(1 << 20))
                return received
            read_for(2)
            before, start = self.server.cpu_seconds(), time.monotonic()
            self.assertGreater(read_for(10), PAGES * 5000)
            share = (self.server.cpu_seconds() - before) / (time.monotonic() - start)
        print(f"\n{PAGES} open pages: {share:.2%} of a core")
        self.assertLessEqual(share, PAGES_SHARE_MAX)


def tearDownModule():
    print(f"\npictures: {PICTURES}")


if __name__ == "__main__":
    unittest.main()
