// Shared by all explorers. No library, no request; one closure for each output.

// "−0.50": a real minus sign, and never "−0.00".
const fmt = (v, digits = 2) => {
  const s = v.toFixed(digits);
  return s.startsWith("-") ? (+s === 0 ? s.slice(1) : "−" + s.slice(1)) : s;
};

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
