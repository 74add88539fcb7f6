"""What one can see and do on the page, in a real browser against the real program."""

import datetime
import json
import subprocess
import threading
import unittest

from selenium.webdriver.common.keys import Keys

from browser import PageTestCase
from program import RAW, wait_for


def run(command):
    """Runs a curl command as the page shows it, and gives what came back."""
    return subprocess.run(["bash", "-c", command + " -s"], capture_output=True, text=True, check=True).stdout


class Overview(PageTestCase):
    def test_an_empty_server_says_so(self):
        self.open("/", "Overview")
        self.see("strong", "Healthy")
        self.see("main", "No topics yet")
        self.see("main", "No groups yet")
        self.see("footer", "serving")

    def test_figures_move_while_records_come(self):
        self.open("/", "Overview")
        enough = threading.Event()

        def produce():
            while not enough.wait(0.05):
                self.server.produce("moving", *[{"value": "x" * 100}] * 20)

        producer = threading.Thread(target=produce)
        producer.start()
        try:
            self.see(".tiles .card:first-child .big", "/s")
            row = 'section[aria-labelledby="Topics"] tbody tr:has(a[href="#/topics/moving"])'
            seen = set()
            wait_for("the records of the topic grow", lambda: seen.add(self.text(f"{row} td:nth-child(4)")) or len(seen) > 3)
            wait_for("records come in by the second", lambda: self.text(".tiles .card:first-child .big") not in ("–", "0/s"))
            wait_for("the line is drawn", lambda: self.browser.execute_script(
                "return document.querySelector('.tiles .line').getAttribute('d').split('L').length > 2"))
        finally:
            enough.set()
            producer.join()

    def test_what_carries_the_bytes_shows(self):
        self.server.ask("POST", "/v1/topics/carried/records", "y" * 1000 + "\n" + "z" * 500000, kind="text/plain")
        self.open("/", "Overview")
        self.see(".tiles", "/s")
        for copy in ["read", "mmap", "sendfile"]:
            for _ in range(20):
                status, headers, _ = self.server.send(
                    "GET", f"/v1/topics/carried/partitions/0/records?max_bytes=9999999&copy={copy}", accept=RAW)
                self.assertEqual((status, headers["Sluice-Copy-Strategy"]), (200, copy))
            row = f'tr:has(th .{copy})'
            wait_for(f"{copy} has carried something", lambda: "MB" in self.text(f"{row} td:last-child"))
            # Speed is that of the deliveries; CPU time may be too short to measure, but it is a figure.
            self.assertNotIn("–", self.text(f"{row} td"))
        self.see("main", "of what goes out.")

    def test_a_lost_server_is_said_and_found_again(self):
        self.excused.append("ERR_")
        self.open("/", "Overview")
        wait_for("the page is live", lambda: self.text("#state").startswith("live"))
        self.server.kill()
        self.see("#state", "connection lost")
        self.see("#lost", "The figures are those of")
        self.assertTrue(self.find("#lost")[0].is_displayed())
        self.see("strong", "Not well")
        self.see(".head", "The server does not answer.")
        self.browser.execute_script("location.hash = '#/topics'")
        self.see("h1", "Topics")
        self.browser.execute_script("location.hash = '#/'")
        self.see("h1", "Overview")
        self.see("strong", "Not well")
        self.server.start()
        wait_for("the page is live again", lambda: self.text("#state").startswith("live"), 40)
        self.assertFalse(self.find("#lost")[0].is_displayed())
        self.see("strong", "Healthy")


class Topics(PageTestCase):
    @classmethod
    def fill(cls, server):
        start = 1700000000000
        server.ask("PUT", "/v1/topics/orders", {"partitions": 1})
        server.produce("orders", *[
            {"key": f"user-{index % 7}", "value": {"number": index, "big": 1}, "tag": "paid" if index % 3 else "open",
             "headers": {"trace": f"t{index}"}, "timestamp": start + index * 1000} for index in range(60)])
        # Digits that JavaScript's own numbers would lose, markup, and bytes.
        server.ask("POST", "/v1/topics/odd/records",
                   '{"records":[{"value":{"id":12345678901234567890,"list":[1,{},[]]}},'
                   '{"key":"<b>k</b>","value":"<img src=x onerror=\\"document.title=1\\"><script>1</script>"},'
                   '{"value_base64":"/wD+SGVsbG8="},{"value":null}]}')

    def offsets(self):
        return [int(text.replace(",", "").replace("offset ", "")) for text in self.text("li .offset").split("\n") if text]

    def open_record(self, number):
        self.find("li summary")[number].click()

    def test_records_are_browsed_by_offset_time_and_tag(self):
        self.open("/topics/orders", "orders")
        wait_for("the newest records", lambda: self.offsets() == list(range(35, 60)))
        self.press("Older")
        wait_for("older ones", lambda: self.offsets() == list(range(10, 35)))
        self.choose("From", "offset")
        self.type("Offset", "5")
        self.press("Show")
        wait_for("from an offset on", lambda: self.offsets()[:1] == [5])
        self.assertIn("offset=5", self.browser.current_url)
        self.choose("From", "time")
        # It waits for the time, and says so to who does not give it.
        self.assertEqual(self.offsets()[:1], [5])
        self.press("Show")
        self.see("main .bad", "Time is missing.")
        moment = datetime.datetime.fromtimestamp(1700000042)
        self.set_time(moment.isoformat(timespec="milliseconds"))
        self.press("Show")
        wait_for("from a time on", lambda: self.offsets() == list(range(42, 60)))
        self.choose("From", "earliest")
        self.type("Tag", "open")
        self.press("Show")
        wait_for("those with a tag", lambda: self.offsets() == list(range(0, 60, 3)))
        shown = run(self.text(".curl code").split("\n")[0])
        self.assertEqual([record["offset"] for record in json.loads(shown)["records"]], list(range(0, 60, 3)))

    def test_the_newest_records_of_a_key_are_found(self):
        server = self.server
        server.ask("PUT", "/v1/topics/keyed", {"partitions": 3})
        for start in range(0, 90, 30):
            server.produce("keyed", *[
                {"key": "a" if number % 2 else "b", "value": f"value {number}", "partition": number % 3, "tag": "x" if number < 45 else "y",
                 "timestamp": 1700000000000 + number} for number in range(start, start + 30)])
        found = list(range(89, 0, -2))

        def numbers():
            return [int(text.split(" ")[-1]) for text in self.text("li .preview").split("\n") if text]

        def as_curl():
            """What the command shown gives: the very same."""
            return [int(record["value"].split(" ")[-1]) for record in json.loads(run(self.text(".curl code").split("\n")[0]))["records"]]
        self.open("/topics/keyed", "keyed")
        self.type("Key", "a")
        self.press("Show")
        wait_for("the newest with the key", lambda: numbers() == found[:25])
        self.see("main", "25 records with this key among 90 looked at in all partitions; Older goes on.")
        self.see("li .preview", "partition 2 value 89")
        self.assertFalse(self.control("Partition").is_enabled())
        self.assertEqual(as_curl(), numbers())
        self.press("Older")
        wait_for("older ones", lambda: numbers() == found[25:])
        self.assertEqual(as_curl(), numbers())
        self.press("Newer")
        wait_for("the newest again", lambda: numbers() == found[:25])
        self.type("Tag", "x")
        self.press("Show")
        wait_for("those with the tag", lambda: numbers() == [number for number in found if number < 45])
        self.see("main", "with this key among 90 looked at in all partitions.")
        self.assertEqual(as_curl(), numbers())
        self.open_record(0)
        self.see("li:nth-child(1) pre.value", "value 43")
        self.assertEqual(run(self.text("li:nth-child(1) .curl code")).count("value 43"), 1)
        self.browser.refresh()
        wait_for("the same by its address", lambda: numbers() == [number for number in found if number < 45])
        self.type("Tag", "")
        self.type("Key", "")
        self.press("Show")
        wait_for("all of a partition", lambda: self.control("Partition").is_enabled() and len(numbers()) == 25)

    def test_an_address_leads_to_a_record(self):
        self.open("/topics/orders?partition=0&offset=17", "orders")
        wait_for("the record", lambda: self.offsets()[:1] == [17])

    def test_values_are_laid_out_and_never_markup(self):
        self.open("/topics/odd?from=earliest", "odd")
        wait_for("four records", lambda: self.offsets() == [0, 1, 2, 3])
        for number in range(4):
            self.open_record(number)
        self.see("li:nth-child(1) pre.value", '{\n  "id": 12345678901234567890,\n  "list": [\n    1,\n    {},\n    []\n  ]\n}')
        self.see("li:nth-child(2) pre.value", '<img src=x onerror="document.title=1"><script>1</script>')
        self.see("li:nth-child(2) summary", "<b>k</b>")
        self.see("li:nth-child(3) pre.value", "00000000  ff 00 fe 48 65 6c 6c 6f")
        self.see("li:nth-child(3) pre.value", "...Hello")
        self.see("li:nth-child(4)", "The value is null.")
        self.assertEqual(self.find("main img, main b, main script"), [])
        self.press("Hex", "li:nth-child(1)")
        self.see("li:nth-child(1) pre.value", "7b 22 69 64 22 3a 31 32")

    def test_segments_open(self):
        self.open("/topics/orders", "orders")
        self.press("Segments of partition 0")
        self.see("dialog td", "open")
        link = self.find("dialog th a")[0].get_attribute("href")
        self.assertEqual(self.server.send("GET", link[len(self.server.url):])[0], 200)

    def test_old_records_are_dropped(self):
        self.server.produce("old", *[{"value": str(number)} for number in range(5)])
        self.open("/topics/old", "old")
        self.press("Segments of partition 0")
        form = self.form("Truncation of old-0")
        self.see(form, "Before offset is missing.")
        self.type("Before offset", "5", form)
        command = self.command("Truncation of old-0")
        self.type("Type old to confirm", "old", form)
        self.press("Truncate", form)
        self.see(f"{form} .good", "The log now begins at 5.")
        self.see("dialog th a", "5")
        self.server.produce("old", {"value": "one more"})
        self.assertEqual(json.loads(run(command))["log_start_offset"], 5)

    def test_a_topic_is_deleted_once_its_name_is_typed(self):
        self.server.produce("doomed", {"value": "1"})
        self.open("/topics/doomed", "doomed")
        self.press("Delete doomed")
        form = self.form("Delete doomed")
        self.assertEqual(self.focused(), "Close")
        delete = self.find(f"{form} .danger")[0]
        self.type("Type doomed to confirm", "doome", form)
        self.assertFalse(delete.is_enabled())
        self.key(Keys.ENTER)
        # The keyboard gets out of it, back to where it came from; and nothing has happened.
        self.key(Keys.ESCAPE)
        wait_for("the dialog is gone", lambda: not self.find("dialog"))
        self.assertEqual(self.focused(), "Delete doomed")
        self.assertEqual(self.server.status("GET", "/v1/topics/doomed"), 200)
        self.key(Keys.ENTER)
        command = self.command("Delete doomed")
        self.type("Type doomed to confirm", "doomed", form)
        self.key(Keys.ENTER)
        self.see("h1", "Topics")
        self.assertEqual(self.server.status("GET", "/v1/topics/doomed"), 404)
        self.server.produce("doomed", {"value": "1"})
        run(command)
        self.assertEqual(self.server.status("GET", "/v1/topics/doomed"), 404)

    def test_a_record_is_produced(self):
        self.open("/topics/made-by-hand/produce", "Produce")
        form = self.form("Produce to made-by-hand")
        self.type("Value", '{"it\'s": [1, 2]}', form)
        self.choose("The value is", "json", form)
        self.type("Key", "k1", form)
        self.type("Tag", "new", form)
        self.type("Headers", "trace: a: b\nplace: here", form)
        command = self.command("Produce to made-by-hand")
        self.press("Produce", form)
        self.see(f"{form} .good", "Stored in partition 0 at offset 0")
        run(command)
        records = self.server.ask("GET", "/v1/topics/made-by-hand/partitions/0/records")["records"]
        self.assertEqual(len(records), 2)
        for record in records:
            self.assertEqual((record["key"], record["tag"], record["value"], record["headers"]),
                             ("k1", "new", {"it's": [1, 2]}, {"trace": "a: b", "place": "here"}))
        self.browser.find_element("css selector", f"{form} .good a").click()
        self.see("h1", "made-by-hand")
        wait_for("the record itself", lambda: self.offsets() == [0, 1])

    def test_what_cannot_be_is_said(self):
        self.excused.append("/v1/topics/orders/records")
        self.open("/topics/orders/produce", "Produce")
        form = self.form("Produce to orders")
        self.type("Value", "{", form)
        self.choose("The value is", "json", form)
        self.press("Produce", form)
        self.see(f"{form} .bad", "JSON")
        self.type("Value", "", form)
        self.press("Produce", form)
        self.see(f"{form} .bad", "Value is missing.")
        self.choose("The value is", "base64", form)
        self.assertEqual(self.command("Produce to orders").split(" -d ")[1], """'{"records":[{"value_base64":""}]}'""")
        self.type("Headers", "trace: a\ntrace: b", form)
        self.press("Produce", form)
        self.see(f"{form} .bad", "The header trace stands twice.")
        self.type("Headers", "", form)
        self.choose("The value is", "text", form)
        self.type("Partition", "9", form)
        self.press("Produce", form)
        self.see(f"{form} .bad", "partition")

    def test_a_topic_is_made_and_changed(self):
        self.open("/topics", "Topics")
        self.press("New topic")
        self.see("h1", "New topic")
        form = self.form("New topic")
        self.assertEqual(self.command("New topic"), "# Name is missing.")
        self.type("Name", "audit", form)
        self.type("Partitions", "2", form)
        self.type("retention_ms", "3600000", form)
        self.see(f"{form} small", "1 h")
        self.assertEqual(self.command("New topic").split(" -d ")[1],
                         """'{"partitions":2,"config":{"retention_ms":3600000}}'""")
        self.press("Make it", form)
        self.see(f"{form} .good", "audit stands.")
        self.press("audit", f"{form} .good")
        self.press("Change")
        form = self.form("Change audit")
        self.type("Partitions", "3", form)
        self.choose("durability", "memory", form)
        self.press("Change it", form)
        self.see(f"{form} .good", "audit stands.")
        stands = self.server.ask("GET", "/v1/topics/audit")
        self.assertEqual(len(stands["partitions"]), 3)
        self.assertEqual((stands["config"]["durability"], stands["config"]["retention_ms"]), ("memory", 3600000))

    def test_what_is_not_there_is_said(self):
        self.excused.append("/v1/topics/none")
        self.open("/topics/none", "Not there")
        self.see("main", "There is no topic none.")
        self.open("/nowhere", "Not there")


class Later(PageTestCase):
    def test_a_delayed_record_is_told_by_its_id(self):
        self.server.ask("PUT", "/v1/topics/later", {})
        self.open("/topics/later/produce", "Produce")
        form = self.form("Produce to later")
        self.type("Value", "in an hour", form)
        self.type("Delay", "1h", form)
        self.press("Produce", form)
        waiting = wait_for("it waits", lambda: self.server.ask("GET", "/v1/scheduled")["scheduled"])
        self.see(f"{form} .good", f"It waits for its time as {waiting[0]['id']}, until ")
        self.press(waiting[0]["id"], f"{form} .good")
        self.see("h1", "Waiting")
        self.see("main", "in an hour")


class ManyTopics(PageTestCase):
    @classmethod
    def fill(cls, server):
        names = ["Other"] + [f"many-{number:04}" for number in range(4000)]
        config = "\nnext\n".join(f'url = "{server.url}/v1/topics/{name}"\nrequest = PUT\nsilent\nfail' for name in names)
        subprocess.run(["curl", "--config", "-"], input=config, text=True, check=True, stdout=subprocess.DEVNULL)

    def names(self):
        return [name for name in self.text("tbody th").split("\n") if name]

    def see_names(self, what, first, count):
        wait_for(what, lambda: self.names() == [f"many-{number:04}" for number in range(first, first + count)])

    def test_they_are_paged_and_searched(self):
        watch = self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
          window.tasks = [0];
          new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => one.duration)))
            .observe({type: 'longtask', buffered: true})"""})
        self.addCleanup(self.browser.execute_cdp_cmd, "Page.removeScriptToEvaluateOnNewDocument", watch)
        self.open("/topics", "Topics")
        self.see("main", "4,001 topics")
        wait_for("a first page", lambda: self.names()[:2] == ["Other", "many-0000"] and len(self.names()) == 50)
        self.press("Further")
        self.see_names("a second page", 49, 50)
        self.press("Further")
        self.see_names("a third page", 99, 50)
        self.press("Back")
        self.see_names("the page before", 49, 50)
        self.browser.refresh()
        self.see_names("the same page", 49, 50)
        self.type("Search", "MANY-39")
        self.see_names("what is searched", 3900, 50)
        self.see("main", "100 topics")
        self.assertIn("search=MANY-39", self.browser.current_url)
        self.assertEqual([one["name"] for one in json.loads(run(self.text(".curl code")))["topics"]], self.names())
        self.press("Further")
        self.see_names("the last page", 3950, 50)
        wait_for("no way further", lambda: not [one for one in self.find("nav button") if one.is_displayed() and one.text == "Further"])
        print(f"\nthe longest task with 4,001 topics: {self.browser.execute_script('return Math.max(...tasks)'):.0f} ms (0: none above 50)")

    def test_each_topic_that_is_seen_has_its_rate(self):
        # More than the overview lists are larger.
        for number in range(120):
            self.server.produce(f"many-{number:04}", {"value": "x" * 100_000})
        seen = self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
          window.asked = [];
          const ask = window.fetch;
          window.fetch = (address, ...more) => { window.asked.push(String(address)); return ask(address, ...more); }"""})
        self.addCleanup(self.browser.execute_cdp_cmd, "Page.removeScriptToEvaluateOnNewDocument", seen)
        self.open("/topics?search=many-3999", "Topics")

        def produced(selector, start):
            """Produces, and gives the rate that is then to be read there."""
            self.server.produce("many-3999", *[{"value": "y"}] * 10)
            shown = self.text(selector).split(start or None, 1)[-1][:1]
            return shown.isdigit() and shown != "0"
        wait_for("a rate", lambda: produced("tbody tr td:nth-of-type(2)", ""))
        self.assertNotIn("many-3999", [one["name"] for one in self.server.ask("GET", "/v1/status")["topics"]])
        asked = set(self.browser.execute_script("return asked"))
        self.assertEqual({one for one in asked if "/v1/topics" in one}, {"/v1/topics?limit=50&search=many-3999"})
        self.open("/topics/many-3999", "many-3999")
        wait_for("a rate", lambda: produced("dl", "Records/s"))
        wait_for("none any more", lambda: "Records/s0Size" in self.text("dl"))

    def test_the_overview_stays_small(self):
        status = self.server.ask("GET", "/v1/status")
        self.assertEqual((status["totals"]["topics"], len(status["topics"])), (4001, 100))
        self.open("/", "Overview")
        self.see("main", "All 4,001 topics")


class GroupsAndLetters(PageTestCase):
    @classmethod
    def fill(cls, server):
        for topic in ["jobs", "pages"]:
            server.produce(topic, *[{"value": f"job {number}", "timestamp": 1700000000000 + number * 1000} for number in range(12)])
        server.ask("PUT", "/v1/groups/workers", {"config": {"max_attempts": 1}})

    def take(self, group, topic, count):
        answer = self.server.ask("POST", f"/v1/groups/{group}/receive", {"topics": [topic], "max_records": count})
        return [record["receipt"] for record in answer["records"]]

    def test_lag_shows_and_seek_goes_where_one_says(self):
        receipts = self.take("readers", "pages", 5)
        self.server.ask("POST", "/v1/groups/readers/ack", {"receipts": receipts})
        self.open("/groups", "Groups")
        self.see("main", "group")
        self.press("readers")
        self.see("h1", "readers")
        row = 'section[aria-labelledby="Partitions"] tbody tr'
        self.see(f"{row} td:nth-child(2)", "7")
        form = self.form("Seek of readers")
        self.choose("To", "offset", form)
        self.type("Offset", "9", form)
        self.press("Seek", form)
        self.see(f"{form} .good", "Partition 0 goes on at 9.")
        self.see(f"{row} td:nth-child(2)", "3")
        self.choose("To", "time", form)
        self.assertEqual(self.command("Seek of readers"), "# Time is missing.")
        self.press("Seek", form)
        self.see(f"{form} .bad", "Time is missing.")
        self.set_time(datetime.datetime.fromtimestamp(1700000004).isoformat(timespec="milliseconds"), form)
        self.press("Seek", form)
        self.see(f"{form} .good", "Partition 0 goes on at 4.")
        self.choose("To", "latest", form)
        command = self.command("Seek of readers")
        self.assertEqual(json.loads(run(command))["partitions"], [{"partition": 0, "next_offset": 12}])
        self.see(f"{row} td:nth-child(2)", "0")
        self.choose("To", "earliest", form)
        self.press("Seek", form)
        self.see(f"{form} .good", "Partition 0 goes on at 0.")

    def test_dead_letters_are_looked_at_and_redriven(self):
        self.server.ask("POST", "/v1/groups/workers/seek", {"topic": "jobs", "to": "earliest"})
        self.server.ask("POST", "/v1/groups/workers/nack", {"receipts": self.take("workers", "jobs", 3)})
        before = wait_for("they are buried", lambda: (self.server.ask("GET", "/v1/groups/workers")["dead"] >= 3)
                          and self.server.ask("GET", "/v1/topics/jobs")["records"])
        self.open("/", "Overview")
        self.see("main", "dead letters to look at.")
        self.see("strong", "Well, but")
        self.open("/groups/workers", "workers")
        letters = 'section[aria-labelledby="Dead-letters"]'
        self.see(letters, "3 dead letters")
        self.see(f"{letters} li:first-child summary", "jobs-0 0, max_attempts:")
        self.find(f"{letters} li summary")[0].click()
        self.see(f"{letters} li pre.value", "job 0")
        self.see(f"{letters} li", "sluice-reason")
        form = self.form("Redrive of workers")
        self.type("At most", "2", form)
        self.press("Redrive", form)
        self.see(f"{form} .good", "2 sent back, 0 failed, 1 remain.")
        self.see(letters, "1 dead letter")
        self.assertEqual(self.server.ask("GET", "/v1/topics/jobs")["records"], before + 2)
        self.type("At most", "", form)
        command = self.command("Redrive of workers")
        self.assertEqual(json.loads(run(command)), {"redriven": 1, "failed": 0, "remaining": 0})
        self.see(letters, "0 dead letters")

    def test_dead_letters_are_given_up(self):
        for name in ["quitters", "leavers"]:
            self.server.ask("PUT", f"/v1/groups/{name}", {"config": {"max_attempts": 1}})
            self.server.ask("POST", f"/v1/groups/{name}/nack", {"receipts": self.take(name, "pages", 2)})
            wait_for("they are buried", lambda: self.server.ask("GET", f"/v1/groups/{name}")["dead"] == 2)
        self.open("/groups/quitters", "quitters")
        letters = 'section[aria-labelledby="Dead-letters"]'
        self.see(letters, "2 dead letters")
        self.press("Purge dead letters of quitters")
        form = self.form("Purge dead letters of quitters")
        command = self.command("Purge dead letters of quitters")
        self.type("Type quitters to confirm", "quitters", form)
        self.press("Purge", form)
        self.see(f"{letters} .good", "2 dead letters given up.")
        self.see(letters, "0 dead letters")
        self.assertEqual(self.server.ask("GET", "/v1/groups/quitters")["dead"], 0)
        self.assertEqual(json.loads(run(command.replace("quitters", "leavers"))), {"purged": 2})

    def test_a_group_is_deleted_once_its_name_is_typed(self):
        self.take("passing", "pages", 1)
        self.open("/groups/passing", "passing")
        self.press("Delete passing")
        form = self.form("Delete passing")
        command = self.command("Delete passing")
        self.type("Type passing to confirm", "passing", form)
        self.press("Delete", form)
        self.see("h1", "Groups")
        self.assertEqual(self.server.status("GET", "/v1/groups/passing"), 404)
        self.take("passing", "pages", 1)
        run(command)
        self.assertEqual(self.server.status("GET", "/v1/groups/passing"), 404)


class Comparison(PageTestCase):
    @classmethod
    def fill(cls, server):
        server.ask("POST", "/v1/topics/big/records", ("x" * 1023 + "\n") * 32768, kind="text/plain")

    def test_it_runs_and_draws(self):
        self.open("/copies", "Ways of copying")
        form = self.form("Comparison of copies")
        wait_for("the largest topic is proposed", lambda: self.control("Topic", form).get_attribute("value") == "big")
        self.type("Rounds", "2", form)
        self.press("Run", form)
        self.see(f"{form} .good", "Done.")
        self.see("main", "of big, partition 0, 2 rounds")
        last = self.server.ask("GET", "/v1/copy-comparison")
        captions = self.text("figcaption").split("\n")
        self.assertIn("syscalls per MB", captions)
        number = captions.index("GB per second") + 1
        for strategy in last["strategies"]:
            shown = self.text(f"figure:nth-of-type({number}) p:has(.{strategy['strategy']}) .number")
            self.assertAlmostEqual(float(shown), strategy["gb_per_second"], delta=0.01 * strategy["gb_per_second"])
        self.see('section[aria-labelledby="By-the-textbook"]', "syscalls per chunk")
        self.open("/copies", "Ways of copying")
        self.see("main", "of big, partition 0, 2 rounds")


class Waiting(PageTestCase):
    def act(self, part, label, verb):
        """Presses a button of the first row, and goes on in the dialog; gives the command it showed."""
        self.find(f"{part} tbody button")[label].click()
        command = self.text("dialog .curl code")
        self.press(verb, "dialog form")
        wait_for("the dialog is gone", lambda: not self.find("dialog"))
        return command

    def test_a_scheduled_record_is_taken_back(self):
        self.server.produce("later", *[{"value": f"in an hour {number}", "delay": "1h", "key": "k"} for number in range(2)])
        self.open("/waiting", "Waiting")
        part = 'section[aria-labelledby="Scheduled"]'
        self.see(f"{part} tbody", "in an hour 0")
        command = self.act(part, 0, "Take back")
        self.assertIn("-X DELETE", command)
        self.see(f"{part} .good", "is taken back.")
        self.assertEqual(len(self.server.ask("GET", "/v1/scheduled")["scheduled"]), 1)
        wait_for("one row less", lambda: len(self.find(f"{part} tbody tr")) == 1)
        self.act(part, 0, "Take back")
        self.see(part, "Nothing waits for its time.")

    def test_half_messages_are_decided(self):
        for value in ["yes", "no"]:
            self.server.ask("POST", "/v1/transactions", {"producer_group": "payers", "records": [{"topic": "half", "value": value}]})
        self.open("/waiting", "Waiting")
        part = 'section[aria-labelledby="Undecided"]'
        self.see(f"{part} tbody", "payers")
        record = json.loads(run(f"curl '{self.find(f'{part} tbody a')[0].get_attribute('href')}'"))["records"][0]["value"]
        self.act(part, 0, "Commit")
        self.see(f"{part} .good", "is committed.")
        wait_for("the half message is seen", lambda: self.server.ask("GET", "/v1/topics/half")["records"] == 1)
        self.assertEqual(self.server.ask("GET", "/v1/topics/half/partitions/0/records")["records"][0]["value"], record)
        wait_for("one row less", lambda: len(self.find(f"{part} tbody tr")) == 1)
        command = self.act(part, 1, "Roll back")
        self.see(f"{part} .good", "is rolled back.")
        self.see(part, "All half messages are decided.")
        # Harmless to repeat, also by hand.
        run(command)
        self.assertEqual(self.server.ask("GET", "/v1/topics/half")["records"], 1)


if __name__ == "__main__":
    unittest.main()
