mountExplorers("token-explorer", (root, config) => {
  const net = network(config.model), { longest, prompts } = config;
  const alphabet = [...config.alphabet], vocabulary = [...alphabet];
  // A pair of tokens → how early it was merged.
  const rank = new Map(config.merges.map(([a, b], k) => {
    const pair = vocabulary[a] + "\0" + vocabulary[b];
    vocabulary.push(vocabulary[a] + vocabulary[b]);
    return [pair, k];
  }));
  const idOf = new Map(vocabulary.map((token, id) => [token, id]));
  const V = vocabulary.length, known = new Set(alphabet);
  const blocks = net.nodes.filter((n) => n.op === "attention");
  const heads = blocks.flatMap((n, b) => range(n.heads).map((h) => ({ node: n.name, h, name: `block ${b + 1}, head ${h + 1}` })));
  const WORD = / ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\n *|\s+/g;

  // --- Byte-pair encoding: inside each word the earliest merge first ------------------------------
  function cut(word) {
    const pieces = [...word];
    for (;;) {
      let best = Infinity;
      for (let i = 0; i + 1 < pieces.length; i++) best = Math.min(best, rank.get(pieces[i] + "\0" + pieces[i + 1]) ?? Infinity);
      if (best === Infinity) return pieces;
      for (let i = 0; i + 1 < pieces.length; i++) {
        if (rank.get(pieces[i] + "\0" + pieces[i + 1]) === best) pieces.splice(i, 2, pieces[i] + pieces[i + 1]);
      }
    }
  }
  const encode = (text) => (("\n" + text).match(WORD) ?? []).flatMap(cut).map((piece) => idOf.get(piece));
  const shown = (id) => vocabulary[id].replace(/ /g, "·").replace(/\n/g, "⏎");
  const spoken = (id) => vocabulary[id].replace(/^ /, "") === "" ? "blank" : vocabulary[id] === "\n" ? "new line" : vocabulary[id].trim() || "blanks";

  // --- What is shown ------------------------------------------------------------------------------
  const set = { temperature: 0.8, k: 40 }, ALL = 101;
  let prompt = prompts[0], seed = 1, random = mulberry(seed), ids = [], steps = [], given = 0, at = 0, head = heads.length - 1, timer = 0;

  const { $, $$, say } = frame(root, "A transformer writes, token by token", `
  <label class="sqt-prompt">Beginning <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="120"></label>
  <div class="sq-btns">${prompts.map((p, k) => button(`prompt${k}`, escaped(p))).join("")}</div>
  <p class="sqt-note" role="status"></p>
  <div class="sq-btns">${button("step", "Step")}${button("run", "Run")}${button("back", "Take one back")}${button("reset", "Start again")}</div>
  <div class="sqt-sliders">${slider("temperature", "temperature", 0.1, 2, 0.1)}${slider("k", "top-k", 1, ALL)}</div>
  <div class="sqt-text" role="listbox" aria-label="Tokens: choose one to see what was looked at from there" aria-orientation="horizontal"></div>
  <p class="sqt-key"><span class="sqt-looks"></span></p>
  <div class="sqt-columns">
    <div><p><b class="sqt-after"></b></p><div class="sqt-bars"></div>
      <p class="sqt-key"><i class="sqt-own"></i> the model's own <i class="sqt-cut"></i> with temperature and top-k</p></div>
    <div><p><b>All heads</b></p>
      <div class="sqt-heads">${blocks.map((n, b) => `<span class="sqt-block">block ${b + 1}</span>${
        heads.map((e, k) => e.node === n.name ? `<button type="button" data-head="${k}"><canvas width="96" height="96" aria-hidden="true"></canvas><span>head ${e.h + 1}</span></button>` : "").join("")}`).join("")}</div></div>
  </div>
  <div class="sqt-columns sqt-one">
    <div><p><b class="sqt-name"></b></p><canvas class="sqt-large" width="512" height="512" role="img"></canvas></div>
    <div><p><b class="sqt-from"></b></p><div class="sqt-tops"></div>
      <p class="sq-note">In each square a row is a token that looks, a column a token that is looked at; the darker, the more weight.
      Nothing stands right of the diagonal: no token sees a later one.</p></div>
  </div>`, 400);
  const field = $("input[type=text]"), strip = $(".sqt-text");

  // A generator of 32 bits (public domain): the same seed, the same numbers, in every browser.
  function mulberry(a) {
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // One step of the network for each token; those that stand already are kept.
  function read(next) {
    let same = 0;
    while (same < ids.length && same < next.length && ids[same] === next[same]) same++;
    steps.length = same;
    ids = next;
    for (let t = same; t < ids.length; t++) steps.push(net.step(t ? steps[t - 1].state : net.start(), ids[t]));
    at = ids.length - 1;
  }

  const order = (z) => range(V).sort((a, b) => z[b] - z[a] || a - b);
  function softmax(z, keep, tau) {
    const top = z[keep[0]], p = new Array(V).fill(0);
    let sum = 0;
    for (const i of keep) sum += p[i] = Math.exp((z[i] - top) / tau);
    return p.map((v) => v / sum);
  }
  function chances(t) {
    const z = steps[t].output, best = order(z), k = set.k === ALL ? V : set.k;
    return { best, p: softmax(z, best, 1), q: softmax(z, best.slice(0, k), set.temperature) };
  }
  const weights = (k, t) => steps[t].details[heads[k].node].weights[heads[k].h];
  const percent = (v) => v >= 0.1 ? `${Math.round(100 * v)}%` : `${fmt(100 * v, 1)}%`;

  function squares(canvas, k) {
    const pen = canvas.getContext("2d"), size = canvas.width, n = ids.length, cell = size / n;
    pen.clearRect(0, 0, size, size);
    range(n).forEach((t) => weights(k, t).forEach((w, s) => {
      // At least faint, so that the triangle can be seen.
      pen.fillStyle = `rgb(${t === at ? "204 62 128" : "31 111 235"} / ${0.05 + 0.95 * w})`;
      pen.fillRect(s * cell, t * cell, Math.max(cell - (cell > 6 ? 1 : 0), 1), Math.max(cell - (cell > 6 ? 1 : 0), 1));
    }));
  }

  function bars(box, rows) {
    box.innerHTML = rows.map(({ id, p, q, drawn }) => `<span class="sqt-token${drawn ? " sqt-drawn" : ""}">${escaped(shown(id))}</span>
      <div>${q === undefined ? "" : `<i class="sqt-own" style="width:${100 * p}%"></i>`}<i class="sqt-cut" style="width:${100 * (q ?? p)}%"></i></div><span>${percent(q ?? p)}</span>`).join("");
  }

  function show() {
    const w = weights(head, at), { best, p, q } = chances(at);
    strip.innerHTML = ids.map((id, t) => `<span role="option" class="sqt-chip${t < given ? "" : " sqt-new"}" data-t="${t}" tabindex="${t === at ? 0 : -1}"
      aria-selected="${t === at}" aria-label="${escaped(spoken(id))}${t <= at ? `, ${percent(w[t])}` : ""}" style="--w:${t <= at ? w[t].toFixed(3) : 0}">${escaped(shown(id))}</span>`).join("");
    const most = w.indexOf(Math.max(...w)), { name } = heads[head];
    $(".sqt-looks").textContent = `Colored: what ${name} looks at from “${shown(ids[at])}”.`;
    $(".sqt-after").textContent = at === ids.length - 1 ? "The next token" : `After “${shown(ids[at])}” came “${shown(ids[at + 1])}”`;
    bars($(".sqt-bars"), best.slice(0, 10).map((id) => ({ id, p: p[id], q: q[id], drawn: id === ids[at + 1] })));
    $$("[data-head]").forEach((e, k) => {
      e.setAttribute("aria-pressed", String(k === head));
      const v = weights(k, at), s = v.indexOf(Math.max(...v));
      e.setAttribute("aria-label", `${heads[k].name}: from ${spoken(ids[at])} most to ${spoken(ids[s])}, ${percent(v[s])}`);
      squares(e.firstElementChild, k);
    });
    squares($(".sqt-large"), head);
    $(".sqt-large").setAttribute("aria-label", `Weights of ${name}, ${ids.length} by ${ids.length}`);
    $(".sqt-name").textContent = name[0].toUpperCase() + name.slice(1);
    $(".sqt-from").textContent = `From “${shown(ids[at])}”, token ${at + 1}, it looks at`;
    bars($(".sqt-tops"), range(at + 1).sort((a, b) => w[b] - w[a] || a - b).slice(0, 5).map((t) => ({ id: ids[t], p: w[t] })));
    showControls();
    const full = ids.length >= longest;
    $("[data-do=step]").setAttribute("aria-disabled", String(full));
    $("[data-do=run]").setAttribute("aria-disabled", String(full));
    $("[data-do=run]").textContent = timer ? "Pause" : "Run";
    $("[data-do=back]").setAttribute("aria-disabled", String(ids.length <= given));
    $("[data-do=reset]").setAttribute("aria-disabled", String(ids.length <= given));
    prompts.forEach((text, k) => $(`[data-do=prompt${k}]`).setAttribute("aria-pressed", String(text === prompt)));
    return most;
  }

  const note = (text) => { $(".sqt-note").textContent = text; };
  function stop() { clearTimeout(timer); timer = 0; }
  function begin(text) {
    stop();
    const kept = [...text].filter((c) => known.has(c)).join("");
    let next = encode(kept);
    note(kept !== text ? `Left out: ${[...new Set([...text].filter((c) => !known.has(c)))].join(" ")}, which the manual does not have.`
      : next.length > longest - 8 ? `Only the first ${longest - 8} tokens are read.` : "");
    next = next.slice(0, longest - 8);
    prompt = text;
    random = mulberry(seed);
    read(next);
    given = ids.length;
    show();
  }
  function write() {
    if (ids.length >= longest) return;
    const { q } = chances(ids.length - 1);
    let u = random(), id = q.findLastIndex((v) => v > 0);
    for (let i = 0, end = 0; i < V; i++) if ((end += q[i]) > u) { id = i; break; }
    read([...ids, id]);
    if (ids.length >= longest) { stop(); note(`${longest} tokens: the figure is full. Start again, or take some back.`); }
    show();
    say(`Written: ${spoken(id)}, ${percent(q[id])}.`);
  }
  function tick() {
    // A cell that was deleted or run again takes its figure off the page.
    timer = root.isConnected && ids.length < longest ? setTimeout(() => { write(); if (timer) tick(); }, 500) : 0;
    $("[data-do=run]").textContent = timer ? "Pause" : "Run";
  }

  const showControls = controls(root, set, show, (key, v) => key === "temperature" ? fmt(v, 1) : v === ALL ? "all" : String(v));
  field.addEventListener("input", () => begin(field.value));
  const actions = {
    step() { stop(); write(); },
    run() { if (timer) { stop(); show(); } else tick(); },
    back() { stop(); note(""); read(ids.slice(0, -1)); show(); },
    reset: () => begin(prompt),
  };
  prompts.forEach((text, k) => { actions[`prompt${k}`] = () => { field.value = text; begin(text); }; });
  buttons(root, actions);

  function choose(t, focus) {
    at = Math.max(0, Math.min(ids.length - 1, t));
    const most = show();
    if (focus) $(`[data-t="${at}"]`).focus();
    say(`From ${spoken(ids[at])}, ${heads[head].name} looks most at ${spoken(ids[most])}, ${percent(weights(head, at)[most])}.`);
  }
  root.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-t]"), small = event.target.closest("[data-head]");
    if (chip) choose(+chip.dataset.t, true);
    if (small) { head = +small.dataset.head; choose(at, false); }
  });
  $(".sqt-large").addEventListener("click", (event) =>
    choose(Math.floor(event.offsetY / event.target.clientHeight * ids.length), false));
  const move = (to) => (event) => event.target.closest("[data-t]") ? choose(to(), true) : false;
  keys(root, {
    ArrowLeft: move(() => at - 1), ArrowUp: move(() => at - 1), ArrowRight: move(() => at + 1), ArrowDown: move(() => at + 1),
    Home: move(() => 0), End: move(() => ids.length - 1),
  });

  field.value = prompt;
  begin(prompt);
  root.explorer = {
    state: () => ({ ids, at, given, head, running: timer !== 0, ...chances(at), logits: Array.from(steps[at].output),
      weights: heads.map((_, k) => Array.from(weights(k, at))) }),
    encode, decode: (list) => list.map((id) => vocabulary[id]).join(""),
  };
});
