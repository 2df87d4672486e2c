"""What `notebooks/gates.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import tensorflow as tf

class LSTMCell(tf.keras.layers.Layer):
    """One step of an LSTM. Blocks of columns: i, f, c, o."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size = units, [units, units]

    def build(self, input_shape):  # (batch, inputs)
        inputs, n = input_shape[-1], self.units

        def forget_bias_one(shape, dtype=None):
            return tf.concat([tf.zeros(n), tf.ones(n), tf.zeros(2 * n)], 0)

        glorot = "glorot_uniform"
        self.W_x = self.add_weight((inputs, 4 * n), glorot, name="W_x")
        self.W_h = self.add_weight((n, 4 * n), "orthogonal", name="W_h")
        self.b = self.add_weight((4 * n,), forget_bias_one, name="b")

    def call(self, x, states):  # (batch, inputs), two of (batch, units)
        h, c = states
        z = x @ self.W_x + h @ self.W_h + self.b  # (batch, 4 * units)
        i, f, new, o = tf.split(z, 4, axis=-1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(new)
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, [h, c]  # the output, and the two states to hand on


class GRUCell(tf.keras.layers.Layer):
    """One step of a GRU. Blocks of columns: z, r, h."""

    def __init__(self, units, reset_after=True, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units
        self.reset_after = reset_after

    def build(self, input_shape):  # (batch, inputs)
        inputs, n = input_shape[-1], self.units
        bias_shape = (2, 3 * n) if self.reset_after else (3 * n,)
        glorot = "glorot_uniform"
        self.W_x = self.add_weight((inputs, 3 * n), glorot, name="W_x")
        self.W_h = self.add_weight((n, 3 * n), "orthogonal", name="W_h")
        self.b = self.add_weight(bias_shape, "zeros", name="b")

    def call(self, x, states):  # (batch, inputs), [(batch, units)]
        h = states[0]
        b_x = self.b[0] if self.reset_after else self.b
        b_h = self.b[1] if self.reset_after else tf.zeros(3 * self.units)
        x_z, x_r, x_new = tf.split(x @ self.W_x + b_x, 3, axis=-1)
        W_z, W_r, W_new = tf.split(self.W_h, 3, axis=-1)
        b_z, b_r, b_new = tf.split(b_h, 3)
        z = tf.sigmoid(x_z + h @ W_z + b_z)
        r = tf.sigmoid(x_r + h @ W_r + b_r)
        if self.reset_after:
            from_state = r * (h @ W_new + b_new)
        else:
            from_state = (r * h) @ W_new
        h = z * h + (1 - z) * tf.tanh(x_new + from_state)
        return h, [h]


def read(cell, x, backwards=False):
    """What a cell says at every step: (batch, timesteps, units), in order."""
    sizes = tf.nest.flatten(cell.state_size)
    states = [tf.zeros((tf.shape(x)[0], size)) for size in sizes]
    steps, outputs = range(x.shape[1]), []
    for t in reversed(steps) if backwards else steps:
        output, states = cell(x[:, t], states)
        outputs.append(output)
    return tf.stack(outputs[::-1] if backwards else outputs, axis=1)


def stacked(cells, x):
    for cell in cells:
        x = read(cell, x)  # the next cell reads what this one said
    return x


def bidirectional(forward, backward, x):
    both = [read(forward, x), read(backward, x, backwards=True)]
    return tf.concat(both, axis=-1)  # (batch, timesteps, 2 * units)
