mountExplorers("matching-explorer", (root, config) => {
  const { kinds, letters, side, sure, truths, weights } = config;
  const predictions = config.predictions.map((box) => [...box]);
  const P = predictions.length, T = truths.length, NONE = -1;
  const rest = (1 - sure) / (kinds.length - 1);
  const glyph = { circle: "●", square: "■", triangle: "▲", cross: "+", nothing: "–" };
  // mine[t]: the prediction that the reader gave to truth t; at: the cell whose parts are shown.
  let mine = truths.map(() => NONE), at = [0, 0], step = 0, revealed = false;
  const chosen = { box: 0, kind: "" };

  // --- The costs and the assignments ------------------------------------------------------------
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  function parts(p, t) {
    const a = p.slice(1).map((v) => v / side), b = t.slice(1).map((v) => v / side);
    const low = (box, k) => box[k] - box[k + 2] / 2, high = (box, k) => box[k] + box[k + 2] / 2;
    const span = (pick, other) => [0, 1].map((k) => Math.max(0, pick(high(a, k), high(b, k)) - other(low(a, k), low(b, k))));
    const product = ([x, y]) => x * y;
    const both = product(span(Math.min, Math.max)), around = product(span(Math.max, Math.min));
    const either = a[2] * a[3] + b[2] * b[3] - both;
    return {
      probability: p[0] === t[0] ? sure : rest,
      distance: sum(a.map((v, k) => Math.abs(v - b[k]))),
      iou: both / either,
      giou: both / either - (around - either) / around,
    };
  }
  const cost = ({ probability, distance, giou }) => -weights[0] * probability + weights[1] * distance - weights[2] * giou;
  const ways = (function extend(way) {
    if (way.length === T) return [way];
    return range(P).filter((p) => !way.includes(p)).flatMap((p) => extend([...way, p]));
  })([]);
  const total = (costs, way) => sum(way.map((p, t) => (p === NONE ? 0 : costs[p][t])));
  function greedy(costs) {
    const way = truths.map(() => NONE);
    range(T).forEach(() => {
      let low = [Infinity];
      range(P).forEach((p) => range(T).forEach((t) => {
        if (!way.includes(p) && way[t] === NONE && costs[p][t] < low[0]) low = [costs[p][t], p, t];
      }));
      way[low[2]] = low[1];
    });
    return way;
  }
  function numbers() {
    const table = predictions.map((p) => truths.map((t) => parts(p, t))), costs = table.map((row) => row.map(cost));
    const totals = ways.map((way) => total(costs, way)), first = greedy(costs);
    const best = totals.indexOf(Math.min(...totals)), tried = totals.slice(0, step);
    return {
      table, costs, totals, step, mine, predictions, best: ways[best], bestTotal: totals[best],
      greedy: first, greedyTotal: total(costs, first), mineTotal: total(costs, mine),
      shown: step ? ways[step - 1] : mine, soFar: tried.length ? Math.min(...tried) : null,
    };
  }

  // --- The picture ------------------------------------------------------------------------------
  const { $, $$, say } = frame(root, "Which prediction answers for which object?", `
  <div class="sqm-top">
    <div class="sqm-view" tabindex="0" role="application" aria-label="Picture with the boxes" aria-describedby="${root.id}-h">
      <svg viewBox="0 0 ${side} ${side}" aria-hidden="true"></svg></div>
    <table class="sqm-costs"><thead><tr><td></td>${truths.map((t, k) => `<th scope="col" aria-label="object ${k + 1}, ${t[0]}">${k + 1} ${glyph[t[0]]}</th>`).join("")}</tr></thead>
    <tbody>${range(P).map((p) => `<tr><th scope="row" data-row="${p}"></th>${range(T).map((t) =>
      `<td><button type="button" data-p="${p}" data-t="${t}"></button></td>`).join("")}</tr>`).join("")}</tbody></table>
  </div>
  <p class="sqm-why"></p>
  <div class="sqm-sums"><div>shown<b></b></div><div>greedy<b></b></div><div>best so far<b></b></div><div>best of ${ways.length}<b></b></div></div>
  ${stepperBar(ways.length)}
  <div class="sq-btns">${button("greedy", "Greedy’s pairs")}${button("best", "The best")}${button("clear", "Clear")}</div>
  ${segments("box", "move", range(P).map((p) => [p, letters[p]]))}
  <div class="sq-bar">${choice("kind", "it says", kinds)}${button("put", "All as at first")}</div>
  <p class="sq-note" id="${root.id}-h">Solid: true objects 1 to ${T}. Dashed: predictions A to ${letters[P - 1]}; the sign beside a letter is the kind it says. Press a cost to pair its row with its column;
  Step goes through all ${ways.length} assignments. Drag a prediction, or in the picture use the arrow keys, + and −.
  A prediction gives ${fmt(sure, 1)} to the kind it says and ${fmt(rest, 2)} to each other.</p>`, 300);

  const view = $(".sqm-view"), svg = $(".sqm-view svg"), cells = $$("[data-p]");
  const rect = ([, x, y, w, h], cls) => `<rect class="${cls}" x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}"/>`;
  function shape([kind, x, y, w, h]) {
    const X = (f) => (x + f * w / 2).toFixed(2), Y = (f) => (y + f * h / 2).toFixed(2);
    const d = {
      circle: `M${X(-.9)} ${Y(0)}A${w * .45} ${h * .45} 0 1 1 ${X(.9)} ${Y(0)}A${w * .45} ${h * .45} 0 1 1 ${X(-.9)} ${Y(0)}`,
      square: `M${X(-.9)} ${Y(-.9)}H${X(.9)}V${Y(.9)}H${X(-.9)}Z`,
      triangle: `M${X(0)} ${Y(-.9)}L${X(.9)} ${Y(.9)}H${X(-.9)}Z`,
      cross: `M${X(-.9)} ${Y(0)}H${X(.9)}M${X(0)} ${Y(-.9)}V${Y(.9)}`,
    };
    return `<path class="sqm-truth" opacity=".35" d="${d[kind]}"/>`;
  }
  const label = (x, y, cls, text) => `<text class="${cls}" x="${Math.max(0, Math.min(side - 3, x))}" y="${Math.max(4, Math.min(side - 1, y))}">${text}</text>`;
  const said = (way) => way.map((p, t) => (p === NONE ? "" : `${letters[p]}–${t + 1}`)).filter(Boolean).join(", ");

  function draw() {
    const n = numbers(), [p, t] = at, c = n.table[p][t], shown = n.shown;
    svg.innerHTML = truths.map((b, k) => shape(b) + rect(b, "sqm-truth") + label(b[1] - b[3] / 2 + .8, b[2] - b[4] / 2 + 4.6, "sqm-tt", k + 1)).join("")
      + shown.map((q, k) => (q === NONE ? "" : `<path class="sqm-link" d="M${predictions[q][1]} ${predictions[q][2]}L${truths[k][1]} ${truths[k][2]}"/>`)).join("")
      + predictions.map((b, k) => rect(b, `sqm-box${k === chosen.box ? " sqm-at" : ""}`) + label(b[1] + b[3] / 2 - 3.6, b[2] + b[4] / 2 - 1, "sqm-tp", letters[k])).join("");
    cells.forEach((e) => {
      const row = +e.dataset.p, column = +e.dataset.t, on = shown[column] === row;
      e.textContent = fmt(n.costs[row][column]);
      e.setAttribute("aria-pressed", String(on));
      e.setAttribute("aria-label", `prediction ${letters[row]}, object ${column + 1}: cost ${fmt(n.costs[row][column])}`);
      e.classList.toggle("sqm-now", row === p && column === t);
    });
    $(".sqm-why").innerHTML = `<b>${letters[p]} for ${t + 1}:</b> p(${truths[t][0]}) = ${fmt(c.probability)}, L1 = ${fmt(c.distance)}, GIoU = ${fmt(c.giou)} (IoU ${fmt(c.iou)}).
      Cost −${fmt(c.probability)} + ${weights[1]}·${fmt(c.distance)} ${c.giou < 0 ? "+" : "−"} ${weights[2]}·${fmt(Math.abs(c.giou))} = <b>${fmt(n.costs[p][t])}</b>`;
    $$("[data-row]").forEach((e, k) => {
      e.textContent = `${letters[k]} ${glyph[predictions[k][0]]}`;
      e.setAttribute("aria-label", `prediction ${letters[k]}, says ${predictions[k][0]}`);
    });
    const pairs = shown.filter((q) => q !== NONE).length, sums = $$(".sqm-sums b");
    sums[0].textContent = pairs < T ? `${pairs} of ${T} pairs` : fmt(total(n.costs, shown));
    sums[1].textContent = fmt(n.greedyTotal);
    sums[2].textContent = n.soFar === null ? "none yet" : fmt(n.soFar);
    sums[3].textContent = revealed ? fmt(n.bestTotal) : "?";
    chosen.kind = predictions[chosen.box][0];
    showControls();
  }
  function sentence() {
    const n = numbers(), full = !n.shown.includes(NONE);
    const who = step ? `Assignment ${step} of ${ways.length}: ` : "Your pairs: ";
    const sums = full ? `total ${fmt(total(n.costs, n.shown))}` : "not every object has a prediction yet";
    const end = revealed ? ` The best is ${said(n.best)}, ${fmt(n.bestTotal)}; greedy's is ${fmt(n.greedyTotal)}.` : "";
    return `${who}${said(n.shown) || "none"}; ${sums}.${end}`;
  }
  function update() {
    draw();
    say(sentence());
  }

  // --- What the reader does ---------------------------------------------------------------------
  const bar = stepper(root, {
    last: ways.length, start: 0, pause: 500,
    moved(k) { step = k; revealed ||= k === ways.length; update(); },
  });
  root.addEventListener("click", (event) => {
    const e = event.target.closest("[data-p]");
    if (!e) return;
    const p = +e.dataset.p, t = +e.dataset.t, was = mine[t] === p;
    at = [p, t];
    mine = mine.map((q, k) => (k === t ? (was && !step ? NONE : p) : q === p ? NONE : q));
    bar.go(0);
  });
  const showControls = controls(root, chosen, (key) => {
    if (key === "kind") predictions[chosen.box][0] = chosen.kind;
    if (key === "kind") change();
    else update();
  });
  buttons(root, {
    greedy() { mine = numbers().greedy; bar.go(0); },
    best() { revealed = true; mine = [...numbers().best]; bar.go(0); },
    clear() { mine = truths.map(() => NONE); bar.go(0); },
    put() { config.predictions.forEach((box, p) => { predictions[p] = [...box]; }); change(); },
  });
  const inside = (v) => Math.max(0, Math.min(side, v));
  function change() {
    revealed = false;
    update();
  }
  function move(dx, dy) {
    const box = predictions[chosen.box];
    box[1] = inside(box[1] + dx);
    box[2] = inside(box[2] + dy);
    change();
  }
  function grow(by) {
    const box = predictions[chosen.box];
    for (const k of [3, 4]) box[k] = Math.max(2, Math.min(side, box[k] + by));
    change();
  }
  // The arrow keys in the picture move a box; elsewhere in the figure they step.
  const own = (act) => (event) => { event.stopPropagation(); act(); };
  keys(view, {
    ArrowLeft: own(() => move(-1, 0)), ArrowRight: own(() => move(1, 0)), ArrowUp: own(() => move(0, -1)), ArrowDown: own(() => move(0, 1)),
    "+": own(() => grow(1)), "=": own(() => grow(1)), "-": own(() => grow(-1)),
  });
  let drag = null;
  const place = (event) => {
    const r = svg.getBoundingClientRect();
    return [side * (event.clientX - r.left) / r.width, side * (event.clientY - r.top) / r.height];
  };
  view.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event), far = predictions.map((b) => Math.hypot(b[1] - x, b[2] - y));
    chosen.box = far.indexOf(Math.min(...far));
    const b = predictions[chosen.box];
    drag = Math.abs(b[1] - x) <= b[3] / 2 + 2 && Math.abs(b[2] - y) <= b[4] / 2 + 2 ? [b[1] - x, b[2] - y] : null;
    view.setPointerCapture(event.pointerId);
    update();
  });
  view.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = place(event), b = predictions[chosen.box];
    move(Math.round(x + drag[0]) - b[1], Math.round(y + drag[1]) - b[2]);
  });
  for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, () => { drag = null; });

  bar.show();
  draw();
  root.explorer = { state: numbers };
});
