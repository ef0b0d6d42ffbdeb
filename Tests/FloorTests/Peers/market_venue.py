#!/usr/bin/env python3
"""A market of its own, told as one venue tells it, with faults on the way: Coinbase, Kraken v2, Bitstamp, Alpaca or Polygon.

It keeps the book in its own way and reports what a feed may say: the trades that are to come out, every best bid and ask
there was, and the book at the end. Prints "port N" when it listens; ends when all has been said.
"""
import argparse
import asyncio
import json
import os
import random
import ssl
import zlib
from datetime import datetime, timezone
from decimal import Decimal

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

options = argparse.ArgumentParser()
options.add_argument("--venue", required=True)
options.add_argument("--steps", type=int, default=900)
options.add_argument("--seed", type=int, default=1)
options.add_argument("--report", required=True)
options.add_argument("--faults", default="")
options.add_argument("--hold", default="", help="paths, separated by commas: before each third the market waits for one to exist")
options.add_argument("--deflate", action="store_true")
options.add_argument("--fragment", action="store_true")
options.add_argument("--cert")
options.add_argument("--key")
args = options.parse_args()

START = 1_700_000_000_000_000  # Microseconds.


def iso(micros):
    return datetime.fromtimestamp(micros / 1e6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Book:
    """Two dictionaries from price to size, in ticks of 0.01 and lots of 0.001."""

    def __init__(self, dice):
        self.dice, self.middle = dice, 3_000_000
        self.last, self.before = [], {}
        self.sides = {"b": {}, "a": {}}
        for step in range(1, 41):
            self.sides["b"][self.middle - step] = dice.randint(1, 5000)
            self.sides["a"][self.middle + step] = dice.randint(1, 5000)

    def change(self):
        """The next changes, one to four levels: side, price, size (0 where it goes)."""
        changes = []
        self.before = {side: dict(levels) for side, levels in self.sides.items()}
        for _ in range(self.dice.randint(1, 4)):
            side = self.dice.choice("ba")
            away = self.dice.randint(1, 25)
            price = self.middle - away if side == "b" else self.middle + away
            size = 0 if self.dice.random() < 0.3 and len(self.sides[side]) > 20 else self.dice.randint(1, 5000)
            if size == 0 and price not in self.sides[side]:
                continue
            if size:
                self.sides[side][price] = size
            else:
                del self.sides[side][price]
            changes.append((side, price, size))
        self.last = changes
        return changes

    def best(self, depth=None):
        return {
            "b": dict(sorted(self.sides["b"].items(), reverse=True)[:depth]),
            "a": dict(sorted(self.sides["a"].items())[:depth]),
        }

    def top(self, sides=None):
        sides = sides or self.sides
        bid, ask = max(sides["b"]), min(sides["a"])
        return [price(bid), size(sides["b"][bid]), price(ask), size(sides["a"][ask])]


def price(ticks):
    return f"{ticks // 100}.{ticks % 100:02d}"


def size(lots):
    return f"{lots // 1000}.{lots % 1000:03d}"


class Venue:
    """What all venues have. A step of the market is a trade, a quote, or a change of the book."""

    has_book = True
    depth = None
    waits_for_book = False  # Whether a lost book is asked for anew.
    fills_gaps = True  # Whether a trade that comes late is used.

    def __init__(self):
        self.dice = random.Random(args.seed)
        self.book = Book(self.dice)
        self.time, self.trade_id, self.step = START, 500, 0
        self.tops = [self.book.top()]
        self.trades, self.extras, self.requests, self.problems = [], [], [], []
        self.connections = self.books_asked = 0
        self.finished = asyncio.Event()
        self.asked = asyncio.Event()
        names = [name for name in args.faults.split(",") if name]
        self.faults = {150 + n * 600 // max(1, len(names)): name for n, name in enumerate(names)}
        self.newest, self.unseen = 0, []
        paths = [path for path in args.hold.split(",") if path]
        self.holds = {(n + 1) * args.steps // (len(paths) + 1): path for n, path in enumerate(paths)}

    # The market.

    def move(self):
        """What happens next: its kind, what a feed is to make of it (a trade, a correction), and the message."""
        self.time += self.dice.randint(1000, 90000)
        kind = self.dice.random()
        if kind < 0.4:
            self.trade_id += 1
            trade = {
                "id": self.trade_id, "price": price(self.book.middle + self.dice.randint(-3, 3)),
                "size": size(self.dice.randint(1, 9000)), "side": self.dice.choice(["buy", "sell"]), "time": self.time * 1000,
            }
            return "trade", trade, self.trade_text(trade)
        if not self.has_book:
            self.extra = None
            text = self.other_text()
            return "other", self.extra, text
        changes = []
        while not changes:  # Some lie below the levels that are told.
            before = self.book.best(self.depth)
            changes = self.book.change()
            if self.depth:
                after = self.book.best(self.depth)
                changes = [
                    (side, p, after[side].get(p, 0)) for side in "ba" for p in {**before[side], **after[side]}
                    if before[side].get(p) != after[side].get(p) and (p in after[side] or p not in self.book.sides[side])
                ]
        self.tops.append(self.book.top())
        return "book", None, self.book_text(changes)

    def expect(self, trade):
        """A feed takes each trade once; an older one only where it fills a gap."""
        known = any(t["id"] == trade["id"] for t in self.trades)
        if not known and (self.fills_gaps or trade["id"] > self.newest):
            self.trades.append(trade)
        self.newest = max(self.newest, trade["id"])

    # The wire.

    async def put(self, ws, text):
        if args.fragment and len(text) > 40:
            await ws.send([text[:9], text[9:31], text[31:]])
        else:
            await ws.send(text)

    async def say(self, ws, event):
        kind, trade, text = event
        await self.put(ws, text)
        if kind == "trade":
            self.expect(trade)
        elif trade:
            self.extras.append(trade)

    async def play(self, ws):
        """All steps, with the faults of the moment; false where the connection was cut."""
        while self.step < args.steps:
            if self.step in self.holds:
                path = self.holds.pop(self.step)
                print("holding", path, flush=True)
                while not os.path.exists(path):
                    await asyncio.sleep(0.005)
            fault = self.faults.get(self.step)
            self.step += 1
            event = self.move()
            if fault == "drop":
                while event[0] != ("book" if self.waits_for_book else "trade"):
                    await self.say(ws, event)
                    event = self.move()
                await self.until_asked(ws, self.books_asked)
                continue
            if fault == "duplicate":
                while event[0] != "trade":
                    await self.say(ws, event)
                    event = self.move()
                await self.say(ws, event)
            elif fault == "reorder":
                await self.swap(ws, event, "book" if self.waits_for_book else "trade")
                continue
            elif fault == "disconnect":
                await asyncio.sleep(0.05)  # What was said has left.
                for _ in range(40):
                    self.move()
                ws.transport.write(b"\x81\x7e\x01\x00{")  # The beginning of a frame.
                ws.transport.abort()
                return False
            await self.say(ws, event)
            if self.step % 50 == 0:
                await asyncio.sleep(0.001)
        return True

    async def swap(self, ws, event, kind):
        """Two of a kind change places; what comes between them stays where it is."""
        while event[0] != kind:
            await self.say(ws, event)
            event = self.move()
        before = {side: dict(levels) for side, levels in self.without_last().items()}
        other = self.move()
        while other[0] != kind:
            await self.say(ws, other)
            other = self.move()
        if kind == "book":
            # Where nothing is numbered, nobody can see that the later change came first.
            for side, p, lots in self.book.last:
                before[side][p] = lots
            held = {side: {p: lots for p, lots in levels.items() if lots} for side, levels in before.items()}
            self.unseen.append(self.book.top(held))
        asked = self.books_asked
        await self.say(ws, other)
        await self.say(ws, event)
        if kind == "book":
            await self.until_asked(ws, asked)

    def without_last(self):
        """The book as it was before its last change."""
        return self.book.before

    async def until_asked(self, ws, known):
        """The stream goes on a little, then waits for the lost book to be asked for."""
        for _ in range(12):
            await self.say(ws, self.move())
        if not self.waits_for_book:
            return
        for _ in range(2000):
            if self.books_asked > known:
                return
            await asyncio.sleep(0.005)
        self.problems.append(f"nobody asked for the book at step {self.step}")

    async def handler(self, ws):
        self.connections += 1
        listener = None
        try:
            await self.greet(ws)
            listener = asyncio.create_task(self.listen(ws))
            if await self.play(ws):
                await ws.close(1000, "end of day")
                self.finished.set()
        except ConnectionClosed:
            pass
        finally:
            if listener:
                listener.cancel()

    async def listen(self, ws):
        try:
            async for text in ws:
                await self.hear(ws, json.loads(text))
        except ConnectionClosed:
            pass

    async def hear(self, ws, request):
        self.requests.append(request)

    def http(self, connection, request):
        return None if request.headers.get("Upgrade") else Response(404, "Not Found", Headers([("Connection", "close")]), b"")

    def require(self, condition, text):
        if not condition:
            self.problems.append(text)


class Coinbase(Venue):
    async def greet(self, ws):
        request = json.loads(await ws.recv())
        self.requests.append(request)
        self.require(request["type"] == "subscribe" and request["product_ids"] == ["BTC-USD"], str(request))
        await self.put(ws, json.dumps({"type": "subscriptions", "channels": []}))
        sides = self.book.best()
        self.books_asked += 1
        await self.put(ws, json.dumps({
            "type": "snapshot", "product_id": "BTC-USD",
            "bids": [[price(p), size(s)] for p, s in sides["b"].items()],
            "asks": [[price(p), size(s)] for p, s in sides["a"].items()],
        }))

    def trade_text(self, trade):
        # The maker's side.
        side = "sell" if trade["side"] == "buy" else "buy"
        return json.dumps({
            "type": "match", "trade_id": trade["id"], "maker_order_id": "m-1", "taker_order_id": "t\u00e9-2", "side": side,
            "size": trade["size"], "price": trade["price"], "product_id": "BTC-USD", "sequence": trade["id"] * 3,
            "time": iso(trade["time"] // 1000),
        })

    def book_text(self, changes):
        return json.dumps({
            "type": "l2update", "product_id": "BTC-USD", "time": iso(self.time),
            "changes": [["buy" if side == "b" else "sell", price(p), size(s)] for side, p, s in changes],
        }, separators=(",", ":"))


class Kraken(Venue):
    depth = 10
    waits_for_book = True
    is_quiet = False

    def checksum(self):
        best = self.book.best(10)
        text = "".join(
            (price(p).replace(".", "").lstrip("0") + (size(s) + "00000").replace(".", "").lstrip("0"))
            for side in "ab" for p, s in best[side].items()
        )
        return zlib.crc32(text.encode())

    def levels(self, pairs):
        return "[" + ",".join(f'{{"price":{price(p)},"qty":{size(s)}00000}}' for p, s in pairs) + "]"

    def book_message(self, kind, bids, asks):
        time = "" if kind == "snapshot" else f',"timestamp":"{iso(self.time)}"'
        return (
            f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"BTC/USD","bids":{self.levels(bids)},'
            f'"asks":{self.levels(asks)},"checksum":{self.checksum()}{time}}}]}}'
        )

    def snapshot(self):
        best = self.book.best(10)
        return self.book_message("snapshot", best["b"].items(), best["a"].items())

    async def greet(self, ws):
        wanted = {"trade", "book"}
        while wanted:
            request = json.loads(await ws.recv())
            await self.hear(ws, request)
            wanted.discard(request["params"]["channel"])

    async def hear(self, ws, request):
        self.requests.append(request)
        if request["method"] == "ping":
            return await self.put(ws, json.dumps({"method": "pong"}))
        channel = request["params"]["channel"]
        self.require(request["params"]["symbol"] == ["BTC/USD"], str(request))
        if request["method"] == "unsubscribe":
            self.is_quiet = True
        await self.put(ws, json.dumps({"method": request["method"], "success": True, "result": {"channel": channel}}))
        if request["method"] == "subscribe" and channel == "book":
            self.require(request["params"]["depth"] == 10, str(request))
            self.books_asked += 1
            self.is_quiet = False
            await self.put(ws, self.snapshot())

    async def say(self, ws, event):
        if event[0] != "book" or not self.is_quiet:
            await super().say(ws, event)

    def trade_text(self, trade):
        return (
            f'{{"channel":"trade","type":"update","data":[{{"symbol":"BTC/USD","side":"{trade["side"]}","price":{trade["price"]},'
            f'"qty":{trade["size"]},"ord_type":"limit","trade_id":{trade["id"]},"timestamp":"{iso(trade["time"] // 1000)}"}}]}}'
        )

    def book_text(self, changes):
        sides = {side: [(p, s) for k, p, s in changes if k == side] for side in "ba"}
        return self.book_message("update", sides["b"], sides["a"])


class Bitstamp(Venue):
    waits_for_book = True
    fills_gaps = False

    async def greet(self, ws):
        for _ in range(2):
            request = json.loads(await ws.recv())
            self.requests.append(request)
            channel = request["data"]["channel"]
            self.require(request["event"] == "bts:subscribe" and channel.endswith("_btcusd"), str(request))
            await self.put(ws, json.dumps({"event": "bts:subscription_succeeded", "channel": channel, "data": {}}))
        known = self.books_asked
        await self.until_asked(ws, known)

    async def hear(self, ws, request):
        if request["event"] == "bts:heartbeat":
            await self.put(ws, json.dumps({"event": "bts:heartbeat", "channel": "", "data": {"status": "success"}}))

    def sides(self):
        best = self.book.best()
        return {
            "microtimestamp": str(self.time), "timestamp": str(self.time // 1_000_000),
            "bids": [[price(p), size(s)] for p, s in best["b"].items()],
            "asks": [[price(p), size(s)] for p, s in best["a"].items()],
        }

    def http(self, connection, request):
        if request.headers.get("Upgrade"):
            return None
        self.require(request.path == "/api/v2/order_book/btcusd/", request.path)
        self.books_asked += 1
        body = json.dumps(self.sides()).encode()
        headers = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close")])
        return Response(200, "OK", headers, body)

    def trade_text(self, trade):
        number = float(Decimal(trade["price"]))
        return json.dumps({
            "data": {
                "id": trade["id"], "timestamp": str(trade["time"] // 10**9), "amount": float(trade["size"]),
                "amount_str": trade["size"], "price": number, "price_str": trade["price"],
                "type": 0 if trade["side"] == "buy" else 1, "microtimestamp": str(trade["time"] // 1000),
            }, "channel": "live_trades_btcusd", "event": "trade",
        })

    def book_text(self, changes):
        data = {"microtimestamp": str(self.time), "timestamp": str(self.time // 1_000_000), "bids": [], "asks": []}
        for side, p, s in changes:
            data["bids" if side == "b" else "asks"].append([price(p), size(s)])
        return json.dumps({"data": data, "channel": "diff_order_book_btcusd", "event": "data"})


class Stocks(Venue):
    has_book = False

    async def expect_request(self, ws, wanted):
        request = json.loads(await ws.recv())
        self.requests.append(request)
        self.require(request == wanted, f"{request} instead of {wanted}")


class Alpaca(Stocks):
    """Its trades are not numbered in order: each is used as it comes. Some are corrected or canceled later."""

    def expect(self, trade):
        self.trades.append(dict(trade, side="none"))

    async def greet(self, ws):
        await self.put(ws, '[{"T":"success","msg":"connected"}]')
        await self.expect_request(ws, {"action": "auth", "key": "me", "secret": "pass\"word"})
        await self.put(ws, '[{"T":"success","msg":"authenticated"}]')
        await self.expect_request(ws, {"action": "subscribe", "trades": ["AAPL"], "quotes": ["AAPL"], "bars": ["AAPL"]})
        await self.put(ws, json.dumps([{"T": "subscription", "trades": ["AAPL"], "quotes": ["AAPL"], "bars": ["AAPL"]}]))

    def other_text(self):
        kind = self.dice.randint(0, 3)
        base = {"S": "AAPL", "t": iso(self.time)}
        if kind == 0 and self.trades:
            old = self.trades[-1]
            new = {"id": old["id"] + 10**6, "price": price(self.book.middle + 7), "size": "3.5"}
            self.extra = {"time": self.time * 1000, "old": old, "new": new}
            return json.dumps([{
                "T": "c", **base, "x": "D", "oi": old["id"], "op": float(old["price"]), "os": float(old["size"]), "oc": ["@"],
                "ci": new["id"], "cp": float(new["price"]), "cs": 3.5, "cc": ["@"], "z": "C",
            }])
        if kind == 1 and self.trades:
            old = self.trades[-1]
            self.extra = {"time": self.time * 1000, "old": old, "new": None}
            return json.dumps([{
                "T": "x", **base, "x": "D", "i": old["id"], "p": float(old["price"]), "s": float(old["size"]), "a": "C", "z": "C",
            }])
        quote = {"T": "q", **base, "bx": "U", "bp": 100.25, "bs": 1, "ax": "Q", "ap": 100.27, "as": 4, "c": ["R"], "z": "C"}
        status = {"T": "s", **base, "sc": "T", "sm": "Trading", "rc": "", "rm": "", "z": "C"}
        return json.dumps([quote, status])

    def trade_text(self, trade):
        return json.dumps([{
            "T": "t", "S": "AAPL", "i": trade["id"], "x": "D", "p": float(trade["price"]), "s": float(trade["size"]),
            "t": iso(trade["time"] // 1000), "c": ["@", "I"], "z": "C",
        }])


class Polygon(Stocks):
    fills_gaps = False

    def expect(self, trade):
        super().expect(dict(trade, side="none", time=trade["time"] // 10**6 * 10**6))

    async def greet(self, ws):
        await self.put(ws, '[{"ev":"status","status":"connected","message":"Connected Successfully"}]')
        await self.expect_request(ws, {"action": "auth", "params": "k e\u00fd"})
        await self.put(ws, '[{"ev":"status","status":"auth_success","message":"authenticated"}]')
        await self.expect_request(ws, {"action": "subscribe", "params": "T.AAPL,Q.AAPL"})
        await self.put(ws, '[{"ev":"status","status":"success","message":"subscribed to: T.AAPL"}]')

    def other_text(self):
        quote = {
            "ev": "Q", "sym": "AAPL", "bx": 4, "bp": 114.125, "bs": 100, "ax": 7, "ap": 114.128, "as": 160, "c": 0, "i": [604],
            "t": self.time // 1000, "q": 10**6 + self.step, "z": 3,
        }
        return json.dumps([quote, {"ev": "LULD", "T": "AAPL", "h": 218.96, "l": 198.11, "t": self.time}])

    def trade_text(self, trade):
        return json.dumps([{
            "ev": "T", "sym": "AAPL", "x": 4, "i": str(trade["id"] * 7), "z": 3, "p": float(trade["price"]),
            "s": float(trade["size"]), "c": [0, 12], "t": trade["time"] // 10**6, "q": trade["id"],
        }])


async def main():
    venues = {"coinbase": Coinbase, "kraken": Kraken, "bitstamp": Bitstamp, "alpaca": Alpaca, "polygon": Polygon}
    venue = venues[args.venue]()
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
        best = venue.book.best(venue.depth)
        book = {side: [[price(p), size(s)] for p, s in best[side].items()] for side in "ba"} if venue.has_book else {}
        report = {
            "trades": venue.trades, "tops": venue.tops, "unseen": venue.unseen, "book": book, "connections": venue.connections,
            "books_asked": venue.books_asked, "extras": venue.extras, "problems": venue.problems,
        }
        with open(args.report, "w") as file:
            json.dump(report, file)
        print("reported", flush=True)


asyncio.run(main())
