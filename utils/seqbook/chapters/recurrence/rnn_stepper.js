mountExplorers("rnn-stepper", (root, config) => {
  const T = config.x.length, LIMIT = config.limit, ZEROS = 10;
  const inputs = range(config.W_xh.length), units = range(config.b_h.length);
  const outputs = range(config.W_hy[0].length);
  let c = structuredClone(config), t = c.start, steps;

  // The forward pass. Column j of W holds the weights into entry j of Wᵀv.
  const times = (W, v, j) => v.reduce((sum, e, i) => sum + W[i][j] * e, 0);
  const update = (h, x) => {
    const r = units.map((j) => times(c.W_hh, h, j));
    const p = units.map((j) => times(c.W_xh, x, j));
    const s = units.map((j) => r[j] + p[j] + c.b_h[j]);
    const next = s.map(Math.tanh);
    return { r, p, s, h: next, y: outputs.map((j) => times(c.W_hy, next, j)) };
  };
  const unroll = (h, xs) => xs.reduce((all, x) => [...all, update(all.at(-1).h, x)], [{ h }]);
  const fade = (h) => unroll(h, range(ZEROS).map(() => inputs.map(() => 0))).map((s) => s.h);

  // Building blocks of the picture.
  const sym = (letter, sub, T = "") => `<i>${letter}</i><sub>${sub}</sub>${T && "ᵀ"}`;
  const W = (sub) => sym("W", sub, "ᵀ");
  const h = (k) => `<b class="sq-h">${sym("h", k)}</b>`;
  const x = (k) => `<b class="sq-x">${sym("x", k)}</b>`;
  const y = (k) => `<b class="sq-y">${sym("ŷ", k)}</b>`;
  const field = (key, path, label) =>
    `<input type="number" data-key="${key}" data-path="${path}" min="${-LIMIT}" max="${LIMIT}" ` +
    `step="0.1" inputmode="text" autocomplete="off" aria-label="${label}">`;
  const cells = (q, list) => list.map((i) => `<span class="sq-c" data-q="${q}${i}"></span>`).join("");
  const column = (k) => `
    <div class="sq-col" data-t="${k}" role="group" aria-label="${k ? "step " + k : "start"}">
    <button type="button" class="sq-head" aria-label="t=${k}, go to ${k ? "step " + k : "the start"}"><i>t</i>=${k}</button>
    <div class="sq-y">${k ? cells("y", outputs) : ""}</div><div class="sq-up" aria-hidden="true">${k ? "↑" : ""}</div>
    <div class="sq-h">${cells("h", units)}</div><div class="sq-up" aria-hidden="true">${k ? "↑" : ""}</div>
    <div class="sq-x">${k ? inputs.map((i) => field("x", [k - 1, i], `input ${i + 1} at step ${k}`)).join("") : ""}</div>
    </div>`;
  const matrix = (key, name, rows, label) => `
    <div class="sq-m"><span>${name} =</span><div class="sq-grid" style="--n:${rows[0].length}">${
      rows.map((row) => row.map((path) => field(key, path, label(...path))).join("")).join("")}</div></div>`;
  const grid = (a, b) => a.map((i) => b.map((j) => [i, j]));

  const { $, $$, say } = frame(root, "An RNN, one step at a time", `${stepperBar(T)}
  <p class="sq-sub"><b class="sq-h">State</b>: new at every step. The <b class="sq-x">inputs</b> can be changed.</p>
  <div class="sq-strip" style="--o:${outputs.length};--u:${units.length};--i:${inputs.length}">
    <div class="sq-col sq-names" aria-hidden="true"><span></span>
    <div class="sq-y"><b class="sq-y"><i>ŷ</i></b></div><span></span><div class="sq-h"><b class="sq-h"><i>h</i></b></div>
    <span></span><div class="sq-x"><b class="sq-x"><i>x</i></b></div></div>
    ${range(T + 1).map(column).join("")}
  </div>
  <div class="sq-eq"></div>
  <p class="sq-sub"><b>Weights</b>: the same at every step. Change one, and every step is computed again.</p>
  <div class="sq-ws">
    ${matrix("W_hh", sym("W", "hh"), grid(units, units), (i, j) => `W_hh from unit ${i + 1} to unit ${j + 1}`)}
    ${matrix("W_xh", sym("W", "xh"), grid(inputs, units), (i, j) => `W_xh from input ${i + 1} to unit ${j + 1}`)}
    ${matrix("b_h", sym("b", "h"), units.map((i) => [[i]]), (i) => `b_h of unit ${i + 1}`)}
    ${matrix("W_hy", sym("W", "hy"), grid(units, outputs), (i, j) => `W_hy from unit ${i + 1} to output ${j + 1}`)}
  </div>
  <p class="sq-sub sq-later"></p>
  <div class="sq-fade" aria-hidden="true">${units.map((i) =>
    `<div><i>unit ${i + 1}</i>${range(ZEROS + 1).map(() => "<span></span>").join("")}</div>`).join("")}</div>
  <p class="sq-note">Blue is positive, pink negative, stronger farther from 0. Fields take −${LIMIT} to ${LIMIT}.
  Numbers are rounded where they are shown, not where they are computed.</p>`, 200);
  const columns = $$("[data-t]");
  const write = (key, path) => path.slice(0, -1).reduce((a, i) => a[i], c[key]);

  const fields = $$("input[type=number]").map((input) => {
    const key = input.dataset.key, path = input.dataset.path.split(",").map(Number);
    const show = numberField(input, (v, valid) => {
      write(key, path)[path.at(-1)] = v;
      compute();
      draw();
      say(valid ? `${summary()} ${later()}.` : `Use a number from −${LIMIT} to ${LIMIT}.`);
    });
    return () => show(write(key, path)[path.at(-1)]);
  });

  function compute() { steps = unroll(c.h_0, c.x); }

  const paint = (cell, v, text) => {
    cell.textContent = text;
    cell.style.setProperty("--a", Math.min(1, Math.abs(v)).toFixed(3));
    cell.classList.toggle("sq-neg", v < 0);
  };
  const par = (v) => (v < 0 && fmt(v) !== "0.00" ? `(${fmt(v)})` : fmt(v));
  const sum = (terms) => terms.map((v, i) => (i ? par(v) : fmt(v))).join(" + ");
  const products = (M, v, j, cls) => v.map((e, i) =>
    `${i ? " + " + par(M[i][j]) : fmt(M[i][j])}·<b class="${cls}">${par(e)}</b>`).join("");
  const line = (name, work, result, cls = "") =>
    `<div class="sq-l ${cls}"><span>${name}</span><span>${work}</span><span>= ${result}</span></div>`;

  function equations() {
    const k = Math.max(t, 1), was = steps[k - 1].h, now = steps[k], u = c.x[k - 1];
    const unit = (j) => `<div><p>unit ${j + 1}</p>
      ${line(`${W("hh")}${h(k - 1)}`, products(c.W_hh, was, j, "sq-h"), fmt(now.r[j]))}
      ${line(`${W("xh")}${x(k)}`, products(c.W_xh, u, j, "sq-x"), fmt(now.p[j]))}
      ${line(sym("b", "h"), "", fmt(c.b_h[j]))}
      ${line("sum", sum([now.r[j], now.p[j], c.b_h[j]]), fmt(now.s[j]), "sq-sum")}
      ${line(h(k), `tanh(${fmt(now.s[j])})`, `<b class="sq-h">${fmt(now.h[j])}</b>`, "sq-new")}</div>`;
    const out = (j) => `<div>
      ${line(y(k) + (outputs.length > 1 ? `, ${j + 1}` : ""), products(c.W_hy, now.h, j, "sq-h"),
        `<b class="sq-y">${fmt(now.y[j])}</b>`, "sq-new")}</div>`;
    $(".sq-eq").innerHTML = `
      <p class="sq-f"><span>${h(k)} = tanh(${W("hh")}${h(k - 1)} + ${W("xh")}${x(k)} + ${sym("b", "h")})</span>
      <span>${y(k)} = ${W("hy")}${h(k)}</span></p>
      <div class="sq-two">${units.map(unit).join("")}</div><div class="sq-two">${outputs.map(out).join("")}</div>
      ${t ? "" : `<p class="sq-before"><span>Before the first input the state is ${h(0)} = ${vec(c.h_0)}. Step to feed in ${x(1)}.</span></p>`}`;
    $(".sq-eq").classList.toggle("sq-wait", t === 0);
  }

  const later = () => `After ten zero inputs ${vec(steps[t].h)} would become ${vec(fade(steps[t].h).at(-1))}`;
  const summary = () => t === 0
    ? `Start. State ${vec(c.h_0)}, no input yet.`
    : `Step ${t} of ${T}. Input ${vec(c.x[t - 1])}. State was ${vec(steps[t - 1].h)}, ` +
      `is now ${vec(steps[t].h)}. Output ${vec(steps[t].y)}.`;

  function draw() {
    columns.forEach((col, k) => {
      col.classList.toggle("sq-now", k === t);
      col.classList.toggle("sq-past", k < t);
      col.classList.toggle("sq-prev", k === t - 1);
      col.firstElementChild.toggleAttribute("aria-current", k === t);
      if (k === t) col.firstElementChild.setAttribute("aria-current", "step");
      const seen = k <= t;
      for (const q of ["h", "y"]) (steps[k][q] || []).forEach((v, i) =>
        paint(col.querySelector(`[data-q=${q}${i}]`), seen ? v : 0, seen ? fmt(v) : "·"));
    });
    equations();
    const path = fade(steps[t].h);
    $(".sq-later").innerHTML = `<b>Memory</b>: ten zero inputs from here would take ${h(t)} = ${vec(steps[t].h)}
      to ${h(t + ZEROS)} = <b>${vec(path.at(-1))}</b>.`;
    $$(".sq-fade div").forEach((row, i) =>
      row.querySelectorAll("span").forEach((s, k) => paint(s, path[k][i], "")));
    const strip = $(".sq-strip"), at = columns[t];
    if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft = at.offsetLeft - strip.clientWidth / 2;
  }

  const moving = stepper(root, {
    last: T, start: t,
    moved(k) { t = k; draw(); say(summary()); },
    reset() { c = structuredClone(config); compute(); fields.forEach((show) => show()); },
  });
  root.addEventListener("click", (event) => {
    const head = event.target.closest(".sq-head");
    if (head) moving.go(columns.indexOf(head.parentElement));
  });

  root.explorer = { state: () => ({ t, playing: moving.playing, steps, later: fade(steps[t].h).at(-1) }) };
  compute();
  fields.forEach((show) => show());
  moving.show();
  draw();
});
