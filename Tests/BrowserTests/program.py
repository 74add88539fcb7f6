"""The real program on a fresh data directory, and a client for it."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("SLUICE_PROGRAM", os.path.join(TOP, ".build", "release", "sluice"))
RAW = "application/vnd.kafka.recordbatch.v2"


def wait_for(what, condition, seconds=20):
    """Asks until `condition` gives something that counts, and gives that."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


class Program:
    """`sluice serve`, on a port of the system's choice that stays the same over restarts."""

    def __init__(self, *arguments):
        self.directory = tempfile.mkdtemp(prefix="sluice-page-")
        self.log = os.path.join(self.directory, "log")
        self.arguments = arguments
        self.port = 0
        self.start()

    def start(self):
        with open(self.log, "w") as said:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--data", os.path.join(self.directory, "data"),
                 "--listen", f"127.0.0.1:{self.port}", *self.arguments],
                stdout=subprocess.DEVNULL, stderr=said)

        def listening():
            assert self.process.poll() is None, self.said()
            return re.search(r"listening.*127\.0\.0\.1:(\d+)", self.said())

        self.port = int(wait_for("the program listens", listening).group(1))
        wait_for("the program is ready", lambda: self.status("GET", "/readyz") == 200)

    def said(self):
        with open(self.log) as file:
            return file.read()

    def cpu_seconds(self):
        """User and system time of the process up to now."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.said()

    def remove(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def send(self, method, path, body=None, kind="application/json", accept=None):
        """Status, headers and bytes of the answer."""
        if body is not None and not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(self.url + path, data=body, method=method)
        if body is not None:
            request.add_header("Content-Type", kind)
        if accept:
            request.add_header("Accept", accept)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def status(self, method, path, body=None):
        try:
            return self.send(method, path, body)[0]
        except OSError:
            return 0

    def ask(self, method, path, body=None, **more):
        """The document that a request must get."""
        status, _, text = self.send(method, path, body, **more)
        assert 200 <= status < 300, f"{method} {path}: {status} {text[:500]}"
        return json.loads(text) if text else None

    def produce(self, topic, *records):
        return self.ask("POST", f"/v1/topics/{topic}/records", {"records": list(records)})
