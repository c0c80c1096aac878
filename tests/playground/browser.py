"""A browser, driven by the WebDriver protocol that chromedriver speaks."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing():
    """What a browser test lacks here; None if nothing."""
    if shutil.which("chromedriver") is None:
        return "there is no chromedriver (Debian: chromium-driver)"
    if not any(map(shutil.which, PROGRAMS)):
        return "there is no Chromium"
    return None


class Browser:
    """One window; it ends with the block."""

    def __init__(self, width=1280, height=900, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.at = f"http://127.0.0.1:{port}"
        nowhere = subprocess.DEVNULL
        command = ["chromedriver", f"--port={port}"]
        self.driver = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        given = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
        chrome = {
            "binary": program,
            "args": [*given, f"--window-size={width},{height}", *options],
        }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        for _ in range(100):
            try:
                self.post("/status", method="GET")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        made = self.post("/session", capabilities={"alwaysMatch": wanted})
        self.at += f"/session/{made['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.post("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait(10)

    def post(self, path, *, method="POST", **content):
        body = None if method != "POST" else json.dumps(content).encode()
        asked = urllib.request.Request(self.at + path, body, method=method)
        asked.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(asked, timeout=120) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def open(self, address):
        self.post("/url", url=address)

    def run(self, script, *args):
        """What a script returns in the page."""
        return self.post("/execute/sync", script=script, args=list(args))

    def later(self, script, *args):
        """What a script hands to its last argument."""
        return self.post("/execute/async", script=script, args=list(args))

    def wait(self, script, *args, seconds=30):
        """What a script returns, once that is something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.run(script, *args):
                return found
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {script}: {self.log()}")

    def element(self, css):
        return self.post("/element", using="css selector", value=css)[ELEMENT]

    def click(self, css):
        self.post(f"/element/{self.element(css)}/click")

    def type(self, css, text):
        self.post(f"/element/{self.element(css)}/value", text=text)

    def text(self, css):
        return self.run("return document.querySelector(arguments[0]).textContent", css)

    def log(self):
        return self.post("/se/log", type="browser")

    def faults(self):
        """What went wrong in the page."""
        return [entry["message"] for entry in self.log() if entry["level"] == "SEVERE"]

    def picture(self, path):
        path.write_bytes(base64.b64decode(self.post("/screenshot", method="GET")))
