"""What `notebooks/attention.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import tensorflow as tf

def scaled_scores(queries, keys):
    """(..., queries, d_k), (..., keys, d_k) → (..., queries, keys)."""
    d_k = queries.shape[-1]
    return tf.matmul(queries, keys, transpose_b=True) / d_k**0.5


def attention(queries, keys, values):
    """Outputs (..., queries, d_v) and weights (..., queries, keys)."""
    weights = tf.nn.softmax(scaled_scores(queries, keys))
    return weights @ values, weights
