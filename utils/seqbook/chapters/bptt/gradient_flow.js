mountExplorers("gradient-flow", (root, config) => {
  const n = config.v.length, all = config.inputs.map((x) => x.map((e) => e / 1000));
  const longest = all.length;
  const base = { ...config.matrices, identity: range(n).map((i) => range(n).map((j) => +(i === j))) };
  const first = { radius: config.radius, steps: config.steps, scale: config.scale,
    activation: config.activation, start: config.start, clip: false };
  const c = { ...first };
  let kept = null, run;

  const g = { linear: (z) => z, tanh: Math.tanh, relu: (z) => Math.max(z, 0) };
  const slope = { linear: () => 1, tanh: (h) => 1 - h * h, relu: (h) => +(h > 0) };
  const length = (v) => Math.sqrt(v.reduce((sum, e) => sum + e * e, 0));

  // One pass forward and one back. W[i][j] leads from unit i to unit j.
  function compute(s) {
    const W = base[s.start].map((row) => row.map((w) => s.radius * w));
    const xs = all.slice(longest - s.steps), h = [Array(n).fill(0)];
    for (const x of xs) {
      const was = h.at(-1);
      h.push(range(n).map((j) => {
        let z = s.scale * x[j];
        for (let i = 0; i < n; i++) z += was[i] * W[i][j];
        return g[s.activation](z);
      }));
    }
    const dh = [config.v], dW = base.identity.map((row) => row.map(() => 0)), slopes = [];
    for (let t = s.steps; t > 0; t--) {
      const d = h[t].map(slope[s.activation]), dz = dh[0].map((e, j) => e * d[j]);
      slopes.unshift(d.reduce((a, b) => a + b) / n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) dW[i][j] += h[t - 1][i] * dz[j];
      dh.unshift(W.map((row) => row.reduce((sum, w, j) => sum + w * dz[j], 0)));
    }
    const dWnorm = length(dW.flat());
    return { h, dh, dW, slopes, norms: dh.map(length), dWnorm, factor: Math.min(1, config.clip / dWnorm) };
  }

  const up = (k) => String(k).replace(/./g, (d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]));
  const sci = (v) => {
    if (v === 0) return "0";
    if (v >= 0.01 && v < 999.5) return String(+v.toPrecision(2));
    const [m, k] = v.toExponential(1).split("e");
    return `${m}·10${up(+k)}`;
  };

  const { $, say } = frame(root, "How long is the gradient, <i>t</i> steps in?", `
  <div class="sq-knobs">
    ${slider("radius", "spectral radius", 0.2, 2, 0.05)}
    ${slider("steps", "length <i>T</i>", 5, longest, 1)}
    ${slider("scale", "input size", 0, 2, 0.05)}
    ${choice("activation", "activation", ["linear", "tanh", "relu"])}
    ${choice("start", "matrix", ["orthogonal", "gaussian", "identity"])}
    ${check("clip", `clip to norm ${config.clip}`)}
  </div>
  <svg class="sq-plot" aria-hidden="true"></svg>
  <p class="sq-read"></p>
  <div class="sq-btns">${button("keep")}${button("reset", "Reset")}</div>
  <p class="sq-note">An RNN of ${n} units, run forward and back at every change. The loss is read off the last
  state; the scale is logarithmic. Below, the mean slope of the activation: 1 lets all through, 0 nothing.</p>`);
  const svg = $("svg");

  // The axis grows in a few steps, so that small turns of a knob bend the line and not the scale.
  const LEVELS = [1, 2, 5, 10, 20, 30, 50, 100];
  const reach = (v) => LEVELS.find((k) => v <= k) || 100;
  function plot() {
    const width = Math.max(260, Math.min(720, svg.clientWidth || 600)), height = 250, strip = 44;
    const left = 46, right = width - 12, top = 22, bottom = height - 8;
    const lines = [{ s: run.norms, k: "now" }];
    if (c.clip && run.factor < 1) lines.push({ s: run.norms.map((v) => v * run.factor), k: "clip" });
    if (kept) lines.unshift({ s: kept.norms, k: "kept" });
    const logs = lines.flatMap((l) => l.s.filter((v) => v > 0).map(Math.log10));
    const low = -reach(-Math.min(0, ...logs)), high = reach(Math.max(0, ...logs));
    const T = Math.max(c.steps, kept ? kept.norms.length - 1 : 0);
    // A kept line of another length ends, like this one, at the loss on the right.
    const x = (t, last) => right - ((last - t) / T) * (right - left);
    const y = (log) => bottom - ((Math.max(low, log) - low) / (high - low)) * (bottom - top);
    const every = [1, 2, 5, 10, 20, 50].find((k) => (high - low) / k <= 9);
    const ticks = range(high - low + 1).map((k) => k + low).filter((k) => k % every === 0);
    const path = (s) => {
      const cut = s.findLastIndex((v) => v === 0); // what lies before an exact zero is zero, too
      return "M" + s.map((v, t) => [v, t]).slice(cut + 1)
        .map(([v, t]) => `${x(t, s.length - 1).toFixed(1)} ${y(Math.log10(v)).toFixed(1)}`).join("L");
    };
    const xs = range(c.steps + 1).filter((t) => t % (c.steps > 50 ? 20 : c.steps > 20 ? 10 : 5) === 0 && t < c.steps - 2);
    const sTop = bottom + 30, bar = Math.max(1, ((right - left) / T) * 0.8);
    svg.setAttribute("viewBox", `0 0 ${width} ${height + strip + 22}`);
    svg.innerHTML = `
      ${ticks.map((k) => `<line class="sq-grid0${k ? "" : " sq-one"}" x1="${left}" x2="${right}" y1="${y(k)}" y2="${y(k)}"/>
        <text x="${left - 6}" y="${y(k) + 4}" text-anchor="end">${k ? "10" + up(k) : "1"}</text>`).join("")}
      <text x="4" y="12">‖∂L/∂hₜ‖</text>
      ${xs.map((t) => `<text x="${x(t, c.steps)}" y="${bottom + 18}" text-anchor="middle">${t}</text>`).join("")}
      <text x="${right}" y="${bottom + 18}" text-anchor="end">t = ${c.steps}</text>
      ${lines.map((l) => `<path class="sq-${l.k}" d="${path(l.s)}"/>`).join("")}
      <circle cx="${right}" cy="${y(Math.log10(run.norms.at(-1)))}" r="4"/>
      <line class="sq-grid0" x1="${left}" x2="${right}" y1="${sTop + strip}" y2="${sTop + strip}"/>
      <text x="${left - 6}" y="${sTop + 8}" text-anchor="end">1</text><text x="${left - 6}" y="${sTop + strip}" text-anchor="end">0</text>
      ${run.slopes.map((v, i) => `<rect x="${(x(i + 1, c.steps) - bar).toFixed(1)}" width="${bar.toFixed(1)}"
        y="${(sTop + strip * (1 - v)).toFixed(1)}" height="${(strip * v).toFixed(1)}"/>`).join("")}`;
  }

  function words() {
    const ratio = run.norms[1] / run.norms.at(-1), mean = run.slopes.reduce((a, b) => a + b) / c.steps;
    const each = ratio ** (1 / (c.steps - 1));
    const of = ratio === 0 ? "exactly 0" : ratio < 1 ? `${sci(ratio)} of ∂L/∂h${sub(c.steps)}` : `${sci(ratio)} times ∂L/∂h${sub(c.steps)}`;
    const rate = ratio === 0 ? "" : ` On average × ${fmt(each)} at each step back.`;
    const flat = { linear: "", tanh: ` Mean slope of tanh: ${fmt(mean)}.`, relu: ` Units switched on: ${Math.round(100 * mean)}%.` };
    const cut = !c.clip ? "" : run.factor < 1
      ? ` Clipped: ∂L/∂W has norm ${sci(run.dWnorm)}, and everything is multiplied by ${sci(run.factor)}. The line moves down and keeps its shape.`
      : ` Clipping does nothing here: ∂L/∂W has norm ${sci(run.dWnorm)}.`;
    return `∂L/∂h₁ is ${of}.${rate}${flat[c.activation]}${cut}`;
  }
  const sub = (k) => String(k).replace(/./g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);

  function draw() {
    run = compute(c);
    show();
    $("[data-do=keep]").textContent = kept ? "Drop the gray line" : "Keep this line";
    plot();
    $(".sq-read").textContent = words();
  }

  const show = controls(root, c, () => { draw(); say(words()); }, (key, v) => key === "steps" ? String(v) : fmt(v));
  buttons(root, {
    keep() {
      kept = kept ? null : run;
      draw();
      say(kept ? "Line kept, in gray." : "Gray line dropped.");
    },
    reset() {
      Object.assign(c, first);
      kept = null;
      draw();
      say(words());
    },
  });
  new ResizeObserver(() => { if (svg.clientWidth) plot(); }).observe(root);

  root.explorer = { state: () => ({ ...c, ...run, kept: kept && kept.norms }), compute };
  draw();
});
