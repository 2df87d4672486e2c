mountExplorers("soft-search", (root, config) => {
  const words = config.words.split(" "), index = new Map(words.map((word, i) => [word, i]));
  const ignored = new Set(config.ignored.split(" ")), D = config.d, titles = config.titles;
  const bytes = Int8Array.from(config.vectors, (c) => c.charCodeAt(0) - 97 - config.levels);
  const row = (i) => bytes.subarray(i * D, (i + 1) * D);
  const values = { factor: config.factor };

  // --- The search -------------------------------------------------------------------------------
  const norm = (v) => Math.sqrt(v.reduce((a, e) => a + e * e, 0));
  const tokens = (text) => text.toLowerCase().match(/[a-z]+/g) ?? [];
  const letters = (word) => new Set(range(word.length).map((k) => `<${word}>`.slice(k, k + 3)));
  const known = words.map(letters);
  function standIn(word) {
    if (ignored.has(word)) return null;
    if (index.has(word)) return word;
    const own = letters(word);
    let best = -1, most = -1;
    known.forEach((other, i) => {
      let both = 0;
      for (const part of own) both += other.has(part);
      const like = (2 * both) / (own.size + other.size);
      if (like > most) [best, most] = [i, like];
    });
    return most >= config.like ? words[best] : null;
  }
  function read(text) {
    const found = tokens(text).map((word) => [word, standIn(word)]), sum = range(D).map(() => 0);
    for (const [, word] of found) {
      if (word === null) continue;
      const v = row(index.get(word)), size = Math.max(norm(v), 1);
      v.forEach((e, d) => { sum[d] += e / size; });
    }
    const size = Math.max(norm(sum), 1e-12);
    return { found, vector: sum.map((e) => e / size) };
  }
  const keys = titles.map(([title]) => read(title).vector);
  function search(text, factor = values.factor) {
    const { found, vector } = read(text);
    const scores = keys.map((k) => factor * k.reduce((a, e, d) => a + e * vector[d], 0));
    const top = Math.max(...scores), e = scores.map((s) => Math.exp(s - top)), sum = e.reduce((a, b) => a + b, 0);
    const weights = e.map((v) => v / sum);
    const mean = (of) => weights.reduce((a, w, i) => a + w * of(titles[i]), 0);
    return { found, empty: norm(vector) === 0, weights, minutes: mean((t) => t[1]), color: range(3).map((c) => mean((t) => t[2][c])) };
  }

  // --- The picture ------------------------------------------------------------------------------
  const css = (c) => `rgb(${c.map(Math.round).join(" ")})`;
  const { $, $$, say } = frame(root, "A soft search", `
  <label class="sq-sfield">your query <input type="text" maxlength="120" autocomplete="off" autocapitalize="off" spellcheck="false"></label>
  <p class="sq-sread"></p>
  <ul class="sq-slist">${titles.map(([title, minutes, color]) => `<li><span class="sq-stitle">${escaped(title)}</span>
    <span class="sq-smin">${minutes} min</span><span class="sq-sbar"><i style="background:${css(color)}"></i></span><b></b></li>`).join("")}</ul>
  <div class="sq-sout"><i></i><p></p></div>
  ${slider("factor", "factor", 1, 40)}
  <div class="sq-btns" role="group" aria-label="Queries to try">${config.offered.map((q, k) => button(`offer${k}`, escaped(q))).join("")}</div>
  <p class="sq-note">Bars have the colors of the covers. The factor multiplies the dot products before the softmax.</p>`, 400);
  const field = $("input[type=text]");
  const percent = (w) => (w < 0.005 ? "0%" : `${Math.round(100 * w)}%`);

  function reading(found, empty) {
    if (!found.length) return "Type a query. Without one, all titles weigh the same.";
    const taken = found.filter(([word, as]) => as !== null && as !== word).map(([word, as]) => `“${word}” read as “${as}”`);
    const lost = found.filter(([, as]) => as === null).map(([word]) => `“${word}”`);
    return [...taken, ...(lost.length ? [`${lost.join(", ")} left out`] : []),
      ...(empty ? ["nothing is left, so all titles weigh the same"] : [])].join("; ") || "Every word is known.";
  }
  function draw(aloud = true) {
    const now = search(field.value), best = now.weights.indexOf(Math.max(...now.weights));
    $(".sq-sread").textContent = reading(now.found, now.empty);
    $$(".sq-slist li").forEach((item, i) => {
      item.querySelector("i").style.width = `${(100 * now.weights[i]).toFixed(2)}%`;
      item.querySelector("b").textContent = percent(now.weights[i]);
      item.classList.toggle("sq-sbest", i === best && !now.empty);
    });
    $(".sq-sout i").style.background = css(now.color);
    $(".sq-sout p").innerHTML = `What comes back, the weighted mean: <b>${fmt(now.minutes, 1)} minutes</b> and this <b>color</b>.`;
    show();
    if (aloud) say(now.empty ? $(".sq-sread").textContent : `${percent(now.weights[best])}: ${titles[best][0]}. ${fmt(now.minutes, 1)} minutes.`);
  }
  const show = controls(root, values, () => draw(), (key, v) => fmt(v, 0));
  field.addEventListener("input", () => draw());
  buttons(root, Object.fromEntries(config.offered.map((q, k) => [`offer${k}`, () => { field.value = q; draw(); }])));

  root.explorer = { search, state: () => ({ query: field.value, ...values, ...search(field.value) }) };
  field.value = config.query;
  draw(false);
});
