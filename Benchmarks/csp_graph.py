"""csp's own graph, beside which `floor bench csp` measures the same one: bars of a second with VWAP, the difference of two
averages of the sampled last, and a z-score over 1,000 ticks on every tick.

    python csp_graph.py write FILE SYMBOLS TICKS   the ticks, as 32-byte records: i64 ns | f64 price | f64 size | u64 symbol
    python csp_graph.py run FILE                   runs csp on them and prints one JSON line: its time and last outputs

Needs csp and numpy: scripts/install-dependencies --bench. The time is csp.run's, on a graph that was built before.
"""

import json
import resource
import sys
import time
from datetime import datetime, timedelta

import numpy as np

START = datetime(2024, 3, 11, 13, 30)
START_NS = 1710163800000000000
TICK = np.dtype([("time", "<i8"), ("price", "<f8"), ("size", "<f8"), ("symbol", "<u8")])
SECONDS = 50


def write(path, symbols, ticks):
    step = SECONDS * 10**9 // ticks
    rows = np.empty((ticks, symbols), TICK)
    for symbol in range(symbols):
        random = np.random.default_rng(symbol)
        rows["time"][:, symbol] = START_NS + np.arange(ticks) * step
        # Nine decimals, as many as a price of ours has.
        rows["price"][:, symbol] = np.round(100 + np.cumsum(random.normal(0, 0.01, ticks)), 9)
        rows["size"][:, symbol] = random.integers(1, 500, ticks)
        rows["symbol"][:, symbol] = symbol
    rows.tofile(path)


def run(path):
    import csp
    from csp import stats, ts

    rows = np.fromfile(path, TICK)
    symbols = int(rows["symbol"].max()) + 1

    @csp.graph
    def instrument(price: ts[float], size: ts[float], name: str):
        second = csp.timer(timedelta(seconds=1))
        # In one cycle csp clears before it computes, so the windows are cleared a moment after the second.
        once = dict(trigger=second, reset=csp.delay(second, timedelta(microseconds=1)))
        high, low, first = stats.max(price, **once), stats.min(price, **once), stats.first(price, **once)
        vwap = stats.sum(price * size, **once) / stats.sum(size, **once)
        last = csp.sample(second, price)
        fast, slow = stats.ema(last, span=12), stats.ema(last, span=26)
        zscore = (price - stats.mean(price, 1000)) / stats.stddev(price, 1000)
        for key, value in (("d", fast - slow), ("v", vwap), ("z", zscore), ("h", high - low + first)):
            csp.add_graph_output(name + key, value, tick_count=1)

    @csp.graph
    def all_instruments():
        for symbol in range(symbols):
            own = rows[rows["symbol"] == symbol]
            times = own["time"].astype("datetime64[ns]")
            instrument(csp.curve(float, (times, own["price"].copy())), csp.curve(float, (times, own["size"].copy())), f"{symbol}")

    graph = csp.build_graph(all_instruments)
    begin = time.perf_counter()
    found = csp.run(graph, starttime=START, endtime=START + timedelta(seconds=SECONDS))
    seconds = time.perf_counter() - begin
    print(
        json.dumps(
            {
                "version": csp.__version__,
                "ticks": len(rows),
                "seconds": seconds,
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "outputs": [[found[f"{s}{key}"][-1][1] for key in "dvzh"] for s in range(symbols)],
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif len(sys.argv) == 3 and sys.argv[1] == "run":
        run(sys.argv[2])
    else:
        sys.exit(__doc__)
