mountExplorers("ball-puzzle", (root, config) => {
  const [WIDTH, HEIGHT] = config.court, NOW = config.seen - 1, COUNT = config.paths.length;
  const rivals = { only: "position only", two: "two frames" };
  const start = () => ({ count: 0, you: 0, only: 0, two: 0 });
  const set = { shown: config.shown[0] }, frames = (n) => `${n} ${n > 1 ? "frames" : "frame"}`;
  let ball = 0, guess, answered, totals;

  const path = () => config.paths[ball], truth = () => path()[config.seen];
  const off = (p, q) => 100 * Math.hypot(p[0] - q[0], p[1] - q[1]);
  function predict(p) {
    const now = p[NOW], before = p[NOW - 1], [b, wx, wy] = config.weights;
    return {
      only: [0, 1].map((k) => b[k] + now[0] * wx[k] + now[1] * wy[k]),
      two: [2 * now[0] - before[0], 2 * now[1] - before[1] - config.drop],
    };
  }
  const clamp = (v, top) => Math.min(Math.max(v, 0), top);

  // The picture is drawn in centimeters, with up at the top.
  const X = (p) => (100 * p[0]).toFixed(1), Y = (p) => (100 * (HEIGHT - p[1])).toFixed(1);
  const disc = (p, cls, r = 100 * config.radius) =>
    `<circle class="${cls}" cx="${X(p)}" cy="${Y(p)}" r="${r}"/>`;
  const mark = (p, cls, shape) =>
    `<g class="${cls}" transform="translate(${X(p)} ${Y(p)})"><path d="${shape}"/></g>`;
  const CROSS = "M-8-8 8 8M-8 8 8-8", SQUARE = "M-7-7H7V7H-7Z", TRIANGLE = "M0-9 8 6H-8Z";
  const join = (p, q, cls) =>
    `<line class="${cls}" x1="${X(p)}" y1="${Y(p)}" x2="${X(q)}" y2="${Y(q)}"/>`;
  const key = (cls, shape) =>
    `<svg class="sq-key" viewBox="-10 -10 20 20" aria-hidden="true"><g class="${cls}">${shape}</g></svg>`;
  const number = (p) => `(${fmt(p[0])}, ${fmt(p[1])})`;

  const { $, say } = frame(root, "Where does the ball go next?", `
  ${segments("shown", "You see", config.shown.map((n) => [n, frames(n)]))}
  <div class="sq-court" tabindex="0" role="application" aria-label="Court, ${WIDTH} meters wide and ${HEIGHT} high"
    aria-describedby="${root.id}-h">
    <svg viewBox="0 0 ${100 * WIDTH} ${100 * HEIGHT}" aria-hidden="true"></svg></div>
  <p class="sq-note" id="${root.id}-h">Tap or click where the next frame will show the ball. Or by keyboard: arrow keys move
  your mark by 10 cm, with Shift by 1 cm; Enter makes the guess, and Enter again brings the next ball.</p>
  <div class="sq-bar sq-do">
    ${button("go")}${button("reset", "Start again")}
    <output></output>
  </div>
  <p class="sq-seen"></p>
  <p class="sq-result" role="status" aria-live="polite"></p>
  <p class="sq-legend">
    <span>${key("sq-true", '<circle r="8"/>')} the ball</span> <span>${key("sq-you", `<path d="${CROSS}"/>`)} you</span>
    <span>${key("sq-only", `<path d="${SQUARE}"/>`)} position only</span>
    <span>${key("sq-two", `<path d="${TRIANGLE}"/>`)} two frames</span></p>
  <div class="sq-scroll" tabindex="0" role="group" aria-label="Mean distance from the ball">
  <table><caption>Mean distance from the ball, in cm</caption>
  <thead><tr><th scope="col">you saw</th><th scope="col">balls</th><th scope="col">you</th>
  <th scope="col">position only</th><th scope="col">two frames</th></tr></thead>
  <tbody>${config.shown.map((n) => `<tr data-row="${n}"><th scope="row">${frames(n)}</th>
    <td></td><td></td><td></td><td></td></tr>`).join("")}</tbody></table></div>`);
  const court = $(".sq-court"), svg = $(".sq-court svg"), go = $("[data-do=go]");

  const seen = () => path().slice(config.seen - set.shown, config.seen);
  const places = () => `${set.shown > 1 ? "Frames" : "Frame"}: ${seen().map(number).join(", ")} m, across and up.`;

  function picture() {
    const visible = seen(), last = visible.length - 1;
    let out = "";
    for (let m = 1; m < WIDTH; m++) out += `<path class="sq-meter" d="M${100 * m} 0V${100 * HEIGHT}"/>`;
    for (let m = 1; m < HEIGHT; m++) out += `<path class="sq-meter" d="M0 ${100 * m}H${100 * WIDTH}"/>`;
    if (answered) {
      out += path().filter((_, t) => t !== config.seen).map((p) => disc(p, "sq-ghost")).join("");
      out += [[guess, "sq-you"], [answered.only, "sq-only"], [answered.two, "sq-two"]]
        .map(([p, cls]) => join(truth(), p, cls)).join("");
    }
    out += visible.map((p, t) =>
      `<g style="--o:${(0.35 + (0.65 * (t + 1)) / (last + 1)).toFixed(2)}">${disc(p, t === last ? "sq-ball sq-present" : "sq-ball")}</g>`).join("");
    if (answered) {
      out += disc(truth(), "sq-true") + mark(answered.only, "sq-only", SQUARE) + mark(answered.two, "sq-two", TRIANGLE);
    }
    // On the ball itself the mark would only hide it.
    if (answered || off(guess, path()[NOW]) > 0) out += mark(guess, "sq-you", CROSS);
    svg.innerHTML = out;
  }

  function draw() {
    picture();
    showControls();
    go.textContent = answered ? "Next ball ›" : "Guess here";
    $("output").textContent = `ball ${ball + 1} of ${COUNT}`;
    $(".sq-seen").textContent = places();
    for (const n of config.shown) {
      const t = totals[n], cells = root.querySelectorAll(`[data-row="${n}"] td`);
      cells[0].textContent = t.count;
      ["you", "only", "two"].forEach((who, i) => {
        cells[i + 1].textContent = t.count ? fmt(t[who] / t.count, 0) : "·";
      });
    }
  }

  // The mark begins on the ball: where it would be if nothing moved.
  function show(k) {
    ball = k;
    guess = [...path()[NOW]];
    answered = null;
    $(".sq-result").textContent = "";
    draw();
    say(`Ball ${ball + 1} of ${COUNT}. ${places()}`);
  }

  function answer() {
    if (answered) return;
    answered = predict(path());
    const off_by = { you: off(guess, truth()) }, sum = totals[set.shown];
    for (const who of Object.keys(rivals)) off_by[who] = off(answered[who], truth());
    sum.count += 1;
    for (const [who, error] of Object.entries(off_by)) sum[who] += error;
    answered.errors = off_by;
    draw();
    $(".sq-result").textContent = `The ball went to ${number(truth())}. You were ${fmt(off_by.you, 0)} cm off, ` +
      `${rivals.only} ${fmt(off_by.only, 0)} cm, ${rivals.two} ${fmt(off_by.two, 0)} cm.`;
    say("");
  }

  function move(dx, dy) {
    if (answered) return;
    guess = [clamp(+(guess[0] + dx).toFixed(3), WIDTH), clamp(+(guess[1] + dy).toFixed(3), HEIGHT)];
    picture();
    say(`Your mark: ${number(guess)}.`);
  }

  const next = () => (answered ? show((ball + 1) % COUNT) : answer());
  function reset() {
    totals = Object.fromEntries(config.shown.map((n) => [n, start()]));
    show(0);
  }

  court.addEventListener("click", (event) => {
    if (answered) return;
    const box = svg.getBoundingClientRect();
    guess = [
      clamp(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
      clamp(((box.bottom - event.clientY) / box.height) * HEIGHT, HEIGHT),
    ];
    answer();
  });
  const arrow = (dx, dy) => (event) => {
    const step = event.shiftKey ? 0.01 : 0.1;
    move(step * dx, step * dy);
  };
  keys(court, { ArrowLeft: arrow(-1, 0), ArrowRight: arrow(1, 0), ArrowUp: arrow(0, 1), ArrowDown: arrow(0, -1), Enter: next, " ": next });
  buttons(root, { go: next, reset });
  // A ball that was already given away does not count a second time.
  const showControls = controls(root, set, () => show(answered ? (ball + 1) % COUNT : ball));

  root.explorer = {
    state: () => ({ ball, shown: set.shown, guess, answered, totals, predictions: config.paths.map(predict) }),
  };
  reset();
});
