"""What `notebooks/perceptron.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf

class Dense(keras.layers.Layer):
    """h = g(x W + b), for a batch of rows x."""

    def __init__(self, units, activation=None):
        super().__init__()
        self.units, self.g = units, keras.activations.get(activation)

    def build(self, input_shape):
        m, n = input_shape[-1], self.units
        self.W = self.add_weight(shape=(m, n), initializer="glorot_uniform")
        self.b = self.add_weight(shape=(n,), initializer="zeros")

    def call(self, x):
        return self.g(tf.matmul(x, self.W) + self.b)


def outputs_and_gradients(forward, x, weights):
    """Outputs, then the gradients of their mean square at x and weights."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = forward(x)
        loss = tf.reduce_mean(outputs ** 2)
    return [outputs, *tape.gradient(loss, [x, *weights])]


def largest_difference(ours, theirs):
    """Over all pairs of arrays, relative to the largest entry of each."""
    differences = []
    for a, b in zip(ours, theirs, strict=True):
        a, b = np.array(a), np.array(b)
        if a.shape != b.shape:
            raise ValueError(f"the shapes differ: {a.shape} and {b.shape}")
        differences.append(np.abs(a - b).max() / np.abs(b).max())
    return max(differences)


def train(model, loss_fn, x, y, steps=500, learning_rate=0.1):
    """Adjust the weights of any model; returns the loss at every step."""
    optimizer = keras.optimizers.Adam(learning_rate)

    @tf.function  # translated into a graph once, then run without Python
    def train_step():
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x))              # 1. forward
        weights = model.trainable_variables
        gradients = tape.gradient(loss, weights)     # 2. backward
        optimizer.apply(gradients, weights)          # 3. a step against them
        return loss

    return np.array([train_step() for _ in range(steps)])
