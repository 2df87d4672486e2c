mountExplorers("drawn-digit", (root, config) => {
  const net = network(config.model), SIDE = 8, PATCH = 2, GRID = SIDE / PATCH, N = GRID * GRID, LEVELS = 16;
  const blocks = net.nodes.filter((n) => n.op === "attention").map((n) => n.name);
  const heads = net.nodes.find((n) => n.op === "attention").heads;
  const set = { tool: "ink" };
  let image, at = 0, undo = [], now, stroke = null;

  const tile = (key, label) => `<div class="sqd-tile" data-map="${key}" role="img"><span>${label}</span><div class="sqd-map">${range(N).map(() => "<i></i>").join("")}</div></div>`;
  const { $, $$, say } = frame(root, "Where does the class token look?", `
  <div class="sqd-top">
    <div class="sqd-paper" role="grid" aria-label="Drawing, 8 by 8 cells: arrow keys move, space inks or clears a cell, 0 to 4 set its ink, draw with the mouse or a finger">${
      range(SIDE).map((r) => `<div role="row">${range(SIDE).map((c) => `<span role="gridcell" data-cell="${r * SIDE + c}"></span>`).join("")}</div>`).join("")}</div>
    <div class="sqd-bars" role="img">${range(10).map((d) => `<span>${d}</span><div><i></i></div><span></span>`).join("")}</div>
  </div>
  <div class="sq-bar"><div class="sq-btns">${segments("tool", "pen", [["ink", "Ink"], ["eraser", "Eraser"]])}${button("undo", "Undo")}${button("clear", "Clear")}</div></div>
  <div class="sq-bar sqd-presets" role="group" aria-label="test images"><span>test</span>${
    config.presets.map((p, k) => `<button type="button" data-preset="${k}" aria-label="test image: ${k < 10 ? p.label : "a hard " + p.label}">${k < 10 ? p.label : "a hard " + p.label}</button>`).join("")}</div>
  <div class="sqd-maps" style="--n:${heads + 1}">${
    blocks.map((_, b) => range(heads).map((h) => tile(`${b}-${h}`, `${b + 1} · ${h + 1}`)).join("") + (b ? tile("drop", "blanked") : tile("rollout", "rollout"))).join("")}</div>
  <p class="sq-note">“1 · 2” is block 1, head 2: the stronger the color of a patch, the more weight the class token gives it, from 0 to the largest weight on the map.
  “Blanked” shows how far the probability of the likeliest digit falls (blue) or rises (pink) when that patch is erased.</p>`);
  const paper = $(".sqd-paper"), cells = $$("[data-cell]");

  // --- The network ---------------------------------------------------------------------------------
  function softmax(z) {
    const top = Math.max(...z), e = Array.from(z, (v) => Math.exp(v - top)), sum = e.reduce((a, b) => a + b, 0);
    return e.map((v) => v / sum);
  }
  const inPatch = (k) => range(PATCH * PATCH).map((j) => (PATCH * Math.floor(k / GRID) + Math.floor(j / PATCH)) * SIDE + PATCH * (k % GRID) + j % PATCH);
  const pass = (pixels) => {
    const { outputs, details } = net.run([new Array(PATCH * PATCH).fill(0), ...range(N).map((k) => inPatch(k).map((i) => pixels[i]))]);
    return { p: softmax(outputs[0]), weights: blocks.map((name) => range(heads).map((h) => details.map((d) => d[name].weights[h]))) };
  };
  const likeliest = (p) => p.indexOf(Math.max(...p));
  // The class token's row of the product of the blocks' weights, averaged over heads, half of it the token itself.
  function rollout(weights) {
    let row = range(N + 1).map((k) => +(k === 0));
    for (const block of [...weights].reverse()) {
      row = row.map((v, k) => v / 2 + row.reduce((sum, u, q) => sum + u * block.reduce((s, head) => s + head[q][k], 0) / heads, 0) / 2);
    }
    return row.slice(1);
  }
  // The drop for every patch takes sixteen more passes: not while a line is being drawn.
  const drops = (p) => {
    const best = likeliest(p);
    return range(N).map((k) => {
      const hidden = new Set(inPatch(k));
      return p[best] - (image.some((v, i) => v && hidden.has(i)) ? pass(image.map((v, i) => hidden.has(i) ? 0 : v)).p[best] : p[best]);
    });
  };
  function compute(all) {
    now = pass(image);
    now.rollout = rollout(now.weights);
    now.drop = all ? drops(now.p) : null;
  }

  // --- What is shown -------------------------------------------------------------------------------
  const percent = (v) => `${Math.round(100 * v)}%`;
  const place = (k) => `row ${Math.floor(k / GRID) + 1}, column ${k % GRID + 1}`;
  const empty = () => image.every((v) => !v);
  const answer = () => {
    if (empty()) return "The paper is empty.";
    const order = range(10).sort((a, b) => now.p[b] - now.p[a]);
    return `Likeliest: ${order.slice(0, 2).map((d) => `${d}, ${percent(now.p[d])}`).join("; ")}.`;
  };
  function map(key, values, words) {
    const part = $(`[data-map="${key}"]`), top = Math.max(...values.map(Math.abs), 1e-9);
    part.setAttribute("aria-label", words);
    [...part.querySelectorAll("i")].forEach((e, k) => {
      e.style.setProperty("--w", (Math.abs(values[k]) / top).toFixed(3));
      e.classList.toggle("sqd-minus", values[k] < 0);
      e.style.setProperty("--k", inPatch(k).reduce((sum, i) => sum + image[i], 0) / (PATCH * PATCH));
    });
  }
  function show() {
    cells.forEach((e, i) => {
      e.style.setProperty("--k", image[i]);
      e.tabIndex = i === at ? 0 : -1;
      e.setAttribute("aria-label", `row ${Math.floor(i / SIDE) + 1}, column ${i % SIDE + 1}, ink ${percent(image[i])}`);
    });
    const best = likeliest(now.p);
    $(".sqd-bars").setAttribute("aria-label", `Probabilities: ${now.p.map((v, d) => `${d} ${percent(v)}`).join(", ")}`);
    now.p.forEach((v, d) => {
      const bar = $$(".sqd-bars i")[d], name = bar.parentElement.previousElementSibling;
      bar.style.width = `${100 * v}%`;
      bar.parentElement.nextElementSibling.textContent = percent(v);
      name.classList.toggle("sqd-best", d === best);
    });
    const most = (values) => { const k = values.indexOf(Math.max(...values)); return `most at ${place(k)}, ${percent(values[k])}`; };
    now.weights.forEach((block, b) => block.forEach((head, h) => {
      const row = head[0].slice(1);
      map(`${b}-${h}`, row, `Block ${b + 1}, head ${h + 1}: ${most(row)}; at the class token itself ${percent(head[0][0])}`);
    }));
    map("rollout", now.rollout, `Rollout: ${most(now.rollout)}`);
    if (now.drop) {
      const k = now.drop.indexOf(Math.max(...now.drop));
      map("drop", now.drop, `Blanked: the largest drop is at ${place(k)}, by ${percent(now.drop[k])}`);
    }
    $("[data-map=drop]").classList.toggle("sqd-waits", !now.drop);
    $("[data-do=undo]").setAttribute("aria-disabled", undo.length === 0);
    $("[data-do=clear]").setAttribute("aria-disabled", empty());
    showControls();
  }
  function update(all = true) { compute(all); show(); if (all) say(answer()); }

  // --- Drawing -------------------------------------------------------------------------------------
  const remember = () => { undo.push(image.slice()); if (undo.length > 200) undo.shift(); };
  function replace(pixels) {
    remember();
    image = pixels;
    update();
  }
  // Ink falls off with the distance of a cell's middle from the line, as where a scanned line is averaged.
  function brush(from, to) {
    const dx = to[0] - from[0], dy = to[1] - from[1], length2 = dx * dx + dy * dy;
    image = image.map((v, i) => {
      const x = i % SIDE + 0.5, y = Math.floor(i / SIDE) + 0.5;
      const along = length2 ? Math.max(0, Math.min(1, ((x - from[0]) * dx + (y - from[1]) * dy) / length2)) : 0;
      const d = Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy);
      const ink = Math.round(LEVELS * Math.max(0, Math.min(1, 1.3 - d))) / LEVELS;
      return set.tool === "ink" ? Math.max(v, ink) : Math.min(v, 1 - ink);
    });
  }
  const position = (event) => {
    const box = paper.getBoundingClientRect(), left = box.left + paper.clientLeft, top = box.top + paper.clientTop;
    return [(event.clientX - left) / paper.clientWidth * SIDE, (event.clientY - top) / paper.clientHeight * SIDE];
  };
  paper.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();  // no text is selected; but neither is anything focused, so:
    cells[at].focus({ preventScroll: true });
    paper.setPointerCapture(event.pointerId);
    remember();
    stroke = position(event);
    brush(stroke, stroke);
    update(false);
  });
  paper.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const to = position(event);
    brush(stroke, to);
    stroke = to;
    update(false);
  });
  const lift = () => { if (stroke) { stroke = null; update(); } };
  paper.addEventListener("pointerup", lift);
  paper.addEventListener("pointercancel", lift);

  const preset = (k) => replace(config.presets[k].image.map((v) => v / LEVELS));
  root.addEventListener("click", (event) => {
    const e = event.target.closest("[data-preset]");
    if (e) preset(+e.dataset.preset);
  });
  buttons(root, {
    undo() { image = undo.pop(); update(); },
    clear() { replace(image.map(() => 0)); },
  });
  const showControls = controls(root, set, () => show());
  const move = (dr, dc) => (event) => {
    if (!event.target.closest("[data-cell]")) return false;
    const r = Math.max(0, Math.min(SIDE - 1, Math.floor(at / SIDE) + dr)), c = Math.max(0, Math.min(SIDE - 1, at % SIDE + dc));
    at = r * SIDE + c;
    show();
    cells[at].focus();
  };
  const ink = (level) => (event) => {
    if (!event.target.closest("[data-cell]")) return false;
    const v = level ?? (image[at] ? 0 : 1);
    replace(image.map((old, i) => i === at ? v : old));
  };
  keys(root, {
    ArrowUp: move(-1, 0), ArrowDown: move(1, 0), ArrowLeft: move(0, -1), ArrowRight: move(0, 1),
    " ": ink(), Enter: ink(), ...Object.fromEntries(range(5).map((k) => [k, ink(k / 4)])),
  });
  paper.addEventListener("focusin", (event) => {
    const e = event.target.closest("[data-cell]");
    if (e && +e.dataset.cell !== at) { at = +e.dataset.cell; show(); }
  });

  image = config.presets[config.preset].image.map((v) => v / LEVELS);
  update();
  say("");
  root.explorer = { state: () => ({ ...set, image, at, undo: undo.length, ...now }) };
});
