#!/usr/bin/env python3
"""Plays a capture of Binance streams to a feed, with faults, and answers for depth snapshots on the same port.

It keeps the book in its own way, and reports what a feed may say: every best bid and ask there was, the last one, and the
trades it sent. Prints "port N" when it listens; ends when the capture has been played.
"""
import argparse
import asyncio
import gzip
import json
import ssl

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

options = argparse.ArgumentParser()
options.add_argument("--capture", required=True)
options.add_argument("--count", type=int, default=6000)
options.add_argument("--report", required=True)
options.add_argument("--faults", default="")
options.add_argument("--deflate", action="store_true")
options.add_argument("--fragment", action="store_true")
options.add_argument("--cert")
options.add_argument("--key")
args = options.parse_args()


class Capture:
    def __init__(self):
        lines = [line[20:].strip() for line in gzip.open(args.capture, "rt")][: args.count]
        self.snapshot = next(json.loads(line) for line in lines if line.startswith('{"lastUpdateId"'))
        self.messages = [line for line in lines if not line.startswith('{"lastUpdateId"')]
        self.data = [json.loads(line)["data"] for line in self.messages]
        self.updates = [data for data in self.data if data.get("e") == "depthUpdate"]

    def book(self, update):
        """The sides as of an update, at least that of the capture's own snapshot."""
        sides = {"b": dict(self.snapshot["bids"]), "a": dict(self.snapshot["asks"])}
        last = self.snapshot["lastUpdateId"]
        for data in self.updates:
            if last < data["u"] <= update:
                for side in "ba":
                    for price, size in data[side]:
                        sides[side].pop(price, None)
                        if float(size):
                            sides[side][price] = size
                last = data["u"]
        return last, sides

    def tops(self):
        """After each update, in order: best bid, its size, best ask, its size."""
        last, sides = self.book(0)
        found = [self.top(sides)]
        for data in self.updates:
            if data["u"] > last:
                for side in "ba":
                    for price, size in data[side]:
                        sides[side].pop(price, None)
                        if float(size):
                            sides[side][price] = size
                found.append(self.top(sides))
        return found

    @staticmethod
    def top(sides):
        bid = max(sides["b"], key=float)
        ask = min(sides["a"], key=float)
        return [float(bid), float(sides["b"][bid]), float(ask), float(sides["a"][ask])]


class Venue:
    def __init__(self, capture):
        self.capture = capture
        self.at = 0
        self.update = 0
        self.snapshots = 0
        self.connections = 0
        self.trades = []
        self.requests = []
        self.finished = asyncio.Event()
        names = [name for name in args.faults.split(",") if name]
        self.faults = {1000 + 800 * n: name for n, name in enumerate(names)}

    def http(self, connection, request):
        if request.headers.get("Upgrade"):
            return None
        self.snapshots += 1
        last, sides = self.capture.book(self.update)
        body = json.dumps({"lastUpdateId": last, "bids": list(sides["b"].items()), "asks": list(sides["a"].items())}).encode()
        headers = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close")])
        return Response(200, "OK", headers, body)

    async def send(self, ws, index):
        text, data = self.capture.messages[index], self.capture.data[index]
        if args.fragment and len(text) > 40:
            await ws.send([text[:7], text[7:30], text[30:]])
        else:
            await ws.send(text)
        if data.get("e") == "depthUpdate":
            self.update = max(self.update, data["u"])
        if data.get("e") == "trade":
            self.trades.append(data["t"])

    def skip(self, count):
        """The venue goes on while nobody hears it; at least one update is among what is missed."""
        while self.at < len(self.capture.data):
            data = self.capture.data[self.at]
            if data.get("e") == "depthUpdate":
                self.update = max(self.update, data["u"])
                if count <= 0:
                    self.at += 1
                    return
            self.at += 1
            count -= 1

    def swap(self):
        """The next two updates change places."""
        places = [n for n in range(self.at, self.at + 400) if self.capture.data[n].get("e") == "depthUpdate"][:2]
        for rows in (self.capture.messages, self.capture.data):
            rows[places[0]], rows[places[1]] = rows[places[1]], rows[places[0]]

    async def play(self, ws):
        self.connections += 1
        self.requests.append(json.loads(await ws.recv()))
        await ws.send(json.dumps({"result": None, "id": self.requests[-1]["id"]}))
        # A book begins, or is lost: the stream goes on a little, and then waits for the snapshot to be asked for.
        wait, known = 300, self.snapshots
        while self.at < len(self.capture.messages):
            fault = self.faults.pop(self.at, None)
            if fault == "drop":
                self.skip(5)
            elif fault == "duplicate":
                await self.send(ws, self.at)
            elif fault == "reorder":
                self.swap()
            elif fault == "disconnect":
                self.skip(40)
                ws.transport.write(b"\x81\x7e\x01\x00{")  # The beginning of a frame.
                ws.transport.abort()
                return
            if fault in ("drop", "reorder"):
                wait, known = 700, self.snapshots
            await self.send(ws, self.at)
            self.at += 1
            wait -= 1
            while wait == 0 and self.snapshots == known:
                await asyncio.sleep(0.005)
        await ws.close(1000, "end of capture")
        self.finished.set()

    async def handler(self, ws):
        try:
            await self.play(ws)
        except ConnectionClosed:
            pass


async def main():
    capture = Capture()
    report = {"tops": capture.tops()}
    venue = Venue(capture)
    context = None
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
    async with serve(
        venue.handler, "127.0.0.1", 0, ssl=context, process_request=venue.http,
        compression="deflate" if args.deflate else None,
    ) as server:
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await venue.finished.wait()
        report |= {
            "trades": venue.trades, "snapshots": venue.snapshots, "connections": venue.connections, "requests": venue.requests,
        }
        with open(args.report, "w") as file:
            json.dump(report, file)
        print("reported", flush=True)


asyncio.run(main())
