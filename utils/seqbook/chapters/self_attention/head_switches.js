mountExplorers("head-switches", (root, config) => {
  const { players, games, models } = config, P = players.length, FIELDS = 3;
  const nets = models.map((m) => network(m.model)), most = Math.max(...nets.map((n) => n.nodes[0].heads));
  const RULES = ["A", "B"];
  const values = { model: models[0].label, game: 1, blank: false };
  range(most).forEach((h) => { values[`head${h}`] = true; });
  let turned = 0, now, score;

  // --- The game and the network ----------------------------------------------------------------------
  const net = () => nets[models.findIndex((m) => m.label === values.model)];
  const heads = () => net().nodes[0].heads;
  const turn = (row, by) => row.map((_, s) => row[(s - by + P) % P]);
  // Everyone moves `turned` seats to the right, with name, question and number.
  const seated = ({ names, asks, numbers }) => ({ names: turn(names, turned), asks: turn(asks, turned), numbers: turn(numbers, turned) });
  const targets = (g) => g.names.map((_, s) => [g.names.indexOf(g.asks[s]), (s + P - 1) % P]);
  function cards(g) {
    return range(P).map((s) => {
      const card = new Array(FIELDS * P + 10).fill(0);
      card[g.names[s]] = card[P + g.asks[s]] = card[FIELDS * P + g.numbers[s]] = 1;
      if (!values.blank) card[2 * P + s] = 1;
      return card;
    });
  }
  const largest = (v) => v.indexOf(Math.max(...v));
  function play(g) {
    const pass = net().run(cards(g), (w, { name }) => name !== "weights" ? undefined
      : w.map((row, h) => values[`head${h}`] ? row : row.map(() => 0)));
    const said = pass.outputs.map((y) => [largest(y.slice(0, 10)), largest(y.slice(10))]);
    const due = targets(g).map((pair) => pair.map((seat) => g.numbers[seat]));
    return { ...g, said, due, targets: targets(g), weights: pass.details.map((d) => d.attention.weights) };
  }

  // --- The picture -----------------------------------------------------------------------------------
  const { $, $$, say } = frame(root, "Heads, switched on and off", `
  <p class="sq-note">Question A: the number of the player whom the card names. Question B: the number of the neighbor on the left.</p>
  ${models.length > 1 ? segments("model", "model", models.map((m) => [escaped(m.label), escaped(m.label)])) : ""}
  <div class="sq-bar">${range(most).map((h) => check(`head${h}`, `head ${h + 1}`)).join("")}${check("blank", "blank seat numbers")}</div>
  ${slider("game", "game", 1, games.length)}
  <div class="sq-btns">${button("turn", "Everyone moves one seat")}</div>
  <div class="sq-hbox"></div>
  <div class="sq-hmaps">${range(most).map((h) => `<figure data-head="${h}"><figcaption></figcaption><div class="sq-hmap" role="img"></div></figure>`).join("")}</div>
  <p class="sq-note">A row looks, a column is looked at. The full frame is the player of question A, the dashed one of question B.</p>
  <div class="sq-hscroll"><table><thead><tr><th scope="col">player</th><th scope="col">A: asks</th><th scope="col">says</th><th scope="col">B: left is</th><th scope="col">says</th></tr></thead><tbody>${
    range(P).map(() => `<tr><th scope="row"></th>${"<td></td>".repeat(4)}</tr>`).join("")}</tbody></table></div>`);
  const show = controls(root, values, () => update(), (key, v) => `${v} of ${games.length}`);

  const percent = (p) => `${Math.round(100 * p)}%`;
  const name = (g, s) => players[g.names[s]];
  function lines() {
    return RULES.map((rule, r) => {
      const here = now.said.filter((pair, s) => pair[r] === now.due[s][r]).length;
      return `Question ${rule}: ${here} of ${P} right in this game, ${percent(score[r])} over all ${games.length} games.`;
    });
  }
  function map(h) {
    const cells = now.weights.flatMap((rows, s) => rows[h].map((w, j) => {
      const frame = (now.targets[s][0] === j ? " sq-ha" : "") + (now.targets[s][1] === j ? " sq-hb" : "");
      return `<i class="sq-hc${frame}" style="--a:${w.toFixed(3)}"></i>`;
    }));
    return `<span></span>${range(P).map((j) => `<span class="sq-hup">${escaped(name(now, j))}</span>`).join("")}` +
      range(P).map((s) => `<span class="sq-hn">${escaped(name(now, s))}</span>${cells.slice(s * P, (s + 1) * P).join("")}`).join("");
  }
  const mark = (right) => right ? `<span class="sq-hok">✓</span>` : `<span class="sq-hno">✗</span>`;
  function draw() {
    show();
    $(".sq-hbox").innerHTML = lines().map((text) => `<p>${text}</p>`).join("");
    $$("[data-head]").forEach((e, h) => {
      e.hidden = h >= heads();
      if (e.hidden) return;
      const on = values[`head${h}`];
      e.classList.toggle("sq-hoff", !on);
      e.firstElementChild.textContent = `head ${h + 1}${on ? "" : ", off"}`;
      const mean = (r) => percent(now.weights.reduce((sum, rows, s) => sum + rows[h][now.targets[s][r]], 0) / P);
      e.lastElementChild.setAttribute("aria-label", `Weights of head ${h + 1}: ${mean(0)} on the players of question A, ${mean(1)} on those of question B`);
      e.lastElementChild.innerHTML = map(h);
    });
    range(most).forEach((h) => { $(`[data-key=head${h}]`).closest("label").hidden = h >= heads(); });
    $$("tbody tr").forEach((tr, s) => {
      const [a, b] = now.targets[s], right = (r) => now.said[s][r] === now.due[s][r];
      const text = [`${name(now, s)}`, `${name(now, a)} ${now.numbers[a]}`, "", `${name(now, b)} ${now.numbers[b]}`, ""];
      [...tr.children].forEach((e, c) => { e.textContent = text[c]; });
      [2, 4].forEach((c, r) => { tr.children[c].innerHTML = `${now.said[s][r]} ${mark(right(r))}`; });
    });
  }
  function compute() {
    const all = games.map((g) => play(seated(g)));
    now = all[values.game - 1];
    score = RULES.map((_, r) => all.reduce((sum, g) => sum + g.said.filter((pair, s) => pair[r] === g.due[s][r]).length, 0) / (P * games.length));
  }
  function update() {
    compute();
    draw();
    say(lines().join(" "));
  }
  buttons(root, { turn: () => { turned = (turned + 1) % P; update(); } });
  root.explorer = { state: () => ({ ...values, turned, ...now, score }) };
  compute();
  draw();
});
