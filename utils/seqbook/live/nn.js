// Small trained networks in the page. No library; the weights come packed by seqbook/graph.
//
//   const net = network(config.model);       // config.model is what graph.pack(model) gives
//
// The whole sequence:
//   const { outputs, output, details, state } = net.run([3, 1, 4]);
//     outputs[t]          what the network answers to the first t + 1 steps (where it reads only the
//                         last step or a mean, too: what it would say if the text ended there)
//     output              the last of them: what model.predict gives
//     details[t].lstm     the named values of the node of that name at step t, arrays of one number
//                         for each unit: dense {z, y}, z before the activation · simple_rnn {h} ·
//                         lstm {i, f, g, o, c, h} · gru {z, r, g, h} · average {sum, n} ·
//                         attention {weights, y}, weights[head][step] · others {y}
//                         At a step that the mask skips, a recurrent node has {masked: true} and
//                         its state, which is the one before.
// A network that begins with an embedding reads ids; another reads arrays of numbers.
//
// One step at a time, for generation; attention keeps the keys and values of the steps before:
//   let state = net.start();                 // { t: 0, lstm: { h, c }, attention: { key, value } }
//   const next = net.step(state, id);        // { state, output, details }, details.lstm as above
// A state is never changed, so it can be kept, and continued from more than once. To begin from
// another state, put it in: state.lstm = { h, c }.
//
// To change a value on its way, as an open or closed gate or the weights of a head:
//   net.run(ids, (values, { t, node, name }) => name === "f" && t === 4 ? values.map(() => 0) : undefined)
// The function is called for each named value right after it is computed (before it is used), with
// t from 0; what it returns replaces it, undefined leaves it. net.step takes it as its third argument.
//
// net.nodes: [{ name, op, units, … }]; net.size: how many ids, or numbers in an input vector;
// net.steps: how many steps in a row it has positions for, Infinity if there is no limit.
//
// The operations are listed in seqbook/graph/description.py; each has an entry in `kinds`:
//   op: (node, w) => ({ step(x, use, was, t) → { y, found, now }, start })
// where node holds its settings, w its weights (matrices as arrays of rows), x what it reads (an
// array of vectors for add and concat), found its named values; was and now are its state, start
// the first one; and use(name, values) is the chance to change values.
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
  const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
  const dot = (a, b) => a.reduce((sum, v, j) => sum + v * b[j], 0);

  const each = (f) => (z) => z.map(f);
  const sigmoid = (v) => (1 + Math.tanh(v / 2)) / 2;
  // v · Φ(v), by Abramowitz & Stegun 7.1.26, as in arithmetic.py.
  function gelu(v) {
    const u = Math.abs(v) / Math.SQRT2, k = 1 / (1 + 0.3275911 * u);
    const series = 1.421413741 + k * (-1.453152027 + k * 1.061405429);
    const tail = k * (0.254829592 + k * (-0.284496736 + k * series)) * Math.exp(-u * u);
    return v * (v > 0 ? 1 - tail / 2 : tail / 2);
  }
  const activations = {
    linear: (z) => z,
    relu: each((v) => Math.max(v, 0)),
    tanh: each(Math.tanh),
    sigmoid: each(sigmoid),
    gelu: each(gelu),
    silu: each((v) => v * sigmoid(v)),
    softmax(z) {
      const top = Math.max(...z), e = z.map((v) => Math.exp(v - top));
      const sum = e.reduce((a, b) => a + b, 0);
      return e.map((v) => v / sum);
    },
  };

  const plain = (f) => (node, w) => ({
    step(x, use, was, t) { const y = use("y", f(x, node, w, t)); return { y, found: { y } }; },
  });
  const remember = (node, ...names) => Object.fromEntries(names.map((name) => [name, zeros(node.units)]));
  const gates = (node) => [activations[node.recurrent_activation], activations[node.activation]];

  const kinds = {
    embedding: plain((id, node, w) => {
      if (!w.embeddings[id]) throw new RangeError(`There is no id ${id}: ids are 0 to ${w.embeddings.length - 1}.`);
      return Array.from(w.embeddings[id]);
    }),
    position: plain((x, node, w, t) => {
      if (!w.table[t]) throw new RangeError(`There is no step ${t + 1}: the network has positions for ${w.table.length}.`);
      return plus(x, w.table[t]);
    }),
    dense: (node, w) => ({
      step(x, use) {
        const z = use("z", affine(node.units, w.kernel, x, w.bias));
        const y = use("y", activations[node.activation](z));
        return { y, found: { z, y } };
      },
    }),
    layer_norm: plain((x, node, w) => {
      const m = mean(x), d = Math.sqrt(mean(x.map((v) => (v - m) ** 2)) + node.epsilon);
      return x.map((v, j) => (v - m) / d * (w.gamma ? w.gamma[j] : 1) + (w.beta ? w.beta[j] : 0));
    }),
    add: plain((xs) => xs.reduce(plus)),
    concat: plain((xs) => xs.flat()),
    last: plain((x) => x),
    activation: plain((x, node) => activations[node.activation](x)),
    scale: plain((x, node) => x.map((v) => v * node.factor)),
    average: (node) => ({
      start: remember(node, "sum", "n"),
      read: (now) => now.sum.map((v, j) => v / Math.max(now.n[j], 1)),
      step(x, use, was) {
        const now = { sum: plus(was.sum, x), n: was.n.map((v) => v + 1) };
        return { y: this.read(now), found: now, now };
      },
    }),
    simple_rnn: (node, w) => ({
      start: remember(node, "h"),
      step(x, use, was) {
        const z = add(affine(node.units, w.kernel, x, w.bias), w.recurrent_kernel, was.h);
        const h = use("h", activations[node.activation](z));
        return { y: h, found: { h }, now: { h } };
      },
    }),
    lstm: (node, w) => ({
      start: remember(node, "h", "c"),
      step(x, use, was) {
        const [gate, tanh] = gates(node);
        const sums = add(affine(4 * node.units, w.kernel, x, w.bias), w.recurrent_kernel, was.h);
        const [zi, zf, zg, zo] = parts(sums, node.units);
        const i = use("i", gate(zi)), f = use("f", gate(zf)), g = use("g", tanh(zg)), o = use("o", gate(zo));
        const c = use("c", was.c.map((v, j) => f[j] * v + i[j] * g[j]));
        const open = tanh(c), h = use("h", o.map((v, j) => v * open[j]));
        return { y: h, found: { i, f, g, o, c, h }, now: { h, c } };
      },
    }),
    gru: (node, w) => ({
      start: remember(node, "h"),
      // For reset_after=False: the part of the recurrent kernel that meets r·h.
      inner: w.recurrent_kernel.map((row) => row.subarray(2 * node.units)),
      step(x, use, was) {
        const n = node.units, after = node.reset_after, [gate, tanh] = gates(node);
        const [b, bh] = after && w.bias ? w.bias : [w.bias, undefined];
        const [xz, xr, xg] = parts(affine(3 * n, w.kernel, x, b), n);
        const [hz, hr, hg] = parts(affine(3 * n, w.recurrent_kernel, was.h, bh), n);
        const z = use("z", gate(plus(xz, hz))), r = use("r", gate(plus(xr, hr)));
        const inner = after ? r.map((v, j) => v * hg[j])
          : add(zeros(n), this.inner, was.h.map((v, j) => r[j] * v));
        const g = use("g", tanh(plus(xg, inner)));
        const h = use("h", z.map((v, j) => v * was.h[j] + (1 - v) * g[j]));
        return { y: h, found: { z, r, g, h }, now: { h } };
      },
    }),
    attention: (node, w) => {
      // One vector for each head; queries and keys are turned, if positions are rotary.
      function heads(name, x, t) {
        const n = w[name][0].length, size = n / node.heads;
        const all = parts(affine(n, w[name], x, w[name + "_bias"]), size);
        if (!node.rotary || name === "value") return all;
        return all.map((v) => v.map((e, j) => {
          const half = size / 2, k = j % half, angle = t * node.rotary ** (-2 * k / size);
          return e * Math.cos(angle) + (j < half ? -v[j + half] : v[k]) * Math.sin(angle);
        }));
      }
      const push = (was, x, t) => ({
        key: [...was.key, heads("key", x, t)], value: [...was.value, heads("value", x, t)],
      });
      return {
        start: { key: [], value: [] },
        // A node that looks ahead has the keys of all steps before it begins.
        ahead: node.causal ? undefined : push,
        step(x, use, was, t) {
          const now = node.causal ? push(was, x, t) : was;
          const weights = use("weights", heads("query", x, t).map((q, h) =>
            activations.softmax(now.key.map((k) => dot(q, k[h]) / Math.sqrt(q.length)))));
          const mixed = weights.flatMap((row, h) => now.value[0][h].map((_, j) =>
            row.reduce((sum, a, s) => sum + a * now.value[s][h][j], 0)));
          const y = use("y", affine(node.units, w.output, mixed, w.output_bias));
          return { y, found: { weights, y }, now };
        },
      };
    },
  };

  return (packed) => {
    const nodes = packed.nodes.map(({ weights, ...node }) => {
      if (!kinds[node.op]) throw new Error(`nn.js has no operation ${node.op}.`);
      const w = Object.fromEntries(Object.entries(weights).map(([name, a]) => [name, unpack(a)]));
      return { node, w, ...kinds[node.op](node, w) };
    });

    const start = () => Object.fromEntries([["t", 0], ...nodes.filter((n) => n.start).map((n) => [n.node.name, n.start])]);

    // One step of one node: what it reads is in `values` by name, its state in `was`; `masked` says
    // which values belong to a step that is skipped.
    function advance(n, values, masked, was, t, edit) {
      const { name, op, inputs } = n.node;
      const use = (key, v) => edit?.(v, { t, node: name, name: key }) ?? v;
      const skip = n.node.mask_zero ? values.input === 0 : inputs.every((i) => masked[i]);
      masked[name] = skip && op !== "last" && op !== "average";
      if (skip && n.start) return { y: n.read ? n.read(was) : was.h, found: { masked: true, ...was }, now: was };
      return n.step(inputs.length > 1 ? inputs.map((i) => values[i]) : values[inputs[0]], use, was, t);
    }

    function step(state, x, edit) {
      const values = { input: x }, next = { t: state.t + 1 }, details = {}, masked = {};
      let output;
      for (const n of nodes) {
        if (n.ahead) throw new Error(`${n.node.name} attends to later steps: it cannot go step by step.`);
        const { name } = n.node, { y, found, now } = advance(n, values, masked, state[name], state.t, edit);
        if (now) next[name] = now;
        output = values[name] = y;
        details[name] = found;
      }
      return { state: next, output, details };
    }

    // Node by node, so that one may look ahead.
    function run(xs, edit) {
      const state = start(), values = xs.map((x) => ({ input: x }));
      const details = xs.map(() => ({})), masked = xs.map(() => ({}));
      let outputs = [];
      for (const n of nodes) {
        const { name, inputs } = n.node;
        let was = state[name];
        if (n.ahead) values.forEach((v, t) => { was = n.ahead(was, v[inputs[0]], t); });
        outputs = values.map((v, t) => {
          const { y, found, now } = advance(n, v, masked[t], was, t, edit);
          was = now;
          details[t][name] = found;
          return v[name] = y;
        });
        if (was) state[name] = was;
      }
      state.t = xs.length;
      return { outputs, output: outputs.at(-1), details, state };
    }

    const steps = Math.min(...nodes.map((n) => n.w.table?.length ?? Infinity));
    return { nodes: nodes.map((n) => n.node), size: packed.size, steps, start, step, run };
  };
})();
