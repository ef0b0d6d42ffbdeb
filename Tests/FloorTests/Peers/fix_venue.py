"""A FIX 4.4 acceptor as a process of its own, which counts what it is sent.

It shares no code with the floor: Python's standard library alone. It keeps its session over the floor's reconnects, answers
orders as a venue may, drops the connection now and then, and never dies with the floor. What it does with an order is a
function of the seed and the order's ClOrdID.

    python3 fix_venue.py --seed 7 --drops 5 --report peer.json

Prints `port N` when it listens. SIGUSR1: the market closes, so what rests expires soon. SIGTERM, or the end of its standard
input: writes the report and ends.
"""

import argparse
import asyncio
import collections
import datetime
import json
import os
import random
import signal
import sys
from decimal import Decimal

SOH = b"\x01"
US, THEM = "BROKER", "FLOOR"
RESTS = "0", "1", "A"  # OrdStatus of an order that is open: new, partially filled, pending new


def utc():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def encode(fields):
    body = b"".join(b"%d=%s\x01" % (tag, str(value).encode()) for tag, value in fields)
    head = b"8=FIX.4.4\x019=%d\x01" % len(body)
    return head + body + b"10=%03d\x01" % (sum(head + body) % 256)


class Garbled(Exception):
    pass


def decode(buffer):
    """The first whole message of the buffer as a list of (tag, value), and the bytes behind it; (None, buffer) while it grows."""
    end = buffer.find(SOH, buffer.find(b"\x019=") + 1) if b"\x019=" in buffer else -1
    if end < 0:
        if len(buffer) > 64:
            raise Garbled(f"no BodyLength in {bytes(buffer[:64])!r}")
        return None, buffer
    if not buffer.startswith(b"8=FIX.4.4\x019="):
        raise Garbled(f"begins with {bytes(buffer[:24])!r}")
    stop = end + 1 + int(buffer[12:end])
    if len(buffer) < stop + 7:
        return None, buffer
    if buffer[stop : stop + 3] != b"10=" or int(buffer[stop + 3 : stop + 6]) != sum(buffer[:stop]) % 256:
        raise Garbled(f"CheckSum or BodyLength of {bytes(buffer[: stop + 7])!r}")
    pairs = [field.split(b"=", 1) for field in buffer[:stop].split(SOH) if field]
    return [(int(tag), value.decode()) for tag, value in pairs], buffer[stop + 7 :]


class Venue:
    def __init__(self, options):
        self.options, self.random = options, random.Random(f"{options.seed}:session")
        self.next_in, self.sent = 1, []  # what was sent under MsgSeqNum 1, 2, …; None for a message of the session itself
        self.gap_asked = 0
        self.writer, self.loop, self.stopped, self.is_closing = None, None, None, False
        self.orders, self.fills, self.cancels = {}, [], {}
        self.counts, self.messages, self.mistakes = collections.Counter(), collections.Counter(), []

    def time(self):
        """TransactTime(60). Where a tape of another day is the floor's clock, the venue must not run ahead of it."""
        return self.options.time or utc()

    def note(self, mistake):
        self.mistakes.append(mistake)

    # The session

    async def connected(self, reader, writer):
        """One connection from accept to end; a newer one takes the session over."""
        self.counts["connections"] += 1
        buffer, is_on = b"", False
        try:
            while True:
                message, buffer = decode(buffer)
                if message is None:
                    piece = await reader.read(65536)
                    if not piece:
                        return
                    buffer += piece
                    continue
                fields = dict(message)
                self.messages[fields.get(35)] += 1
                if [tag for tag, _ in message[:3]] != [8, 9, 35] or (fields.get(49), fields.get(56)) != (THEM, US):
                    self.note(f"header: {message}")
                if not is_on:
                    if fields.get(35) != "A":
                        return self.note(f"before the Logon: {message}")
                    if self.writer:
                        self.writer.transport.abort()
                    self.writer, is_on = writer, True
                    if self.options.drops:
                        wait = self.random.expovariate(1 / self.options.drops)
                        self.loop.call_later(wait, self.drop, writer)
                elif self.writer is not writer:
                    return
                if not self.take(fields):
                    return
        except Garbled as error:
            self.note(f"garbled: {error}")
        except (ConnectionError, asyncio.CancelledError):
            pass  # the floor is gone; it comes again
        finally:
            if self.writer is writer:
                self.writer = None
            writer.transport.abort()

    def drop(self, writer):
        """The connection ends without a word: what was under way in either direction is lost."""
        if self.writer is not writer:
            return
        self.counts["drops"] += 1
        kind = self.random.randrange(3)
        if kind == 0:  # in the middle of a message
            writer.write(encode(self.header("0", len(self.sent) + 1))[:30])
        if kind == 1:  # what the floor sends now reaches nobody
            writer.transport.pause_reading()
            self.loop.call_later(0.15, writer.transport.abort)
        else:
            writer.transport.abort()
        self.writer = None

    def header(self, kind, number):
        return [(35, kind), (34, number), (49, US), (56, THEM), (52, utc())]

    def write(self, fields):
        if self.writer:
            self.writer.write(encode(fields))

    def send(self, kind, body, is_application=False):
        """Numbered and kept whether the floor is there or not: what it missed it asks for at its next logon."""
        self.sent.append((kind, body) if is_application else None)
        self.write(self.header(kind, len(self.sent)) + body)

    def take(self, m):
        """One message. False ends the connection."""
        kind, number, is_again = m.get(35), int(m.get(34, 0)), m.get(43) == "Y"
        if is_again and 122 not in m:
            self.note(f"PossDup without OrigSendingTime: {m}")
        if kind == "4" and m.get(123) != "Y":
            self.note(f"SequenceReset that is no gap fill: {m}")
        if kind == "A":
            self.counts["logons"] += 1
            if m.get(141) == "Y" or m.get(98) != "0" or int(m.get(108, 0)) <= 0:
                self.note(f"Logon: {m}")
            self.gap_asked = 0
            if number >= self.next_in:
                self.send("A", [(98, 0), (108, m.get(108, 30))])
                self.beat(self.writer, int(m.get(108, 30)))
        if number > self.next_in:
            # It comes again, in order; but its own question is answered, or two that both miss something would wait for ever.
            if kind == "2":
                self.resend(m)
            if self.gap_asked != self.next_in:
                self.gap_asked = self.next_in
                self.counts["gaps"] += 1
                self.send("2", [(7, self.next_in), (16, 0)])
            return True
        if number < self.next_in:
            if is_again:
                return True
            self.note(f"MsgSeqNum {number} again, {self.next_in} expected: {m}")
            self.send("5", [(58, f"MsgSeqNum too low, expecting {self.next_in} but received {number}")])
            return False
        self.next_in = int(m[36]) if kind == "4" else number + 1
        if kind == "1":
            self.send("0", [(112, m.get(112, ""))])
        elif kind == "2":
            self.resend(m)
        elif kind == "5":
            self.send("5", [])
            return False
        elif kind == "0":
            self.counts["test requests answered"] += 112 in m
        elif kind == "D":
            self.enter(m)
        elif kind == "F":
            self.cancel(m)
        elif kind == "H":
            self.tell(m)
        elif kind not in ("A", "4"):
            self.note(f"unexpected: {m}")
        return True

    def resend(self, m):
        self.counts["resend requests"] += 1
        at, last = int(m[7]), int(m[16]) or len(self.sent)
        again = [(43, "Y"), (122, utc())]
        while at <= min(last, len(self.sent)):
            if self.sent[at - 1]:
                kind, body = self.sent[at - 1]
                self.write(self.header(kind, at) + again + body)
                at += 1
                continue
            new = at
            while new <= len(self.sent) and not self.sent[new - 1]:
                new += 1
            self.write(self.header("4", at) + again + [(123, "Y"), (36, new)])
            at = new

    def beat(self, writer, seconds):
        """Heartbeats, and TestRequests oftener than anybody needs."""

        def heartbeat():
            if self.writer is writer:
                self.send("0", [])
                self.loop.call_later(seconds, heartbeat)

        def test():
            if self.writer is writer:
                self.counts["test requests"] += 1
                self.send("1", [(112, f"T{self.counts['test requests']}")])
                self.loop.call_later(self.random.uniform(0.3, 2), test)

        self.loop.call_later(seconds, heartbeat)
        self.loop.call_later(self.random.uniform(0.1, 1), test)

    # Orders

    def enter(self, m):
        missing = [tag for tag in (11, 55, 54, 38, 40, 60, 21) if tag not in m]
        if missing:
            return self.note(f"NewOrderSingle without {missing}: {m}")
        name, is_again = m[11], m.get(97) == "Y"
        if name in self.orders:
            order = self.orders[name]
            if is_again:  # FIX 4.4, vol. 2: what has been seen is not entered again
                order["possResend"] += 1
                self.counts["sent again though known"] += 1
                return self.report(name, "I")
            order["entered"] += 1
            self.note(f"ClOrdID {name} was entered {order['entered']} times: {m}")
            return self.report(name, "I")
        chance = random.Random(f"{self.options.seed}:{name}")
        order = self.orders[name] = {
            "symbol": m[55], "side": m[54], "quantity": m[38], "price": m.get(44, "100"), "filled": "0", "status": "A",
            "entered": 1, "possResend": int(is_again), "msgSeqNum": int(m[34]),
        }
        delay = chance.choice([0, 0, 0, 0, 0, 0, chance.uniform(0, 0.3), chance.uniform(0, 0.3), chance.uniform(0.3, 2)])
        if delay and not self.options.rests:
            self.loop.call_later(delay, self.accept, name, chance)
        else:
            self.accept(name, chance)

    def accept(self, name, chance):
        order = self.orders[name]
        if order["status"] != "A":
            return  # canceled before it was accepted
        way = 1 if self.options.rests else chance.random()
        if way < 0.04:
            order["status"] = "8"
            return self.report(name, "8", [(103, 0), (58, "not today")])
        order["status"] = "0"
        self.report(name, "0")
        parts, whole = [], int(Decimal(order["quantity"]))
        if way < 0.5:
            parts = [(0, whole)]
        elif way < 0.65:
            parts = [(chance.uniform(0, 0.6), whole)]
        elif way < 0.9:  # in parts; one time in three the rest rests
            count, left = chance.randint(2, 4), whole
            for i in range(count if way < 0.81 else count - 1):
                size = left if i == count - 1 else chance.randint(0, left)
                left -= size
                parts.append((chance.uniform(0, 0.3), size))
        self.fill(name, parts)
        if self.is_closing:
            self.loop.call_later(1, self.expire, name)

    def fill(self, name, parts):
        order = self.orders[name]
        if order["status"] not in RESTS or not parts:
            return
        (delay, size), rest = parts[0], parts[1:]
        if delay:
            self.loop.call_later(delay, self.fill, name, [(0, size)] + rest)
            return
        if size:
            filled = Decimal(order["filled"]) + size
            order["filled"], order["status"] = str(filled), "2" if filled == Decimal(order["quantity"]) else "1"
            self.report(name, "F", last=size)
        self.fill(name, rest)

    def cancel(self, m):
        name, original = m.get(11), m.get(41)
        order = self.orders.get(original)
        if order is None or order["status"] not in RESTS:
            status, reason = (order["status"], 0) if order else ("8", 1)
            text = [(37, f"O{original}" if order else "NONE"), (11, name), (41, original), (39, status), (434, 1), (102, reason)]
            return self.send("9", text + [(60, self.time())], True)
        if (m.get(55), m.get(54)) != (order["symbol"], order["side"]):
            self.note(f"OrderCancelRequest of another order: {m}")
        self.cancels[name] = original
        order["status"] = "4"
        self.report(original, "4", [(41, original)], as_name=name)

    def expire(self, name):
        if self.orders[name]["status"] in RESTS:
            self.orders[name]["status"] = "C"
            self.report(name, "C")

    def close_market(self):
        self.is_closing = True
        for name in self.orders:
            self.loop.call_later(self.random.uniform(0.2, 1), self.expire, name)

    def tell(self, m):
        name, echo = m.get(11), [(790, m[790])] if 790 in m else []
        if name in self.orders:
            self.counts["status known"] += 1
            return self.report(name, "I", echo)
        self.counts["status unknown"] += 1
        body = [(37, "NONE"), (11, name), (17, "0"), (150, "I"), (39, "8"), (103, 5), (55, m.get(55, "")), (54, m.get(54, ""))]
        self.send("8", body + [(151, 0), (14, 0), (6, 0), (60, self.time())] + echo, True)

    def report(self, name, kind, more=(), last=0, as_name=None):
        order = self.orders[name]
        self.counts["executions"] += 1
        number = "0" if kind == "I" else f"X{self.counts['executions']}"
        leaves = Decimal(order["quantity"]) - Decimal(order["filled"]) if order["status"] in RESTS else 0
        body = [
            (37, f"O{name}"), (11, as_name or name), (17, number), (150, kind), (39, order["status"]), (55, order["symbol"]),
            (54, order["side"]), (38, order["quantity"]), (151, leaves), (14, order["filled"]),
            (6, order["price"] if order["filled"] != "0" else 0), (60, self.time()),
        ]
        if last:
            body += [(32, last), (31, order["price"])]
            fill = {"execID": number, "clOrdID": name, "quantity": str(last), "time": self.time()}
            self.fills.append(fill | {key: order[key] for key in ("symbol", "side", "price")})
        self.send("8", body + list(more), True)

    # The day

    def summary(self):
        positions = collections.defaultdict(Decimal)
        for fill in self.fills:
            positions[fill["symbol"]] += Decimal(fill["quantity"]) * (1 if fill["side"] == "1" else -1)
        return {
            "orders": self.orders, "fills": self.fills, "positions": {k: str(v) for k, v in sorted(positions.items()) if v},
            "cancels": self.cancels, "counts": self.counts, "messages": self.messages, "mistakes": self.mistakes,
        }

    async def run(self):
        self.loop, self.stopped = asyncio.get_running_loop(), asyncio.Event()
        # Whoever started it may have had them blocked, and a child has what its parent had.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1})
        self.loop.add_signal_handler(signal.SIGTERM, self.stopped.set)
        self.loop.add_signal_handler(signal.SIGINT, lambda: None)  # whoever started it says when
        self.loop.add_signal_handler(signal.SIGUSR1, self.close_market)
        self.loop.add_reader(sys.stdin.fileno(), lambda: os.read(sys.stdin.fileno(), 64) or self.stopped.set())
        server = await asyncio.start_server(self.connected, "127.0.0.1", self.options.port)
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await self.stopped.wait()
        self.loop.remove_reader(sys.stdin.fileno())
        with open(self.options.report + ".new", "w") as file:
            json.dump(self.summary(), file, indent=1)
        os.replace(self.options.report + ".new", self.options.report)


parser = argparse.ArgumentParser(description="A FIX 4.4 acceptor that counts orders.")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--rests", action="store_true", help="every order rests until it is canceled or the market closes")
parser.add_argument("--drops", type=float, default=0, help="mean seconds after which it drops a connection; 0 is never")
parser.add_argument("--time", help="TransactTime of all that it says; without it, now")
parser.add_argument("--report", default="peer.json")
venue = Venue(parser.parse_args())
asyncio.run(venue.run())
