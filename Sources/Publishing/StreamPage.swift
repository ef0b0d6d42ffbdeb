/// The page for people: lists the streams, subscribes to one, and shows the latest element of each symbol.
enum StreamPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>streams</title>
        <link rel="stylesheet" href="/streams.css">
        </head>
        <body>
        <header><h1>Streams</h1><nav id="streams"></nav><p id="state" role="status">connecting</p></header>
        <main><table id="rows"></table></main>
        <noscript>This page needs JavaScript; any WebSocket client can read the streams without it.</noscript>
        <script src="/streams.js"></script>
        </body>
        </html>
        """

    static let css = """
        :root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6776; --line: #dde3ea; --paper: #f7f9fb; --card: #fff; --busy: #2f6fde; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e5eaf0; --soft: #98a4b3; --line: #2c3541; --paper: #12161c;
          --card: #1a2028; --busy: #6a9cf5; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 16px 20px 0; }
        h1 { font-size: 20px; margin: 0; } #state { margin: 0 0 0 auto; color: var(--soft); }
        nav button { font: inherit; color: var(--busy); background: none; border: 1px solid var(--line); border-radius: 8px;
          padding: 3px 10px; margin-right: 6px; cursor: pointer; }
        nav button[aria-pressed=true] { background: var(--busy); color: #fff; }
        main { margin: 14px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px;
          overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { text-align: left; color: var(--soft); font-weight: 500; } td, th { padding: 3px 14px 3px 0; white-space: nowrap; }
        tr + tr td { border-top: 1px solid var(--line); }
        """

    static let script = """
        'use strict';
        const at = (id) => document.getElementById(id);
        let chosen = null, rows = new Map(), count = 0, conflated = 0, due = false;
        function show() {
          due = false;
          const list = [...rows.values()].slice(-200);
          const names = list.length ? Object.keys(list[0]) : [];
          const line = (cells, tag) => {
            const row = document.createElement('tr');
            for (const text of cells) {
              const cell = document.createElement(tag);
              cell.textContent = text;
              row.appendChild(cell);
            }
            return row;
          };
          at('rows').replaceChildren(line(names, 'th'), ...list.map((e) => line(names.map((n) => e[n] ?? ''), 'td')));
          at('state').textContent = `${count} elements` + (conflated ? `, ${conflated} conflated` : '');
        }
        function later() { if (!due) { due = true; requestAnimationFrame(show); } }
        const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/${location.search}`);
        function choose(name) {
          if (chosen) socket.send(JSON.stringify({ unsubscribe: [chosen] }));
          [chosen, rows, count, conflated] = [name, new Map(), 0, 0];
          socket.send(JSON.stringify({ subscribe: [name] }));
          for (const button of at('streams').children) button.setAttribute('aria-pressed', button.textContent === name);
          later();
        }
        socket.onmessage = (event) => {
          const message = JSON.parse(event.data);
          if (message.error) { at('state').textContent = message.error; return; }
          if (message.streams) {
            for (const { stream } of message.streams) {
              const button = document.createElement('button');
              button.textContent = stream;
              button.onclick = () => choose(stream);
              at('streams').appendChild(button);
            }
            if (message.streams.length) choose(message.streams[0].stream);
            return;
          }
          if (message.stream !== chosen) return;
          conflated += message.conflated ?? 0;
          for (const element of message.elements) {
            const key = element.cl_ord_id ?? element.symbol ?? element.sequence;
            rows.set(key, element);
            count += 1;
          }
          later();
        };
        socket.onclose = (event) => { at('state').textContent = `closed: ${event.code} ${event.reason}`; };
        """
}
