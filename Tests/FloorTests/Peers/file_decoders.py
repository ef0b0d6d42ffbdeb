"""Reads files of market data by libraries that share no code with the floor, and writes what a csv sink of the floor should write.

    file_decoders.py dbn OUT FILE...        databento_dbn, the vendor's own reader
    file_decoders.py itch OUT FILE...       itchfeed, and books kept in dictionaries; the files begin on 30 January 2019
    file_decoders.py make-itch SEED COUNT FILE
    file_decoders.py pcap-itch FOLDER FILE  the messages of captured packets, as a file
    file_decoders.py lobster OUT FILE...    csv and decimal
    file_decoders.py binance OUT FILE...    json
    file_decoders.py closes OUT FILE...     csv: a date and then one column of closes a symbol

    file_decoders.py layouts OUT DATA       csv and decimal: tables of other programs under DATA, in the order of LAYOUTS below

    file_decoders.py amended OUT EVERY_SECONDS TRADES CORRECTIONS
                                            csv and fractions: the bars of a tape without the trades that were taken back

The k-th file's tables are OUT/k.trades.csv, OUT/k.quotes.csv, OUT/k.bars.csv and OUT/k.book.csv, those that the format has.
"""

import csv
import datetime
import gzip
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

TRADES = "time,symbol,price,size,aggressor,trade_id"
QUOTES = "time,symbol,bid,bid_size,ask,ask_size"
BARS = "time,close_time,symbol,open,high,low,close,volume,vwap,trades"
BOOK = "time,symbol,action,side,price,size,order_id,orders,sequence,flags,quality"
CORRECTIONS = "time,symbol,trade_id,price,size,new_trade_id,new_price,new_size"
STATUSES = "time,symbol,action,reason,trading_event,is_trading,is_quoting,is_short_sell_restricted"
EPOCH = datetime.datetime(1970, 1, 1)


def time(ns):
    """ISO 8601 in UTC with as many groups of three decimals as it takes."""
    seconds, rest = divmod(ns, 10**9)
    text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    if rest:
        digits = f"{rest:09d}"
        while digits.endswith("000"):
            digits = digits[:-3]
        text += "." + digits
    return text + "Z"


# The columns of a definition: how it is written, and what stands for none.
DEFINITION = {
    "raw_symbol": str, "action": "security_update_action", "instrument_class": str, "instrument_id": int, "exchange": str,
    "asset": str, "group": str, "security_type": str, "cfi": str, "currency": str, "settl_currency": str, "underlying": str,
    "underlying_id": int, "activation": time, "expiration": time, "maturity_year": 2**16 - 1, "maturity_month": 255,
    "maturity_day": 255, "strike_price": Decimal, "strike_price_currency": str, "min_price_increment": Decimal,
    "min_price_increment_amount": Decimal, "display_factor": Decimal, "price_ratio": Decimal, "high_limit_price": Decimal,
    "low_limit_price": Decimal, "max_price_variation": Decimal, "unit_of_measure": str, "unit_of_measure_qty": Decimal,
    "contract_multiplier": 2**31 - 1, "original_contract_size": 2**31 - 1, "min_lot_size": 2**31 - 1,
    "min_lot_size_block": 2**31 - 1, "min_lot_size_round_lot": 2**31 - 1, "min_trade_vol": 2**32 - 1,
    "max_trade_vol": 2**32 - 1, "match_algorithm": str, "user_defined_instrument": str, "leg_count": None, "leg_index": None,
    "leg_instrument_id": int, "leg_raw_symbol": str, "leg_instrument_class": str, "leg_side": None,
    "leg_ratio_qty_numerator": None, "leg_ratio_qty_denominator": None,
}  # fmt: skip


def number(value):
    """A decimal without trailing zeros; nothing for None."""
    if value is None:
        return ""
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(value, digits):
    return number(Decimal(value).scaleb(-digits))


class Tables:
    def __init__(self, folder, index, **headers):
        self.rows = {name: [header] for name, header in headers.items()}
        self.folder, self.index = folder, index

    def add(self, table, *fields):
        self.rows[table].append(",".join(str(field) for field in fields))

    def write(self):
        for name, rows in self.rows.items():
            with open(f"{self.folder}/{self.index}.{name}.csv", "w") as file:
                file.write("\n".join(rows) + "\n")


# Databento


def dbn(folder, files):
    import databento_dbn as d

    no_time, no_price = 2**64 - 1, 2**63 - 1
    sides, actions = {"B": 1, "A": 2}, {"A": "add", "C": "cancel", "M": "modify", "R": "clear", "T": "trade", "F": "fill", "N": "none"}

    def side(word):
        return sides.get(str(word), "")

    def definition(record):
        has_legs = getattr(record, "leg_count", 0) > 0
        for name, rule in DEFINITION.items():
            value = getattr(record, rule if name == "action" else name, None)
            if value is None:  # Of a version that does not have it.
                yield 0 if rule is int else ""
            elif name == "leg_count":
                yield value
            elif name.startswith("leg_") and not has_legs:
                yield 0 if rule is int else ""
            elif name == "leg_side":
                yield side(value)
            elif rule is time:
                yield "" if value == no_time else time(value)
            elif rule is Decimal:
                yield price(value)
            elif rule is int or rule is None:
                yield value
            elif isinstance(rule, int):
                yield "" if value == rule else value
            else:
                yield str(value).strip("\0 ")

    def words(code):
        """PRE_OPEN as preOpen."""
        first, *others = code.name.lower().split("_")
        return first + "".join(word.capitalize() for word in others)

    def price(raw):
        return "" if raw == no_price else scaled(raw, 9)

    for index, path in enumerate(files):
        raw = open(path, "rb").read()
        if path.endswith(".zst"):
            raw = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
        # A fragment has no metadata; the decoder wants some.
        fragment = ".frag" in path
        decoder = d.DBNDecoder(upgrade_policy=d.VersionUpgradePolicy.AS_IS, has_metadata=not fragment)
        decoder.write(raw)
        tables = Tables(
            folder, index, trades=TRADES, quotes=QUOTES, bars=BARS, book=BOOK, statuses=STATUSES,
            definitions="time,symbol," + ",".join(DEFINITION),
        )  # fmt: skip
        meta, live = None, {}

        def symbol(record, at):
            if record.instrument_id in live:
                return live[record.instrument_id]
            found, number = str(record.instrument_id), str(record.instrument_id)
            day = (EPOCH + datetime.timedelta(seconds=at // 10**9)).date()
            for said, intervals in (meta.mappings if meta else {}).items():
                for one in intervals:
                    if one["start_date"] <= day < one["end_date"]:
                        if one["symbol"] == number:
                            found = said
                        if said == number and str(meta.stype_in) == "instrument_id":
                            found = one["symbol"]
            return found

        for r in decoder.decode():
            kind = type(r).__name__
            if kind == "Metadata":
                meta = r
                continue
            if "SymbolMapping" in kind:
                live[r.instrument_id] = r.stype_out_symbol
                continue
            received = getattr(r, "ts_recv", no_time)
            at = received if received != no_time else r.ts_event
            event = r.ts_event if r.ts_event != no_time else received
            if kind.startswith("InstrumentDefMsg"):
                tables.add("definitions", time(event), symbol(r, at), *definition(r))
            if kind == "StatusMsg":
                tri = {True: "Y", False: "N", None: ""}
                said = [tri[word] for word in (r.is_trading, r.is_quoting, r.is_short_sell_restricted)]
                tables.add(
                    "statuses", time(event), symbol(r, at), words(r.action), words(r.reason), words(r.trading_event), *said
                )
            if hasattr(r, "open"):
                length = {32: 1, 33: 60, 34: 3600, 35: 86400, 36: 86400}.get(int(r.rtype)) or {5: 1, 6: 60, 7: 3600, 8: 86400}[
                    int(meta.schema)
                ]
                tables.add(
                    "bars", time(r.ts_event), time(r.ts_event + length * 10**9), symbol(r, r.ts_event),
                    *[scaled(p, 9) for p in (r.open, r.high, r.low, r.close)], r.volume, "", 0,
                )  # fmt: skip
            if str(getattr(r, "action", "")) == "T" and hasattr(r, "size") and r.price != no_price:
                tables.add(
                    "trades", time(event), symbol(r, at), price(r.price), r.size, side(r.side), getattr(r, "sequence", 0)
                )
            if kind == "MBOMsg":
                tables.add(
                    "book", time(event), symbol(r, at), actions[str(r.action)], side(r.side), price(r.price), r.size,
                    r.order_id, 0, r.sequence, int(r.flags), "ok",
                )  # fmt: skip
            if hasattr(r, "levels"):
                best = r.levels[0] if isinstance(r.levels, (list, tuple)) else r.levels
                sampled = int(r.rtype) in (0xC0, 0xC1, 0xC3, 0xC4)
                tables.add(
                    "quotes", time(at if sampled else event), symbol(r, at),
                    price(best.bid_px), best.bid_sz if best.bid_px != no_price else 0,
                    price(best.ask_px), best.ask_sz if best.ask_px != no_price else 0,
                )  # fmt: skip
        tables.write()


# NASDAQ TotalView-ITCH 5.0


def make_itch(seed, count, path):
    """A day of messages: orders that come, trade, shrink, are replaced and go, and every message that is about something else."""
    rng, out = random.Random(seed), bytearray()
    stocks = [b"AAPL    ", b"MSFT    ", b"BRK.A   ", b"ZVZZT   "]
    live, reference, match, ns = [], 1000, 5, 34_200_000_000_000
    others = {"S": 12, "R": 39, "H": 25, "Y": 20, "L": 26, "V": 35, "W": 12, "K": 28, "J": 35, "h": 21, "I": 50, "N": 20, "B": 19}

    def put(letter, locate, body):
        message = letter.encode() + struct.pack(">HH", locate, 0) + ns.to_bytes(6, "big") + body
        out.extend(struct.pack(">H", len(message)) + message)

    for number in range(count):
        ns += rng.randrange(3_000_000)
        which = rng.randrange(20) if live else 0
        order = rng.choice(live) if live else None
        if which < 8:
            place, shares, buys = rng.randrange(4), rng.randrange(1, 900), rng.random() < 0.5
            reference += rng.randrange(1, 4)
            price = 1_000_000 + (-1 if buys else 1) * rng.randrange(12) * 100
            body = struct.pack(">QcI8sI", reference, b"B" if buys else b"S", shares, stocks[place], price)
            attributed = rng.random() < 0.1
            put("F" if attributed else "A", place + 1, body + (b"NITE" if attributed else b""))
            live.append([reference, place + 1, shares])
        elif which < 12:
            shares = rng.randrange(1, order[2] + 1)
            match += 1
            body = struct.pack(">QIQ", order[0], shares, match)
            if which == 11:
                put("C", order[1], body + struct.pack(">cI", rng.choice(b"YYN").to_bytes(1, "big"), 1_000_000 + rng.randrange(9)))
            else:
                put("E", order[1], body)
            order[2] -= shares
            if order[2] == 0:
                live.remove(order)
        elif which == 12:
            if order[2] > 1:
                shares = rng.randrange(1, order[2])
                put("X", order[1], struct.pack(">QI", order[0], shares))
                order[2] -= shares
        elif which < 15:
            put("D", order[1], struct.pack(">Q", order[0]))
            live.remove(order)
        elif which < 17:
            reference, shares = reference + 1, rng.randrange(1, 900)
            put("U", order[1], struct.pack(">QQII", order[0], reference, shares, 999_000 + rng.randrange(20) * 100))
            order[0], order[2] = reference, shares
        elif which == 17:
            match += 1
            stock = stocks[order[1] - 1]
            if rng.random() < 0.75:
                put("P", order[1], struct.pack(">QcI8sIQ", 0, b"B", rng.randrange(1, 500), stock, 1_000_050, match))
            else:
                put("Q", order[1], struct.pack(">Q8sIQc", rng.randrange(3) * 5_000_000_000, stock, 1_000_000, match, b"O"))
        elif which == 18:
            letter = rng.choice(sorted(others))
            body = bytes(rng.randrange(256) for _ in range(others[letter] - 11))
            if letter == "B":  # One of the last trades, or one that never was.
                body = struct.pack(">Q", rng.randrange(max(1, match - 20), match + 2))
            put(letter, order[1], (b"O" + body[1:]) if letter == "S" else body)
    open(path, "wb").write(out + b"\0\0")


def pcap_itch(folder, path):
    out = bytearray()
    for name in sorted(os.listdir(folder)):
        raw, at = open(os.path.join(folder, name), "rb").read(), 24
        while at + 16 <= len(raw):
            (length,) = struct.unpack_from("<I", raw, at + 8)
            packet = raw[at + 16 : at + 16 + length]
            at += 16 + length
            ip = 18 if packet[12] == 0x81 else 14
            udp = ip + (packet[ip] & 15) * 4
            (size,) = struct.unpack_from(">H", packet, udp + 4)
            out += packet[udp + 8 + 20 : udp + size]  # behind MoldUDP64's session, sequence and count
    open(path, "wb").write(out)


class Book:
    """The prices and shares of one stock's orders, added up from nothing each time that it is asked."""

    def __init__(self):
        self.levels = ({}, {})

    def move(self, buys, price, shares):
        side = self.levels[0 if buys else 1]
        side[price] = side.get(price, 0) + shares
        if side[price] == 0:
            del side[price]

    def top(self):
        bids, asks = self.levels
        bid, ask = max(bids, default=None), min(asks, default=None)
        return (bid, bids.get(bid, 0), ask, asks.get(ask, 0))


def itch(folder, files):
    from itch.messages import messages as classes

    midnight = int(datetime.datetime(2019, 1, 30, tzinfo=ZoneInfo("America/New_York")).timestamp()) * 10**9
    for index, path in enumerate(files):
        raw, at, count = open(path, "rb").read(), 0, 0
        tables = Tables(folder, index, trades=TRADES, quotes=QUOTES, book=BOOK, corrections=CORRECTIONS)
        orders, stocks, books = {}, {}, {}
        while at + 2 <= len(raw):
            (size,) = struct.unpack_from(">H", raw, at)
            if size == 0:
                break
            message = classes[raw[at + 2 : at + 3]](raw[at + 2 : at + 2 + size])
            at, count = at + 2 + size, count + 1
            kind, locate = type(message).message_type.decode(), message.stock_locate
            now, book, changes = time(midnight + message.timestamp), books.setdefault(locate, Book()), []
            before = book.top()

            def gone(reference, shares):
                buys, price, left = orders[reference]
                if shares == left:
                    del orders[reference]
                else:
                    orders[reference] = (buys, price, left - shares)
                book.move(buys, price, -shares)
                changes.append(("cancel", buys, price, shares, reference))

            def come(reference, buys, price, shares):
                orders[reference] = (buys, price, shares)
                book.move(buys, price, shares)
                changes.append(("add", buys, price, shares, reference))

            def trade(stock, price, shares, aggressor):
                tables.add("trades", now, stock, scaled(price, 4), shares, aggressor, message.match_number)

            reference = getattr(message, "order_reference_number", None)
            if kind in "AF":
                stocks[locate] = message.stock.decode().rstrip()
                come(reference, message.buy_sell_indicator == b"B", message.price, message.shares)
            elif kind in "EC" and reference in orders:
                buys, price, _ = orders[reference]
                if kind == "C":
                    price = message.execution_price
                if kind == "E" or message.printable == b"Y":
                    trade(stocks[locate], price, message.executed_shares, 2 if buys else 1)
                changes.append(("fill", buys, price, message.executed_shares, reference))
                gone(reference, message.executed_shares)
            elif kind == "X" and reference in orders:
                gone(reference, message.cancelled_shares)
            elif kind == "D" and reference in orders:
                gone(reference, orders[reference][2])
            elif kind == "U" and reference in orders:
                buys = orders[reference][0]
                gone(reference, orders[reference][2])
                come(message.new_order_reference_number, buys, message.price, message.shares)
            elif kind == "P":
                trade(message.stock.decode().rstrip(), message.price, message.shares, "")
            elif kind == "Q" and message.shares:
                trade(message.stock.decode().rstrip(), message.cross_price, message.shares, "")
            elif kind == "B":
                tables.add("corrections", now, stocks[locate], message.match_number, "", 0, 0, "", 0)
            bid, bids, ask, asks = after = book.top()
            if after != before:
                tables.add(
                    "quotes", now, stocks[locate], "" if bid is None else scaled(bid, 4), bids,
                    "" if ask is None else scaled(ask, 4), asks,
                )  # fmt: skip
            for place, (action, buys, price, shares, order) in enumerate(changes):
                last = 128 if place == len(changes) - 1 else 0
                tables.add(
                    "book", now, stocks[locate], action, 1 if buys else 2, scaled(price, 4), shares, order, 0, count, last, "ok"
                )
        tables.write()


def amended(folder, arguments):
    """A trade that is corrected keeps its place and time; a correction that finds none does nothing."""
    every, tape, said = int(arguments[0]) * 10**9, *[list(csv.DictReader(open(path))) for path in arguments[1:]]

    def at(text):
        whole, _, fraction = text.rstrip("Z").partition(".")
        seconds = (datetime.datetime.fromisoformat(whole) - EPOCH) // datetime.timedelta(seconds=1)
        return seconds * 10**9 + int(fraction.ljust(9, "0")[:9])

    for one in said:
        for trade in reversed(tape):
            if trade["trade_id"] == one["trade_id"] != "0" and trade["symbol"] == one["symbol"] and all(
                one[key] in ("", "0", trade[key]) for key in ("price", "size")
            ):  # fmt: skip
                if one["new_size"] in ("", "0"):
                    tape.remove(trade)
                else:
                    trade.update(price=one["new_price"], size=one["new_size"], trade_id=one["new_trade_id"])
                break
    bars = {}
    for trade in tape:
        bars.setdefault((at(trade["time"]) // every * every, trade["symbol"]), []).append(trade)
    tables = Tables(folder, 0, bars=BARS)
    for (start, symbol), trades in sorted(bars.items()):
        prices, sizes = [Decimal(t["price"]) for t in trades], [Decimal(t["size"]) for t in trades]
        volume = sum(sizes)
        money = sum(Fraction(p) * Fraction(s) for p, s in zip(prices, sizes))
        vwap = "" if volume == 0 else scaled(round(money / Fraction(volume) * 10**9), 9)  # round() is half to even
        tables.add(
            "bars", time(start), time(start + every), symbol, number(prices[0]), number(max(prices)), number(min(prices)),
            number(prices[-1]), number(volume), vwap, len(trades),
        )  # fmt: skip
    tables.write()


# LOBSTER and Binance


def lobster(folder, files):
    for index, path in enumerate(files):
        ticker, day = os.path.basename(path).split("_")[:2]
        midnight = int(datetime.datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/New_York")).timestamp()) * 10**9
        book_path = path.replace("_message_", "_orderbook_")
        books = csv.reader(gzip.open(book_path, "rt")) if os.path.exists(book_path) else None
        tables = Tables(folder, index, trades=TRADES, **({"quotes": QUOTES} if books else {}))
        last = None
        for number_, row in enumerate(csv.reader(gzip.open(path, "rt"))):
            now = time(midnight + int((Decimal(row[0]) * 10**9).to_integral_value()))
            if row[1] in "456" and row[3] != "0":
                side = "" if row[1] == "6" else 2 if row[5] == "1" else 1
                tables.add("trades", now, ticker, scaled(row[4], 4), row[3], side, number_ + 1)
            if books:
                ask, asks, bid, bids = next(books)[:4]
                quote = [scaled(bid, 4), bids, scaled(ask, 4), asks]
                if abs(int(bid)) == 9999999999:
                    quote[:2] = ["", 0]
                if abs(int(ask)) == 9999999999:
                    quote[2:] = ["", 0]
                if quote != last:
                    tables.add("quotes", now, ticker, *quote)
                    last = quote
        tables.write()


def binance(folder, files):
    for index, path in enumerate(files):
        tables = Tables(folder, index, trades=TRADES, quotes=QUOTES)
        for line in gzip.open(path, "rt"):
            stamp, text = line.split(" ", 1)
            data = json.loads(text)
            data = data.get("data", data)
            if data.get("e") == "trade":
                side = 2 if data["m"] else 1
                tables.add("trades", time(int(stamp)), data["s"], number(data["p"]), number(data["q"]), side, data["t"])
            elif "b" in data and "B" in data and isinstance(data["b"], str):
                tables.add("quotes", time(int(stamp)), data["s"], *[number(data[key]) for key in "bBaA"])
        tables.write()


def closes(folder, files):
    for index, path in enumerate(files):
        tables = Tables(folder, index, bars=BARS)
        rows = csv.reader(gzip.open(path, "rt"))
        names = next(rows)[1:]
        for day, *prices in rows:
            start = int((datetime.datetime.fromisoformat(day) - EPOCH).total_seconds()) * 10**9
            for name, price in zip(names, prices):
                if price:
                    tables.add("bars", time(start), time(start + 86400 * 10**9), name, *[number(price)] * 4, 0, "", 0)
        tables.write()


# Tables that other programs write: path, element, symbol, how a row of texts becomes the time in ns and the other columns.


def at(text, zone="UTC"):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 10**9


def stamped(pattern):
    """A reader of times by strptime, exact to the microsecond."""

    def read(text):
        moment = datetime.datetime.strptime(text, pattern).replace(tzinfo=None)
        return (moment - EPOCH) // datetime.timedelta(microseconds=1) * 1000

    return read


def count(unit, start=0):
    return lambda text: start + int(Decimal(text) * unit)


def table(element, symbol, time_of, columns, digits=0, shift=0, header=True, delimiter=","):
    return dict(
        element=element, symbol=symbol, time=time_of, columns=columns, digits=digits, shift=shift, header=header, delimiter=delimiter
    )


MINUTE, DAY = 60 * 10**9, 86400 * 10**9
LAYOUTS = [
    (
        "pyalgotrade-ticks/nt-spy-minute-2011-03.csv.gz",
        table("bars", "SPY", stamped("%Y%m%d %H%M%S"), (0, 1, 2, 3, 4, 5), shift=MINUTE, header=False, delimiter=";"),
    ),
    ("nautilus-market-data/bitmex_trades_XBTUSD.csv", table("trades", "XBTUSD", count(1000), (2, 6, 7, 5))),
    ("nautilus-market-data/ADABTC-1m-2021-11-27.csv", table("bars", "ADABTC", count(10**6), (0, 1, 2, 3, 4, 5, 8), header=False)),
    ("nautilus-market-data/usdjpy-ticks.csv", table("quotes", "USDJPY", lambda text: stamped("%Y-%m-%d %H:%M:%S.%f")(
        text[:-6] if "." in text else text[:-6] + ".0"), (0, 1, 2))),
    ("nautilus-market-data/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", table("bars", "6EH4", at, (0, 1, 2, 3, 4, 5))),
    ("nautilus-market-data/gbpusd-m1-ask-2012.csv.gz", table("bars", "GBPUSD", lambda text: at(text[:-6]), (0, 1, 2, 3, 4))),
    (
        "nautilus-market-data/quote_tick_data.csv.gz",
        table("quotes", "EURUSD", lambda text: stamped("%Y%m%d %H%M%S%f")(text + "000"), (0, 1, 2), header=False),
    ),
    (
        "lean-fx-crypto/fxcm/tick/eurusd/20140504_quote.zip",
        table("quotes", "EURUSD", count(10**6, at("2014-05-04", "Etc/GMT+5")), (0, 1, 2), header=False),
    ),
    (
        "lean-equity/tick/ibm/20131008_trade.zip",
        table("trades", "IBM", count(10**6, at("2013-10-08", "America/New_York")), (0, 1, 2), digits=4, header=False),
    ),
    (
        "lean-corporate-actions/daily/aapl.zip",
        table("bars", "AAPL", stamped("%Y%m%d %H:%M"), (0, 1, 2, 3, 4, 5), digits=4, header=False),
    ),
    (
        "lean-fx-crypto/coinbase/minute/btcusd/20161007_trade.zip",
        table("bars", "BTCUSD", count(10**6, at("2016-10-07")), (0, 1, 2, 3, 4, 5), header=False),
    ),
]  # fmt: skip


def layouts(folder, arguments):
    for index, (path, said) in enumerate(LAYOUTS):
        path = os.path.join(arguments[0], path)
        if path.endswith(".zip"):
            archive = zipfile.ZipFile(path)
            text = archive.read(archive.namelist()[0]).decode()
        else:
            text = (gzip.open(path, "rt") if path.endswith(".gz") else open(path)).read()
        rows = csv.reader(text.splitlines(), delimiter=said["delimiter"])
        if said["header"]:
            next(rows)
        element, symbol = said["element"], said["symbol"]
        tables = Tables(folder, index, **{element: {"trades": TRADES, "quotes": QUOTES, "bars": BARS}[element]})
        length = DAY if "daily" in path else MINUTE
        for row in rows:
            start, values = said["time"](row[said["columns"][0]]) - said["shift"], [row[k] for k in said["columns"][1:]]
            if element == "trades":
                side = {"sell": 2, "buy": 1}[values[2]] if len(values) > 2 else ""
                tables.add("trades", time(start), symbol, scaled(values[0], said["digits"]), number(values[1]), side, 0)
            elif element == "quotes":
                tables.add("quotes", time(start), symbol, number(values[0]), 0, number(values[1]), 0)
            else:
                prices = [scaled(value, said["digits"]) for value in values[:4]]
                volume, trades = (values[4:] + ["0"])[0], (values[5:] + ["0"])[0]
                tables.add("bars", time(start), time(start + length), symbol, *prices, number(volume), "", trades)
        tables.write()


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "make-itch":
        make_itch(int(rest[0]), int(rest[1]), rest[2])
    elif command == "pcap-itch":
        pcap_itch(*rest)
    else:
        {"dbn": dbn, "itch": itch, "lobster": lobster, "binance": binance, "closes": closes, "layouts": layouts,
         "amended": amended}[command](rest[0], rest[1:])
