"""1-minute bars of a trades-csv by the tools that people take for it: what `floor bench marketdata` measures W1 from CSV beside.

    csv_bars.py polars|duckdb|csp FILE     prints one JSON line: records, seconds, bars, volume, sum

`sum` is the hash of marketdata.cpp, so that the answers are known to be the same. The file is read, parsed and aggregated in the seconds
that are told; starting Python is not. polars and duckdb take every core that there is, csp has one.
"""

import json
import sys
import time
from datetime import datetime, timedelta

import numpy as np

MINUTE = 60_000_000_000


def tell(records, seconds, symbol, minute, prices, volume):
    """Prices in dollars; symbols as S000."""
    x = np.array([int(name[1:]) for name in symbol], dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in [minute] + [np.rint(np.asarray(p, dtype=np.float64) * 1e4) for p in prices] + [volume]:
            x = x * np.uint64(6364136223846793005) + np.asarray(column).astype(np.int64).astype(np.uint64)
            x = x + np.uint64(1442695040888963407)
        total = int(np.sum(x ^ (x >> np.uint64(33)), dtype=np.uint64))
    volume = int(np.asarray(volume).astype(np.int64).sum())
    print(json.dumps(dict(records=records, seconds=seconds, bars=len(x), volume=volume, sum=f"{total:016x}")))


def polars(path):
    import polars as pl

    began = time.perf_counter()
    bars = (
        pl.scan_csv(path)
        .with_columns(minute=pl.col("time") // MINUTE)
        .group_by("symbol", "minute")
        .agg(
            open=pl.col("price").first(), high=pl.col("price").max(), low=pl.col("price").min(), close=pl.col("price").last(),
            volume=pl.col("size").sum(), vwap=(pl.col("price") * pl.col("size")).sum() / pl.col("size").sum(), count=pl.len(),
        )
        .collect()
    )  # fmt: skip
    seconds = time.perf_counter() - began
    names = ["open", "high", "low", "close"]
    tell(
        int(bars["count"].sum()), seconds, bars["symbol"].to_list(), bars["minute"].to_numpy(),
        [bars[name].to_numpy() for name in names], bars["volume"].to_numpy(),
    )  # fmt: skip


def duckdb(path):
    import duckdb

    began = time.perf_counter()
    # The first and the last of equal times are those of the file, which only the row's number tells.
    bars = duckdb.sql(f"""
        SELECT symbol, time // {MINUTE} AS minute, arg_min(price, row) AS open, max(price) AS high, min(price) AS low,
            arg_max(price, row) AS close, sum(size)::BIGINT AS volume, sum(price * size) / sum(size) AS vwap, count(*) AS count
        FROM (SELECT *, row_number() OVER () AS row FROM read_csv('{path}')) GROUP BY ALL""").fetchnumpy()
    seconds = time.perf_counter() - began
    tell(
        int(bars["count"].sum()), seconds, bars["symbol"], bars["minute"],
        [bars[name] for name in ("open", "high", "low", "close")], bars["volume"],
    )  # fmt: skip


def csp(path):
    import csp
    from csp import ts
    from csp.adapters.csv import CSVReader

    class Trade(csp.Struct):
        price: float
        size: float

    bars = []

    @csp.node
    def minutes(trade: ts[Trade], timer: ts[bool], name: str):
        with csp.state():
            s_count, s_open, s_high, s_low, s_close, s_volume = 0, 0.0, 0.0, 0.0, 0.0, 0.0
        if csp.ticked(timer) and s_count:
            bars.append((name, csp.now(), s_open, s_high, s_low, s_close, s_volume, s_count))
            s_count = 0
        if csp.ticked(trade):
            if s_count == 0:
                s_open, s_high, s_low, s_volume = trade.price, trade.price, trade.price, 0.0
            s_high, s_low, s_close = max(s_high, trade.price), min(s_low, trade.price), trade.price
            s_volume += trade.size
            s_count += 1

    epoch = datetime(1970, 1, 1)
    names, first, last = set(), None, None
    with open(path) as file:
        next(file)
        for line in file:
            stamp, name = line.split(",", 2)[:2]
            names.add(name)
            first, last = first or int(stamp), int(stamp)

    def moment(stamp):
        return epoch + timedelta(microseconds=int(stamp) // 1000)

    @csp.graph
    def graph():
        # What lies on a minute belongs to the bar that begins there: the timer goes first.
        timer = csp.timer(timedelta(minutes=1), True)
        reader = CSVReader(path, lambda row: moment(row["time"]), symbol_column="symbol")
        for name in sorted(names):
            trade = reader.subscribe(name, Trade, {"price": "price", "size": "size"}, push_mode=csp.PushMode.NON_COLLAPSING)
            minutes(trade, timer, name)

    began = time.perf_counter()
    start = moment(first // MINUTE * MINUTE)
    csp.run(graph, starttime=start, endtime=moment((last // MINUTE + 1) * MINUTE))
    seconds = time.perf_counter() - began
    stamps = [int((when - epoch) / timedelta(minutes=1)) - 1 for _, when, *_ in bars]
    columns = list(zip(*bars))
    tell(sum(columns[7]), seconds, columns[0], np.array(stamps), columns[2:6], np.array(columns[6]))


if __name__ == "__main__":
    {"polars": polars, "duckdb": duckdb, "csp": csp}[sys.argv[1]](sys.argv[2])
