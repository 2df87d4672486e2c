mountExplorers("sentiment-explorer", (root, config) => {
  const { vocabulary, longest } = config, net = network(config.model);
  const UNKNOWN = 1, index = new Map(vocabulary.map((word, i) => [word, i]).slice(2));
  const node = (tag, cls, text = "") => {
    const e = document.createElement(tag);
    if (cls) e.className = cls;
    e.textContent = text;
    return e;
  };

  // The tokenizer of seqbook/data/reviews.py.
  const SHORT = [["won't", "will not"], ["can't", "can not"], ["n't", " not"]];
  const TOKEN = /[,.!?;:]|[^\s,.!?;:"“”„«»()\[\]{}…–—*\/\\<>-]+/gu;
  const tokenize = (text) =>
    SHORT.reduce((t, [short, long]) => t.replaceAll(short, long), text.toLowerCase().replaceAll("’", "'")).match(TOKEN) ?? [];

  function read(text) {
    const all = tokenize(text), words = all.slice(0, longest);
    const ids = words.map((word) => index.get(word) ?? UNKNOWN);
    const { outputs } = ids.length ? net.run(ids) : { outputs: [] };
    const scores = outputs.map((z) => (1 + Math.tanh((z.length === 1 ? z[0] : z[1] - z[0]) / 2)) / 2);
    return { words, ids, scores, cut: all.length > longest };
  }

  const offered = (list, key, label) => `<p class="sqm-sub" id="${root.id}-${key}">${label}</p>
    <div class="sq-btns sqm-${key}s" role="group" aria-labelledby="${root.id}-${key}">${list.map((text) => {
      const named = { ",": "comma", ".": "period" }[text];
      return `<button type="button" data-${key}="${escaped(text)}"${named ? ` aria-label="${named}"` : ""}>${escaped(text)}</button>`;
    }).join("")}</div>`;
  const { $, say } = frame(root, "The mood of a sentence, word by word", `
  <label class="sqm-field">your review
    <textarea rows="2" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="600"></textarea></label>
  <p class="sqm-verdict"></p>
  <ol class="sqm-words" aria-label="probability of positive after each word"></ol>
  <p class="sqm-note"></p>
  <div class="sq-btns">${button("shuffle", "Shuffle the words")}${button("back", "Take the last word away")}${button("reset", "Reset")}</div>
  ${offered(config.sentences, "text", "Try one of these")}
  ${offered(config.words, "chip", "Add a word that it knows")}`, 400); // Typing is not interrupted.
  const field = $("textarea");

  const side = (p) => (p > 0.5 ? "positive" : "negative");
  function draw(aloud = true) {
    const { words, ids, scores, cut } = read(field.value);
    // Near one half it has no opinion, so a flutter there is no change of mind.
    const turns = [];
    let held = null;
    scores.forEach((p, t) => {
      if (Math.abs(p - 0.5) < 0.2 || side(p) === held) return;
      held = side(p);
      turns.push(t);
    });
    $(".sqm-words").replaceChildren(...words.map((word, t) => {
      const p = scores[t], item = node("li", p > 0.5 ? "sqm-up" : "sqm-down");
      const bar = node("i", "sqm-bar"), fill = node("i");
      bar.setAttribute("aria-hidden", "true");
      fill.style.height = 100 * Math.abs(p - 0.5) + "%";
      bar.append(fill);
      const name = node("span", ids[t] === UNKNOWN ? "sqm-unknown" : "", word);
      if (ids[t] === UNKNOWN) name.append(node("span", "sq-live", " (unknown)"));
      item.classList.toggle("sqm-turn", turns.includes(t));
      item.append(bar, name, node("b", "", fmt(p)));
      return item;
    }));
    const unknown = [...new Set(words.filter((_, t) => ids[t] === UNKNOWN))];
    const [first, ...later] = turns.map((t) => `“${words[t]}”`);
    const verdict = words.length
      ? `${side(scores.at(-1))}, with probability ${fmt(scores.at(-1) > 0.5 ? scores.at(-1) : 1 - scores.at(-1))}`
      : "";
    const minds = (first ? ` It takes a side at ${first}` : " It takes no side") +
      (later.length ? ` and changes its mind at ${later.join(", ")}.` : ".");
    const notes = [];
    if (unknown.length) notes.push(`Not in its vocabulary: ${unknown.join(", ")}.`);
    if (cut) notes.push(`Only the first ${longest} words are read.`);
    $(".sqm-verdict").replaceChildren(...(words.length
      ? [node("b", scores.at(-1) > 0.5 ? "sqm-good" : "sqm-bad", verdict + "."), minds]
      : ["Type a review, or choose one below."]));
    $(".sqm-note").textContent = notes.join(" ") || (words.length ? "Up: positive. Down: negative. The line is ½." : "");
    for (const name of ["shuffle", "back"]) {
      $(`[data-do=${name}]`).setAttribute("aria-disabled", String(words.length < (name === "shuffle" ? 2 : 1)));
    }
    if (aloud) say($(".sqm-verdict").textContent + (notes.length ? " " + notes.join(" ") : ""));
  }

  function set(text) { field.value = text; draw(); }
  function shuffled(words) {
    const all = [...words];
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  }

  field.addEventListener("input", () => draw());
  root.addEventListener("click", (event) => {
    const { text, chip } = event.target.closest("button")?.dataset ?? {};
    if (text !== undefined) set(text);
    if (chip !== undefined) set([...tokenize(field.value), chip].join(" "));
  });
  buttons(root, {
    shuffle: () => set(shuffled(tokenize(field.value)).join(" ")),
    back: () => set(tokenize(field.value).slice(0, -1).join(" ")),
    reset: () => set(config.sentence),
  });

  field.value = config.sentence;
  draw(false);
  root.explorer = { state: () => ({ text: field.value, ...read(field.value) }), read };
});
