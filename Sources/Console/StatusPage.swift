/// The page for people: plain HTML, a style and a script from this console alone. It asks `/metrics.json` once a second and
/// shows what it says.
enum StatusPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>floor</title>
        <link rel="stylesheet" href="/console.css">
        </head>
        <body>
        <header>
          <h1 id="title">floor</h1>
          <p id="process"></p>
          <p class="links"><a href="/metrics">metrics</a> <a href="/metrics.json">json</a> <a href="/healthz">health</a></p>
        </header>
        <p id="trouble" role="alert" hidden></p>
        <main>
          <section class="wide">
            <h2>Operators</h2>
            <p class="key"><i class="busy"></i>busy <i class="held"></i>held (backpressured) <i class="idle"></i>idle
              <span id="window"></span></p>
            <table id="operators"></table>
          </section>
          <section><h2>Sources</h2><table id="sources"></table></section>
          <section><h2>Journal and checkpoint</h2><table id="journal"></table></section>
          <section><h2>Tick to order</h2><table id="paths"></table></section>
          <section id="desk"><h2>Desk</h2><table id="series"></table></section>
          <section class="wide">
            <h2>Edges</h2>
            <table id="edges"></table>
          </section>
        </main>
        <noscript>This page needs JavaScript; /metrics does not.</noscript>
        <script src="/console.js"></script>
        </body>
        </html>
        """

    static let css = """
        :root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6776; --line: #dde3ea; --paper: #f7f9fb; --card: #fff;
          --busy: #2f6fde; --held: #d98a1f; --idle: #e6ebf1; --bad: #b3261e; --mark: #fff3d6; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e5eaf0; --soft: #98a4b3; --line: #2c3541; --paper: #12161c;
          --card: #1a2028; --busy: #6a9cf5; --held: #e3a34a; --idle: #2a323d; --bad: #ff8a80; --mark: #3a3018; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 16px 20px 0; }
        h1 { font-size: 20px; margin: 0; } h2 { font-size: 14px; margin: 0 0 8px; }
        header p { margin: 0; color: var(--soft); } .links { margin-left: auto; }
        a { color: var(--busy); text-decoration: none; margin-left: 10px; } a:hover { text-decoration: underline; }
        #trouble { margin: 12px 20px 0; padding: 10px 14px; border-radius: 8px; background: var(--bad); color: #fff;
          font-weight: 600; }
        main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 14px; padding: 14px 20px 24px; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; overflow-x: auto; }
        .wide { grid-column: 1 / -1; }
        .key { margin: 0 0 6px; color: var(--soft); } .key span { margin-left: 14px; }
        .key i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 4px 0 10px; }
        .key i:first-child { margin-left: 0; }
        i.busy, b.busy { background: var(--busy); } i.held, b.held { background: var(--held); } i.idle { background: var(--idle); }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th { color: var(--soft); font-weight: 500; white-space: nowrap; } td { white-space: nowrap; }
        th, td { text-align: right; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); }
        th:first-child, td:first-child, td.text, th.text { text-align: left; }
        tr:last-child td { border-bottom: 0; }
        tr.bottleneck td { background: var(--mark); font-weight: 600; }
        tr.bottleneck td:first-child::after { content: " bottleneck"; color: var(--held); font-weight: 500; }
        td.bar { width: 24%; min-width: 140px; }
        .track { display: flex; height: 12px; border-radius: 3px; overflow: hidden; background: var(--idle); }
        .stale main { opacity: .45; } .zero { color: var(--soft); } .warn { color: var(--bad); font-weight: 600; }
        """

    static let script = """
        'use strict';
        const $ = id => document.getElementById(id);
        const count = n => n >= 1e9 ? (n / 1e9).toFixed(2) + ' G' : n >= 1e6 ? (n / 1e6).toFixed(2) + ' M'
          : n >= 1e4 ? (n / 1e3).toFixed(1) + ' k' : String(Math.round(n));
        const time = s => s === undefined || s === null ? '' : s === 0 ? '0' : s < 1e-6 ? (s * 1e9).toFixed(0) + ' ns'
          : s < 1e-3 ? (s * 1e6).toFixed(1) + ' µs' : s < 1 ? (s * 1e3).toFixed(1) + ' ms' : s < 120 ? s.toFixed(1) + ' s'
          : s < 7200 ? (s / 60).toFixed(0) + ' min' : s < 172800 ? (s / 3600).toFixed(1) + ' h' : (s / 86400).toFixed(0) + ' d';
        const percent = x => x < 0.0005 ? '0' : (100 * x).toFixed(1) + ' %';
        const bytes = n => n < 1024 ? n + ' B' : n < 1048576 ? (n / 1024).toFixed(1) + ' KiB' : (n / 1048576).toFixed(1) + ' MiB';

        // Rows are arrays of cells; a cell is a text, or { text, kind }, or { bar: [[class, share] …] }.
        function fill(id, head, rows) {
          const table = document.createElement('table');
          table.id = id;
          const line = (cells, tag, kind) => {
            const row = table.insertRow();
            if (kind) row.className = kind;
            for (const cell of cells) {
              const box = document.createElement(tag);
              if (cell && cell.bar) {
                box.className = 'bar';
                const track = document.createElement('div');
                track.className = 'track';
                for (const [kind, share] of cell.bar) {
                  const part = document.createElement('b');
                  part.className = kind;
                  part.style.width = Math.min(100, 100 * share) + '%';
                  track.append(part);
                }
                box.append(track);
              } else if (cell && cell.kind) { box.textContent = cell.text; box.className = cell.kind; }
              else { box.textContent = cell; if (cell === '0') box.className = 'zero'; }
              row.append(box);
            }
          };
          if (head.length) line(head, 'th');
          for (const row of rows) line(row.cells || row, 'td', row.kind);
          $(id).replaceWith(table);
        }

        function show(r) {
          const info = r.series.find(s => s.name === 'floor_info');
          const name = info ? info.labels.topology : 'floor';
          $('title').textContent = document.title = name;
          $('process').textContent = 'process ' + r.process.id + ' · ' + r.process.run + ' · up ' + time(r.process.up)
            + (info ? ' · floor ' + info.labels.version : '');
          $('window').textContent = 'over the last ' + time(r.process.window);
          $('trouble').hidden = !r.trouble;
          $('trouble').textContent = r.trouble || '';
          fill('operators', ['operator', { text: '', kind: 'text' }, 'busy', 'held', 'in/s', 'in', 'out', 'late', 'p50', 'p99',
            'local lag', 'global lag'], r.operators.map(o => ({ kind: o.is_bottleneck ? 'bottleneck' : '', cells: [o.name,
            { bar: [['busy', o.busy], ['held', o.backpressured]] }, percent(o.busy), percent(o.backpressured), count(o.rate),
            count(o.elements_in), count(o.elements_out), o.late ? { text: count(o.late), kind: 'warn' } : '0',
            time(o.latency_p50), time(o.latency_p99), time(o.local_lag), time(o.global_lag)] })));
          const warn = n => n ? { text: count(n), kind: 'warn' } : '0';
          fill('edges', ['edge', { text: '', kind: 'text' }, 'depth', 'capacity', 'oldest', 'drain', 'blocked', 'conflated',
            'sampled', 'shed', 'spilled', 'total'], r.edges.map(e => [e.name,
            { bar: [[e.depth >= e.capacity ? 'held' : 'busy', e.capacity ? e.depth / e.capacity : 0]] }, count(e.depth),
            e.capacity ? count(e.capacity) : '—', time(e.oldest_age), e.drain === undefined ? { text: 'never', kind: 'warn' }
            : time(e.drain), time(e.blocked), warn(e.conflated), warn(e.sampled_out), warn(e.shed), warn(e.spilled), count(e.total)]));
          fill('sources', ['source', { text: 'state', kind: 'text' }, 'records', 'watermark lag', 'gaps', 'reconnects'],
            r.sources.map(s => [s.name, { text: s.state || '', kind: 'text' }, count(s.records), time(s.watermark_lag),
            warn(s.gaps), warn(s.reconnects)]));
          fill('journal', [], [['records', count(r.journal.records)], ['not durable yet', count(r.journal.unsynced)],
            ['last commit', time(r.journal.commit)], ['commits', count(r.journal.commits)],
            ['checkpoint of record', r.checkpoint.count ? count(r.checkpoint.sequence) : '—'],
            ['checkpoint age', time(r.checkpoint.age) || '—'], ['checkpoint size', bytes(r.checkpoint.bytes)],
            ['checkpoint took', time(r.checkpoint.duration)]]);
          fill('paths', ['from', { text: 'to', kind: 'text' }, 'count', 'p50', 'p99'], r.paths.map(p => [p.from,
            { text: p.to, kind: 'text' }, count(p.count), time(p.p50), time(p.p99)]));
          const shown = r.series.filter(s => s.name !== 'floor_info' && (s.value !== 0 || Object.keys(s.labels).length === 0
            || s.name === 'floor_fix_session_up'));
          $('desk').hidden = shown.length === 0;
          fill('series', [], shown.map(s => [s.name.replace(/^floor_/, '').replace(/_total$/, '').replaceAll('_', ' ') + ' '
            + Object.values(s.labels).join(' '), count(s.value)]));
        }

        let last = Date.now();
        async function tick() {
          try {
            const answer = await fetch('/metrics.json', { cache: 'no-store', signal: AbortSignal.timeout(3000) });
            show(await answer.json());
            last = Date.now();
            document.body.className = '';
          } catch (error) {
            document.body.className = 'stale';
            $('trouble').hidden = false;
            $('trouble').textContent = 'no answer from the floor for ' + time((Date.now() - last) / 1000);
          }
          setTimeout(tick, 1000);
        }
        tick();
        """
}
