"""What `scripts/crash` holds the floor to: the books of a day against the count that the venue's own process kept.

    folder/day          the floor's data directory        folder/peer.json      the venue's report
"""

import collections
import contextlib
import csv
import json
import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path


STATUS = {  # OrdStatus(39) as the ledger writes it
    "0": "new", "1": "partiallyFilled", "2": "filled", "4": "canceled", "8": "rejected", "A": "pendingNew", "C": "expired",
}
SIDE = {"1": "buy", "2": "sell"}


class Books:
    """The floor's side, read from its files by SQLite and from its journal by `floor journal dump`."""

    def __init__(self, folder, floor):
        day = Path(folder, "day")
        with contextlib.closing(sqlite3.connect(f"file:{day}/ledger.db?mode=ro", uri=True)) as ledger:
            rows = lambda query: ledger.execute(query).fetchall()
            self.orders = {name: (status, certainty) for name, status, certainty in
                           rows("SELECT root_id, ord_status, certainty FROM orders")}
            # The router says of an order that it never left, and why.
            self.never_left = {name for name, in rows("SELECT cl_ord_id FROM reports WHERE msg_type = 'executionReport' AND text LIKE 'not sent: %'")}
            self.fills = collections.defaultdict(list)
            for execution, name, symbol, side, quantity, price in rows(
                    "SELECT exec_id, cl_ord_id, symbol, side, quantity, price FROM executions WHERE is_live = 1"):
                self.fills[execution].append((name, symbol, side, Decimal(quantity) / 10**8, Decimal(price) / 10**9))
            self.positions = {symbol: Decimal(total) / 10**8 for symbol, total in
                              rows("SELECT symbol, SUM(quantity) FROM positions GROUP BY symbol") if total}
        dump = subprocess.run([floor, "journal", "dump", day, "--source", "intents"], capture_output=True, text=True, check=True)
        records = [dict(field.split("=", 1) for field in line.split("\t")[3:]) for line in dump.stdout.splitlines()]
        self.intents = collections.Counter(r["cl_ord_id"] for r in records if r["action"] == "new")


def summary(folder):
    """What the last floor said at its end: JSON after its notices."""
    said = max(Path(folder).glob("floor-*.err")).read_text()
    return json.loads(said[said.index("{\n"):])


def statement(peer):
    """The venue's day as `floor reconcile` reads it."""
    lines = ["record,time,exec_id,cl_ord_id,symbol,side,quantity,price,fee"]
    for f in peer["fills"]:
        lines.append(f"fill,,{f['execID']},{f['clOrdID']},{f['symbol']},{f['side']},{f['quantity']},{f['price']},0")
    lines += [f"position,,,,{symbol},,{quantity},," for symbol, quantity in peer["positions"].items()]
    return "\n".join(lines) + "\n"


def check(folder, floor):
    """Returns the counts, and a line for each thing that is not as it must be."""
    folder = Path(folder)
    peer = json.loads((folder / "peer.json").read_text())
    books = Books(folder, floor)
    wrong, orders = [], peer["orders"]

    def names(what, found):
        if found:
            shown = " ".join(sorted(found)[:8])
            wrong.append(f"{len(found)} {what}: {shown}{' …' if len(found) > 8 else ''}")
        return len(found)

    wrong += [f"the venue saw: {mistake}" for mistake in peer["mistakes"]]
    duplicated = names("orders entered more than once", {n for n, o in orders.items() if o["entered"] != 1})
    names("orders of the journal are there twice", {n for n, count in books.intents.items() if count > 1})
    lost = names("orders of the journal that the venue never had (lost)", set(books.intents) - books.never_left - set(orders))
    names("orders at the venue that the journal never had", set(orders) - set(books.intents))
    names("orders at the venue that the books call never sent", set(orders) & books.never_left)
    names("orders in the journal or the ledger alone", set(books.intents) ^ set(books.orders))
    names("orders in doubt", {n for n, (_, certainty) in books.orders.items() if certainty != "KNOWN"})
    # What the venue calls final, the books must call the same: OrdStatus(39).
    theirs = {n: STATUS[o["status"]] for n, o in orders.items()}
    names("orders whose status differs", {n for n in theirs if n in books.orders and books.orders[n][0] != theirs[n]})

    fills = collections.Counter(f["execID"] for f in peer["fills"])
    lost_fills = names("fills of the venue that the ledger has not", set(fills) - set(books.fills))
    names("fills of the ledger that the venue has not", set(books.fills) - set(fills))
    doubled_fills = names("fills booked more than once", {n for n, found in books.fills.items() if len(found) > 1})
    terms = {f["execID"]: (f["clOrdID"], f["symbol"], SIDE[f["side"]], Decimal(f["quantity"]), Decimal(f["price"])) for f in peer["fills"]}
    names("fills whose terms differ", {n for n in terms if n in books.fills and books.fills[n][0] != terms[n]})
    for symbol in sorted(set(books.positions) | set(peer["positions"])):
        ours, theirs = books.positions.get(symbol, Decimal(0)), Decimal(peer["positions"].get(symbol, 0))
        if ours != theirs:
            wrong.append(f"position {symbol}: {ours} in the ledger, {theirs} at the venue")

    # What the order book of record did not expect. A late answer can be; what is out of turn, a wrong quantity or a fill twice cannot.
    # A CSV file is whole after every restart, as far as the last run counts its rows.
    rows = [dict(row) for row in csv.DictReader((folder / "anomalies.csv").open())]
    anomalies = collections.Counter(row["rule"] for row in rows)
    for rule in sorted(set(anomalies) - {"afterTerminal"}):
        names(f"anomalies {rule}", {row["cl_ord_id"] for row in rows if row["rule"] == rule})
    made = summary(folder)["outputs"]["oms.anomalies"]
    if made != len(rows):
        wrong.append(f"anomalies.csv has {len(rows)} rows, {made} anomalies were made")

    (folder / "statement.csv").write_text(statement(peer))

    def floor_says(text, *arguments):
        done = subprocess.run([floor, *arguments], capture_output=True, text=True)
        if done.returncode != 0 or text not in done.stdout:
            said = (done.stdout + done.stderr).strip().splitlines()
            wrong.append(f"floor {' '.join(map(str, arguments))}: exit {done.returncode}: {' | '.join(said[-4:])}")

    day = folder / "day"
    floor_says("breaks     0\n", "reconcile", "--data", day, "--statement", folder / "statement.csv")
    floor_says("replay verified", "replay", day, "--verify")
    floor_says("every checksum right", "journal", "verify", day)
    counts = {
        "orders": len(orders), "lost": lost, "duplicated": duplicated, "never_left": len(books.never_left),
        "asked_and_sent_again": sum(o["possResend"] for o in orders.values()), "fills": len(fills), "fills_lost": lost_fills,
        "fills_duplicated": doubled_fills, "cancels": len(peer["cancels"]), "anomalies": dict(anomalies),
    } | {name.replace(" ", "_"): n for name, n in peer["counts"].items()}
    return counts, wrong
