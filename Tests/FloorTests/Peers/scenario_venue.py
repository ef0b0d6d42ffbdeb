"""A venue of FIX 4.4, 4.2 or 5.0 SP2 that plays the tables of FIX Appendix D over TCP, as Tests/Fixtures/appendix-d.csv has them.

Scenario number K of the file (counted from 0) is played to the orders whose ClOrdIDs end in `.K`: when what the table has us
receive has come, the rows behind it go out, up to the next one that we wait for. What the table does not have is answered as a
venue would: a question with the order's state, a PossResend of what is known with nothing new. All state is on disk before
anything leaves, so this process can be killed at any moment, started again with the same --state, and goes on.

    python3 scenario_venue.py --port 9880 --table appendix-d.csv --state venue.state

Its codec is simplefix's; nothing is shared with the floor or with the other venue here. Prints `port N` when it listens.
"""

import argparse
import asyncio
import csv
import datetime
import os
import pickle
import signal
import sys

import simplefix

US, THEM = "BROKER", "FLOOR"


def utc():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def read(path):
    """The scenarios in the order of the file, each a list of rows."""
    scenarios, last = [], None
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            key = row["scenario"], row["branch"]
            if key != last:
                scenarios.append([])
            last = key
            scenarios[-1].append(row)
    return scenarios


class State:
    """What survives a kill."""

    def __init__(self):
        self.next_in, self.sent = 1, []  # (MsgType, body) under MsgSeqNum 1, 2, …; None for the session's own
        self.at = {}  # scenario -> the row that comes next
        self.arrived = {}  # scenario -> {(MsgType, ClOrdID)} that have come and were not yet played
        self.known, self.mistakes = set(), []  # every (MsgType, ClOrdID) that ever came
        self.orders = {}  # (scenario, ClOrdID) -> the last report's body, for questions
        self.sides = {}  # scenario -> (symbol, side)


class Venue:
    def __init__(self, options):
        self.options, self.scenarios = options, read(options.table)
        self.state, self.outbox, self.writer = State(), [], None
        if os.path.exists(options.state):
            with open(options.state, "rb") as file:
                self.state.__dict__.update(pickle.load(file))

    def save(self):
        with open(self.options.state + ".new", "wb") as file:
            pickle.dump(self.state.__dict__, file)
        os.replace(self.options.state + ".new", self.options.state)

    # The session

    async def connected(self, reader, writer):
        parser = simplefix.FixParser()
        if self.writer:
            self.writer.transport.abort()
        self.writer = writer
        try:
            while data := await reader.read(65536):
                if self.writer is not writer:
                    return
                parser.append_buffer(data)
                alive = True
                while alive and (message := parser.get_message()) is not None:
                    fields = {int(tag): value.decode() for tag, value in message.pairs}
                    alive = self.take(fields)
                # On disk first: what is lost on the wire is asked for again.
                self.save()
                for kind, number, body, flags in self.outbox:
                    writer.write(self.encode(kind, number, body, flags))
                self.outbox = []
                if not alive:
                    await writer.drain()
                    return
        except ConnectionError:
            pass
        finally:
            if self.writer is writer:
                self.writer = None
            writer.close()

    def encode(self, kind, number, body, flags=()):
        message = simplefix.FixMessage()
        for tag, value in [(8, self.options.version), (35, kind), (34, number), (49, US), (56, THEM), (52, utc()), *flags, *body]:
            message.append_pair(tag, value)
        return message.encode()

    def send(self, kind, body, is_application=False):
        self.state.sent.append((kind, body) if is_application else None)
        self.outbox.append((kind, len(self.state.sent), body, ()))

    def take(self, m):
        kind, number, state = m[35], int(m[34]), self.state
        if kind == "A" and number >= state.next_in:
            is_new = self.options.version == "FIXT.1.1"
            self.send("A", [(98, 0), (108, m.get(108, "30"))] + ([(1137, 9)] if is_new else []))
            if is_new and m.get(1137) != "9":
                self.state.mistakes.append(f"DefaultApplVerID is {m.get(1137)}")
        if number > state.next_in:
            if kind == "2":
                self.resend(m)
            self.send("2", [(7, state.next_in), (16, 0)])
            return True
        if number < state.next_in:
            return m.get(43) == "Y"
        state.next_in = int(m[36]) if kind == "4" else number + 1
        if kind == "1":
            self.send("0", [(112, m.get(112, ""))])
        elif kind == "2":
            self.resend(m)
        elif kind == "5":
            self.send("5", [])
            return False
        elif kind in "DFGH":
            self.request(kind, m)
        return True

    def resend(self, m):
        at, last = int(m[7]), int(m[16]) or len(self.state.sent)
        again, sent = [(43, "Y"), (122, utc())], self.state.sent
        while at <= min(last, len(sent)):
            if sent[at - 1]:
                self.outbox.append((sent[at - 1][0], at, sent[at - 1][1], again))
                at += 1
                continue
            new = at
            while new <= len(sent) and not sent[new - 1]:
                new += 1
            self.outbox.append(("4", at, [(123, "Y"), (36, new)], again))
            at = new

    # The scenarios

    def request(self, kind, m):
        state, (name, _, number) = self.state, m[11].rpartition(".")
        scenario = int(number)
        state.sides.setdefault(scenario, (m.get(55, ""), m.get(54, "1")))
        if kind == "H":
            if self.waits_for(scenario) == ("H", name):
                state.arrived.setdefault(scenario, set()).add((kind, name))
                return self.play(scenario)
            return self.answer(scenario, name, m.get(790))
        if (kind, m[11]) in state.known:
            if m.get(97) != "Y":
                state.mistakes.append(f"{kind} {m[11]} came twice")
            return self.answer(scenario, name, None)
        state.known.add((kind, m[11]))
        state.arrived.setdefault(scenario, set()).add((kind, name))
        self.play(scenario)

    def waits_for(self, scenario):
        """What the table has us receive next; what only repeats an id is never sent by a floor."""
        rows, at = self.scenarios[scenario], self.state.at.get(scenario, 0)
        while at < len(rows) and rows[at]["direction"] == "to venue":
            if self.awaits(rows[at]):
                return rows[at]["message"], rows[at]["cl_ord_id"]
            at += 1
        return None

    def awaits(self, row):
        isLost = self.options.lost_questions and row["message"] == "H"
        return row["anomalies"] != "duplicateClOrdID" and not isLost

    def play(self, scenario):
        rows, state = self.scenarios[scenario], self.state
        while (at := state.at.get(scenario, 0)) < len(rows):
            row = rows[at]
            if row["direction"] == "to venue":
                what = row["message"], row["cl_ord_id"]
                if self.awaits(row):
                    if what not in state.arrived.get(scenario, ()):
                        return
                    state.arrived[scenario].discard(what)
            else:
                self.report(scenario, row)
            state.at[scenario] = at + 1

    def report(self, scenario, row):
        def name(text):
            return f"{text}.{scenario}" if text else ""

        symbol, side = self.state.sides.get(scenario, ("", "1"))
        body = [(37, f"O{scenario}"), (11, name(row["cl_ord_id"])), (39, row["ord_status"]), (60, utc())]
        if row["orig_cl_ord_id"]:
            body.append((41, name(row["orig_cl_ord_id"])))
        if row["message"] == "9":
            body += [(434, 1), (102, row["reason"] or 0)]
            return self.send("9", body, True)
        execution = row["exec_id"] if row["exec_type"] == "I" else name(row["exec_id"])
        body += [(17, execution), (150, row["exec_type"]), (55, symbol), (54, side)]
        body += [(38, row["order_qty"] or 0), (14, row["cum_qty"] or 0), (151, row["leaves_qty"] or 0), (6, row["avg_px"] or 0)]
        for tag, column in ((32, "last_qty"), (31, "last_px"), (19, "exec_ref_id")):
            if row[column]:
                body.append((tag, name(row[column]) if tag == 19 else row[column]))
        if row["reason"]:
            body.append((103, row["reason"]))
        body = self.as_of_version(body)
        if row["exec_type"] != "I":
            for order in {row["cl_ord_id"], row["orig_cl_ord_id"]} - {""}:
                self.state.orders[scenario, order] = [(t, v) for t, v in body if t in (37, 39, 55, 54, 38, 14, 151, 6)]
        self.send("8", body, True)

    def as_of_version(self, body):
        """FIX 4.2 says in ExecTransType(20) what 4.4 says in ExecType(150): a fill by its size, a bust, a correction, an answer."""
        if self.options.version != "FIX.4.2":
            return body
        fields = dict(body)
        kinds = {"H": ("1", fields[39]), "G": ("2", fields[39]), "I": ("3", fields[39])}
        kinds["F"] = ("0", "2" if fields[39] == "2" else "1")
        action, execution = kinds.get(fields[150], ("0", fields[150]))
        return [(tag, execution if tag == 150 else value) for tag, value in body] + [(20, action)]

    def answer(self, scenario, name, question):
        """The state of an order, or that there is none."""
        body = self.state.orders.get((scenario, name))
        has_come = any((kind, f"{name}.{scenario}") in self.state.known for kind in "DFG")
        if body is None and has_come:  # it came, and the table has not spoken of it yet
            symbol, side = self.state.sides[scenario]
            body = [(37, f"O{scenario}"), (39, "A"), (55, symbol), (54, side), (38, 0), (14, 0), (151, 0), (6, 0)]
        if body is None:
            symbol, side = self.state.sides[scenario]
            body = [(37, "NONE"), (39, "8"), (103, 5), (55, symbol), (54, side), (38, 0), (14, 0), (151, 0), (6, 0)]
        more = [(790, question)] if question else []
        self.send("8", self.as_of_version([(11, f"{name}.{scenario}"), (17, "0"), (150, "I"), (60, utc()), *body, *more]), True)

    async def run(self):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        server = await asyncio.start_server(self.connected, "127.0.0.1", self.options.port, reuse_address=True)
        print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
        await stopped.wait()
        self.save()
        for _, name in sorted(known for known in self.state.known if known[0] == "D"):
            print(f"entered {name}", flush=True)
        for mistake in self.state.mistakes:
            print(f"mistake: {mistake}", flush=True)
        sys.exit(1 if self.state.mistakes else 0)


parser = argparse.ArgumentParser(description="A FIX 4.4 venue that plays the tables of FIX Appendix D.")
parser.add_argument("--version", default="FIX.4.4", choices=["FIX.4.2", "FIX.4.4", "FIXT.1.1"])
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--table", required=True)
parser.add_argument("--state", default="venue.state")
parser.add_argument("--lost-questions", action="store_true", help="a status request may be lost in a crash: do not wait for it")
venue = Venue(parser.parse_args())
asyncio.run(venue.run())
