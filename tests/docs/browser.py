"""Headless Chromium without a network, driven by its remote protocol over a pipe.

    with Browser(folder_for_its_profile) as browser:
        browser.open(uri, width=390, dark=True)
        browser.evaluate("document.title")
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import time

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)


class Browser:
    def __init__(self, profile):
        # Chromium reads requests from descriptor 3 and writes answers to descriptor 4.
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}"]
        self.process = subprocess.Popen(["bash", "-c", f'exec "$@" 3<&{requests} 4>&{answers}', "bash", *command],
                                        pass_fds=[requests, answers], stderr=subprocess.DEVNULL)
        os.close(requests)
        os.close(answers)
        self.buffer, self.number, self.session = b"", 0, None
        self.requested, self.complaints = [], []  # since open(): URLs, and what went wrong
        self.loaded = False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Network", "Runtime", "Log"]:
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.requests)
        self.process.wait(30)
        os.close(self.answers)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.requests, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def receive(self):
        while b"\0" not in self.buffer:
            more = os.read(self.answers, 1 << 16)
            if not more:
                raise RuntimeError("Chromium ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        event = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Network.requestWillBeSent":
                self.requested.append(event["request"]["url"])
            case "Network.loadingFailed":
                self.complaints.append(event["errorText"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(event["exceptionDetails"]))
            case "Log.entryAdded":
                self.complaints.append(event["entry"]["text"])
        return message

    def open(self, uri, width=1280, height=900, dark=False):
        """Opens a page and waits until all that it asks for is there."""
        self.requested.clear()
        self.complaints.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.loaded = False
        if "errorText" in (answer := self.call("Page.navigate", url=uri)):
            raise RuntimeError(f"{uri}: {answer['errorText']}")
        while not self.loaded:
            self.receive()

    def follow(self, expression):
        """Runs JavaScript that leads to another page, and waits for that."""
        self.loaded = False
        self.evaluate(expression)
        while not self.loaded:
            self.receive()

    def evaluate(self, expression):
        """The value of a JavaScript expression; of a promise, what it promises."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {json.dumps(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def wait_for(self, expression, seconds=60):
        end = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise RuntimeError(f"after {seconds} s this is still not so: {expression}")
            time.sleep(0.02)

    def picture(self, file):
        pathlib.Path(file).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
