mountExplorers("sampling-explorer", (root, config) => {
  const { symbols, longest } = config, V = symbols.length;
  const net = network(config.model), painter = config.painter && network(config.painter);
  const name = (k) => ({ "\n": "end", " ": "space" })[symbols[k]] ?? symbols[k];
  const mark = (k) => ({ "\n": "⏎", " ": "␣" })[symbols[k]] ?? symbols[k];

  const { $, $$ } = frame(root, "What comes next?", `
  <div class="sqs-row">
    <label class="sqs-text">text so far <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="${longest - 1}"></label>
    <div class="sq-btns">${button("draw", "Draw a letter")}${button("back", "Take one back")}</div>
  </div>
  <p class="sqs-note" role="status"></p>
  <div class="sqs-row">
    ${slider("temperature", "temperature", 0.1, 2.5, 0.05)}${slider("k", "top-k", 1, V)}
  </div>
  <div class="sqs-bars" aria-hidden="true" style="--n:${V}">${symbols.map((_, k) =>
    `<div class="sqs-bar"><i class="sqs-p"></i><i class="sqs-q"></i><span>${mark(k)}</span></div>`).join("")}</div>
  <p class="sqs-key" aria-hidden="true"><i class="sqs-p"></i> the model's own <i class="sqs-q"></i> with temperature and top-k</p>
  <p class="sqs-top" aria-live="polite"></p>
  <div class="sqs-row sqs-five">
    ${button("five", "Write five names")}
    <label>seed <input type="number" min="0" max="999" step="1" inputmode="numeric"></label>
  </div>
  <ul class="sqs-list" aria-live="polite"></ul>`);

  const field = $("input[type=text]"), seedField = $("input[type=number]"), set = { temperature: 1, k: V };
  let text = config.beginning, seed = config.seed, random = mulberry(seed);

  // A generator of 32 bits (public domain): the same seed, the same numbers, in every browser.
  function mulberry(a) {
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  const ids = (string) => [0, ...[...string].map((s) => symbols.indexOf(s))];
  const logits = (string) => Array.from(net.run(ids(string)).output);

  // The k highest logits, divided by the temperature; at a tie the lower index stays.
  function reshape(z, tau, keep) {
    const order = z.map((_, i) => i).sort((a, b) => z[b] - z[a] || a - b).slice(0, keep);
    const top = z[order[0]], p = z.map(() => 0);
    let sum = 0;
    for (const i of order) sum += p[i] = Math.exp((z[i] - top) / tau);
    return p.map((v) => v / sum);
  }

  function drawFrom(p, u) {
    let end = 0;
    for (let i = 0; i < V; i++) if ((end += p[i]) > u) return i;
    return p.findLastIndex((v) => v > 0);
  }

  function write(start, u) {
    let string = start;
    while (string.length < longest) {
      const next = drawFrom(reshape(logits(string), set.temperature, set.k), u());
      if (next === 0) break;
      string += symbols[next];
    }
    return string;
  }

  function say(note) { $(".sqs-note").textContent = note; }

  function show() {
    const z = logits(text), p = reshape(z, 1, V), q = reshape(z, set.temperature, set.k);
    $$(".sqs-bar").forEach((bar, i) => {
      bar.querySelector(".sqs-p").style.height = 100 * p[i] + "%";
      bar.querySelector(".sqs-q").style.height = 100 * q[i] + "%";
      bar.classList.toggle("sqs-cut", q[i] === 0);
    });
    const best = q.map((_, i) => i).sort((a, b) => q[b] - q[a] || a - b).slice(0, 5).filter((i) => q[i] >= 0.0005);
    $(".sqs-top").innerHTML = `Next: ${best.map((i) => `<b>${escaped(name(i))}</b> ${fmt(q[i])}`).join(" · ")}`;
    showControls();
    $("[data-do=back]").setAttribute("aria-disabled", String(!text));
    return { p, q };
  }

  field.addEventListener("input", () => {
    const typed = field.value.toLowerCase(), known = [...typed].filter((s) => symbols.indexOf(s) > 0).join("");
    text = known.slice(0, longest - 1);
    say(known === typed ? "" : "Only these: " + symbols.slice(1).map((_, i) => mark(i + 1)).join(" "));
    if (field.value !== text) field.value = text;
    show();
  });
  const showControls = controls(root, set, show, (key, v) => key === "temperature" ? fmt(v) : v === V ? "all" : String(v));
  const setSeed = numberField(seedField, (value, valid) => {
    if (valid) { seed = Math.round(value); random = mulberry(seed); }
  });
  function change(to, note) {
    text = field.value = to;
    say(note);
    show();
  }
  buttons(root, {
    draw() {
      const next = drawFrom(show().q, random());
      if (next === 0) say(`The end was drawn: “${text}” is finished.`);
      else if (text.length + 1 >= longest) say(`Long enough: texts end at ${longest} letters.`);
      else change(text + symbols[next], `Drawn: ${name(next)}.`);
    },
    back: () => change(text.slice(0, -1), ""),
    five: writeFive,
  });

  // From the beginning of the seed, so that the same seed writes the same five.
  function writeFive() {
    const u = mulberry(seed);
    $(".sqs-list").replaceChildren(...Array.from({ length: 5 }, () => {
      const item = document.createElement("li"), written = write(text, u);
      if (painter && written) {
        const rgb = painter.run(ids(written).slice(1)).output.map((v) => Math.round(255 * v));
        const patch = document.createElement("i");
        patch.className = "sqs-patch";
        patch.style.background = `rgb(${rgb.join(" ")})`;
        item.append(patch);
      }
      item.append(written || "(nothing)");
      return item;
    }));
  }

  field.value = text;
  setSeed(seed);
  show();
  writeFive();
  root.explorer = { state: () => ({ text, ...set, seed, ...show() }), write: (start, s) => write(start, mulberry(s)) };
});
