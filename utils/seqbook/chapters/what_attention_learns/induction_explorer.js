mountExplorers("induction-explorer", (root, config) => {
  const net = network(config.model), { symbols, longest } = config, V = symbols.length;
  const layers = net.nodes.filter((n) => n.op === "attention").map((n) => n.name);
  const set = { block: 20, layer: 2, on1: true, on2: true };
  let ids, at, length, full, now;

  const { $, $$, say } = frame(root, "Two layers continue a text", `
  <label class="sqi-field">Letters, A to Z and 2 to 7 <input type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="${longest}"></label>
  <p class="sqi-note" role="status"></p>
  <div class="sq-bar">${slider("block", "letters in the block", 3, 40)}<div class="sq-btns">${button("fresh", "New letters")}</div></div>
  <div class="sq-bar">${check("on1", "layer 1")}${check("on2", "layer 2")}</div>
  <div class="sqi-box"></div>
  <div class="sqi-row" role="listbox" aria-label="Letters: choose one to see what is looked at from there" aria-orientation="horizontal"></div>
  <div class="sqi-under">${segments("layer", "color by layer", [[1, "1"], [2, "2"]])}<p class="sqi-looks"></p></div>
  <div class="sqi-columns">
    <div class="sqi-maps">${[1, 2].map((k) => `<figure><figcaption></figcaption><canvas data-map="${k}" width="384" height="384" role="img"></canvas></figure>`).join("")}</div>
    <div><p><b class="sqi-after"></b></p><div class="sqi-bars"></div>
      <p class="sqi-key"><i class="sqi-own"></i> both layers on <i class="sqi-cut"></i> as switched</p></div>
  </div>
  <p class="sq-note">In a square a row is a letter that looks, a column a letter that is looked at; click to choose a row. In the row of letters a
  full frame marks one that was predicted, a dashed frame one that should have been. A bar below marks letters that come after an earlier copy.</p>`);
  const field = $("input[type=text]"), strip = $(".sqi-row");

  // --- The text and the network -------------------------------------------------------------------
  // After how many letters the text begins to repeat; its whole length if it does not.
  const period = (list) => range(list.length + 1).find((p) => p > 0 && list.every((id, i) => i < p || id === list[i - p]));
  const silent = (values, { node, name }) =>
    name === "y" && layers.includes(node) && !set[`on${layers.indexOf(node) + 1}`] ? values.map(() => 0) : undefined;
  function softmax(z) {
    const top = Math.max(...z), e = Array.from(z, (v) => Math.exp(v - top)), sum = e.reduce((a, b) => a + b, 0);
    return e.map((v) => v / sum);
  }
  const pass = (edit) => {
    const { outputs, details } = net.run(ids, edit);
    return { p: outputs.map(softmax), weights: layers.map((name) => details.map((d) => d[name].weights[0])) };
  };
  const compute = () => {
    full = pass();
    now = set.on1 && set.on2 ? full : pass(silent);
  };
  const largest = (v) => v.indexOf(Math.max(...v));
  // The letter that the repetition asks for after step t, undefined in the first pass.
  const due = (t) => t >= length ? ids[t + 1 - length] : undefined;
  const isCopy = (s, t) => (t + 1 - s) % length === 0 && s <= t && t >= length;
  const percent = (v) => v >= 0.1 || v === 0 ? `${Math.round(100 * v)}%` : `${fmt(100 * v, 1)}%`;

  // --- What is shown ------------------------------------------------------------------------------
  function lines() {
    const steps = range(ids.length - 1).filter((t) => t >= length), next = due(at);
    const here = next === undefined
      ? `Step ${at + 1}, ${symbols[ids[at]]}: nothing to copy here, this is the first pass.`
      : `Step ${at + 1}: after ${symbols[ids[at]]} should come ${symbols[next]}. Its probability is ${percent(full.p[at][next])} with both layers${
        now === full ? "" : `, ${percent(now.p[at][next])} as switched`}.`;
    if (!steps.length) return [here, "Nothing repeats yet: write some of the letters again."];
    const right = (run) => steps.filter((t) => largest(run.p[t]) === ids[t + 1]).length;
    return [here, `In the repetition ${right(full)} of ${steps.length} next letters are the likeliest${
      now === full ? "" : ` with both layers, ${right(now)} as switched`}.`];
  }
  function squares(canvas, k) {
    const pen = canvas.getContext("2d"), size = canvas.width, n = ids.length, cell = size / n;
    pen.clearRect(0, 0, size, size);
    now.weights[k].forEach((row, t) => row.forEach((w, s) => {
      // At least faint, so that the triangle can be seen.
      pen.fillStyle = `rgb(${t === at ? "204 62 128" : "31 111 235"} / ${0.05 + 0.95 * w})`;
      pen.fillRect(s * cell, t * cell, Math.max(cell - 1, 1), Math.max(cell - 1, 1));
    }));
  }
  function show() {
    const w = now.weights[set.layer - 1][at], most = largest(w);
    $(".sqi-box").innerHTML = lines().map((text) => `<p>${text}</p>`).join("");
    strip.innerHTML = ids.map((id, t) => {
      const asked = t > length, hit = asked && largest(now.p[t - 1]) === id;
      const words = asked ? (hit ? ", predicted" : ", not predicted") : "";
      return `<span role="option" class="sqi-chip${asked ? (hit ? " sqi-hit" : " sqi-miss") : ""}${isCopy(t, at) ? " sqi-copy" : ""}" data-t="${t}" tabindex="${t === at ? 0 : -1}"
        aria-selected="${t === at}" aria-label="${symbols[id]}, step ${t + 1}${words}${t <= at ? `, ${percent(w[t])}` : ""}" style="--w:${t <= at ? w[t].toFixed(3) : 0}">${symbols[id]}</span>`;
    }).join("");
    $(".sqi-looks").textContent = `From ${symbols[ids[at]]} (step ${at + 1}) layer ${set.layer} looks most at ${symbols[ids[most]]} (step ${most + 1}), ${percent(w[most])}.`;
    $$("[data-map]").forEach((e, k) => {
      const on = set[`on${k + 1}`], row = now.weights[k][at], s = largest(row);
      e.previousElementSibling.textContent = `layer ${k + 1}${on ? "" : ", off"}`;
      e.setAttribute("aria-label", `Weights of layer ${k + 1}, ${ids.length} by ${ids.length}; from step ${at + 1} most to step ${s + 1}, ${percent(row[s])}`);
      e.classList.toggle("sqi-off", !on);
      squares(e, k);
    });
    $(".sqi-after").textContent = `What comes after ${symbols[ids[at]]} (step ${at + 1})?`;
    const p = full.p[at], q = now.p[at], next = due(at);
    const order = range(V).sort((a, b) => Math.max(p[b], q[b]) - Math.max(p[a], q[a]) || a - b).slice(0, 6);
    if (next !== undefined && !order.includes(next)) order[5] = next;
    $(".sqi-bars").innerHTML = order.map((id) => `<span class="${id === next ? "sqi-due" : ""}">${symbols[id]}</span>
      <div><i class="sqi-own" style="width:${100 * p[id]}%"></i><i class="sqi-cut" style="width:${100 * q[id]}%"></i></div><span>${percent(q[id])}</span>`).join("");
    showControls();
    return most;
  }
  function choose(t, focus) {
    at = Math.max(0, Math.min(ids.length - 1, t));
    const most = show();
    if (focus) $(`[data-t="${at}"]`).focus();
    say(`${$(".sqi-looks").textContent} ${lines()[0]}`);
    return most;
  }

  const note = (text) => { $(".sqi-note").textContent = text; };
  function begin(text) {
    const upper = text.toUpperCase(), kept = [...upper].filter((c) => symbols.includes(c)).slice(0, longest);
    const left = [...new Set([...upper].filter((c) => !symbols.includes(c) && c.trim()))];
    note(!kept.length ? "Type a letter." : left.length ? `Left out: ${left.join(" ")}. The letters are A to Z and 2 to 7.` : "");
    if (!kept.length) return;
    ids = kept.map((c) => symbols.indexOf(c));
    length = period(ids);
    compute();
    choose(ids.length - 1, false);
  }
  function fresh() {
    const block = range(set.block).map(() => symbols[Math.floor(Math.random() * V)]);
    field.value = range(longest).map((t) => block[t % set.block]).join("");
    begin(field.value);
  }

  const showControls = controls(root, set, (key) => {
    if (key === "block") return fresh();
    compute();
    show();
    say(lines().join(" "));
  }, (key, v) => String(v));
  buttons(root, { fresh });
  field.addEventListener("input", () => begin(field.value));
  root.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-t]"), map = event.target.closest("[data-map]");
    if (chip) choose(+chip.dataset.t, true);
    if (map) choose(Math.floor(event.offsetY / map.clientHeight * ids.length), false);
  });
  const move = (to) => (event) => event.target.closest("[data-t]") ? choose(to(), true) >= 0 : false;
  keys(root, {
    ArrowLeft: move(() => at - 1), ArrowUp: move(() => at - 1), ArrowRight: move(() => at + 1), ArrowDown: move(() => at + 1),
    Home: move(() => 0), End: move(() => ids.length - 1),
  });

  field.value = config.text;
  begin(config.text);
  say("");
  root.explorer = { state: () => ({ ...set, ids, at, length, both: full.p, p: now.p, weights: now.weights.map((rows) => rows.map((r) => Array.from(r))) }) };
});
