"""What `notebooks/selective_recurrence.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import math
import tensorflow as tf
from keras import layers

def earlier(x, back, fill):
    """Each step's entry from `back` steps before; `fill` where none is."""
    return tf.pad(x[:, :-back], [[0, 0], [back, 0], [0, 0]],
                  constant_values=fill)


def scan(a, b):
    """h[t] = a[t] * h[t-1] + b[t] for all t: (batch, time, units)."""
    back = 1
    while back < a.shape[1]:
        a, b = a * earlier(a, back, 1.0), a * earlier(b, back, 0.0) + b
        back = 2 * back
    return b


class SelectiveRecurrence(layers.Layer):
    """h = a h + (1 - a) v, in a block's place for attention."""

    def __init__(
        self, d_model, num_heads=None, units=None, longest=100, **kwargs
    ):
        super().__init__(**kwargs)
        units = units or d_model  # numbers in the state
        spread = keras.initializers.RandomUniform(0.0, math.log(longest))
        self.to_gate = layers.Dense(units, bias_initializer=spread)
        self.to_value = layers.Dense(units)
        self.to_output = layers.Dense(d_model)

    def keep(self, x):
        return tf.sigmoid(self.to_gate(x))

    def write(self, a):
        return 1 - a

    def call(
        self, x, attention_mask=None, use_causal_mask=True,
        return_attention_scores=False,
    ):
        if attention_mask is not None:
            raise ValueError("no mask here: put the padding at the end")
        a = self.keep(x)  # (batch, time, units)
        h = scan(a, self.write(a) * self.to_value(x))
        y = self.to_output(h)
        return (y, a) if return_attention_scores else y


class FixedRecurrence(SelectiveRecurrence):
    """a is one learned number per unit: the gate sees only zeros."""

    def keep(self, x):
        return super().keep(tf.zeros_like(x))

    def write(self, a):
        return tf.sqrt(1 - a**2)
