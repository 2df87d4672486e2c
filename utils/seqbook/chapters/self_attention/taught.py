"""What `notebooks/self_attention.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import tensorflow as tf
from keras import layers
from seqbook.chapters.attention.taught import scaled_scores

def masked_attention(queries, keys, values, mask=None):
    """Attention; a query sees a key only where the mask is True."""
    scores = scaled_scores(queries, keys)  # (..., queries, keys)
    if mask is not None:
        scores = tf.where(mask, scores, -1e9)
    weights = tf.nn.softmax(scores)
    if mask is not None:  # a query that may see nothing gets nothing
        weights = tf.where(mask, weights, 0.0)
    return weights @ values, weights


def causal_mask(time):
    """(time, time): True where the key's step is not after the query's."""
    step = tf.range(time)
    return step[:, None] >= step[None, :]


def padding_mask(tokens):
    """(batch, time) ids, 0 for padding → (batch, 1, 1, time)."""
    return (tokens != 0)[:, None, None, :]


class MultiHeadAttention(layers.Layer):
    """Several heads side by side; d_model numbers go in and come out."""

    def __init__(self, d_model, num_heads, use_bias=False, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.to_query = layers.Dense(d_model, use_bias=use_bias)
        self.to_key = layers.Dense(d_model, use_bias=use_bias)
        self.to_value = layers.Dense(d_model, use_bias=use_bias)
        self.to_output = layers.Dense(d_model, use_bias=use_bias)

    def split(self, x):
        """(batch, time, d_model) → (batch, heads, time, d_head)."""
        time, d_head = tf.shape(x)[1], x.shape[-1] // self.num_heads
        x = tf.reshape(x, [-1, time, self.num_heads, d_head])
        return tf.transpose(x, [0, 2, 1, 3])

    def join(self, x):
        """(batch, heads, time, d_head) → (batch, time, d_model)."""
        x = tf.transpose(x, [0, 2, 1, 3])
        time, d_model = tf.shape(x)[1], self.num_heads * x.shape[-1]
        return tf.reshape(x, [-1, time, d_model])

    def place(self, x):
        """What a later chapter does to queries and keys; here nothing."""
        return x

    def call(self, x, context=None, attention_mask=None,
             use_causal_mask=False, return_attention_scores=False):
        context = x if context is None else context
        queries = self.place(self.split(self.to_query(x)))
        keys = self.place(self.split(self.to_key(context)))
        values = self.split(self.to_value(context))
        mask = attention_mask
        if use_causal_mask:
            causal = causal_mask(tf.shape(x)[1])
            mask = causal if mask is None else causal & mask
        heads, weights = masked_attention(queries, keys, values, mask)
        y = self.to_output(self.join(heads))
        return (y, weights) if return_attention_scores else y
