mountExplorers("attention-explorer", (root, config) => {
  const L = config.limit, N = config.K.length, STEP = 0.1;
  const values = { d_k: config.d_k, scaled: config.scaled, tied: config.V === null };
  let q, K, V, now;
  function take({ q: query, K: keys, V: own = null, d_k = 2, scaled = true }) {
    q = [...query];
    K = keys.map((k) => [...k]);
    V = (own ?? keys).map((v) => [...v]);
    Object.assign(values, { d_k, scaled, tied: own === null });
  }

  // --- The arithmetic ---------------------------------------------------------------------------
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1], length = (a) => Math.sqrt(dot(a, a));
  function compute() {
    const own = values.tied ? K : V, larger = Math.sqrt(values.d_k / 2);
    const cosine = K.map((k) => (length(k) * length(q) > 0 ? dot(q, k) / (length(k) * length(q)) : 0));
    const scores = K.map((k) => dot(q, k) * larger);
    const scaled = scores.map((s) => (values.scaled ? s / Math.sqrt(values.d_k) : s));
    const exponentials = scaled.map(Math.exp);
    const sum = exponentials.reduce((a, b) => a + b, 0);
    const weights = exponentials.map((e) => e / sum);
    const output = [0, 1].map((d) => weights.reduce((a, w, i) => a + w * own[i][d], 0));
    now = { cosine, scores, scaled, exponentials, sum, weights, output };
  }

  // --- The picture ------------------------------------------------------------------------------
  const U = 70, S = L * U + 22; // pixels for one; half of the width
  const sub = (letter, i) => `<i>${letter}</i><sub>${i + 1}</sub>`;
  const field = (kind, i, d) => `<input type="number" data-vector="${kind}" data-i="${i}" data-d="${d}" min="${-L}" max="${L}"
    step="${STEP}" inputmode="text" autocomplete="off" aria-label="${
      kind === "q" ? "query" : (kind === "K" ? "key " : "value ") + (i + 1)}, ${d ? "second" : "first"} number">`;
  const pair = (kind, i, name) => `<div class="sq-apair sq-a${kind}"><b>${name}</b>${field(kind, i, 0)}${field(kind, i, 1)}</div>`;
  const grid = range(2 * L + 1).map((k) => k - L).map((v) =>
    `<line x1="${-S}" x2="${S}" y1="${v * U}" y2="${v * U}"/><line y1="${-S}" y2="${S}" x1="${v * U}" x2="${v * U}"/>`).join("");
  const arrow = (kind, i, name) => `<g class="sq-a${kind}" data-arrow="${kind}${i}"><line class="sq-ashaft"/><path/>
    <text>${name}</text><circle class="sq-agrip" r="20" data-grip="${kind}${i}"/></g>`;
  const point = (i) => `<g class="sq-aV" data-arrow="V${i}"><rect x="-6" y="-6" width="12" height="12"/>
    <text>v${i + 1}</text><circle class="sq-agrip" r="20" data-grip="V${i}"/></g>`;
  const label = (p) => escaped(p.label).replace("d_k", "<i>d<sub>k</sub></i>");

  const { $, $$, say } = frame(root, "One query, its keys, their values", `
  <div class="sq-btns">${config.presets.map((p, k) => button(`preset${k}`, label(p))).join("")}</div>
  <div class="sq-atwo">
    <svg viewBox="${-S} ${-S} ${2 * S} ${2 * S}" role="img" aria-label="The vectors in the plane">
      <g class="sq-agrid">${grid}</g><g class="sq-aaxes"><line x1="${-S}" x2="${S}"/><line y1="${-S}" y2="${S}"/></g>
      ${range(N).map((i) => arrow("K", i, `k${i + 1}`)).join("")}${arrow("q", 0, "q")}${range(N).map(point).join("")}
      <g class="sq-aout"><circle r="9"/><circle r="3"/></g></svg>
    <div>
      <div class="sq-avecs">${pair("q", 0, "<i>q</i>")}${range(N).map((i) => pair("K", i, sub("k", i))).join("")}
        ${range(N).map((i) => pair("V", i, sub("v", i))).join("")}</div>
      ${check("tied", "the values are the keys")}
      ${segments("d_k", "d_k", config.sizes.map((n) => [n, n]))}
      ${check("scaled", "divide by √d_k")}
    </div>
  </div>
  <div class="sq-scroll" tabindex="0" role="group" aria-label="All numbers"><table class="sq-atable"><thead><tr><th scope="col">key</th>
    <th scope="col">cosine</th><th scope="col">score</th><th scope="col">scaled</th><th scope="col">exp</th><th scope="col">weight</th></tr></thead>
    <tbody>${range(N).map((i) => `<tr><th scope="row">${sub("k", i)}</th>${
      ["cosine", "scores", "scaled", "exponentials", "weights"].map((c) => `<td data-cell="${c}${i}"></td>`).join("")}</tr>`).join("")}</tbody></table></div>
  <div class="sq-awork"></div>
  <p class="sq-note">Drag a tip or type a number. Arrows: query and keys; squares: values; ring: the output. The plane shows two of the
  <i>d<sub>k</sub></i> numbers of a vector: with independent numbers, scores are √(<i>d<sub>k</sub></i>/2) times as large as in the plane, and
  so they are here.</p>`, 300);

  const vectorOf = (kind, i) => (kind === "q" ? q : kind === "K" ? K[i] : V[i]);
  const fields = $$("[data-vector]").map((input) => {
    const { vector, i, d } = input.dataset;
    const show = numberField(input, (v, valid) => {
      vectorOf(vector, +i)[+d] = v;
      update(valid ? undefined : `Use a number from −${L} to ${L}.`);
    });
    return (typing) => { if (input !== typing) show(vectorOf(vector, +i)[+d]); };
  });

  const big = (v) => (v < 9999.5 ? fmt(v, v < 99.95 ? 3 : 0) : (([m, e]) => `${m}·10<sup>${+e}</sup>`)(v.toExponential(1).split("e")));
  const three = (v) => "(" + v.map((e) => fmt(e, 3)).join(", ") + ")";
  const short = (v) => "(" + v.map((e) => fmt(e, Number.isInteger(e) ? 0 : 1)).join(", ") + ")";
  function place(e, [x, y], shaft) {
    const r = Math.hypot(x, y) * U, a = (Math.atan2(-y, x) * 180) / Math.PI;
    if (shaft) {
      const line = e.querySelector("line");
      line.setAttribute("x2", x * U * Math.max(0, 1 - 8 / Math.max(r, 8)));
      line.setAttribute("y2", -y * U * Math.max(0, 1 - 8 / Math.max(r, 8)));
      e.querySelector("path").setAttribute("transform", `translate(${x * U} ${-y * U}) rotate(${a})`);
      e.querySelector("path").setAttribute("d", r > 2 ? "M 0 0 L -12 -6 L -12 6 Z" : "M -4 0 A 4 4 0 1 0 4 0 A 4 4 0 1 0 -4 0");
    } else e.querySelector("rect").setAttribute("transform", `translate(${x * U} ${-y * U})`);
    const grip = e.querySelector(".sq-agrip"), text = e.querySelector("text");
    grip.setAttribute("cx", x * U);
    grip.setAttribute("cy", -y * U);
    text.setAttribute("x", x * U + (x < 1.8 ? 10 : -26));
    text.setAttribute("y", -y * U + (e.dataset.arrow[0] === "K" ? -8 : 22));
  }

  function draw(typing) {
    fields.forEach((show) => show(typing));
    showControls();
    root.classList.toggle("sq-atied", values.tied);
    $$("[data-vector=V]").forEach((e) => { e.disabled = values.tied; });
    place($('[data-arrow="q0"]'), q, true);
    range(N).forEach((i) => {
      const e = $(`[data-arrow="K${i}"]`);
      place(e, K[i], true);
      e.style.setProperty("--w", (0.25 + 0.75 * now.weights[i]).toFixed(3));
      place($(`[data-arrow="V${i}"]`), V[i], false);
      for (const c of ["cosine", "scores", "scaled", "exponentials", "weights"]) {
        const cell = $(`[data-cell="${c}${i}"]`), v = now[c][i];
        cell.innerHTML = c === "exponentials" ? big(v) : fmt(v, 3);
        cell.classList.toggle("sq-atop", (c === "cosine" || c === "weights") && v > 0 && v === Math.max(...now[c]));
      }
      $(`[data-cell="weights${i}"]`).style.setProperty("--a", now.weights[i].toFixed(3));
    });
    $(".sq-aout").setAttribute("transform", `translate(${now.output[0] * U} ${-now.output[1] * U})`);
    const own = values.tied ? K : V, name = values.tied ? "k" : "v";
    const growth = Math.sqrt(values.d_k / 2);
    $(".sq-awork").innerHTML = `<p><i>q</i>·${sub("k", 0)} = ${short([q[0]]).slice(1, -1)}·${par(K[0][0])} + ${par(q[1])}·${par(K[0][1])}${
      growth > 1 ? `, times ${growth}` : ""} = <b>${fmt(now.scores[0], 3)}</b>${
      values.scaled ? `; divided by √${values.d_k}: <b>${fmt(now.scaled[0], 3)}</b>` : "; not divided"}</p>
      <p>sum of the exponentials: <b>${big(now.sum)}</b></p>
      <p>output = ${range(N).map((i) => `${fmt(now.weights[i], 3)}·${sub(name, i)} ${short(own[i])}`).join(" + ")} = <b class="sq-ao">${three(now.output)}</b></p>`;
    config.presets.forEach((p, k) => {
      const same = JSON.stringify([q, K, values.tied ? null : V, values.d_k, values.scaled]) ===
        JSON.stringify([p.q, p.K, p.V ?? null, p.d_k ?? 2, p.scaled ?? true]);
      $(`[data-do=preset${k}]`).setAttribute("aria-pressed", String(same));
    });
  }
  const par = (v) => (v < 0 ? `(${short([v]).slice(1, -1)})` : short([v]).slice(1, -1));
  const summary = () => `Weights ${now.weights.map((w) => fmt(w, 3)).join(", ")}. Output ${three(now.output)}.`;
  function update(text) {
    compute();
    draw(document.activeElement);
    say(text ?? summary());
  }

  const showControls = controls(root, values, (key) => {
    if (key === "tied" && !values.tied) V = K.map((k) => [...k]);
    update();
  });
  buttons(root, Object.fromEntries(config.presets.map((p, k) => [`preset${k}`, () => { take(p); update(); }])));

  // A tip follows the pointer, in steps of a tenth. Values that are the keys move with them.
  const svg = $("svg");
  let held = null;
  svg.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip) return;
    held = grip.dataset.grip;
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const box = svg.getBoundingClientRect(), unit = (2 * S) / box.width / U;
    const at = [event.clientX - box.left - box.width / 2, box.top + box.height / 2 - event.clientY];
    const v = vectorOf(held[0], +held.slice(1));
    at.forEach((p, d) => { v[d] = Math.max(-L, Math.min(L, Math.round((p * unit) / STEP) * STEP)); v[d] = +v[d].toFixed(1); });
    update();
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { held = null; });

  root.explorer = { state: () => ({ q, K, V: values.tied ? K : V, ...values, ...now }) };
  take(config);
  compute();
  draw();
});
