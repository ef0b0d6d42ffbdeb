"""Opens a floor's page of streams in a real browser, without a window, and writes as JSON what its WebSocket heard and what the page
showed: first of the stream that the page chooses by itself, then of the second one, whose button is pressed.

usage: browser.py BROWSER URL ELEMENTS

Each stream is watched until it has brought so many elements behind its snapshot. The browser is steered by the Chrome DevTools
Protocol (chromedevtools.github.io/devtools-protocol).
"""
import asyncio
import json
import sys
import tempfile

import websockets

SHOWN = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(JSON.stringify({
  state: document.getElementById('state').textContent,
  pressed: document.querySelector('nav button[aria-pressed=true]').textContent,
  rows: [...document.querySelectorAll('#rows tr')].map((row) => [...row.children].map((cell) => cell.textContent)),
})))))"""


class Page:
    def __init__(self, socket):
        self.socket, self.number, self.session, self.frames, self.errors = socket, 0, None, [], []

    def heard(self, event):
        if event.get("method") == "Network.webSocketFrameReceived":
            self.frames.append(json.loads(event["params"]["response"]["payloadData"]))
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(event["params"]["exceptionDetails"])

    async def ask(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        await self.socket.send(json.dumps(request | ({"sessionId": self.session} if self.session else {})))
        while True:
            answer = json.loads(await self.socket.recv())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.heard(answer)

    async def evaluate(self, expression):
        answer = await self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def watch(self, stream, least):
        def parts():
            return [frame for frame in self.frames if frame.get("stream") == stream]

        while sum(len(part["elements"]) for part in parts() if not part.get("snapshot")) < least:
            self.heard(json.loads(await self.socket.recv()))
        return {"stream": stream, "shown": json.loads(await self.evaluate(SHOWN)), "heard": parts()}


async def main(browser, url, least):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = await asyncio.create_subprocess_exec(
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={home}",
            "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            address = ""
            while not address:
                line = (await process.stderr.readline()).decode()
                assert line, "the browser has ended"
                address = line.split("DevTools listening on ")[1].strip() if "DevTools listening on " in line else ""
            rest = asyncio.create_task(process.stderr.read())
            async with websockets.connect(address, max_size=None) as socket:
                page = Page(socket)
                target = (await page.ask("Target.createTarget", url="about:blank"))["targetId"]
                page.session = (await page.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
                await page.ask("Network.enable")
                await page.ask("Runtime.enable")
                await page.ask("Page.navigate", url=url)
                while not any("streams" in frame for frame in page.frames):
                    page.heard(json.loads(await socket.recv()))
                names = [one["stream"] for frame in page.frames for one in frame.get("streams", [])]
                watched = [await page.watch(names[0], least)]
                await page.evaluate("document.querySelectorAll('nav button')[1].click()")
                watched.append(await page.watch(names[1], least))
                print(json.dumps({"streams": names, "watched": watched, "errors": page.errors}), flush=True)
            rest.cancel()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
