"""What `notebooks/long_sequences.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import tensorflow as tf
from keras import layers
from seqbook.chapters.positions.taught import RotaryAttention
from seqbook.chapters.transformer.taught import Block
from time import process_time

def seconds_a_step(layer, length):
    """Processor time of a training step on 4 sequences, the lower of 2."""
    x = tf.random.normal((4, length, 64))
    layer(x[:, :2])  # two steps are enough to build it

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(layer(x) ** 2)
        return tape.gradient(loss, layer.trainable_weights)

    step()  # this call compiles
    seconds = []
    for _ in range(2):
        start = process_time()
        step()[0].numpy()
        seconds.append(process_time() - start)
    return min(seconds)


from seqbook.chapters.transformer.taught import Block, make_transformer


def first_cache(model, batch, longest):
    """For each block keys and values (batch, heads, longest, d_head)."""
    cache = []
    for layer in model.layers:
        if isinstance(layer, Block):
            heads = layer.attention.num_heads
            d_head = layer.attention.to_key.units // heads
            empty = tf.zeros([batch, heads, longest, d_head])
            cache.append((empty, empty))
    return cache


from seqbook.chapters.positions.taught import rotate
from seqbook.chapters.self_attention.taught import masked_attention


def cached_attention(attention, x, cache, t):
    """x is one step (batch, 1, d_model); → its output, the new cache."""
    query, new_key = [
        rotate(attention.split(project(x)), start=t)
        for project in [attention.to_query, attention.to_key]
    ]
    new_value = attention.split(attention.to_value(x))
    keys, values = cache
    place = tf.range(keys.shape[2])
    here = (place == t)[:, None]  # (longest, 1)
    keys = tf.where(here, new_key, keys)
    values = tf.where(here, new_value, values)
    heads, _ = masked_attention(query, keys, values, place <= t)
    return attention.to_output(attention.join(heads)), (keys, values)


def cached_step(model, token, cache, t):
    """Token t, (batch,) → logits (batch, outputs), the new cache."""
    x, new_cache = token[:, None], []
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, Block):
            y, pair = cached_attention(
                layer.attention, layer.norm_attention(x),
                cache[len(new_cache)], t,
            )
            x = x + y
            x = x + layer.mlp(layer.norm_mlp(x))
            new_cache.append(pair)
        else:
            x = layer(x)
    return x[:, 0], new_cache


class CachedTransformer:
    """A causal rotary transformer, one token at a time, with a cache."""

    STEPWISE = (layers.InputLayer, layers.Embedding, layers.Dense,
                layers.LayerNormalization)

    def __init__(self, model, longest):
        for layer in model.layers:
            if isinstance(layer, Block):
                rotary = type(layer.attention) is RotaryAttention
                fits = rotary and layer.causal
            else:
                fits = isinstance(layer, self.STEPWISE)
            if not fits:
                raise ValueError(
                    f"no cache for the layer {layer.name!r}: blocks have to "
                    "be causal with RotaryAttention, others stepwise"
                )
        self.model, self.max_steps = model, longest
        self.vocabulary_size = model.output_shape[-1]

    def first_state(self, n):
        cache = first_cache(self.model, n, self.max_steps)
        return {"t": tf.constant(0), "cache": cache}

    def step(self, tokens, state):
        t = state["t"]
        full = f"the cache holds {self.max_steps} tokens: make it longer"
        tf.debugging.assert_less(t, self.max_steps, full)
        logits, cache = cached_step(self.model, tokens, state["cache"], t)
        return logits, {"t": t + 1, "cache": cache}
