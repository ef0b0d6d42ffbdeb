"""An EMS and the venue behind the desk, in one process that is neither's friend: both sides of a floor that slices parents.

The EMS opens a session of FIX 4.4 or 4.2 to the floor, over TLS if it is told whom to believe, sends what the script on its standard input says, and keeps every report. The venue
accepts the floor's orders: by its symbol an order is filled in two halves (FILL…), rests (REST…), is half filled and then rests
(HALF…), or is rejected (NOT…). Both sessions outlive the floor: they go on with their numbers when it comes back, as the
standard says. Codec: simplefix; it shares no code with the floor.

The script is a JSON line a step: {"send": "D", "fields": [[11, "P1"], …]} sends; a value of the form {"in": 1.5} is the time in so many seconds;
{"until": ["P1", "2"]} waits until the last report of P1 has that OrdStatus; {"count": [8, 3]} waits until so many messages of that type have come;
{"ended": ["P1"]} waits until these orders have ended; {"bust": "ABC"} takes the venue's last execution in ABC back, and {"trade": "ABC"} fills
what is open there of the last order in it; {"end": "ABC"} cancels it unasked; {"file": "go"} waits until there is a file of that name; {"finish": []} writes what was seen and ends.
"""

import argparse
import asyncio
import datetime
import json
import os
import ssl
import sys
from decimal import Decimal

import simplefix

END = "2", "4", "8", "C"  # OrdStatus of an order that has ended


def utc(seconds=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


class Session:
    """Sequence numbers, resends and duplicates of one side, whatever becomes of connections."""

    def __init__(self, us, them, version="FIX.4.4"):
        self.us, self.them, self.version = us, them, version
        self.next_in, self.sent = 1, []  # (MsgType, body, header flags) under MsgSeqNum 1, 2, …; None for the session's own
        self.writer, self.is_on, self.asked = None, False, 0
        self.mistakes = []

    def write(self, kind, number, body, flags=()):
        if not self.writer:
            return
        message = simplefix.FixMessage()
        for tag, value in [(8, self.version), (35, kind), (34, number), (49, self.us), (56, self.them), (52, utc()), *flags, *body]:
            message.append_pair(tag, value)
        self.writer.write(message.encode())

    def own(self, kind, body):
        self.sent.append(None)
        self.write(kind, len(self.sent), body)

    def send(self, kind, body):
        """An application message: while nobody is there it is asked for later. PossResend (97) is the header's."""
        body, flags = [field for field in body if field[0] != 97], [field for field in body if field[0] == 97]
        self.sent.append((kind, body, flags))
        if self.is_on:
            self.write(kind, len(self.sent), body, flags)

    async def run(self, reader, writer, opens):
        if self.writer:
            self.writer.transport.abort()
        self.writer, self.is_on, self.asked = writer, False, 0
        parser = simplefix.FixParser()
        try:
            if opens:
                self.own("A", [(98, 0), (108, 30)])
            while data := await reader.read(65536):
                parser.append_buffer(data)
                while (message := parser.get_message()) is not None:
                    self.take({int(tag): value.decode() for tag, value in message.pairs}, opens)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if self.writer is writer:
                self.writer, self.is_on = None, False
            writer.close()

    def take(self, m, opens):
        kind, number = m[35], int(m[34])
        if (m[8], m[49], m[56]) != (self.version, self.them, self.us):
            self.mistakes.append(f"names: {m}")
        if kind == "A":
            self.is_on = True
            if not opens:
                self.own("A", [(98, 0), (108, m.get(108, "30"))])
        if number > self.next_in:
            if kind == "2":
                self.resend(m)
            if self.asked != self.next_in:
                self.asked = self.next_in
                self.own("2", [(7, self.next_in), (16, 0)])
            return
        if number < self.next_in:
            if m.get(43) != "Y" and kind != "4":
                self.mistakes.append(f"MsgSeqNum too low: {m}")
            return
        self.next_in = int(m[36]) if kind == "4" else number + 1
        if kind == "1":
            self.own("0", [(112, m.get(112, ""))])
        elif kind == "2":
            self.resend(m)
        elif kind == "5":
            self.own("5", [])
        elif kind not in "0A4":
            self.received(m)

    def resend(self, m):
        at, last, again = int(m[7]), int(m[16]) or len(self.sent), [(43, "Y"), (122, utc())]
        while at <= min(last, len(self.sent)):
            if self.sent[at - 1]:
                kind, body, flags = self.sent[at - 1]
                self.write(kind, at, body, [*again, *flags])
                at += 1
                continue
            new = at
            while new <= len(self.sent) and not self.sent[new - 1]:
                new += 1
            self.write("4", at, [(123, "Y"), (36, new)], again)
            at = new


class EMS(Session):
    def __init__(self, port, version, ca, certificate, key):
        super().__init__("EMS", "DESK", version)
        self.tls = ssl.create_default_context(cafile=ca) if ca else None
        if certificate:
            self.tls.load_cert_chain(certificate, key)
        self.port, self.messages, self.news = port, [], asyncio.Event()
        self.last, self.names = {}, {}  # the last report of each order, by the id that it was entered with

    async def stay(self):
        while True:
            try:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, ssl=self.tls, server_hostname="localhost" if self.tls else None)
                await self.run(reader, writer, True)
            except OSError:
                pass
            await asyncio.sleep(0.05)

    def received(self, m):
        self.messages.append(m)
        if m[35] == "8":
            root = self.names.get(m.get(41, m[11]), m.get(41, m[11]))
            self.names[m[11]] = root
            if m[150] != "I" and m.get(103) != "6":
                self.last[root] = m
        self.news.set()

    async def until(self, holds):
        while not holds():
            self.news.clear()
            await self.news.wait()


class Venue(Session):
    def __init__(self):
        super().__init__("BROKER", "FLOOR")
        self.orders, self.fills, self.executions, self.known = {}, [], 0, set()

    def received(self, m):
        kind, name = m[35], m.get(11, "")
        if kind == "D":
            if name in self.known:
                if m.get(97) != "Y":
                    self.mistakes.append(f"entered twice: {m}")
                return self.report(self.orders[name], "I")
            self.known.add(name)
            order = {11: name, 55: m[55], 54: m[54], 38: Decimal(m[38]), 44: m.get(44, "10"), "cum": Decimal(0), 39: "0"}
            self.orders[name] = order
            if m[55].startswith("NOT"):
                order[39] = "8"
                return self.report(order, "8", [(103, 0), (58, "not today")])
            self.report(order, "0")
            if m[55].startswith(("FILL", "HALF")):
                self.fill(order, order[38] // 2)
            if m[55].startswith("FILL"):
                self.fill(order, order[38] - order["cum"])
        elif kind == "F":
            order = self.orders.get(m[41])
            if not order or order[39] in END:
                status = order[39] if order else "8"
                reason = 0 if order else 1
                return self.send("9", [(37, "NONE"), (11, name), (41, m[41]), (39, status), (434, 1), (102, reason), (60, utc())])
            order[39] = "4"
            self.report(order, "4", [(41, m[41])], name)
        elif kind == "H":
            if name in self.orders:
                return self.report(self.orders[name], "I", [(790, m[790])] if 790 in m else [])
            body = [(37, "NONE"), (11, name), (17, "0"), (150, "I"), (39, "8"), (103, 5), (55, m[55]), (54, m[54])]
            body += [(38, 0), (14, 0), (151, 0), (6, 0), (60, utc())]
            self.send("8", body + ([(790, m[790])] if 790 in m else []))

    def fill(self, order, size):
        if size:
            order["cum"] += size
            order[39] = "2" if order["cum"] == order[38] else "1"
            self.report(order, "F", [(32, size), (31, order[44])])
            self.fills.append([order[11], order[55], str(size), order[44], f"V{self.executions}"])

    def bust(self, symbol):
        name, _, size, price, execution = [fill for fill in self.fills if fill[1] == symbol][-1]
        self.fills = [fill for fill in self.fills if fill[4] != execution]
        order = self.orders[name]
        order["cum"] -= Decimal(size)
        if order[39] not in "48C":
            order[39] = "1" if order["cum"] else "0"
        self.report(order, "H", [(19, execution), (32, size), (31, price)])

    def end(self, symbol):
        order = [order for order in self.orders.values() if order[55] == symbol][-1]
        order[39] = "4"
        self.report(order, "4")

    def trade(self, symbol):
        order = [order for order in self.orders.values() if order[55] == symbol][-1]
        self.fill(order, order[38] - order["cum"])

    def report(self, order, kind, more=(), name=None):
        self.executions += 1
        leaves = 0 if order[39] in END else order[38] - order["cum"]
        body = [(37, "O" + order[11]), (11, name or order[11]), (17, f"V{self.executions}"), (150, kind), (39, order[39])]
        body += [(55, order[55]), (54, order[54]), (38, order[38]), (14, order["cum"]), (151, leaves)]
        body += [(6, order[44] if order["cum"] else 0), (60, utc()), *more]
        self.send("8", body)


def value(given):
    return utc(given["in"]) if isinstance(given, dict) else given


async def play(ems, venue, report):
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        step = json.loads(line)
        if "send" in step:
            ems.send(step["send"], [(tag, value(given)) for tag, given in step["fields"]])
        elif "until" in step:
            name, status = step["until"]
            await ems.until(lambda: ems.last.get(name, {}).get(39) == status)
        elif "ended" in step:
            for name in step["ended"]:
                await ems.until(lambda: ems.last.get(name, {}).get(39) in END)
        elif "file" in step:
            while not os.path.exists(step["file"]):
                await asyncio.sleep(0.02)
        elif "count" in step:
            kind, count = step["count"]
            await ems.until(lambda: sum(m[35] == kind for m in ems.messages) >= count)
        elif "bust" in step:
            venue.bust(step["bust"])
        elif "end" in step:
            venue.end(step["end"])
        elif "trade" in step:
            venue.trade(step["trade"])
        elif "finish" in step:
            break
        print("step", flush=True)
    # What comes later than the end would be a mistake: it is waited for.
    await asyncio.sleep(0.3)
    seen = {
        "messages": [{str(tag): text for tag, text in m.items()} for m in ems.messages], "fills": venue.fills,
        "children": [[str(o[11]), o[55], str(o[38])] for o in venue.orders.values()], "mistakes": ems.mistakes + venue.mistakes,
    }
    with open(report, "w") as file:
        json.dump(seen, file)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ems", type=int, required=True, help="the port where the floor listens for the EMS")
    parser.add_argument("--report", required=True)
    parser.add_argument("--version", default="FIX.4.4")
    parser.add_argument("--ca", help="speak TLS with whom this authority has signed for")
    parser.add_argument("--certificate", help="what the EMS shows of itself there")
    parser.add_argument("--key")
    options = parser.parse_args()
    ems, venue = EMS(options.ems, options.version, options.ca, options.certificate, options.key), Venue()
    server = await asyncio.start_server(lambda r, w: venue.run(r, w, False), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    stay = asyncio.ensure_future(ems.stay())
    await play(ems, venue, options.report)
    print("reported", flush=True)
    stay.cancel()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
