mountExplorers("gate-explorer", (root, config) => {
  const { words, answers, task } = config;
  const net = network(config.model), cell = net.nodes[1], U = cell.units, T = config.sentences[0].ids.length;
  const GATES = { i: "input", f: "forget", o: "output" }, ALL = -1;
  let ids = [...config.sentences[0].ids], forced = {}, at = { row: "f-1", t: 1 };
  let learned, now;

  // --- The network, with the gates that the reader holds ---------------------------------------
  const key = (gate, u, t) => `${gate}${u},${t}`;
  const hold = (gate, u, t, v) => { if (v === null) delete forced[key(gate, u, t)]; else forced[key(gate, u, t)] = v; };
  function compute() {
    const ask = (values, { t, node, name }) => node === cell.name && GATES[name]
      ? values.map((v, u) => forced[key(name, u, t)] ?? v) : undefined;
    const rows = (pass) => pass.details.map((d, t) => ({ ...d[cell.name], p: pass.outputs[t] }));
    learned = rows(net.run(ids));
    now = rows(net.run(ids, ask));
  }

  // The words that the task gives a role to: where a symbol is stored, where one should be ignored.
  const isSymbol = (t) => task.symbols.includes(ids[t]);
  const stored = () => range(T).findLast((t) => t < asked() && isSymbol(t) && ids[t - 1] === task.mark) ?? -1;
  const asked = () => { const t = ids.lastIndexOf(task.ask); return t < 0 ? T - 1 : t; };
  const decoy = () => range(asked()).find((t) => t > stored() && stored() >= 0 && isSymbol(t) && ids[t - 1] !== task.mark) ?? -1;
  const column = (gate, t, v) => range(U).forEach((u) => hold(gate, u, t, v));
  const middle = () => Math.max(stored() + 1, Math.min(asked() - 1, Math.round((Math.max(stored(), 0) + asked()) / 2)));
  const tries = {
    erase: { label: () => "Forget in the middle", act: () => column("f", middle(), 0), at: () => ["f", middle()], can: () => asked() > 0 },
    admit: { label: () => decoy() < 0 ? "Let a decoy in" : `Let ${words[ids[decoy()]]} in`,
      act: () => column("i", decoy(), 1), at: () => ["i", decoy()], can: () => decoy() >= 0 },
    replace: { label: () => decoy() < 0 ? "Let it in and forget" : `Let ${words[ids[decoy()]]} in and forget`,
      act: () => { column("i", decoy(), 1); column("f", decoy(), 0); }, at: () => ["f", decoy()], can: () => decoy() >= 0 },
    mute: { label: () => "Shut the output", act: () => column("o", asked(), 0), at: () => ["o", asked()], can: () => true },
    learned: { label: () => "All as learned", act: () => {}, at: () => [at.row.slice(0, 1), at.t], can: () => Object.keys(forced).length > 0 },
  };

  // --- The picture -----------------------------------------------------------------------------
  const name = (u) => (u === ALL ? "all units" : `unit ${u + 1}`);
  const cells = (row, kind) => range(T).map((t) =>
    `<div role="gridcell" class="sq-g sq-g-${kind}" tabindex="-1" data-row="${row}" data-t="${t}"></div>`).join("");
  const line = (row, kind, head, extra = "") =>
    `<div role="row" class="sq-gr${extra}"><div role="rowheader" class="sq-gh" ${kind === "gate" ? `tabindex="-1" data-row="${row}" data-t="-1"` : ""}>${head}</div>${cells(row, kind)}</div>`;
  const titled = (text, more = "") => `<div role="row" class="sq-gt"><div role="rowheader" aria-colspan="${T + 1}">${text}${more}</div></div>`;
  const gate = (g, what) => `<div role="rowgroup" class="sq-gg">${titled(`<b>${GATES[g][0].toUpperCase() + GATES[g].slice(1)} gate</b> <i>${g}</i>`, `: ${what}`)}${
    line(`${g}-1`, "gate", "all units", " sq-gall")}${range(U).map((u) => line(`${g}${u}`, "gate", name(u))).join("")}</div>`;

  const { $, $$, say } = frame(root, "Gates, held open and closed by hand", `
  ${config.rule ? `<p class="sq-gsoft">${escaped(config.rule)}</p>` : ""}
  <div class="sq-gwords">${range(T).map((t) => `<select data-word="${t}" aria-label="word ${t + 1}">${
    words.map((word, k) => `<option value="${k}">${escaped(word)}</option>`).join("")}</select>`).join("")}</div>
  <div class="sq-btns">${config.sentences.map((s, k) => button(`sentence${k}`, escaped(s.label))).join("")}</div>
  <div class="sq-gbox"><p class="sq-ganswer"></p><div class="sq-gbars"></div></div>
  <div class="sq-btns">${Object.keys(tries).map((k) => button(k)).join("")}</div>
  <div role="grid" class="sq-gates" aria-labelledby="${root.id}-t" style="--t:${T}">
    <div role="rowgroup"><div role="row" class="sq-gr sq-gw"><div role="columnheader" class="sq-gh">step</div>${
      range(T).map((t) => `<div role="columnheader" data-col="${t}"></div>`).join("")}</div></div>
    ${gate("i", "what may enter the cell")}
    ${gate("f", "what stays in it")}
    <div role="rowgroup" class="sq-gg">${titled("<b>Cell state</b> <i>c</i>", ": the memory")}${range(U).map((u) => line(`c${u}`, "cell", name(u))).join("")}</div>
    ${gate("o", "what may be seen of it")}
    <div role="rowgroup" class="sq-gg">${titled("<b>Answer</b>", " after each step, in percent")}${answers.map((_, a) => line(`p${a}`, "p", escaped(answers[a]))).join("")}</div>
  </div>
  <div class="sq-gbox sq-gwhy"></div>
  <p class="sq-gsoft">A gate is 0 when closed and 1 when open. Press a gate's cell, or a name on the left for a whole row:
  it changes from learned to closed or open and back. Keys: arrows, Enter, 0, 1, and Backspace for learned.
  Held gates have a thick frame.</p>`, 200);

  $(".sq-gbars").innerHTML = answers.map((text) => `<span>${escaped(text)}</span><div><i></i><i></i></div><span></span>`).join("");
  const all = $$("[data-row]"), find = (row, t) => $(`[data-row="${row}"][data-t="${t}"]`);
  const table = $$("[role=row]").map((r) => [...r.querySelectorAll("[data-row]")]).filter((r) => r.length);
  const parse = (row) => ({ gate: row[0], u: +row.slice(1) });
  const units = (u) => (u === ALL ? range(U) : [u]);
  const steps = (t) => (t === ALL ? range(T) : [t]);

  // What a cell, a row or a column is held at: a number, null (learned), or undefined (mixed).
  function held(g, u, t) {
    const values = units(u).flatMap((j) => steps(t).map((s) => forced[key(g, j, s)] ?? null));
    return values.every((v) => v === values[0]) ? values[0] : undefined;
  }
  const mean = (g, u, t) => {
    const values = units(u).flatMap((j) => steps(t).map((s) => now[s][g][j]));
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  const percent = (p) => `${Math.round(100 * p)}%`;
  const best = (p) => p.indexOf(Math.max(...p));
  // "French 99%"; when no answer leads, that is said.
  const verdict = (p) => {
    const a = best(p), next = Math.max(...p.filter((_, k) => k !== a));
    return p[a] - next < 0.02 ? `no answer stands out (${percent(p[a])} at most)` : `${answers[a]} ${percent(p[a])}`;
  };

  // What is read out holds what is shown.
  function paint(e) {
    const { gate: g, u } = parse(e.dataset.row), t = +e.dataset.t, where = t < 0 ? "all steps" : `step ${t + 1}, ${words[ids[t]]}`;
    if (g === "p") {
      const p = now[t].p[u];
      e.textContent = Math.round(100 * p);
      e.style.setProperty("--a", p.toFixed(3));
      e.classList.toggle("sq-top", u === best(now[t].p) && p > 1.2 / answers.length);
      return e.setAttribute("aria-label", `answer ${answers[u]}, ${where}: ${e.textContent} percent`);
    }
    if (g === "c") {
      const c = now[t].c[u];
      e.textContent = fmt(c, 1);
      e.style.setProperty("--a", Math.min(1, Math.abs(c)).toFixed(3));
      e.classList.toggle("sq-neg", c < 0);
      return e.setAttribute("aria-label", `cell state, ${name(u)}, ${where}: ${e.textContent}`);
    }
    const h = held(g, u, t), v = mean(g, u, t);
    const state = h === undefined ? "partly held" : h === null ? "learned" : h ? "held open" : "held closed";
    if (t >= 0) {
      e.textContent = h === 0 || h === 1 ? h : fmt(v, 1);
      e.style.setProperty("--a", v.toFixed(3));
    }
    e.classList.toggle("sq-held", h !== null);
    e.setAttribute("aria-label", `${GATES[g]} gate, ${name(u)}, ${where}: ` +
      (t < 0 ? state : `${u === ALL && h === null ? "mean " : ""}${e.textContent}, ${state}`));
  }

  function why() {
    const { gate: g, u } = parse(at.row), t = Math.max(at.t, 0), was = t ? now[t - 1].c : range(U).map(() => 0), s = now[t];
    const par = (v) => (fmt(v).startsWith("−") ? `(${fmt(v)})` : fmt(v));
    const value = (gate, j) => key(gate, j, t) in forced ? `<b class="sq-gi">${fmt(s[gate][j])}</b>` : fmt(s[gate][j]);
    const sub = (letter, k) => `<i>${letter}</i><sub>${k}</sub>`;
    const chosen = g === "p" || u === ALL ? range(U) : [u];
    const lines = chosen.map((j) => `<div class="sq-gl"><span>unit ${j + 1}</span>
      <span>${value("f", j)}·${par(was[j])} + ${value("i", j)}·${par(s.g[j])} = <b class="sq-gc">${fmt(s.c[j])}</b></span>
      <span>${value("o", j)}·tanh(${fmt(s.c[j])}) = <b class="sq-go">${fmt(s.h[j])}</b></span></div>`).join("");
    $(".sq-gwhy").innerHTML = `<p><b>Step ${t + 1}, <span></span>.</b> The new memory, and what is shown of it:</p>
      <p class="sq-gf"><span>${sub("c", t + 1)} = <i>f</i>·${sub("c", t)} + <i>i</i>·<i>g</i></span><span>${sub("h", t + 1)} = <i>o</i>·tanh(${sub("c", t + 1)})</span></p>
      <div class="sq-glines">${lines}</div>`;
    $(".sq-gwhy p span").textContent = words[ids[t]];
  }

  function answerLine() {
    const t = asked(), q = ids[t] === task.ask ? `Asked at step ${t + 1} (${words[ids[t]]})` : `After step ${t + 1}`;
    const changed = Object.keys(forced).length;
    return `${q} it answers: ${verdict(now[t].p)}.` + (changed ? ` With the learned gates: ${verdict(learned[t].p)}.` : "");
  }

  function draw() {
    all.forEach(paint);
    all.forEach((e) => {
      const here = e.dataset.row === at.row && +e.dataset.t === at.t;
      e.tabIndex = here ? 0 : -1;
      e.classList.toggle("sq-at", here);
    });
    $$("[data-col]").forEach((e, t) => {
      e.textContent = words[ids[t]];
      e.classList.toggle("sq-on", t === at.t);
    });
    $$("[data-word]").forEach((s, t) => { s.value = ids[t]; });
    config.sentences.forEach((s, k) => $(`[data-do=sentence${k}]`).setAttribute("aria-pressed", String(s.ids.every((id, t) => id === ids[t]))));
    for (const [k, { label, can }] of Object.entries(tries)) {
      const b = $(`[data-do=${k}]`);
      b.textContent = label();
      b.setAttribute("aria-disabled", String(!can()));
    }
    $(".sq-ganswer").textContent = answerLine();
    $$(".sq-gbars > div").forEach((bar, a) => {
      const t = asked();
      bar.children[0].style.width = percent(learned[t].p[a]);
      bar.children[1].style.width = percent(now[t].p[a]);
      bar.nextElementSibling.textContent = percent(now[t].p[a]);
    });
    why();
  }

  function update(text = "") {
    compute();
    draw();
    say(`${text} ${answerLine()}`.trim());
  }
  function select(e, focus = true) {
    at = { row: e.dataset.row, t: +e.dataset.t };
    draw();
    if (focus) e.focus({ preventScroll: false });
  }
  // v: 0, 1 or null; without v the next of learned → the other side → its own side → learned.
  function press(v) {
    const { gate: g, u } = parse(at.row), t = at.t;
    if (!GATES[g]) return;
    if (v === undefined) {
      const h = held(g, u, t), typical = units(u).flatMap((j) => steps(t).map((s) => learned[s][g][j]));
      const first = typical.reduce((a, b) => a + b, 0) / typical.length >= 0.5 ? 0 : 1;
      v = h === undefined || h === null ? first : h === first ? 1 - first : null;
    }
    units(u).forEach((j) => steps(t).forEach((s) => hold(g, j, s, v)));
    const what = `${GATES[g]} gate, ${name(u)}, ${t < 0 ? "all steps" : `step ${t + 1}`}`;
    update(`${what}: ${v === null ? "as learned" : v ? "held open" : "held closed"}.`);
  }

  root.addEventListener("click", (event) => {
    const e = event.target.closest("[data-row]");
    if (!e) return;
    select(e);
    press();
  });
  const actions = {};
  config.sentences.forEach((s, k) => { actions[`sentence${k}`] = () => { ids = [...s.ids]; forced = {}; update(); }; });
  for (const [k, what] of Object.entries(tries)) {
    actions[k] = () => {
      const [g, t] = what.at();
      forced = {};
      what.act();
      if (k !== "learned") at = { row: `${g}${ALL}`, t };
      update(`${what.label()}.`);
    };
  }
  buttons(root, actions);
  root.addEventListener("change", (event) => {
    const t = event.target.dataset.word;
    if (t === undefined) return;
    ids[+t] = +event.target.value;
    update(`Word ${+t + 1} is now ${words[ids[+t]]}.`);
  });
  // by: how many rows down and steps to the right; the name of a row is at step -1.
  const moveBy = (down, right) => (event) => {
    const e = event.target.closest("[data-row]");
    if (!e) return false;
    const r = table.findIndex((row) => row.includes(e)), first = +table[r][0].dataset.t;
    const t = Math.max(first, Math.min(T - 1, +e.dataset.t + right)), row = table[r + down];
    if (row) select(row.find((c) => +c.dataset.t === t) ?? row[0]);
  };
  const pressWith = (v) => (event) => event.target.closest("[data-row]") ? press(v) : false;
  keys(root, {
    ArrowLeft: moveBy(0, -1), ArrowRight: moveBy(0, 1), ArrowUp: moveBy(-1, 0), ArrowDown: moveBy(1, 0),
    Home: moveBy(0, -T), End: moveBy(0, T), Enter: pressWith(), " ": pressWith(),
    0: pressWith(0), 1: pressWith(1), Backspace: pressWith(null), Delete: pressWith(null),
  });

  root.explorer = { state: () => ({ ids, forced: { ...forced }, at: { ...at }, learned, now, asked: asked(), decoy: decoy(), stored: stored() }) };
  compute();
  draw();
});
