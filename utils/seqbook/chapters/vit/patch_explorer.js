mountExplorers("patch-explorer", (root, config) => {
  const { pictures, sides, width, query } = config;
  const values = { picture: 0, side: config.side };
  const decoded = pictures.map((p) => Uint8Array.from(atob(p.bytes), (c) => c.charCodeAt(0)));
  let seed = config.seed, order = [], chosen = -1, at = 0;

  // --- Patches, and one attention over them ------------------------------------------------------
  const picture = () => pictures[values.picture];
  const length = () => values.side ** 2, size = () => picture().height / values.side;
  const count = () => size() ** 2 * picture().channels;
  // The numbers of a patch, from 0 to 1: row by row, and the channels of a pixel side by side.
  function patch(k) {
    const { height, channels } = picture(), P = size(), out = [];
    const top = Math.floor(k / values.side) * P, left = (k % values.side) * P;
    for (let y = top; y < top + P; y++) for (let x = left; x < left + P; x++) for (let c = 0; c < channels; c++) {
      out.push(decoded[values.picture][(y * height + x) * channels + c] / 255);
    }
    return out;
  }
  const project = (numbers) => range(width).map((j) => Math.sqrt(2 / numbers.length) *
    numbers.reduce((sum, v, i) => sum + v * Math.cos(0.618034 * (i * width + j) ** 2 + 1), 0));
  let embedded = [];
  function answer(sequence, placed) {
    const x = sequence.map((k, t) => embedded[k].map((v, j) => v + (placed ? Math.cos(78.233 * (t * width + j) + 2) : 0)));
    const scores = x.map((row) => row.reduce((sum, v, j) => sum + v * query[j], 0)), top = Math.max(...scores);
    const grown = scores.map((s) => Math.exp(s - top)), all = grown.reduce((a, b) => a + b, 0);
    return range(width).map((j) => x.reduce((sum, row, t) => sum + grown[t] * row[j], 0) / all);
  }

  // --- The picture -------------------------------------------------------------------------------
  const { $, $$, say } = frame(root, "A picture as a sequence of patches", `
  ${pictures.length > 1 ? segments("picture", "picture", pictures.map((p, k) => [k, escaped(p.label)])) : ""}
  ${segments("side", "patch", sides.map((s) => [s, ""]))}
  <div class="sqv-both"><div class="sqv-grid" role="group" aria-label="The picture in patches. Arrow keys move, Enter on two patches swaps them."></div>
  <div class="sqv-side"><div class="sq-btns">${button("shuffle", "Shuffle")}${button("swap", "Swap two")}${button("sort", "In order")}</div>
  <p class="sqv-count"></p>
  <table><thead><tr><th scope="col">class token</th><th scope="col">in order</th><th scope="col">now</th></tr></thead><tbody>
    <tr><th scope="row">no positions</th><td></td><td></td></tr>
    <tr><th scope="row">positions</th><td></td><td></td></tr></tbody></table></div></div>
  <p class="sqv-head">What the network gets, in reading order:</p>
  <div class="sqv-row" tabindex="0" role="group" aria-label="The sequence of patches, with the number of each in the picture"></div>
  <p class="sqv-one"></p>
  <p class="sq-note">Press two patches to swap them. The answers are of one attention whose weights are fixed, not trained.</p>`);
  const grid = $(".sqv-grid"), row = $(".sqv-row"), cells = $$("tbody td");

  function paint(canvas, k) {
    const P = size(), { channels } = picture(), numbers = patch(k);
    canvas.width = canvas.height = P;
    const image = new ImageData(P, P);
    // A digit is ink on paper: 1 is black.
    range(P * P).forEach((i) => range(4).forEach((c) => {
      image.data[4 * i + c] = c === 3 ? 255 : Math.round(255 * (channels === 1 ? 1 - numbers[i] : numbers[3 * i + c]));
    }));
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  const focusable = () => [...grid.children].forEach((e, t) => { e.tabIndex = t === at ? 0 : -1; });
  function build() {
    order = range(length());
    chosen = -1;
    at = 0;
    embedded = order.map((k) => project(patch(k)));
    grid.style.setProperty("--side", values.side);
    grid.innerHTML = order.map((t) => `<button type="button" data-place="${t}"><canvas aria-hidden="true"></canvas></button>`).join("");
    row.innerHTML = order.map(() => `<span><canvas aria-hidden="true"></canvas><i></i></span>`).join("");
    row.scrollLeft = 0;
    $$("[data-key=side]").forEach((e) => {
      const P = picture().height / +e.dataset.value;
      e.textContent = `${P} × ${P}`;
    });
  }
  function draw() {
    order.forEach((k, t) => {
      const cell = grid.children[t];
      paint(cell.firstElementChild, k);
      cell.setAttribute("aria-label", `place ${t + 1}: patch ${k + 1}`);
      cell.setAttribute("aria-pressed", String(t === chosen));
      paint(row.children[t].firstElementChild, k);
      row.children[t].lastElementChild.textContent = k + 1;
      row.children[t].classList.toggle("sqv-moved", k !== t);
    });
    focusable();
    const n = length(), P = size(), { height, channels } = picture();
    $(".sqv-count").innerHTML = `<b>${n} patches</b> = ${height}² / ${P}²<br>` +
      `<b>${count()} numbers</b> each = ${P} · ${P} · ${channels}<br><b>${n * n} scores</b> = ${n}²`;
    const found = state();
    [found.withoutBefore, found.without, found.withBefore, found.with].forEach((v, i) => { cells[i].textContent = vec(v); });
    const t = chosen < 0 ? at : chosen, numbers = patch(order[t]);
    $(".sqv-one").innerHTML = `Place ${t + 1} holds patch ${order[t] + 1}: ${numbers.slice(0, 4).map((v) => fmt(v)).join(", ")}${numbers.length > 4 ? ", …" : ""}`;
    $("[data-do=sort]").setAttribute("aria-disabled", String(order.every((k, i) => k === i)));
    show();
  }
  function state() {
    const before = range(length());
    return {
      picture: picture().label, side: values.side, order: [...order], chosen, length: length(), numbers: count(),
      patches: order.map(patch), without: answer(order, false), with: answer(order, true),
      withoutBefore: answer(before, false), withBefore: answer(before, true),
    };
  }

  // --- What the reader does ------------------------------------------------------------------------
  const swap = (a, b) => { [order[a], order[b]] = [order[b], order[a]]; };
  // The generator of Park and Miller, so that a figure shuffles in the same way each time.
  const draws = (n) => { seed = seed * 48271 % 2147483647; return seed % n; };
  function shuffle() {
    do for (let t = length() - 1; t > 0; t--) swap(t, draws(t + 1)); while (order.every((k, t) => k === t));
  }
  const told = () => {
    const { without, with: placed, withoutBefore, withBefore } = state();
    say(`Without positions the answer was ${vec(withoutBefore)} and is ${vec(without)}. With positions it was ${vec(withBefore)} and is ${vec(placed)}.`);
  };
  const act = (change) => () => { change(); chosen = -1; draw(); told(); };
  buttons(root, {
    shuffle: act(shuffle),
    swap: act(() => { const a = draws(length()); swap(a, (a + 1 + draws(length() - 1)) % length()); }),
    sort: act(() => { order = range(length()); }),
  });
  grid.addEventListener("click", (event) => {
    const e = event.target.closest("[data-place]");
    if (!e) return;
    at = +e.dataset.place;
    if (chosen < 0) {
      chosen = at;
      draw();
      say(`Patch ${order[at] + 1} at place ${at + 1} is chosen. Choose another to swap them.`);
    } else {
      if (chosen !== at) swap(chosen, at);
      chosen = -1;
      draw();
      told();
    }
  });
  const move = (by, can) => () => {
    if (can(at)) at += by();
    draw();
    grid.children[at].focus();
  };
  const column = (t) => t % values.side, line = (t) => Math.floor(t / values.side), last = () => values.side - 1;
  keys(grid, {
    ArrowLeft: move(() => -1, (t) => column(t) > 0), ArrowRight: move(() => 1, (t) => column(t) < last()),
    ArrowUp: move(() => -values.side, (t) => line(t) > 0), ArrowDown: move(() => values.side, (t) => line(t) < last()),
    Escape: () => { chosen = -1; draw(); },
  });
  const show = controls(root, values, () => {
    build();
    draw();
    say(`${length()} patches of ${count()} numbers, ${length() ** 2} scores.`);
  });

  build();
  draw();
  root.explorer = { state };
});
