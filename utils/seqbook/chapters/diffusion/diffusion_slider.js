mountExplorers("diffusion-slider", (root, config) => {
  const net = network(config.model), T = config.steps, SIZE = 8, PIXELS = SIZE * SIZE, CLASSES = config.images.length;
  const images = config.images.map((text) => Array.from(text, (c) => (c.charCodeAt(0) - 97) / 8 - 1));
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  // --- The process ------------------------------------------------------------------------------
  const beta = range(T + 1).map((t) => (t ? config.first + ((config.last - config.first) * (t - 1)) / (T - 1) : 0));
  const left = beta.reduce((all, b, t) => [...all, t ? all[t - 1] * (1 - b) : 1], []);
  const noised = (x, t, noise) => x.map((v, j) => Math.sqrt(left[t]) * v + Math.sqrt(1 - left[t]) * noise[j]);
  const guess = (x, t, noise) => x.map((v, j) => (v - Math.sqrt(1 - left[t]) * noise[j]) / Math.sqrt(left[t]));
  const stepBack = (x, t, noise, fresh) => x.map((v, j) =>
    (v - beta[t] / Math.sqrt(1 - left[t]) * noise[j]) / Math.sqrt(1 - beta[t]) + Math.sqrt(beta[t]) * fresh[j]);
  function code(t) {
    const angles = range(config.sines / 2).map((k) => t * 10000 ** ((-2 * k) / config.sines));
    return [...angles.map(Math.sin), ...angles.map(Math.cos)];
  }
  const answer = (x, t, label) => Array.from(net.run([[...x, ...code(t), ...range(CLASSES).map((k) => +(k === label))]]).output);
  // label −1: no class is asked for.
  function predict(x, t, label, scale = 0) {
    const noise = answer(x, t, label);
    if (label < 0 || !scale) return noise;
    const plain = answer(x, t, -1);
    return noise.map((v, j) => v + scale * (v - plain[j]));
  }

  // Random numbers that begin again from a seed, so that a walk can be repeated.
  function normals(seed) {
    let a = seed >>> 0;
    const uniform = () => {
      a = (a + 0x6d2b79f5) | 0;
      let z = Math.imul(a ^ (a >>> 15), 1 | a);
      z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
      return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
    };
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }
  const field = (normal) => range(PIXELS).map(normal);

  // --- The picture ------------------------------------------------------------------------------
  const values = { digit: `${config.digit}`, asked: "any", scale: 0 };
  const label = () => (values.asked === "any" ? -1 : +values.asked);
  let seed = 1, t = config.step, x, noise, walked = false, normal, timer = 0;

  const { $, $$, say } = frame(root, "From a digit to noise, and back", `
  <div class="sq-dpics">${[["start", "the digit"], ["now", ""], ["guess", "the network’s guess"]].map(([key, text]) =>
    `<figure><canvas data-pic="${key}" width="${SIZE}" height="${SIZE}" role="img"></canvas><figcaption>${text}</figcaption></figure>`).join("")}</div>
  <p class="sq-dnums"></p>
  <div class="sq-dset">${slider("t", "step t", 0, T)}
  <div class="sq-dpicks">${choice("digit", "digit", range(CLASSES))}${choice("asked", "ask for", ["any", ...range(CLASSES)])}</div>
  ${config.guidance ? slider("scale", "guidance w", 0, 4, 0.5) : ""}</div>
  <div class="sq-btns">${button("one", "‹ 1 step back")}${button("ten", "‹ 10 steps")}${button("play", "Walk back")}${button("renew", "New noise")}</div>
  <p class="sq-note">The slider adds noise to the digit. The buttons walk from where it stands toward step 0 with a network of ${
    Math.round(config.weights / 1000)},000 weights, which does not see the digit.</p>`, 500);
  const track = $("[data-key=t]");

  function paint(key, pixels, text) {
    const canvas = $(`[data-pic=${key}]`), at = canvas.getContext("2d"), data = at.createImageData(SIZE, SIZE);
    pixels.forEach((v, j) => {
      const gray = Math.round(255 * (1 - Math.max(0, Math.min(1, (v + 1) / 2))));
      data.data.set([gray, gray, gray, 255], 4 * j);
    });
    at.putImageData(data, 0, 0);
    canvas.setAttribute("aria-label", text);
  }
  const now = () => predict(x, t, label(), values.scale);
  const ratio = () => (t ? fmt(left[t] / (1 - left[t]), left[t] / (1 - left[t]) < 0.1 ? 3 : 2) : "∞");
  function draw(aloud = true) {
    const about = t ? guess(x, t, now()) : x;
    paint("start", images[+values.digit], `the digit ${values.digit}`);
    paint("now", x, walked ? `the image at step ${t} of the walk back` : `the digit ${values.digit} at step ${t}`);
    paint("guess", about, `the clean image that the network guesses at step ${t}`);
    $("[data-pic=now] + figcaption").textContent = walked ? `walked back to ${t}` : `with noise, step ${t}`;
    $(".sq-dnums").innerHTML = `√ᾱ <b>${fmt(Math.sqrt(left[t]))}</b> of the digit, √(1−ᾱ) <b>${
      fmt(Math.sqrt(1 - left[t]))}</b> of the noise; signal to noise <b>${ratio()}</b>`;
    track.value = t;
    track.setAttribute("aria-valuetext", track.nextElementSibling.textContent = `${t}`);
    for (const name of ["one", "ten"]) $(`[data-do=${name}]`).setAttribute("aria-disabled", t === 0);
    $("[data-do=play]").textContent = timer ? "Pause" : "Walk back";
    show();
    if (aloud) say(`Step ${t}${walked ? " of the walk back" : ""}. ${fmt(Math.sqrt(left[t]))} of the digit, ${fmt(Math.sqrt(1 - left[t]))} of the noise.`);
  }

  // --- What the reader does -----------------------------------------------------------------------
  const stop = () => { clearTimeout(timer); timer = 0; };
  function spoil(step) {
    stop();
    normal = normals(seed);
    noise = field(normal);
    t = step;
    x = noised(images[+values.digit], t, noise);
    walked = false;
  }
  function back(count) {
    for (let k = 0; k < count && t > 0; k++) {
      const fresh = t > 1 ? field(normal) : x.map(() => 0);
      x = stepBack(x, t, now(), fresh);
      t -= 1;
    }
    walked = true;
  }
  function tick() {
    // A cell that was deleted or run again takes its figure off the page.
    if (!root.isConnected) return stop();
    back(1);
    timer = t ? setTimeout(tick, 60) : 0;
    draw(t === 0 || t % 10 === 0);
  }
  const show = controls(root, values, (key) => { if (key === "digit") spoil(t); draw(); }, (key, v) => fmt(v, 1));
  track.addEventListener("input", () => { spoil(track.valueAsNumber); draw(); });
  buttons(root, {
    one() { stop(); back(1); draw(); },
    ten() { stop(); back(10); draw(); },
    play() {
      if (timer) { stop(); return draw(); }
      if (t === 0) spoil(T);
      if (calm.matches) { back(T); return draw(); }
      tick();
    },
    renew() { seed += 1; spoil(t || T); draw(); },
  });

  root.explorer = { noised, guess, predict, stepBack, left, normals: (s, n) => range(n).map(normals(s)),
    state: () => ({ t, x, noise, walked, seed, playing: timer !== 0, ...values }) };
  spoil(t);
  draw(false);
});
