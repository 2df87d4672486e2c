mountExplorers("position-explorer", (root, config) => {
  const { steps, keyAngle } = config;
  const c = { query: config.query, key: config.key, d: config.d, base: config.base, pair: config.pair };
  const degrees = (radians) => radians * 180 / Math.PI;

  const { $, say } = frame(root, "Two positions: their rows, their dot product, their turn", `
  <div class="sqp-knobs">
    ${slider("query", "query at step <i>t</i>", 0, steps - 1)}
    ${slider("key", "key at step <i>s</i>", 0, steps - 1)}
  </div>
  <div class="sq-btns">${button("earlier", "‹ Both one earlier")}${button("later", "Both one later ›")}</div>
  ${segments("d", "width", config.widths.map((w) => [w, w]))}
  ${segments("base", "base", config.bases.map((b) => [b, b]))}
  <p class="sqp-head"><b>The table:</b> one row for each step, sines on the left, cosines on the right</p>
  <div class="sqp-table"><canvas aria-hidden="true"></canvas>
    <i class="sqp-q" aria-hidden="true"></i><i class="sqp-k" aria-hidden="true"></i></div>
  <div class="sqp-rows"><span class="sqp-qt">row <i>t</i></span><canvas aria-hidden="true"></canvas>
    <span class="sqp-kt">row <i>s</i></span><canvas aria-hidden="true"></canvas></div>
  <p class="sqp-head"><b>Added positions:</b> dot product of two rows against their distance</p>
  <svg class="sqp-plot" viewBox="0 0 340 132" aria-hidden="true"></svg>
  <p class="sqp-dot"></p>
  <p class="sqp-head"><b>Rotary:</b> one pair of numbers of a query and of a key, turned by their steps</p>
  <div class="sqp-turn"><svg class="sqp-circle" viewBox="-70 -70 140 140" aria-hidden="true"></svg>
    <div><div>${slider("pair", "pair", 0, config.d / 2 - 1)}</div>
      <table><tbody>
        <tr><th scope="row">per step</th><td class="sqp-rate"></td></tr>
        <tr class="sqp-qt"><th scope="row">query turned by</th><td class="sqp-qa"></td></tr>
        <tr class="sqp-kt"><th scope="row">key turned by</th><td class="sqp-ka"></td></tr>
        <tr><th scope="row">difference</th><td class="sqp-da"></td></tr>
        <tr><th scope="row">dot product</th><td class="sqp-qk"></td></tr>
      </tbody></table></div></div>
  <p class="sq-note">Query and key have length 1, and ${fmt(keyAngle, 0)}° lie between them before they are turned (dashed).
  In the table blue is positive, pink negative.</p>`, 200);

  const [table, rowT, rowS] = root.querySelectorAll("canvas");
  const pairSlider = $("[data-key=pair]");

  const rate = (i) => c.base ** (-2 * i / c.d);
  const row = (t) => [...range(c.d / 2).map((i) => Math.sin(t * rate(i))), ...range(c.d / 2).map((i) => Math.cos(t * rate(i)))];
  const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);

  // Rows of numbers from -1 to 1 as pixels: blue above zero, pink below, the card where it is zero.
  function paint(canvas, rows) {
    canvas.width = c.d;
    canvas.height = rows.length;
    const pen = canvas.getContext("2d"), style = getComputedStyle(root);
    const color = (name) => style.getPropertyValue(name).trim().split(" ").join(",");
    const plus = color("--plus"), minus = color("--minus");
    rows.forEach((values, y) => values.forEach((v, x) => {
      pen.fillStyle = `rgba(${v > 0 ? plus : minus},${Math.abs(v).toFixed(3)})`;
      pen.fillRect(x, y, 1, 1);
    }));
  }

  function plot(dots, distance) {
    const low = Math.min(0, ...dots), top = c.d / 2, y = (v) => 10 + 98 * (top - v) / (top - low), x = (k) => 10 + 320 * k / (steps - 1);
    $(".sqp-plot").innerHTML = `<path class="sqp-axis" d="M10 ${y(0)}H330"/>
      <path class="sqp-curve" d="M${dots.map((v, k) => `${x(k).toFixed(1)} ${y(v).toFixed(1)}`).join("L")}"/>
      <path class="sqp-mark" d="M${x(distance)} ${y(low)}V${y(dots[distance])}"/>
      <circle cx="${x(distance)}" cy="${y(dots[distance])}" r="5"/>
      <text x="10" y="126">distance 0</text><text x="330" y="126" text-anchor="end">${steps - 1}</text>`;
  }

  function circle(q, k) {
    const point = (a, r = 55) => `${(r * Math.cos(a)).toFixed(1)} ${(-r * Math.sin(a)).toFixed(1)}`;
    const hand = (name, a, start) => `<path class="sqp-was ${name}" d="M0 0L${point(start)}"/>
      <path class="${name}" d="M0 0L${point(a)}"/><text class="${name}" x="${63 * Math.cos(a)}" y="${-63 * Math.sin(a) + 4}" text-anchor="middle">${name[4]}</text>`;
    $(".sqp-circle").innerHTML = `<circle r="55"/>${hand("sqp-q", q, 0)}${hand("sqp-k", k, keyAngle * Math.PI / 180)}`;
  }

  function numbers() {
    const a = row(c.query), b = row(c.key), w = rate(c.pair), start = keyAngle * Math.PI / 180;
    const q = c.query * w, k = c.key * w;
    return {
      ...c, rowT: a, rowS: b, dot: dot(a, b), dots: range(steps).map((n) => dot(row(0), row(n))),
      queryAngle: degrees(q), keyTurn: degrees(k), difference: degrees(q - k), pairDot: Math.cos(q - k - start),
    };
  }

  function show() {
    const n = numbers(), distance = Math.abs(c.query - c.key), w = rate(c.pair);
    paint(table, range(steps).map(row));
    paint(rowT, [n.rowT]);
    paint(rowS, [n.rowS]);
    for (const [name, step] of [["q", c.query], ["k", c.key]]) $(`i.sqp-${name}`).style.top = `${100 * (step + 0.5) / steps}%`;
    plot(n.dots, distance);
    $(".sqp-dot").innerHTML = `Row ${c.query} · row ${c.key} = <b>${fmt(n.dot)}</b>, at a distance of ${distance}`;
    circle(c.query * w, c.key * w + keyAngle * Math.PI / 180);
    const angle = (v) => fmt(v, Math.abs(v) < 10 ? 2 : 1) + "°";
    $(".sqp-rate").textContent = angle(degrees(w));
    $(".sqp-qa").textContent = angle(n.queryAngle);
    $(".sqp-ka").textContent = angle(n.keyTurn);
    $(".sqp-da").textContent = angle(n.difference);
    $(".sqp-qk").textContent = fmt(n.pairDot);
    $("[data-do=earlier]").setAttribute("aria-disabled", String(Math.min(c.query, c.key) === 0));
    $("[data-do=later]").setAttribute("aria-disabled", String(Math.max(c.query, c.key) === steps - 1));
    showControls();
  }

  function changed(key) {
    if (key === "d") {
      c.pair = Math.min(c.pair, c.d / 2 - 1);
      pairSlider.max = c.d / 2 - 1;
    }
    show();
    const n = numbers();
    say(`Rows ${c.query} and ${c.key}: dot product ${fmt(n.dot)}. Rotary pair ${c.pair}: difference ${fmt(n.difference, 1)} degrees, dot product ${fmt(n.pairDot)}.`);
  }
  const showControls = controls(root, c, changed, (key, v) => String(v));
  const both = (by) => { c.query += by; c.key += by; changed("query"); };
  buttons(root, { earlier: () => both(-1), later: () => both(1) });

  show();
  root.explorer = { state: numbers };
});
