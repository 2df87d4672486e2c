"""Cases of Lab 1's checkers: wrong answers with the slip's name, and other right answers."""

from checker_cases import Case

LOOP = "for t in range(xs.shape[1]):"
STEP = "rnn_step(xs[:, t], h, W_xh, W_hh, b)"
CELL = "tf.tanh(xs[:, t] @ self.W_xh + h @ self.W_hh + self.b)"
START = "h = tf.zeros((tf.shape(xs)[0], self.units))"
UNROLL = """
def unroll(xs, W_xh, W_hh, b):
{}
"""
LOSS = "-np.sum(right * log_p) / len(logits)"
CARRY = "dh = dh + dstates[:, t]"

CASES = {
    "1.1": Case(
        "perceptron",
        slips={
            "no bias": [(" + b", "")],
            "bias per input": [("np.sum(w * x) + b", "np.sum(w * x + b)")],
            "bias subtracted": [(" + b", " - b")],
            "bias multiplied": [(" + b", " * b")],
            "not summed": [("np.sum(w * x)", "w * x")],
            "mean": [("np.sum", "np.mean")],
            "last input only": "def perceptron(x, w, b):\n"
            "    for i in range(len(x)):\n"
            "        z = w[i] * x[i]\n"
            "    return 1 / (1 + np.exp(-(z + b)))\n",
            "inputs added": [("w * x", "w + x")],
            "no sigmoid": [("1 / (1 + np.exp(-z))", "z")],
            "tanh": [("1 / (1 + np.exp(-z))", "np.tanh(z)")],
            "step": [("1 / (1 + np.exp(-z))", "1 if z > 0 else 0")],
            "exp(z)": [("np.exp(-z)", "np.exp(z)")],
            ("no bias", "tanh"): [(" + b", ""), ("1 / (1 + np.exp(-z))", "np.tanh(z)")],
            ("bias multiplied", "step"): [
                (" + b", " * b"), ("1 / (1 + np.exp(-z))", "float(z > 0)")
            ],
        },
        others={
            "dot product": [("np.sum(w * x)", "np.dot(w, x)")],
            "matrix product": [("np.sum(w * x)", "x @ w")],
            "a loop": "def perceptron(x, w, b):\n"
            "    z = b\n"
            "    for i in range(len(x)):\n"
            "        z += w[i] * x[i]\n"
            "    return 1 / (1 + np.exp(-z))\n",
            "exp(z) on both sides": [("1 / (1 + np.exp(-z))", "np.exp(z) / (1 + np.exp(z))")],
            "TensorFlow": "def perceptron(x, w, b):\n"
            "    return tf.sigmoid(tf.reduce_sum(x * w) + b)\n",
            "keras.ops": "def perceptron(x, w, b):\n"
            "    return ops.sigmoid(ops.dot(x, w) + b)\n",
        },
    ),
    "1.2": Case(
        "dense",
        slips={
            "W elementwise": [("X @ W", "X * W")],
            "W transposed": [("X @ W", "X @ W.T")],
            "W first": [("X @ W", "W @ X")],
            "no bias": [(" + b", "")],
            "bias twice": [(" + b", " + b + b")],
            "bias subtracted": [(" + b", " - b")],
            "bias on the weights": [("X @ W + b", "X @ (W + b)")],
            "bias per example": [(" + b", " + b[:, None]")],
            "sigmoid": [("X @ W + b", "1 / (1 + np.exp(-(X @ W + b)))")],
            "tanh": [("X @ W + b", "np.tanh(X @ W + b)")],
            "first example": [("X @ W", "np.stack([X[0] for _ in X]) @ W")],
            "mean": [("X @ W", "X @ W / X.shape[1]")],
            ("W elementwise", "no bias"): [("X @ W + b", "tf.multiply(X, W)")],
            ("W transposed", "tanh"): [("X @ W + b", "np.tanh(np.dot(X, W.T) + b)")],
        },
        others={
            "einsum": [("X @ W", "np.einsum('bi,iu->bu', X, W)")],
            "TensorFlow": [("X @ W + b", "tf.matmul(X, W) + b")],
            "transposed twice": [("X @ W", "(W.T @ X.T).T")],
            "two loops": "def dense(X, W, b):\n"
            "    out = np.zeros((len(X), W.shape[1]))\n"
            "    for n in range(len(X)):\n"
            "        for u in range(W.shape[1]):\n"
            "            out[n, u] = sum(X[n, i] * W[i, u] for i in range(len(W))) + b[u]\n"
            "    return out\n",
            "a list of rows": [("X @ W + b", "[x @ W + b for x in X]")],
            "bias in the matrix": "def dense(X, W, b):\n"
            "    return np.c_[X, np.ones(len(X))] @ np.r_[W, b[None]]\n",
        },
    ),
    "1.3": Case(
        "echo_targets",
        slips={
            "wraps around": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, lag, axis=1)\n",
            "rows run together": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, lag)\n",
            "same as the input": "def echo_targets(symbols, lag):\n    return symbols\n",
            "future": [("[:, lag:] = symbols[:, :-lag]", "[:, :-lag] = symbols[:, lag:]")],
            "future, wraps around": "def echo_targets(symbols, lag):\n"
            "    return np.roll(symbols, -lag, axis=1)\n",
            "one step too many": [("targets[:, lag:]", "lag = lag + 1; targets[:, lag:]")],
            "one step too few": "def echo_targets(symbols, lag):\n"
            "    zeros = np.zeros((len(symbols), lag - 1), int)\n"
            "    return np.hstack([zeros, symbols])[:, :symbols.shape[1]]\n",
            "lag ignored": [("lag:]", "1:]"), (":-lag", ":-1")],
            "first repeated": "def echo_targets(symbols, lag):\n"
            "    return np.pad(symbols, [(0, 0), (lag, 0)], mode='edge')[:, :-lag]\n",
            "start not zero": [("np.zeros_like(symbols)", "symbols.copy()")],
            "shifts examples": "def echo_targets(symbols, lag):\n"
            "    targets = np.zeros_like(symbols)\n"
            "    for i in range(lag, len(symbols)):\n"
            "        targets[i] = symbols[i - lag]\n"
            "    return targets\n",
            "not shifted": [("symbols[:, :-lag]", "symbols[:, lag:]")],
            "too short": [("return targets", "return targets[:, lag:]")],
            "all zeros": [("targets[:, lag:] = symbols[:, :-lag]", "pass")],
            "floats": [("np.zeros_like(symbols)", "np.zeros(symbols.shape)")],
            "in place": "def echo_targets(symbols, lag):\n"
            "    symbols[:, lag:] = symbols[:, :-lag].copy()\n"
            "    symbols[:, :lag] = 0\n"
            "    return symbols\n",
            "one zero only": "def echo_targets(symbols, lag):\n"
            "    targets = np.roll(symbols, lag, axis=1)\n"
            "    targets[:, 0] = 0\n"
            "    return targets\n",
            "begins one late": [
                ("targets[:, lag:] = symbols[:, :-lag]",
                 "targets[:, lag + 1:] = symbols[:, 1:-lag]")
            ],
            "rows run together, zeros in front": "def echo_targets(symbols, lag):\n"
            "    flat = np.roll(symbols, lag)\n"
            "    flat.flat[:lag] = 0\n"
            "    return flat\n",
            ("future", "one step too many"): [
                ("targets[:, lag:] = symbols[:, :-lag]",
                 "lag += 1; targets[:, :-lag] = symbols[:, lag:]")
            ],
        },
        others={
            "concatenate": "def echo_targets(symbols, lag):\n"
            "    zeros = np.zeros((len(symbols), lag), dtype=symbols.dtype)\n"
            "    return np.concatenate([zeros, symbols[:, :-lag]], axis=1)\n",
            "roll, then zeros": "def echo_targets(symbols, lag):\n"
            "    targets = np.roll(symbols, lag, axis=1)\n"
            "    targets[:, :lag] = 0\n"
            "    return targets\n",
            "two loops": "def echo_targets(symbols, lag):\n"
            "    return [[row[t - lag] if t >= lag else 0 for t in range(len(row))]\n"
            "            for row in symbols]\n",
            "TensorFlow": "def echo_targets(symbols, lag):\n"
            "    return tf.pad(symbols[:, :-lag], [[0, 0], [lag, 0]])\n",
        },
    ),
    "2.1": Case(
        "rnn_step",
        slips={
            "W_xh elementwise": [("x @ W_xh", "x * W_xh")],
            "W_hh elementwise": [("h @ W_hh", "h * W_hh")],
            "W_xh transposed": [("x @ W_xh", "x @ W_xh.T")],
            "W_hh transposed": [("h @ W_hh", "h @ W_hh.T")],
            "weights exchanged": [("x @ W_xh + h @ W_hh", "x @ W_hh + h @ W_xh")],
            "columns": [("x @ W_xh + h @ W_hh", "W_xh.T @ x + W_hh.T @ h")],
            "W_xh for the state": [("h @ W_hh", "h @ W_xh")],
            "no tanh": [("np.tanh", "")],
            "sigmoid for tanh": [("np.tanh", "tf.sigmoid")],
            "relu for tanh": [("np.tanh", "tf.nn.relu")],
            "tanh twice": [("np.tanh(", "np.tanh(np.tanh("), ("+ b)", "+ b))")],
            "tanh of each part": [
                ("x @ W_xh + h @ W_hh + b", "x @ W_xh) + np.tanh(h @ W_hh) + np.tanh(b")
            ],
            "input ignored": [("x @ W_xh + ", "")],
            "state ignored": [("h @ W_hh + ", "")],
            "no bias": [(" + b", "")],
            "bias outside tanh": [(" + b)", ") + b")],
            "bias twice": [("x @ W_xh", "x @ W_xh + b")],
            "old state added": [("return ", "return h + ")],
            ("W_xh elementwise", "W_hh elementwise"): [("x @", "x *"), ("h @", "h *")],
            ("W_xh elementwise", "W_hh elementwise", "no bias"): [
                ("x @", "x *"), ("h @", "h *"), (" + b", "")
            ],
            ("no tanh", "no bias"): [("np.tanh", ""), (" + b", "")],
        },
        others={
            "transposed twice": [("h @ W_hh", "(W_hh.T @ h.T).T")],
            "einsum": [("x @ W_xh", "np.einsum('bi,iu->bu', x, W_xh)")],
            "TensorFlow": [
                ("np.tanh(x @ W_xh + h @ W_hh + b)",
                 "tf.tanh(tf.matmul(x, W_xh) + tf.matmul(h, W_hh) + b)")
            ],
            "keras.ops": [("np.tanh", "ops.tanh"), ("x @ W_xh", "ops.matmul(x, W_xh)")],
            "one product": [
                ("x @ W_xh + h @ W_hh",
                 "np.concatenate([x, h], axis=1) @ np.concatenate([W_xh, W_hh])")
            ],
            "example by example": "def rnn_step(x, h, W_xh, W_hh, b):\n"
            "    rows = [np.tanh(W_xh.T @ x[n] + W_hh.T @ h[n] + b) for n in range(len(x))]\n"
            "    return np.array(rows)\n",
            "the earlier layer": [("x @ W_xh + h @ W_hh + b", "dense(x, W_xh, b) + h @ W_hh")],
        },
    ),
    "2.2": Case(
        "unroll",
        slips={
            "state leaks": "carried = {}\n" + UNROLL.format(
                "    h = carried.get('h', np.zeros((len(xs), len(W_hh))))[:1]\n"
                "    h = np.repeat(h, len(xs), axis=0) if 'h' not in carried else carried['h']\n"
                "    states = []\n"
                "    for t in range(xs.shape[1]):\n"
                "        h = carried['h'] = rnn_step(xs[:, t], h, W_xh, W_hh, b)\n"
                "        states.append(h)\n"
                "    return np.stack(states, axis=1)"
            ),
            "state not updated": [("h = " + STEP, "new = " + STEP), ("append(h)", "append(new)")],
            "starts from ones": [("np.zeros(", "np.ones(")],
            "starts from the bias": [
                ("np.zeros((len(xs), len(W_hh)), dtype=\"float32\")",
                 "np.tile(b, (len(xs), 1))")
            ],
            "stored too early": [
                ("h = " + STEP + "\n        states.append(h)",
                 "states.append(h)\n        h = " + STEP)
            ],
            "initial state kept": [("states = []", "states = [h]")],
            "only the last state": [("np.stack(states, axis=1)", "h")],
            "first step only": [("    return np.stack", "        return np.stack")],
            "last step missing": [("xs.shape[1])", "xs.shape[1] - 1)")],
            "first step missing": [("range(xs", "range(1, xs")],
            "time first": [(", axis=1)", ")")],
            "time last": [("axis=1", "axis=-1")],
            "backward": [("range(xs.shape[1])", "reversed(range(xs.shape[1]))")],
            "returned backward": [("(states,", "(states[::-1],")],
            "over the batch": [("range(xs.shape[1])", "range(len(xs))"), ("xs[:, t]", "xs[t]")],
            "sequence by sequence": UNROLL.format(
                "    h = np.zeros(len(W_hh))\n"
                "    states = []\n"
                "    for x in xs:\n"
                "        h = rnn_step(x, h, W_xh, W_hh, b)\n"
                "        states.append(h)\n"
                "    return np.stack(states)"
            ),
            "same input": [("xs[:, t]", "xs[:, 0]")],
            "as many steps as examples": [("range(xs.shape[1])", "range(len(xs))")],
            "states added up": [
                ("np.stack(states, axis=1)", "np.cumsum(states, 0).swapaxes(0, 1)")
            ],
            ("starts from ones", "time first"): [("np.zeros(", "np.ones("), (", axis=1)", ")")],
            ("state not updated", "only the last state"): [
                ("h = " + STEP, "new = " + STEP), ("np.stack(states, axis=1)", "new")
            ],
        },
        others={
            "a plain formula": [(STEP, "np.tanh(xs[:, t] @ W_xh + h @ W_hh + b)")],
            "over time-first data": [
                (LOOP, "for x in np.swapaxes(xs, 0, 1):"), ("xs[:, t]", "x")
            ],
            "an array filled in": UNROLL.format(
                "    batch, T, _ = xs.shape\n"
                "    states = np.zeros((batch, T + 1, len(b)))\n"
                "    for t in range(T):\n"
                "        states[:, t + 1] = rnn_step(xs[:, t], states[:, t], W_xh, W_hh, b)\n"
                "    return states[:, 1:]"
            ),
            "TensorFlow": UNROLL.format(
                "    h = tf.zeros((xs.shape[0], W_hh.shape[0]))\n"
                "    states = []\n"
                "    for x in tf.unstack(xs, axis=1):\n"
                "        h = tf.tanh(x @ W_xh + h @ W_hh + b)\n"
                "        states.append(h)\n"
                "    return tf.stack(states, axis=1)"
            ),
            "sequence by sequence": UNROLL.format(
                "    def one(x):\n"
                "        h, out = np.zeros((1, len(b))), []\n"
                "        for row in x:\n"
                "            h = rnn_step(row[None], h, W_xh, W_hh, b)\n"
                "            out.append(h[0])\n"
                "        return out\n"
                "    return np.array([one(x) for x in xs])"
            ),
            "recursion": UNROLL.format(
                "    if xs.shape[1] == 0:\n"
                "        return np.zeros((len(xs), 0, len(b)))\n"
                "    before = unroll(xs[:, :-1], W_xh, W_hh, b)\n"
                "    h = before[:, -1] if before.shape[1] else np.zeros((len(xs), len(b)))\n"
                "    new = rnn_step(xs[:, -1], h, W_xh, W_hh, b)\n"
                "    return np.concatenate([before, new[:, None]], axis=1)"
            ),
        },
    ),
    "2.3": Case(
        "MyRNN",
        check="my_rnn",
        slips={
            "state leaks": [
                (START, "h = getattr(self, 'h', tf.zeros((xs.shape[0], self.units)))[:1]\n"
                 "        h = self.h if hasattr(self, 'h') else tf.repeat(h, xs.shape[0], 0)"),
                ("return tf", "self.h = h\n        return tf"),
            ],
            "state not updated": [("h = " + CELL, "new = " + CELL), ("append(h)", "append(new)")],
            "stored too early": [
                ("h = " + CELL + "\n            states.append(h)",
                 "states.append(h)\n            h = " + CELL)
            ],
            "only the last state": [("tf.stack(states, axis=1)", "h")],
            "time first": [(", axis=1)", ")")],
            "backward": [("range(xs.shape[1])", "reversed(range(xs.shape[1]))")],
            "sequence by sequence": [("xs[:, t]", "xs[t]")],
            "W_xh elementwise": [("@ self.W_xh", "* self.W_xh")],
            "W_hh elementwise": [("@ self.W_hh", "* self.W_hh")],
            "W_xh transposed": [("@ self.W_xh", "@ tf.transpose(self.W_xh)")],
            "W_hh transposed": [("@ self.W_hh", "@ tf.transpose(self.W_hh)")],
            "no tanh": [("tf.tanh", "")],
            "sigmoid for tanh": [("tf.tanh", "tf.sigmoid")],
            "relu for tanh": [("tf.tanh", "tf.nn.relu")],
            "input ignored": [("xs[:, t] @ self.W_xh + ", "")],
            "no bias": [(" + self.b)", ")")],
            "bias twice": [("+ self.b)", "+ self.b + self.b)")],
            "weight missing": [('self.b = self.add_weight(shape=(units,), initializer="zeros", '
                                'name="b")', "pass"), (" + self.b)", ")")],
            "wrong shape": [("shape=(inputs, units)", "shape=(units, inputs)")],
            "not a weight": [('self.b = self.add_weight(shape=(units,), initializer="zeros", '
                              'name="b")', "self.b = tf.zeros((units,))")],
            "weights frozen": [('initializer="orthogonal"',
                                'initializer="orthogonal", trainable=False')],
            "too many weights": [
                ('name="b")', 'name="b")\n        self.c = self.add_weight(shape=(units,))')
            ],
            "zero start": [('"glorot_uniform"', '"zeros"'), ('"orthogonal"', '"zeros"')],
            "units alike": [('"glorot_uniform"', '"ones"'), ('"orthogonal"', '"ones"')],
            "random start": [("tf.zeros((tf", "tf.random.normal((tf")],
            "no gradient": [("tf.tanh(", "np.tanh(")],
            "gradient cut": [("+ h @", "+ tf.stop_gradient(h) @")],
            "wrong type": [("return tf.stack(states, axis=1)",
                            "return tf.cast(tf.stack(states, axis=1), 'float64')")],
            ("weights frozen", "no tanh"): [
                ('"orthogonal"', '"orthogonal", trainable=False'), ("tf.tanh", "")
            ],
            ("W_xh elementwise", "W_hh elementwise"): [
                ("@ self.W_xh", "* self.W_xh"), ("@ self.W_hh", "* self.W_hh")
            ],
        },
        others={
            "bias before the kernel": """
class MyRNN(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")
        self.W_hh = self.add_weight(shape=(self.units, self.units), initializer="orthogonal")
        self.W_xh = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, xs):
        h, states = tf.zeros((tf.shape(xs)[0], self.units)), []
        for x in tf.unstack(xs, axis=1):
            h = tf.tanh(tf.matmul(x, self.W_xh) + tf.matmul(h, self.W_hh) + self.b)
            states.append(h)
        return tf.stack(states, 1)
""",
            "keras.ops": [
                ("tf.zeros((tf.shape(xs)[0], self.units))",
                 "ops.zeros((ops.shape(xs)[0], self.units))"),
                ("tf.tanh", "ops.tanh"), ("tf.stack", "ops.stack"),
            ],
            "one product over all inputs first": [
                ("states = []", "states, parts = [], xs @ self.W_xh + self.b"),
                (CELL, "tf.tanh(parts[:, t] + h @ self.W_hh)"),
            ],
            "other initializers": [('"glorot_uniform"', '"random_normal"'),
                                   ('"orthogonal"', '"identity"')],
            "tf.scan": """
class MyRNN(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        new = self.add_weight
        self.W_hh = new(shape=(self.units, self.units), initializer="orthogonal")
        self.W_xh = new(shape=(input_shape[-1], self.units), initializer="he_normal")
        self.b = new(shape=(self.units,), initializer="ones")

    def call(self, xs):
        def step(h, x):
            return tf.tanh(x @ self.W_xh + h @ self.W_hh + self.b)

        start = tf.zeros((tf.shape(xs)[0], self.units))
        states = tf.scan(step, tf.transpose(xs, [1, 0, 2]), initializer=start)
        return tf.transpose(states, [1, 0, 2])
""",
        },
    ),
    "2.4": Case(
        ("copy_weights", "MyRNN"),
        check="copy_weights",
        slips={
            "nothing copied": [("theirs.set_weights([mine.W_xh, mine.W_hh, mine.b])", "pass")],
            "wrong direction": [
                ("theirs.set_weights([mine.W_xh, mine.W_hh, mine.b])",
                 "mine.set_weights(theirs.get_weights())")
            ],
            "W_xh transposed": [("mine.W_xh", "tf.transpose(mine.W_xh)")],
            "W_hh transposed": [("mine.W_hh", "tf.transpose(mine.W_hh)")],
            "exchanged": [("mine.W_xh, mine.W_hh", "mine.W_hh, mine.W_xh")],
            "kernel not copied": [("mine.W_xh", "theirs.get_weights()[0]")],
            "recurrent kernel not copied": [("mine.W_hh", "theirs.get_weights()[1]")],
            "bias not copied": [("mine.b", "theirs.get_weights()[2]")],
            "bias set to zero": [("mine.b", "np.zeros(mine.b.shape)")],
            "added": "def copy_weights(mine, theirs):\n"
            "    for to, value in zip(theirs.weights, (mine.W_xh, mine.W_hh, mine.b)):\n"
            "        to.assign_add(value)\n",
        },
        others={
            "get_weights, in its own order": [
                ("[mine.W_xh, mine.W_hh, mine.b]", "mine.get_weights()")
            ],
            "one by one": "def copy_weights(mine, theirs):\n"
            "    theirs.cell.kernel.assign(mine.W_xh)\n"
            "    theirs.cell.recurrent_kernel.assign(mine.W_hh)\n"
            "    theirs.cell.bias.assign(mine.b)\n",
            "as arrays": [("[mine.W_xh, mine.W_hh, mine.b]",
                           "[w.numpy() for w in (mine.W_xh, mine.W_hh, mine.b)]")],
            "in a loop": "def copy_weights(mine, theirs):\n"
            "    ours = (mine.W_xh, mine.W_hh, mine.b)\n"
            "    for to, value in zip(theirs.trainable_weights, ours):\n"
            "        to.assign(value)\n",
        },
    ),
    "3.1": Case(
        "sequence_loss",
        slips={
            "mean over time": [("len(logits)", "targets.size")],
            "sum over the batch": [(" / len(logits)", "")],
            "mean of everything": [(LOSS, "-np.mean(right * log_p)")],
            "last step only": [("right * log_p", "(right * log_p)[:, -1]")],
            "log twice": [("right * log_p", "right * np.log(log_p)")],
            "nothing summed": [(LOSS, "-np.sum(right * log_p, axis=2)")],
            "sign": [("-np.sum", "np.sum")],
            "no log": [("right * log_p", "right * np.exp(log_p)")],
            "no softmax": [("right * log_p", "right * logits")],
            "log2": [(LOSS, LOSS + " / np.log(2)")],
            "all symbols": [("right * log_p", "log_p")],
            "targets one step late": [("right * log_p", "right[:, :-1] * log_p[:, 1:]")],
            "targets one step early": [("right * log_p", "right[:, 1:] * log_p[:, :-1]")],
            "logits as probabilities": [
                (LOSS, "np.sum(keras.losses.sparse_categorical_crossentropy(targets, logits))"
                 " / len(logits)")
            ],
            "softmax twice": [("log_softmax(logits)", "log_softmax(np.exp(log_softmax(logits)))")],
            "softmax over time": [
                ("log_softmax(logits)", "log_softmax(logits.swapaxes(1, 2)).swapaxes(1, 2)")
            ],
            "batch not averaged away": [(LOSS, "-np.sum(right * log_p, axis=(1, 2))")],
            "time not summed": [(LOSS, "-np.mean(np.sum(right * log_p, axis=2), axis=0)")],
            "mean over symbols": [("len(logits)", "len(logits) / logits.shape[-1]")],
            "largest": [("right * log_p", "log_p.max(axis=-1)")],
            "dots left out": [("right * log_p", "right[..., 1:] * log_p[..., 1:]")],
            "squared error": [("-np.sum(right * log_p)", "np.sum((np.exp(log_p) - right)**2)")],
            "wrong symbols too": [
                ("right * log_p", "right * log_p + (1 - right) * np.log(1 - np.exp(log_p))")
            ],
            ("mean over time", "log2"): [(LOSS, LOSS + " / np.log(2) / targets.shape[1]")],
        },
        others={
            "pick by index": [
                (LOSS, "-np.take_along_axis(log_p, targets[..., None], -1).sum() / len(logits)")
            ],
            "Keras": [
                (LOSS, "tf.reduce_mean(tf.reduce_sum(keras.losses.sparse_categorical_crossentropy("
                 "targets, logits, from_logits=True), axis=1))")
            ],
            "three loops": "def sequence_loss(logits, targets):\n"
            "    total = 0.0\n"
            "    for z, y in zip(logits, targets):\n"
            "        for t in range(len(y)):\n"
            "            p = np.exp(z[t]) / sum(np.exp(v) for v in z[t])\n"
            "            total -= np.log(p[y[t]])\n"
            "    return total / len(logits)\n",
            "mean of sums": [(LOSS, "np.mean(np.sum(-np.sum(right * log_p, 2), 1))")],
            "TensorFlow": "def sequence_loss(logits, targets):\n"
            "    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)\n"
            "    return tf.reduce_sum(losses) / len(logits)\n",
        },
    ),
    "3.2": Case(
        "logits_gradient",
        slips={
            "not divided by the batch": [(" / len(logits)", "")],
            "divided by the steps": [("len(logits)", "targets.size")],
            "sign": [("(p - one_hot(targets, logits.shape[-1]))",
                      "(one_hot(targets, logits.shape[-1]) - p)")],
            "no one-hot": [("(p - one_hot(targets, logits.shape[-1]))", "p")],
            "only the right symbol": [
                ("(p - one_hot(targets, logits.shape[-1]))",
                 "(p - 1) * one_hot(targets, logits.shape[-1])")
            ],
            "no softmax": [("np.exp(log_softmax(logits))", "logits")],
            "targets not one-hot": [("one_hot(targets, logits.shape[-1])", "targets")],
            "brackets": [("(p - one_hot(targets, logits.shape[-1]))",
                          "p - one_hot(targets, logits.shape[-1])")],
            "log probabilities": [("np.exp(log_softmax(logits))", "log_softmax(logits)")],
            "last step only": [
                ("return ", "every = np.arange(logits.shape[1])[:, None]\n"
                 "    return (every == logits.shape[1] - 1) * ")
            ],
            "targets one step late": [("(targets,", "(np.roll(targets, 1, axis=1),")],
            "softmax over time": [
                ("np.exp(log_softmax(logits))",
                 "np.exp(log_softmax(logits.swapaxes(1, 2))).swapaxes(1, 2)")
            ],
            "gradient at the probabilities": [
                ("(p - one_hot(targets, logits.shape[-1]))",
                 "-one_hot(targets, logits.shape[-1]) / p")
            ],
            "softmax over everything": [
                ("np.exp(log_softmax(logits))", "np.exp(logits) / np.sum(np.exp(logits))")
            ],
            "divided by the symbols": [("len(logits)", "len(logits) / logits.shape[-1]")],
        },
        others={
            "subtract 1 in place": "def logits_gradient(logits, targets):\n"
            "    p = np.exp(log_softmax(logits))\n"
            "    for n in range(len(targets)):\n"
            "        for t in range(targets.shape[1]):\n"
            "            p[n, t, targets[n, t]] -= 1\n"
            "    return p / len(targets)\n",
            "TensorFlow": "def logits_gradient(logits, targets):\n"
            "    y = tf.one_hot(targets, logits.shape[-1])\n"
            "    return (tf.nn.softmax(logits) - y) / len(logits)\n",
            "the tape": "def logits_gradient(logits, targets):\n"
            "    z = tf.constant(logits)\n"
            "    with tf.GradientTape() as tape:\n"
            "        tape.watch(z)\n"
            "        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, z)\n"
            "        loss = tf.reduce_sum(losses) / len(logits)\n"
            "    return tape.gradient(loss, z)\n",
            "own softmax": [
                ("np.exp(log_softmax(logits))",
                 "np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)")
            ],
        },
    ),
    "3.3": Case(
        "step_back",
        slips={
            "no slope of tanh": [("dh * (1 - h**2)", "dh")],
            "slope from the old state": [("h**2", "h_before**2")],
            "slope not squared": [("h**2", "h")],
            "tanh again": [("h**2", "np.tanh(h)**2")],
            "slope as a matrix product": [("dh * (", "dh @ (")],
            "slope of the sigmoid": [("(1 - h**2)", "h * (1 - h)")],
            "slope upside down": [("dh * ", "dh / ")],
            "W_hh not transposed": [("W_hh.T", "W_hh")],
            "dh_before elementwise": [("dz @ W_hh.T", "dz * W_hh")],
            "dh_before the wrong way round": [("dz @ W_hh.T", "W_hh.T @ dz")],
            "dh_before skips tanh": [("dz @ W_hh.T", "dh @ W_hh.T")],
            "dW_hh from the new state": [("h_before.T @", "h.T @")],
            "dW_xh skips tanh": [("x.T @ dz", "x.T @ dh")],
            "dW_hh skips tanh": [("h_before.T @ dz", "h_before.T @ dh")],
            "db skips tanh": [("dz.sum", "dh.sum")],
            "x not transposed": [("x.T @ dz", "x @ dz")],
            "h_before not transposed": [("h_before.T @ dz", "h_before @ dz")],
            "dW_xh transposed": [("x.T @ dz", "dz.T @ x")],
            "dW_hh transposed": [("h_before.T @ dz", "dz.T @ h_before")],
            "db not summed": [("dz.sum(axis=0)", "dz")],
            "db summed over units": [("dz.sum(axis=0)", "dz.sum(axis=1)")],
            "db one number": [("dz.sum(axis=0)", "dz.sum()")],
            "db averaged": [("dz.sum", "dz.mean")],
            "weights averaged": [("x.T @ dz", "x.T @ dz / len(x)"),
                                 ("h_before.T @ dz", "h_before.T @ dz / len(x)")],
            "first example only": [("x.T @ dz", "np.outer(x[0], dz[0])"),
                                   ("h_before.T @ dz", "np.outer(h_before[0], dz[0])")],
            "slope of the difference": [("1 - h**2", "(1 - h)**2")],
            "slope negative": [("1 - h**2", "h**2 - 1")],
            "slope added": [("dh * (1", "dh + (1")],
            "order of results": [("return dW_xh, dW_hh, db, dh_before",
                                  "return dh_before, dW_xh, dW_hh, db")],
            ("slope not squared", "W_hh not transposed"): [("h**2", "h"), ("W_hh.T", "W_hh")],
            "transposed": [
                ("x.T @ dz", "dz.T @ x"), ("h_before.T @ dz", "dz.T @ h_before")
            ],
        },
        others={
            "einsum": [("x.T @ dz", "np.einsum('bi,bu->iu', x, dz)"),
                       ("dz @ W_hh.T", "np.einsum('bu,vu->bv', dz, W_hh)")],
            "TensorFlow": [
                ("x.T @ dz", "tf.matmul(x, dz, transpose_a=True)"),
                ("h_before.T @ dz", "tf.matmul(h_before, dz, transpose_a=True)"),
                ("dz.sum(axis=0)", "tf.reduce_sum(dz, axis=0)"),
                ("dz @ W_hh.T", "tf.matmul(dz, W_hh, transpose_b=True)"),
            ],
            "sum of outer products": [
                ("x.T @ dz", "sum(np.outer(a, d) for a, d in zip(x, dz))"),
                ("h_before.T @ dz", "sum(np.outer(a, d) for a, d in zip(h_before, dz))"),
            ],
            "the tape": "def step_back(dh, x, h_before, h, W_hh):\n"
            "    W_xh = tf.zeros((x.shape[1], h.shape[1]))\n"
            "    W, b = tf.constant(W_hh), tf.constant(np.arctanh(h) - h_before @ W_hh)\n"
            "    s, one = tf.constant(h_before), tf.zeros((h.shape[1],))\n"
            "    with tf.GradientTape() as tape:\n"
            "        tape.watch([W_xh, W, one, s])\n"
            "        new = tf.tanh(x @ W_xh + s @ W + one + b)\n"
            "    return tape.gradient(new, [W_xh, W, one, s], output_gradients=dh)\n",
        },
    ),
    "3.4": Case(
        "bptt",
        slips={
            "not carried back": [(CARRY, "dh = dstates[:, t]")],
            "own output ignored": [
                (CARRY, "dh = dh + dstates[:, t] if t == xs.shape[1] - 1 else dh")
            ],
            "own output never added": [(CARRY, "pass")],
            "carry kept": [("step_b, dh = ", "step_b, before = "),
                           ("db += step_b", "db += step_b\n        dh = dh + before")],
            "overwritten": [("dW_xh += ", "dW_xh = "), ("dW_hh += ", "dW_hh = "),
                            ("db += ", "db = ")],
            "averaged over time": [
                ("return dW_xh, dW_hh, db", "return [g / xs.shape[1] for g in (dW_xh, dW_hh, db)]")
            ],
            "forward": [("reversed(range(xs.shape[1]))", "range(xs.shape[1])")],
            "state before the first wraps": [(" if t > 0 else np.zeros_like(dh)", "")],
            "old state is the new one": [("states[:, t - 1] if t > 0 else np.zeros_like(dh)",
                                          "states[:, t]")],
            "old state is the next one": [
                ("states[:, t - 1] if t > 0", "states[:, t + 1] if t < xs.shape[1] - 1")
            ],
            "first step skipped": [("reversed(range(", "reversed(range(1, ")],
            "last step skipped": [("xs.shape[1])", "xs.shape[1] - 1)")],
            "same input": [("xs[:, t]", "xs[:, 0]")],
            "own output one step late": [
                (CARRY, "pass"), ("db += step_b", "db += step_b; dh = dh + dstates[:, t]")
            ],
            "states exchanged": [("h_before, states[:, t], W_hh", "states[:, t], h_before, W_hh")],
            "examples for steps": [("xs[:, t]", "xs[t]")],
            "cut at every step": [(CARRY, "dh = np.clip(dh + dstates[:, t], -1, 1)")],
            "divided by the batch": [
                ("return dW_xh, dW_hh, db", "return [g / len(xs) for g in (dW_xh, dW_hh, db)]")
            ],
            "last state's gradient kept": [("step_b, dh = ", "step_b, _ = ")],
            ("overwritten", "forward"): [
                ("dW_xh += ", "dW_xh = "), ("dW_hh += ", "dW_hh = "), ("db += ", "db = "),
                ("reversed(range(xs.shape[1]))", "range(xs.shape[1])"),
            ],
        },
        others={
            "states with a zero in front": "def bptt(xs, states, dstates, W_hh):\n"
            "    old = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)\n"
            "    total, dh = [0, 0, 0], 0\n"
            "    for t in range(xs.shape[1] - 1, -1, -1):\n"
            "        *parts, dh = step_back(dh + dstates[:, t], xs[:, t], old[:, t], "
            "states[:, t], W_hh)\n"
            "        total = [a + b for a, b in zip(total, parts)]\n"
            "    return total\n",
            "all dz first, then one product": "def bptt(xs, states, dstates, W_hh):\n"
            "    dz, dh = np.zeros_like(states), 0\n"
            "    for t in reversed(range(xs.shape[1])):\n"
            "        dz[:, t] = (dh + dstates[:, t]) * (1 - states[:, t] ** 2)\n"
            "        dh = dz[:, t] @ W_hh.T\n"
            "    return (np.einsum('bti,btu->iu', xs, dz),\n"
            "            np.einsum('bti,btu->iu', states[:, :-1], dz[:, 1:]), dz.sum((0, 1)))\n",
            "in place": [(CARRY, "dh += dstates[:, t]")],
            "TensorFlow": "def bptt(xs, states, dstates, W_hh):\n"
            "    dh, total = tf.zeros_like(states[:, 0]), [0.0, 0.0, 0.0]\n"
            "    for t in range(xs.shape[1])[::-1]:\n"
            "        old = states[:, t - 1] if t else tf.zeros_like(dh)\n"
            "        dz = (dh + dstates[:, t]) * (1 - states[:, t] ** 2)\n"
            "        parts = tf.transpose(xs[:, t]) @ dz, tf.transpose(old) @ dz, "
            "tf.reduce_sum(dz, 0)\n"
            "        total = [a + b for a, b in zip(total, parts)]\n"
            "        dh = dz @ tf.transpose(W_hh)\n"
            "    return tuple(total)\n",
        },
    ),
    "4.1": Case(
        "clip",
        slips={
            "each value": "def clip(grads, max_norm):\n"
            "    return [np.clip(g, -max_norm, max_norm) for g in grads]\n",
            "each array": "def clip(grads, max_norm):\n"
            "    return [tf.clip_by_norm(g, max_norm) for g in grads]\n",
            "always rescaled": [("min(1.0, max_norm / (norm + 1e-12))", "max_norm / norm")],
            "never clipped": [("factor * g", "g")],
            "only when small": [("min(1.0, max_norm / (norm + 1e-12))",
                                 "max_norm / norm if norm < max_norm else 1")],
            "sums squared": [("np.sum(g**2)", "np.sum(g)**2")],
            "no root": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                         "sum(np.sum(g**2) for g in grads)")],
            "norms added": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                             "sum(np.linalg.norm(g) for g in grads)")],
            "absolute values": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                                 "sum(np.abs(g).sum() for g in grads)")],
            "largest value": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                               "max(np.abs(g).max() for g in grads)")],
            "mean of squares": [("np.sqrt(sum(np.sum(g**2) for g in grads))",
                                 "np.sqrt(np.mean(np.hstack([g.ravel() for g in grads])**2))")],
            "to length 1": [("min(1.0, max_norm / (norm + 1e-12))",
                             "1 / norm if norm > max_norm else 1")],
            "factor upside down": [("min(1.0, max_norm / (norm + 1e-12))",
                                    "max(1.0, norm / max_norm)")],
            "set to zero": [("min(1.0, max_norm / (norm + 1e-12))",
                             "1.0 if norm <= max_norm else 0.0")],
            "first array's norm": [("for g in grads))", "for g in grads[:1]))")],
            "squared factor": [("min(1.0, max_norm / (norm + 1e-12))",
                                "min(1.0, (max_norm / norm)**2)")],
            "in place": "def clip(grads, max_norm):\n"
            "    norm = sum((g ** 2).sum() for g in grads) ** 0.5\n"
            "    for g in grads:\n"
            "        g *= min(1, max_norm / norm)\n"
            "    return grads\n",
            ("always rescaled", "to length 1"): [("min(1.0, max_norm / (norm + 1e-12))",
                                                  "1 / norm")],
        },
        others={
            "an if": "def clip(grads, max_norm):\n"
            "    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))\n"
            "    if norm <= max_norm:\n"
            "        return grads\n"
            "    return [g * max_norm / norm for g in grads]\n",
            "TensorFlow": "def clip(grads, max_norm):\n"
            "    return tf.clip_by_global_norm(grads, max_norm)[0]\n",
            "a generator": "def clip(grads, max_norm):\n"
            "    norm = sum((g ** 2).sum() for g in grads) ** 0.5\n"
            "    return (g / max(1, norm / max_norm) for g in grads)\n",
            "a tuple": [("return [factor * g for g in grads]",
                         "return tuple(factor * g for g in grads)")],
        },
    ),
    "4.2": Case(
        "train_step",
        slips={
            "uphill": [("w - learning_rate", "w + learning_rate")],
            "not clipped": [("clip(grads, max_norm)", "grads")],
            "clipped after scaling": [
                ("clip(grads, max_norm)", "clip([learning_rate * g for g in grads], max_norm)"),
                ("w - learning_rate * g", "w - g"),
            ],
            "weights clipped": [("clip(grads, max_norm)", "grads"),
                                ("return new,", "return clip(new, max_norm),")],
            "no learning rate": [("learning_rate * g", "g")],
            "divided by the rate": [("learning_rate * g", "g / learning_rate")],
            "only the step": [("[w - learning_rate * g", "[learning_rate * g")],
            "only the last weight": [
                ("return new,", "return [*weights[:-1], new[-1]],")
            ],
            "not updated": [("return new,", "return weights,")],
            "state weights frozen": [
                ("return new,", "return [new[0], weights[1], *new[2:]],")
            ],
            "loss after the step": [("return new, loss",
                                     "return new, gradients(new, xs, targets)[0]")],
            "two steps": [
                ("return new, loss",
                 "again = clip(gradients(new, xs, targets)[1], max_norm)\n"
                 "    return [w - learning_rate * g for w, g in zip(new, again)], loss")
            ],
            "first weights only": [("return new,", "return [*new[:3], *weights[3:]],")],
            "each clipped alone": [
                ("clip(grads, max_norm)", "[clip([g], max_norm)[0] for g in grads]")
            ],
            "divided by the batch": [("learning_rate * g", "learning_rate * g / len(xs)")],
            "the gradients": [("[w - learning_rate * g for", "[g for")],
            "loss averaged": [("return new, loss", "return new, loss / xs.shape[1]")],
            "ignored": [("learning_rate * g", "0.3 * g")],
            "order of arguments": [
                ("clip(grads, max_norm)", "clip(grads, learning_rate)"),
                ("w - learning_rate", "w - max_norm"),
            ],
            "in place": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    for w, g in zip(weights, clip(grads, max_norm)):\n"
            "        w -= learning_rate * g\n"
            "    return weights, loss\n",
            ("uphill", "not clipped"): [("w - learning_rate", "w + learning_rate"),
                                        ("clip(grads, max_norm)", "grads")],
        },
        others={
            "a loop": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    new = []\n"
            "    for i, g in enumerate(clip(grads, max_norm)):\n"
            "        new.append(weights[i] - g * learning_rate)\n"
            "    return new, loss\n",
            "TensorFlow": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    grads, _ = tf.clip_by_global_norm(grads, max_norm)\n"
            "    return [w - learning_rate * g for w, g in zip(weights, grads)], loss\n",
            "a tuple": [("return new, loss", "return tuple(new), loss")],
            "a Keras optimizer": "def train_step(weights, xs, targets, learning_rate, max_norm):\n"
            "    loss, grads = gradients(weights, xs, targets)\n"
            "    params = [keras.Variable(w) for w in weights]\n"
            "    sgd = keras.optimizers.SGD(learning_rate, global_clipnorm=max_norm)\n"
            "    sgd.apply([tf.constant(g, 'float32') for g in grads], params)\n"
            "    return [p.numpy() for p in params], loss\n",
        },
    ),
}  # fmt: skip

# Mutants of the solution that a check accepts, because they compute the same: the line that is
# changed, or what is done to it. Every other one has to be refused.
EQUIVALENT = {
    "1.1": {"z = np.sum(w @ x) + b", "`z` is done twice."},
    "1.3": {"`targets` is done twice."},
    "2.1": {"return np.tanh(x @ W_xh + (h @ W_hh + b))"},
    "2.2": {
        "h = np.zeros((len(xs), len(b)), dtype='float32')", "for t in range(xs.shape[-1 - 1]):",
        "return np.stack(states, axis=-2)", "`h` is done twice.", "`states` is done twice.",
        "`states` comes before `h`. Exchange the two steps.",
    },
    "2.3": {
        # Keras' own initializers serve as well.
        "self.W_xh = self.add_weight(shape=(inputs, units), name='W_xh')",
        "self.W_hh = self.add_weight(shape=(units, units), name='W_hh')",
        "self.b = self.add_weight(shape=(units,), name='b')",
        "h = tf.zeros((tf.shape(xs)[-0], self.units))", "for t in range(xs.shape[-1 - 1]):",
        "return tf.stack(states, axis=-2)",
        "h = tf.tanh(xs[:, t] @ self.W_xh + (h @ self.W_hh + self.b))",
        "`W_hh` comes before `W_xh`. Exchange the two steps.",
        "`b` comes before `W_hh`. Exchange the two steps.",
        "`states` comes before `h`. Exchange the two steps.", "`inputs` is done twice.",
        "`h` is done twice.", "`states` is done twice.",
    },
    "2.4": {"the call of `set_weights` is done twice."},
    "3.1": {
        "right = one_hot(targets, log_p.shape[-1])",
        "return -np.sum(right * log_p) / len(targets)", "return -np.sum(right * log_p) / len(log_p)",
        "return -np.sum(right * log_p) / len(right)",
        "return -np.sum(right * right * log_p) / len(logits)",  # 0 and 1 are their own squares
        "`right` comes before `log_p`. Exchange the two steps.", "`log_p` is done twice.",
        "`right` is done twice.",
    },
    "3.2": {
        "return (p - one_hot(targets, logits.shape[-1])) / len(targets)",
        "return (p - one_hot(targets, logits.shape[-1])) / len(p)",
        "return (p - one_hot(targets, p.shape[-1])) / len(logits)", "`p` is done twice.",
    },
    "3.3": {
        "db = dz.sum(axis=-2)", "`dW_hh` comes before `dW_xh`. Exchange the two steps.",
        "`db` comes before `dW_hh`. Exchange the two steps.",
        "`dh_before` comes before `db`. Exchange the two steps.", "`dz` is done twice.",
        "`dW_xh` is done twice.", "`dW_hh` is done twice.", "`db` is done twice.",
        "`dh_before` is done twice.",
    },
    "3.4": {
        # Any array with a number for each unit can be made zeros of.
        "dh = np.zeros_like(states[:, 0 + 1])", "dh = np.zeros_like(states[:, 0 - 1])",
        "dh = np.zeros_like(states[:, -1])", "dh = np.zeros_like(states[:, -0 - 1])",
        "dh = np.zeros_like(states[:, -0])", "dh = np.zeros_like(dstates[:, 0])",
        "dh = np.zeros_like(W_hh[:, 0])", "dh = np.zeros_like(states[:, 1])",
        "dh = np.zeros_like(states[:, 2])", "dh[...] = dh + dstates[:, t]",
        "for t in reversed(range(xs.shape[-1 - 1])):",
        "for t in reversed(range(states.shape[1])):", "for t in reversed(range(dstates.shape[1])):",
        "h_before = states[:, t - 1] if t > 0.5 else np.zeros_like(dh)",
        "h_before = states[:, t - 1] if t > 0 else np.zeros_like(h_before)",
        "`dh` comes before `dW_xh`. Exchange the two steps.",
        "`dh` comes before `h_before`. Exchange the two steps.",
        "`dW_hh` comes before `dW_xh`. Exchange the two steps.",
        "`db` comes before `dW_hh`. Exchange the two steps.", "`dW_xh` is done twice.",
        "`dh` is done twice.", "`h_before` is done twice.",
    },
    "4.1": {
        # The small number in the denominator only keeps 0 / 0 away.
        "factor = min(1.0, max_norm / norm + 1e-12)", "factor = min(1.0, max_norm / norm)",
        "factor = min(1.0, max_norm / (norm - 1e-12))",
        "factor = min(1.0, max_norm / (norm + 1e-12 + 1e-12))",
        "factor = min(1.0, max_norm / (norm + -1e-12))", "factor = min(1.0, max_norm / (norm + 0))",
        "factor = min(1.0, max_norm / (norm + 5e-13))", "factor = min(1, max_norm / (norm + 1e-12))",
        "factor = min(max_norm / (norm + 1e-12), 1.0)",
        "norm = np.sqrt(sum((np.sum(g ** 2) for g in list(grads)[::-1])))",
        "`norm` is done twice.", "`factor` is done twice.",
    },
    "4.2": {"`loss` is done twice.", "`clipped` is done twice.", "`new` is done twice."},
}
