"""A real Prometheus scrapes the real program with the config and the rules that the program serves."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "BrowserTests"))
from program import RAW, TOP, Program, wait_for  # noqa: E402


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Prometheus:
    """Debian's Prometheus with the program's own files; only the port and the pace are others."""

    def __init__(self, server):
        self.directory = tempfile.mkdtemp(prefix="sluice-prometheus-")
        self.port = free_port()
        config = self.fetch(server, "prometheus.yml")
        config = config.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}", ).replace("15s", "1s")
        self.write("prometheus.yml", config)
        self.write("prometheus-rules.yml", self.fetch(server, "prometheus-rules.yml"))
        with open(os.path.join(self.directory, "log"), "w") as said:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.directory}/prometheus.yml",
                 f"--storage.tsdb.path={self.directory}/data", f"--web.listen-address=127.0.0.1:{self.port}"],
                stdout=subprocess.DEVNULL, stderr=said)
        wait_for("Prometheus is ready", self.is_ready)

    def fetch(self, server, name):
        status, _, body = server.send("GET", f"/assets/{name}")
        assert status == 200, name
        return body.decode()

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w") as file:
            file.write(text)

    def is_ready(self):
        if self.process.poll() is not None:
            with open(os.path.join(self.directory, "log")) as log:
                raise AssertionError(log.read())
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def ask(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}?{query}", timeout=10) as answer:
            document = json.load(answer)
        assert document["status"] == "success", document
        return document["data"]

    def values(self, expression):
        """Labels and number of each series."""
        return [(one["metric"], float(one["value"][1])) for one in self.ask("query", query=expression)["result"]]

    def remove(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)


class PrometheusTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Program()
        cls.addClassCleanup(cls.server.remove)
        cls.prometheus = Prometheus(cls.server)
        cls.addClassCleanup(cls.prometheus.remove)
        cls.work(cls.server)

    @classmethod
    def work(cls, server):
        """Something of everything, for as long as rates need."""
        server.ask("PUT", "/v1/groups/workers", {"config": {"max_attempts": 1}})
        end = time.monotonic() + 12
        while time.monotonic() < end:
            server.ask("POST", "/v1/topics/work/records", ("w" * 999 + "\n") * 2000, kind="text/plain")
            for copy in ["read", "mmap", "sendfile"]:
                status, _, _ = server.send("GET", f"/v1/topics/work/partitions/0/records?max_bytes=99999999&copy={copy}", accept=RAW)
                assert status == 200
            records = server.ask("POST", "/v1/groups/workers/receive", {"topics": ["work"], "max_records": 4})["records"]
            receipts = [record["receipt"] for record in records]
            server.ask("POST", "/v1/groups/workers/ack", {"receipts": receipts[:2]})
            server.ask("POST", "/v1/groups/workers/nack", {"receipts": receipts[2:]})
            time.sleep(0.2)

    def test_the_target_is_up(self):
        targets = wait_for("the target is scraped", lambda: [
            one for one in self.prometheus.ask("targets")["activeTargets"] if one["health"] == "up"])
        self.assertEqual([one["labels"]["job"] for one in targets], ["sluice"])
        self.assertEqual(targets[0]["lastError"], "")

    def test_recording_rules_give_numbers(self):
        rules = [rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]]
        recorded = [rule["name"] for rule in rules if rule["type"] == "recording"]
        self.assertGreaterEqual(len(recorded), 8)
        for name in recorded:
            series = wait_for(f"numbers of {name}", lambda: [
                (labels, value) for labels, value in self.prometheus.values(name) if value == value])
            print(f"{name}: " + ", ".join(f"{labels.get('strategy', labels.get('group', ''))} {value:.6g}" for labels, value in series))
            if ":sluice_delivery_" in name:
                self.assertEqual({labels["strategy"] for labels, _ in series}, {"read", "mmap", "sendfile"}, name)
                self.assertTrue(all(value > 0 for _, value in series), name)
        for rule in rules:
            self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""), rule["name"])

    def test_a_rule_says_what_the_counters_say(self):
        """The costs by strategy lie between those that the status counts and nothing."""
        rule = dict((labels["strategy"], value) for labels, value in
                    self.prometheus.values("instance_strategy:sluice_delivery_cpu_seconds_per_gigabyte:rate5m"))
        for one in self.server.ask("GET", "/v1/status")["strategies"]:
            self.assertAlmostEqual(rule[one["strategy"]], one["cpu_seconds_per_gb"], delta=one["cpu_seconds_per_gb"] * 0.5)

    def test_alerts_load_and_the_right_ones_fire(self):
        def firing():
            return {alert["labels"]["alertname"] for alert in self.prometheus.ask("alerts")["alerts"] if alert["state"] == "firing"}
        wait_for("dead letters are told", lambda: "SluiceDeadLetters" in firing())
        rules = [rule["name"] for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"] if rule["type"] == "alerting"]
        self.assertGreaterEqual(len(rules), 10)
        self.assertEqual(firing() & {"SluiceDown", "SluiceStorageOffline", "SluiceAppendsRefused", "SluiceLogDamaged",
                                     "SluiceMessagesDeletedUnacked", "SluiceConnectionsRefused"}, set())

    def test_every_panel_of_the_dashboard_has_figures(self):
        status, _, body = self.server.send("GET", "/assets/grafana.json")
        self.assertEqual(status, 200)
        panels = json.loads(body)["panels"]
        self.assertGreater(len(panels), 12)
        for panel in panels:
            for target in panel["targets"]:
                expression = target["expr"].replace("$job", "sluice").replace("$instance", ".*").replace("$__rate_interval", "1m")
                with self.subTest(panel=panel["title"], expression=expression):
                    wait_for(f"a figure of {panel['title']}", lambda: self.prometheus.values(expression))

    def test_rules_name_only_metrics_that_there_are(self):
        known = set(self.prometheus.ask("label/__name__/values"))
        _, _, body = self.server.send("GET", "/assets/prometheus-rules.yml")
        named = set(re.findall(r"(?<![\w:])sluice_\w+(?![\w:]*:)", body.decode()))
        self.assertGreater(len(named), 10)
        self.assertEqual(named - known, set())

    def test_promtool_has_no_complaint(self):
        for arguments, text in [(["check", "rules", f"{self.prometheus.directory}/prometheus-rules.yml"], b""),
                                (["check", "config", f"{self.prometheus.directory}/prometheus.yml"], b""),
                                (["check", "metrics"], self.server.send("GET", "/metrics")[2])]:
            done = subprocess.run(["promtool", *arguments], input=text, capture_output=True)
            self.assertEqual(done.returncode, 0, (arguments, done.stdout + done.stderr))
            if arguments == ["check", "metrics"]:
                self.assertEqual(done.stdout + done.stderr, b"")

    def test_the_readme_says_the_same(self):
        with open(os.path.join(TOP, "README.md")) as file:
            readme = file.read()
        _, _, body = self.server.send("GET", "/assets/prometheus.yml")
        scrape = body.decode().split("scrape_configs:\n")[1]
        self.assertIn(scrape, readme)
        for name in ["prometheus.yml", "prometheus-rules.yml", "grafana.json"]:
            self.assertIn(f"/assets/{name}", readme)
        _, _, body = self.server.send("GET", "/assets/prometheus-rules.yml")
        alerts = re.findall(r"- alert: (\w+)\n +expr:(?: >)?((?:.|\n)+?)\n +(?:for|labels): *(\d*\w*)", body.decode())
        self.assertGreaterEqual(len(alerts), 10)
        for name, expression, duration in alerts:
            self.assertIn(f"| `{name}` | `{' '.join(expression.split())}` | {duration} |", readme)


if __name__ == "__main__":
    unittest.main()
