// Shared by all explorers. No library, no request; one closure for each output.

// "−0.50": a real minus sign, and never "−0.00".
const fmt = (v, digits = 2) => {
  const s = v.toFixed(digits);
  return s.startsWith("-") ? (+s === 0 ? s.slice(1) : "−" + s.slice(1)) : s;
};

const range = (n) => [...Array(n).keys()];

// Text that came from Python's arguments or from the reader, safe inside HTML.
const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const vec = (v) => "(" + v.map((e) => fmt(e)).join(", ") + ")";

// Calls mount(root, config) once for every figure of this kind that is not live yet.
function mountExplorers(name, mount) {
  for (const root of document.querySelectorAll(`[data-explorer="${name}"]:not([data-live])`)) {
    root.setAttribute("data-live", "");
    // Two equal figures have equal ids; labels inside refer to ids, so they must differ.
    const id = root.id;
    for (let n = 2; document.querySelectorAll("#" + CSS.escape(root.id)).length > 1; n++) {
      root.id = id + "-" + n;
    }
    mount(root, JSON.parse(root.dataset.config));
    // Jupyter moves between cells with the arrow keys and deletes them with "d d"; a book's
    // theme turns pages. Keys pressed inside the figure are for the figure; Ctrl+S is not.
    root.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
  }
}

// A number field whose number goes back to what it was before the typing as long as the text is
// not a number in its range: half of "-5.1" must not count as -5.
function numberField(input, onChange) {
  const min = +input.min, max = +input.max;
  const valid = () => input.valueAsNumber >= min && input.valueAsNumber <= max;
  let settled = input.value;
  const mark = (bad) => input.setAttribute("aria-invalid", String(bad));
  input.addEventListener("input", () => {
    mark(!valid());
    onChange(valid() ? input.valueAsNumber : +settled, valid());
  });
  input.addEventListener("change", () => { if (valid()) settled = input.value; });
  input.addEventListener("blur", () => {
    if (!valid()) input.value = settled;
    mark(false);
  });
  return (v) => { input.value = settled = String(+v.toFixed(3)); mark(false); };
}

// The figure's title, its body and a line that is read out. Gives $ (the first element that fits),
// $$ (all that fit) and say(text), which waits for a pause: of many calls the last is read out.
function frame(root, title, body, pause = 250) {
  root.innerHTML = `<p class="sq-title" id="${root.id}-t">${title}</p>${body}
    <p class="sq-live" role="status" aria-live="polite"></p>`;
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", root.id + "-t");
  const line = root.lastElementChild;
  let timer = 0;
  const write = (text) => { line.textContent = text; };
  function say(text) {
    clearTimeout(timer);
    if (text) timer = setTimeout(write, pause, text);
    else write("");
  }
  return { $: (query) => root.querySelector(query), $$: (query) => [...root.querySelectorAll(query)], say };
}

// --- Controls: HTML for the body, and what connects it afterwards -------------------------------

const slider = (key, label, min, max, step = 1) => `<label class="sq-slide"><span>${label}</span>
  <input type="range" data-key="${key}" min="${min}" max="${max}" step="${step}"><output></output></label>`;
const choice = (key, label, options) => `<label class="sq-pick"><span>${label}</span>
  <select data-key="${key}">${options.map((o) => `<option>${o}</option>`).join("")}</select></label>`;
const check = (key, label) =>
  `<label class="sq-check"><input type="checkbox" data-key="${key}"><span>${label}</span></label>`;
// Buttons side by side, one of them pressed. options: numbers or texts, [value, label] each.
const segments = (key, label, options) => `<div class="sq-bar" role="group" aria-label="${label}">
  <span>${label}</span>${options.map(([value, text]) =>
    `<button type="button" data-key="${key}" data-value="${value}">${text}</button>`).join("")}</div>`;
const button = (name, label = "") => `<button type="button" data-do="${name}">${label}</button>`;

// Connects these controls to values[key]; changed(key) is called after each change. Gives a
// function that shows the values in the controls; text(key, value) is what a slider says.
function controls(root, values, changed, text = (key, v) => fmt(v)) {
  const all = [...root.querySelectorAll("[data-key]")].filter((e) => e.dataset.key in values);
  function set(e, v) {
    if (!all.includes(e)) return;
    values[e.dataset.key] = v;
    changed(e.dataset.key);
  }
  root.addEventListener("input", ({ target: e }) =>
    set(e, e.type === "range" ? e.valueAsNumber : e.type === "checkbox" ? e.checked : e.value));
  root.addEventListener("click", (event) => {
    const e = event.target.closest("button[data-value]");
    if (e) set(e, typeof values[e.dataset.key] === "number" ? +e.dataset.value : e.dataset.value);
  });
  return () => all.forEach((e) => {
    const v = values[e.dataset.key];
    if (e.type === "checkbox") e.checked = v;
    else if (e.tagName === "BUTTON") e.setAttribute("aria-pressed", String(e.dataset.value === String(v)));
    else e.value = v;
    if (e.type === "range") e.setAttribute("aria-valuetext", e.nextElementSibling.textContent = text(e.dataset.key, v));
  });
}

// actions[name]() for a button of that name, unless it says that it is disabled.
function buttons(root, actions) {
  root.addEventListener("click", (event) => {
    const e = event.target.closest("[data-do]");
    if (e && e.getAttribute("aria-disabled") !== "true") actions[e.dataset.do]?.();
  });
}

// actions[key](event) for a key pressed in an element; false leaves the key to the browser.
function keys(element, actions) {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, event.key)) return;
    if (actions[event.key](event) !== false) event.preventDefault();
  });
}

// Steps 0 to last, with buttons, a slider, and the arrow keys, Home and End outside of inputs.
const stepperBar = (last) => `<div class="sq-bar"><div class="sq-btns">${button("back", "‹ Back")}
  ${button("step", "Step ›")}${button("play", "Play")}${button("reset", "Reset")}</div>${slider("t", "step", 0, last)}</div>`;
// moved(t) is called after each move. Gives { t, playing, go(t), show() }; reset() comes before a
// return to the start.
function stepper(root, { last, start, moved, reset = () => {}, pause = 1400 }) {
  const part = (query) => root.querySelector(query), input = part("[data-key=t]");
  let t = start, timer = 0;
  function show() {
    input.value = t;
    input.setAttribute("aria-valuetext", `step ${t} of ${last}`);
    input.nextElementSibling.textContent = `${t} of ${last}`;
    part("[data-do=back]").setAttribute("aria-disabled", t === 0);
    part("[data-do=step]").setAttribute("aria-disabled", t === last);
    part("[data-do=play]").textContent = timer ? "Pause" : "Play";
  }
  const stop = () => { clearTimeout(timer); timer = 0; };
  function move(k) {
    t = Math.max(0, Math.min(last, k));
    show();
    moved(t);
  }
  const go = (k) => { stop(); move(k); };
  function tick() {
    // A cell that was deleted or run again takes its figure off the page.
    timer = root.isConnected && t < last ? setTimeout(() => { move(t + 1); tick(); }, pause) : 0;
    show();
  }
  buttons(root, {
    back: () => go(t - 1),
    step: () => go(t + 1),
    reset: () => { reset(); go(start); },
    play() {
      if (timer) { stop(); return show(); }
      if (t === last) move(0);
      tick();
    },
  });
  input.addEventListener("input", () => go(+input.value));
  const outside = (k) => (event) => event.target.tagName === "INPUT" ? false : go(k());
  keys(root, { ArrowLeft: outside(() => t - 1), ArrowRight: outside(() => t + 1), Home: outside(() => 0), End: outside(() => last) });
  return { get t() { return t; }, get playing() { return timer !== 0; }, go, show };
}
