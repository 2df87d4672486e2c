// Small trained networks in the page. No library; the weights come packed by in_page.py.
//
//   const net = network(config.model);       // config.model is what in_page.pack(model) gives
//
// The whole sequence:
//   const { outputs, output, details, state } = net.run([3, 1, 4]);
//     outputs[t]       what the model answers to the first t + 1 steps (for return_sequences=False
//                      too: the output at each step is what it would say if the text ended there)
//     output           the last of them: what model.predict gives
//     details[t][k]    the named values of layer k at step t, arrays of one number for each unit:
//                      Embedding, LayerNormalization {y} · Dense {z, y}: z before the activation,
//                      the logits · SimpleRNN {h} · LSTM {i, f, g, o, c, h} · GRU {z, r, g, h} ·
//                      GlobalAveragePooling1D {sum, n}
//                      At a step that the mask skips, a recurrent layer has {masked: true} and its
//                      state, which is the one before.
// A model that begins with an Embedding reads ids; another reads arrays of numbers.
//
// One step at a time, for generation:
//   let state = net.start();                 // zeros; { t, layers: [{ h, c } or null, …] }
//   const next = net.step(state, id);        // { state, output, details }, details[k] as above
// A state is never changed, so it can be kept, and continued from more than once. To begin from
// another state, put it in: state.layers[1] = { h, c }.
//
// To change a value on its way, as an open or closed gate:
//   net.run(ids, (values, { t, layer, name }) => name === "f" && t === 4 ? values.map(() => 0) : undefined)
// The function is called for each named value right after it is computed (before it is used), with
// t from 0 and layer counted from 0; what it returns replaces it, undefined leaves it. net.step
// takes it as its third argument.
//
// net.layers: [{ type, units, … }]; net.size: how many ids, or numbers in an input vector.
//
// A new kind of layer is an entry in `kinds`, and one of the same name in in_page.py:
//   Type: (layer, w) => ({ step(x, use) → { y, found } })                                no state
//   Type: (layer, w) => ({ start(units), step(x, use, was) → { now, found }, read(now) })  a state
// where layer holds its settings, w holds its weights (matrices as arrays of rows), found its named values, and
// use(name, values) is the chance to change them.
const network = (() => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

  // A vector as a Float32Array, a matrix as an array of such rows.
  function unpack({ shape, bits, axis, scale, data }) {
    const columns = shape.at(-1);
    let flat;
    if (bits === 32) flat = new Float32Array(bytes(data));
    else {
      const s = new Float32Array(bytes(scale));
      flat = Float32Array.from(new Int8Array(bytes(data)), (v, k) => v * s[axis ? k % columns : Math.floor(k / columns)]);
    }
    if (shape.length === 1) return flat;
    return Array.from({ length: shape[0] }, (_, i) => flat.subarray(i * columns, (i + 1) * columns));
  }

  const zeros = (n) => new Array(n).fill(0);
  // y + Wᵀx, into y. Column j of W holds the weights into entry j.
  function add(y, W, x) {
    for (let i = 0; i < x.length; i++) {
      const row = W[i], v = x[i];
      if (v) for (let j = 0; j < y.length; j++) y[j] += v * row[j];
    }
    return y;
  }
  const affine = (n, W, x, b) => add(b ? Array.from(b) : zeros(n), W, x);
  const parts = (v, units) => Array.from({ length: v.length / units }, (_, k) => v.slice(k * units, (k + 1) * units));
  const plus = (a, b) => a.map((v, j) => v + b[j]);

  const each = (f) => (z) => z.map(f);
  const activations = {
    linear: (z) => z,
    relu: each((v) => Math.max(v, 0)),
    tanh: each(Math.tanh),
    sigmoid: each((v) => (1 + Math.tanh(v / 2)) / 2),
    softmax(z) {
      const top = Math.max(...z), e = z.map((v) => Math.exp(v - top));
      const sum = e.reduce((a, b) => a + b, 0);
      return e.map((v) => v / sum);
    },
  };

  const stateless = (f) => (layer, w) => ({ step(x, use) { const y = use("y", f(layer, w, x)); return { y, found: { y } }; } });
  const remember = (names) => ({
    start: (units) => Object.fromEntries(names.map((name) => [name, zeros(units)])),
    read: (now) => now.h,
  });

  const kinds = {
    Embedding: stateless((layer, w, id) => {
      if (!w.embeddings[id]) throw new RangeError(`There is no id ${id}: ids are 0 to ${w.embeddings.length - 1}.`);
      return Array.from(w.embeddings[id]);
    }),
    Dense: (layer, w) => ({
      step(x, use) {
        const z = use("z", affine(layer.units, w.kernel, x, w.bias));
        const y = use("y", activations[layer.activation](z));
        return { y, found: { z, y } };
      },
    }),
    LayerNormalization: stateless((layer, w, x) => {
      const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
      const m = mean(x), d = Math.sqrt(mean(x.map((v) => (v - m) ** 2)) + layer.epsilon);
      return x.map((v, j) => (v - m) / d * (w.gamma ? w.gamma[j] : 1) + (w.beta ? w.beta[j] : 0));
    }),
    SimpleRNN: (layer, w) => ({
      ...remember(["h"]),
      step(x, use, was) {
        const z = add(affine(layer.units, w.kernel, x, w.bias), w.recurrent_kernel, was.h);
        const h = use("h", activations[layer.activation](z));
        return { now: { h }, found: { h } };
      },
    }),
    LSTM: (layer, w) => ({
      ...remember(["h", "c"]),
      step(x, use, was) {
        const gate = activations[layer.recurrent_activation], tanh = activations[layer.activation];
        const sums = add(affine(4 * layer.units, w.kernel, x, w.bias), w.recurrent_kernel, was.h);
        const [zi, zf, zg, zo] = parts(sums, layer.units);
        const i = use("i", gate(zi)), f = use("f", gate(zf)), g = use("g", tanh(zg)), o = use("o", gate(zo));
        const c = use("c", was.c.map((v, j) => f[j] * v + i[j] * g[j]));
        const open = tanh(c), h = use("h", o.map((v, j) => v * open[j]));
        return { now: { h, c }, found: { i, f, g, o, c, h } };
      },
    }),
    GRU: (layer, w) => ({
      ...remember(["h"]),
      // For reset_after=False: the part of the recurrent kernel that meets r·h.
      inner: w.recurrent_kernel.map((row) => row.subarray(2 * layer.units)),
      step(x, use, was) {
        const n = layer.units, after = layer.reset_after, U = w.recurrent_kernel;
        const gate = activations[layer.recurrent_activation], tanh = activations[layer.activation];
        const [b, bh] = after && w.bias ? w.bias : [w.bias, undefined];
        const [xz, xr, xg] = parts(affine(3 * n, w.kernel, x, b), n);
        const [hz, hr, hg] = parts(affine(3 * n, U, was.h, bh), n);
        const z = use("z", gate(plus(xz, hz))), r = use("r", gate(plus(xr, hr)));
        const inner = after ? r.map((v, j) => v * hg[j])
          : add(zeros(n), this.inner, was.h.map((v, j) => r[j] * v));
        const g = use("g", tanh(plus(xg, inner)));
        const h = use("h", z.map((v, j) => v * was.h[j] + (1 - v) * g[j]));
        return { now: { h }, found: { z, r, g, h } };
      },
    }),
    GlobalAveragePooling1D: () => ({
      ...remember(["sum", "n"]),
      read: (now) => now.sum.map((v, j) => v / Math.max(now.n[j], 1)),
      step(x, use, was) {
        const now = { sum: plus(was.sum, x), n: was.n.map((v) => v + 1) };
        return { now, found: now };
      },
    }),
  };

  return (packed) => {
    const layers = packed.layers.map(({ weights, ...layer }) => {
      if (!kinds[layer.type]) throw new Error(`nn.js has no layer ${layer.type}.`);
      const w = Object.fromEntries(Object.entries(weights).map(([name, a]) => [name, unpack(a)]));
      return { layer, ...kinds[layer.type](layer, w) };
    });

    const start = () => ({
      t: 0,
      layers: layers.map((l) => (l.start ? l.start(l.layer.units) : null)),
    });

    function step(state, x, edit) {
      const next = { t: state.t + 1, layers: [] }, details = [];
      let value = x, masked = false;
      layers.forEach((l, k) => {
        const use = (name, values) => edit?.(values, { t: state.t, layer: k, name }) ?? values;
        if (l.layer.mask_zero) masked = value === 0;
        if (!l.start) {
          const { y, found } = l.step(value, use);
          value = y;
          next.layers.push(null);
          details.push(found);
          return;
        }
        const was = state.layers[k];
        const { now, found } = masked ? { now: was, found: { masked: true, ...was } } : l.step(value, use, was);
        next.layers.push(now);
        details.push(found);
        value = l.read(now);
        if (!l.layer.return_sequences) masked = false;
      });
      return { state: next, output: value, details };
    }

    function run(xs, edit) {
      let state = start();
      const outputs = [], details = [];
      for (const x of xs) {
        const s = step(state, x, edit);
        state = s.state;
        outputs.push(s.output);
        details.push(s.details);
      }
      return { outputs, output: outputs.at(-1), details, state };
    }

    return { layers: layers.map((l) => l.layer), size: packed.size, start, step, run };
  };
})();
