"""A venue of FIX 4.4 that also sends drop copies: orders and reports on one session, copies of the reports on another.

What becomes of an order is said by its symbol. All but REST… are filled in two halves; of these two executions

    GOOD…  both are copied
    BARE…  the second is not copied
    DIFF…  the copy of the second has another price
    LATE…  the second is copied only when SIGUSR1 comes
    LOST…  both are copied, and a third one of 5 that the order session is never told of

REST… rests until SIGUSR1 and is canceled then. With the first order the copies bring an order PHONE-1 and its fill, which nobody entered on
the order session. Both sessions outlive the floor: what it missed comes again when it asks. The session's layer is ems.py's; nothing is shared
with the floor.

    python3 copy_venue.py --report seen.json

Prints `ports N M` when it listens. SIGTERM: writes what was entered, and ends.
"""

import argparse
import asyncio
import json
import signal
import sys

from ems import END, Session, utc


class Copies(Session):
    def __init__(self):
        super().__init__("COPIES", "FLOOR")

    def received(self, m):
        self.mistakes.append(f"asked on the drop copy: {m}")


class Venue(Session):
    def __init__(self, copies):
        super().__init__("BROKER", "FLOOR")
        self.copies, self.orders, self.entered, self.executions, self.late = copies, {}, [], 0, []

    def body(self, order, kind, more, name=None):
        self.executions += 1
        leaves = 0 if order[39] in END else order[38] - order["cum"]
        return [
            (37, "O" + order[11]), (11, name or order[11]), (17, f"V{self.executions}"), (150, kind), (39, order[39]), (55, order[55]),
            (54, order[54]), (38, order[38]), (14, order["cum"]), (151, leaves), (6, order[44] if order["cum"] else 0), (60, utc()), *more,
        ]

    def report(self, order, kind, more=(), name=None, copy="same"):
        body = self.body(order, kind, more, name)
        if copy != "only":
            self.send("8", body)
        if copy == "late":
            self.late.append(body)
        elif copy != "none":
            price = [(tag, "9.99" if tag == 31 and copy == "price" else value) for tag, value in body]
            self.copies.send("8", [(797, "Y"), *price])

    def fill(self, order, size, copy):
        order["cum"] += size
        order[39] = "2" if order["cum"] >= order[38] else "1"
        self.report(order, "F", [(32, size), (31, order[44])], copy=copy)

    def received(self, m):
        kind, name = m[35], m.get(11, "")
        if kind == "H":
            return self.answer(m)
        if kind != "D":
            return self.mistakes.append(f"unexpected: {m}")
        if name in self.orders:
            if m.get(97) != "Y":
                self.mistakes.append(f"entered twice: {m}")
            return self.answer(m)
        order = {11: name, 55: m[55], 54: m[54], 38: int(m[38]), 44: m[44], "cum": 0, 39: "0"}
        if not self.orders:
            stranger = {11: "PHONE-1", 55: "GOOD1", 54: "1", 38: 7, 44: "10", "cum": 0, 39: "0"}
            self.report(stranger, "0", copy="only")
            self.fill(stranger, 7, "only")
        self.orders[name] = order
        self.entered.append(name)
        self.report(order, "0")
        way = m[55][:4]
        if way == "REST":
            return
        self.fill(order, order[38] // 2, "same")
        self.fill(order, order[38] - order["cum"], {"BARE": "none", "DIFF": "price", "LATE": "late"}.get(way, "same"))
        if way == "LOST":
            self.fill(order, 5, "only")
            order["cum"] -= 5

    def answer(self, m):
        echo = [(790, m[790])] if 790 in m else []
        if m[11] in self.orders:
            body = self.body(self.orders[m[11]], "I", echo)
        else:
            unknown = {11: m[11], 55: m[55], 54: m[54], 38: 0, 44: "0", "cum": 0, 39: "8"}
            body = [(t, "NONE" if t == 37 else v) for t, v in self.body(unknown, "I", [(103, 5), *echo])]
        self.send("8", [(tag, "0" if tag == 17 else value) for tag, value in body])

    def release(self):
        """The copies that were late, and the end of what rests."""
        for body in self.late:
            self.copies.send("8", body)
        self.late = []
        for order in self.orders.values():
            if order[39] not in END:
                order[39] = "4"
                self.report(order, "4")


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", required=True)
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1})
    copies = Copies()
    venue, stopped = Venue(copies), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGUSR1, venue.release)
    servers = [await asyncio.start_server(lambda r, w, s=s: s.run(r, w, False), "127.0.0.1", 0) for s in (venue, copies)]
    print("ports", *(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await stopped.wait()
    with open(options.report, "w") as file:
        json.dump({"entered": venue.entered, "mistakes": venue.mistakes + copies.mistakes}, file)
    sys.exit(1 if venue.mistakes or copies.mistakes else 0)


asyncio.run(main())
