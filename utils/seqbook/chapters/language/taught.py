"""What `notebooks/language.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import numpy as np
import tensorflow as tf

def product(E, ids):
    """One-hot vectors times the matrix: (...,) to (..., embedding_dim)."""
    return tf.one_hot(ids, E.shape[0], dtype=E.dtype) @ E


def lookup(E, ids):
    """The same without multiplying: row `id` of E, for each id."""
    return tf.gather(E, ids)


def lookup_gradient(ids, upstream, vocabulary_size):
    """dL/dE from dL/d(vectors), `upstream` of shape (..., embedding_dim)."""
    dE = np.zeros((vocabulary_size, upstream.shape[-1]))
    for i, g in zip(np.ravel(ids), upstream.reshape(-1, upstream.shape[-1])):
        dE[i] += g  # a word that comes twice gets both
    return dE


def pad(sequences, timesteps=None):
    """Lists of ids to one array (sequences, timesteps), zeros at the end."""
    timesteps = timesteps or max(len(ids) for ids in sequences)
    array = np.zeros((len(sequences), timesteps), dtype="int32")
    for row, ids in zip(array, sequences):
        row[: len(ids)] = ids
    return array


def masked_rnn(cell, x, mask, states):
    """Run a cell over x, holding still where the mask is False.

    x: (batch, timesteps, features), mask: (batch, timesteps).
    Returns the outputs (batch, timesteps, units) and the last states.
    """
    shown, outputs = tf.zeros_like(states[0]), []
    for t in range(x.shape[1]):
        output, new_states = cell(x[:, t], states)
        real = mask[:, t, None]  # (batch, 1)
        shown = tf.where(real, output, shown)
        states = [tf.where(real, n, s) for n, s in zip(new_states, states)]
        outputs.append(shown)
    return tf.stack(outputs, axis=1), states
