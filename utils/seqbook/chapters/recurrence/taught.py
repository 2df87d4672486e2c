"""What `notebooks/recurrence.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import tensorflow as tf

class RNNCell(tf.keras.layers.Layer):
    """One step: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):  # (batch, inputs)
        inputs, units = input_shape[-1], self.units
        self.W_xh = self.add_weight(
            (inputs, units), "glorot_uniform", name="W_xh"
        )
        self.W_hh = self.add_weight((units, units), "orthogonal", name="W_hh")
        self.b_h = self.add_weight((units,), "zeros", name="b_h")

    def call(self, x, states):  # (batch, inputs), [(batch, units)]
        h = tf.tanh(x @ self.W_xh + states[0] @ self.W_hh + self.b_h)
        return h, [h]  # the output, and the state to hand on


class LoopRNN(tf.keras.layers.Layer):
    """The cell at every step of a sequence, in a Python loop."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.cell = RNNCell(units)

    def build(self, input_shape):  # (batch, timesteps, inputs)
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, x, initial_state=None):
        if x.shape[1] is None:
            raise ValueError("LoopRNN needs a fixed number of steps")
        h, states = initial_state, []
        if h is None:
            h = tf.zeros((tf.shape(x)[0], self.cell.units))
        for t in range(x.shape[1]):
            h, _ = self.cell(x[:, t], [h])
            states.append(h)
        return tf.stack(states, axis=1)  # (batch, timesteps, units)
