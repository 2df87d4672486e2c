mountExplorers("mask-explorer", (root, config) => {
  const { words, q, k, v } = config, T = words.length;
  const values = { mask: config.mask, row: 3, token: 4, by: 0 };
  let was, now;

  // --- Attention with a mask ---------------------------------------------------------------------
  const may = (i, j) => !(["causal", "both"].includes(values.mask) && j > i) &&
    !(["padding", "both"].includes(values.mask) && j === T - 1);
  function attend(by) {
    const changed = (rows) => rows.map((row, j) => row.map((e) => e + (j === values.token ? by : 0)));
    const keys = changed(k), vs = changed(v);
    const scores = q.map((a) => keys.map((b) => a.reduce((sum, e, d) => sum + e * b[d], 0) / Math.sqrt(a.length)));
    const grown = scores.map((row, i) => row.map((s, j) => may(i, j) ? Math.exp(s) : 0));
    const sums = grown.map((row) => row.reduce((a, b) => a + b, 0));
    const weights = grown.map((row, i) => row.map((e) => e / sums[i]));
    const outputs = weights.map((row) => v[0].map((_, d) => row.reduce((sum, a, j) => sum + a * vs[j][d], 0)));
    return { scores, grown, sums, weights, outputs };
  }
  const moved = () => now.outputs.map((y, i) => Math.max(...y.map((e, d) => Math.abs(e - was.outputs[i][d]))));

  // --- The picture ---------------------------------------------------------------------------------
  const pick = (key, j, what) => `<button type="button" data-key="${key}" data-value="${j}" aria-label="${what} ${j + 1}, ${escaped(words[j])}">${escaped(words[j])}</button>`;
  const { $, $$, say } = frame(root, "A mask, and what a changed token reaches", `
  ${segments("mask", "mask", [["none", "none"], ["padding", "padding"], ["causal", "causal"], ["both", "both"]])}
  <p class="sq-note">Press a word on the left to see how its row is made, a word on top to change that token. The dot is padding.</p>
  <table class="sq-mw"><thead><tr><td></td>${range(T).map((j) => `<th scope="col">${pick("token", j, "change token")}</th>`).join("")}<th scope="col">output moves</th></tr></thead>
  <tbody>${range(T).map((i) => `<tr data-i="${i}"><th scope="row">${pick("row", i, "show the row of token")}</th>${
    range(T).map((j) => `<td data-i="${i}" data-j="${j}"></td>`).join("")}<td class="sq-mm"></td></tr>`).join("")}</tbody></table>
  ${slider("by", "change", -config.most, config.most, 0.5)}
  <p class="sq-mline"></p>
  <div class="sq-mbox"><p class="sq-mrow"></p>
  <table><thead><tr><td></td>${words.map((w) => `<th scope="col">${escaped(w)}</th>`).join("")}</tr></thead>
  <tbody>${["score", "exp", "weight"].map((name) => `<tr data-line="${name}"><th scope="row">${name}</th>${"<td></td>".repeat(T)}</tr>`).join("")}</tbody></table>
  <p class="sq-msum"></p></div>`);

  const show = controls(root, values, () => update(), (key, by) => (by > 0 ? "+" : "") + fmt(by, 1));
  const cut = "×";
  function draw() {
    show();
    $$(".sq-mw td[data-j]").forEach((e) => {
      const i = +e.dataset.i, j = +e.dataset.j, w = now.weights[i][j];
      e.textContent = may(i, j) ? fmt(w) : cut;
      e.style.setProperty("--a", w.toFixed(3));
      e.classList.toggle("sq-cut", !may(i, j));
    });
    const far = moved();
    $$(".sq-mw tbody tr").forEach((tr, i) => {
      tr.classList.toggle("sq-mon", i === values.row);
      tr.lastElementChild.textContent = fmt(far[i]);
      tr.lastElementChild.classList.toggle("sq-mfar", far[i] > 0);
    });
    const i = values.row, text = (name, j) => !may(i, j) ? (name === "score" ? fmt(now.scores[i][j]) : "0")
      : fmt({ score: now.scores, exp: now.grown, weight: now.weights }[name][i][j]);
    $$("[data-line]").forEach((tr) => [...tr.querySelectorAll("td")].forEach((e, j) => {
      e.textContent = text(tr.dataset.line, j);
      e.classList.toggle("sq-struck", !may(i, j));
    }));
    const kept = range(T).filter((j) => may(i, j));
    $(".sq-mrow").innerHTML = `<b>The row of “${escaped(words[i])}”.</b> ${kept.length} of ${T} keys are allowed.`;
    $(".sq-msum").textContent = `sum of the exponentials: ${fmt(now.sums[i])}; sum of the weights: ${fmt(now.weights[i].reduce((a, b) => a + b, 0))}`;
    $(".sq-mline").textContent = line(far);
  }
  function line(far) {
    if (!values.by) return "Move the slider to change the key and the value of the chosen token.";
    const reached = range(T).filter((i) => far[i] > 0).map((i) => `“${words[i]}”`);
    return `Token ${values.token + 1}, “${words[values.token]}”, is changed. ` +
      (reached.length ? `The outputs that move: ${reached.join(", ")}.` : "No output moves.");
  }
  function compute() {
    was = attend(0);
    now = attend(values.by);
  }
  function update() {
    compute();
    draw();
    say($(".sq-mline").textContent);
  }
  root.explorer = { state: () => ({ ...values, ...now, moved: moved() }) };
  compute();
  draw();
});
