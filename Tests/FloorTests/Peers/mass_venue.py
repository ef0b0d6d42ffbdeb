"""A venue of FIX 4.4 that answers questions and cancels about all orders at once: OrderMassStatusRequest (AF), OrderMassCancelRequest (q).

Every order rests until it is canceled. Each request is printed as it comes, a line `got TYPE ID`, so that whoever started it can see in which order
they came. Its session outlives the floor: what it missed comes again when it asks. The session's layer is ems.py's; nothing is shared with
the floor.

    python3 mass_venue.py --report seen.json [--deaf AF,q] [--mute N]

Prints `port N` when it listens. --deaf: takes these and never answers. --mute: says nothing of the first N orders until it is asked. SIGTERM: writes what it has seen, and ends.
"""

import argparse
import asyncio
import collections
import json
import signal
import sys

from ems import END, Session, utc


class Venue(Session):
    def __init__(self, deaf, mute):
        super().__init__("BROKER", "FLOOR")
        self.deaf, self.mute, self.orders, self.executions, self.counts = deaf, mute, {}, 0, collections.Counter()

    def report(self, order, kind, more=(), name=None, is_answer=False):
        self.executions += not is_answer
        leaves = 0 if order[39] in END else order[38]
        body = [(37, "O" + order[11]), (11, name or order[11]), (17, "0" if is_answer else f"V{self.executions}"), (150, kind), (39, order[39])]
        body += [(55, order[55]), (54, order[54]), (38, order[38]), (14, 0), (151, leaves), (6, 0), (60, utc()), *more]
        self.send("8", body)

    def received(self, m):
        kind, name = m[35], m.get(11, m.get(584, ""))
        self.counts[kind] += 1
        print("got", kind, name, flush=True)
        if kind in self.deaf:
            return
        if kind == "D":
            if name in self.orders:
                if m.get(97) != "Y":
                    self.mistakes.append(f"entered twice: {m}")
                return self.report(self.orders[name], "I", is_answer=True)
            self.orders[name] = {11: name, 55: m[55], 54: m[54], 38: int(m[38]), 39: "0"}
            if len(self.orders) > self.mute:
                self.report(self.orders[name], "0")
        elif kind == "F":
            order = self.orders.get(m[41])
            if not order or order[39] in END:
                status, reason = (order[39], 0) if order else ("8", 1)
                body = [(37, "NONE"), (11, name), (41, m[41]), (39, status), (434, 1), (102, reason), (60, utc())]
                return self.send("9", body)
            order[39] = "4"
            self.report(order, "4", [(41, m[41])], name)
        elif kind == "H":
            echo = [(790, m[790])] if 790 in m else []
            known = self.orders.get(name)
            if known:
                return self.report(known, "I", echo, is_answer=True)
            body = [(37, "NONE"), (11, name), (17, "0"), (150, "I"), (39, "8"), (103, 5), (55, m[55]), (54, m[54])]
            self.send("8", body + [(38, 0), (14, 0), (151, 0), (6, 0), (60, utc()), *echo])
        elif kind == "AF":
            if m.get(585) != "7":
                self.mistakes.append(f"MassStatusReqType: {m}")
            open_orders = [order for order in self.orders.values() if order[39] not in END]
            for at, order in enumerate(open_orders):
                last = [(912, "Y")] if at == len(open_orders) - 1 else []
                self.report(order, "I", [(584, m[584]), (911, len(open_orders)), *last], is_answer=True)
            if not open_orders:  # FIX 4.4, OrderMassStatusRequest: nothing is refused with an ExecutionReport
                body = [(37, "NONE"), (17, "0"), (150, "I"), (39, "8"), (103, 5), (584, m[584]), (911, 0), (912, "Y"), (55, "[N/A]"), (54, "1")]
                self.send("8", body + [(38, 0), (14, 0), (151, 0), (6, 0), (60, utc())])
        elif kind == "q":
            if m.get(530) != "7":
                self.mistakes.append(f"MassCancelRequestType: {m}")
            ending = [order for order in self.orders.values() if order[39] not in END]
            self.send("r", [(11, name), (37, "M1"), (530, "7"), (531, "7"), (533, len(ending)), (60, utc())])
            for order in ending:
                order[39] = "4"
                self.report(order, "4")
        else:
            self.mistakes.append(f"unexpected: {m}")


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", required=True)
    parser.add_argument("--deaf", default="")
    parser.add_argument("--mute", type=int, default=0)
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    venue, stopped = Venue(set(options.deaf.split(",")), options.mute), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    server = await asyncio.start_server(lambda r, w: venue.run(r, w, False), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()
    orders = {name: order[39] for name, order in venue.orders.items()}
    with open(options.report, "w") as file:
        json.dump({"orders": orders, "counts": venue.counts, "mistakes": venue.mistakes}, file)
    sys.exit(1 if venue.mistakes else 0)


asyncio.run(main())
