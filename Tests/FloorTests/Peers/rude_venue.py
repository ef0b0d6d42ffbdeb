"""A FIX 4.4 venue that breaks the rules once an order, each time another way, and tells what the other side said to it.

The order's symbol names what goes wrong between its acknowledgment and its fill. The standard library alone; nothing is shared with
the floor or with the other venues here.

    python3 rude_venue.py --report answers.json

Prints `port N` when it listens. SIGTERM: writes the report, an object of symbol: [what the other side answered], and ends.
"""

import argparse
import asyncio
import datetime
import json
import signal

US, THEM = "BROKER", "FLOOR"


def utc(shift=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift)
    return now.strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def encode(fields):
    body = b"".join(b"%d=%s\x01" % (tag, str(value).encode()) for tag, value in fields)
    head = b"8=FIX.4.4\x019=%d\x01" % len(body)
    return head + body + b"10=%03d\x01" % (sum(head + body) % 256)


def decode(buffer):
    """The messages that are whole, and the bytes behind them."""
    messages = []
    while True:
        end = buffer.find(b"\x01", buffer.find(b"\x019=") + 1) if b"\x019=" in buffer else -1
        if end < 0:
            return messages, buffer
        stop = end + 1 + int(buffer[buffer.find(b"\x019=") + 3 : end]) + 7
        if len(buffer) < stop:
            return messages, buffer
        pairs = [field.split(b"=", 1) for field in buffer[:stop].split(b"\x01") if field]
        messages.append({int(tag): value.decode() for tag, value in pairs})
        buffer = buffer[stop:]


class Venue:
    def __init__(self, options):
        self.options, self.writer = options, None
        self.next_in, self.sent = 1, []  # the bodies that were sent under MsgSeqNum 1, 2, …; None for the session's own
        self.orders, self.answers, self.now = {}, {}, None
        self.filled = set()

    def write(self, kind, number, body, more=(), **change):
        fields = {49: US, 56: THEM, 52: utc(change.get("shift", 0)), **change.get("header", {})}
        self.writer.write(encode([(35, kind), (34, number), *fields.items(), *more, *body]))

    def send(self, kind, body, **change):
        self.sent.append((kind, body) if kind in "89" else None)
        self.write(kind, len(self.sent), body, **change)

    def note(self, m):
        """What the other side answers to the rule that was broken last."""
        if self.now and m[35] in "235j":
            said = {"2": "ResendRequest", "3": "Reject", "5": "Logout", "j": "BusinessMessageReject"}[m[35]]
            if m[35] == "3" and 373 in m:
                said += f" {m[373]}"
            self.answers.setdefault(self.now, []).append(said)

    async def connected(self, reader, writer):
        if self.writer:
            self.writer.transport.abort()
        self.writer, buffer = writer, b""
        try:
            while data := await reader.read(65536):
                messages, buffer = decode(buffer + data)
                for m in messages:
                    if not self.take(m):
                        await writer.drain()
                        return
        except ConnectionError:
            pass
        finally:
            if self.writer is writer:
                self.writer = None
            writer.close()

    def take(self, m):
        kind, number = m[35], int(m[34])
        self.note(m)
        if kind == "A":
            self.answers["LOGON"] = [m.get(553, ""), m.get(554, "")]
            self.send("A", [(98, 0), (108, m.get(108, "30"))])
        if number > self.next_in:
            self.send("2", [(7, self.next_in), (16, 0)])
            if kind == "2":
                self.resend(m)
            return True
        if number < self.next_in and kind != "4":
            return True
        self.next_in = int(m[36]) if kind == "4" else number + 1
        if kind == "1":
            self.send("0", [(112, m[112])])
        elif kind == "2":
            self.resend(m)
        elif kind == "5":
            self.send("5", [])
            return False
        elif kind == "D":
            self.answers["D"] = [m.get(tag, "") for tag in (21, 18, 847)]
            self.enter(m)
        elif kind == "H":
            self.answer(m)
        return True

    def resend(self, m):
        for number in range(int(m[7]), (int(m[16]) or len(self.sent)) + 1):
            kept = self.sent[number - 1] if number <= len(self.sent) else None
            again = [(43, "Y"), (122, utc())]
            if kept:
                self.write(kept[0], number, kept[1], again)
            elif number <= len(self.sent):
                self.write("4", number, [(123, "Y"), (36, number + 1)], again)

    def report(self, order, kind, status, filled, last=0, execution=""):
        body = [(37, "O-" + order[11]), (11, order[11]), (17, f"{execution or kind}-{order[11]}"), (150, kind), (39, status)]
        body += [(55, order[55]), (54, order[54]), (38, order[38]), (14, filled), (151, max(0, int(order[38]) - filled)), (6, 0)]
        body += [(32, last), (31, order[44])] if last else []
        return body + [(60, utc())]

    def enter(self, m):
        self.orders[m[11]] = m
        self.send("8", self.report(m, "0", "0", 0))
        asyncio.get_running_loop().create_task(self.misbehave(m))

    async def misbehave(self, m):
        """Breaks one rule, waits for the other side to have answered and to be there again, and fills the order."""
        while self.now is not None:  # one at a time
            await asyncio.sleep(0.01)
        self.now = rule = m[55]
        quantity = int(m[38])
        if rule == "CHECKSUM":
            self.sent.append(("8", self.report(m, "D", "0", 0)))
            good = encode([(35, "8"), (34, len(self.sent)), (49, US), (56, THEM), (52, utc()), *self.sent[-1][1]])
            self.writer.write(good[:-4] + (b"000" if good[-4:-1] != b"000" else b"001") + b"\x01")
        elif rule == "GARBAGE":
            self.writer.write(b"\x00\xffGET / HTTP/1.1\r\n8=FIX.4.4\x019=x\x01" + bytes(range(256)))
        elif rule == "COMPID":
            self.send("8", self.report(m, "D", "0", 0), header={49: "STRANGER"})
        elif rule == "LATE":
            self.send("8", self.report(m, "D", "0", 0), shift=-3600)
        elif rule == "HIGH":
            self.sent.append(("8", self.report(m, "D", "0", 0)))  # and it is lost on the way
        elif rule == "LOW":
            self.write("8", 1, self.report(m, "D", "0", 0))
        elif rule == "MISSING":
            self.send("8", [(tag, value) for tag, value in self.report(m, "D", "0", 0) if tag != 17])
        elif rule == "VALUE":
            self.send("8", [(tag, "Z" if tag == 39 else value) for tag, value in self.report(m, "D", "0", 0)])
        elif rule == "TYPE":
            self.send("B", [(148, "headline"), (33, 0)])
        elif rule == "UNKNOWN":
            self.send("8", self.report({**m, 11: "NOBODY"}, "F", "1", 10, 10))
        elif rule == "OVERFILL":
            self.send("8", self.report(m, "F", "1", 60, 60, "first"))
            self.send("8", self.report(m, "F", "2", quantity + 50, quantity - 10, "second"))
            self.filled.add(m[11])
        # A heartbeat behind it shows a gap where there is one.
        if self.writer:
            self.send("0", [])
        for _ in range(300):
            await asyncio.sleep(0.01)
            silent = rule in ("GARBAGE", "UNKNOWN", "OVERFILL")
            if self.writer and (silent or self.answers.get(rule)):
                break
        await asyncio.sleep(0.3)
        while not self.writer:
            await asyncio.sleep(0.01)
        if m[11] not in self.filled:
            self.filled.add(m[11])
            self.send("8", self.report(m, "F", "2", quantity, quantity))
        self.now = None

    def answer(self, m):
        order = self.orders.get(m[11], m)
        filled = int(order[38]) if m[11] in self.filled else 0
        body = self.report({38: 0, 44: 0, **order}, "I", "2" if filled else "0", filled)
        self.send("8", [(t, "0" if t == 17 else v) for t, v in body] + ([(790, m[790])] if 790 in m else []))

    async def run(self):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0)
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await stopped.wait()
        with open(self.options.report, "w") as file:
            json.dump(self.answers, file)


parser = argparse.ArgumentParser(description="A FIX 4.4 venue that breaks the rules.")
parser.add_argument("--report", required=True)
asyncio.run(Venue(parser.parse_args()).run())
