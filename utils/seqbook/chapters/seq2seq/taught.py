"""What `notebooks/seq2seq.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops
from seqbook.chapters.seq2seq import translation
from seqbook.chapters.seq2seq.translation import SOURCE
from seqbook.chapters.seq2seq.translation import TARGET

def batch(number, things, seed):
    """English ids (number, 4n - 1), French ids (number, 4n + 1)."""
    made = translation.pairs(number, int(things), seed=seed)
    english = translation.encode([pair.english for pair in made], SOURCE)
    french = [pair.french for pair in made]
    return english, translation.encode(french, TARGET, ends=True)


def make_translator(units, reverse=False, embedding_dim=32):
    """(English ids, French ids so far) → logits of each next French word."""
    source = keras.Input((None,), dtype="int32")
    x = layers.Embedding(len(SOURCE), embedding_dim, name="read")(source)
    encoder = layers.GRU(units, go_backwards=reverse, name="encoder")
    vector = encoder(x)  # (batch, units)

    so_far = keras.Input((None,), dtype="int32")
    y = layers.Embedding(len(TARGET), embedding_dim, name="reread")(so_far)
    decoder = layers.GRU(units, return_sequences=True, name="decoder")
    states = decoder(y, initial_state=vector)  # (batch, words, units)
    logits = layers.Dense(len(TARGET), name="logits")(states)
    return keras.Model([source, so_far], logits)


def make_step(model, optimizer):
    """A compiled training step for a model that gives logits."""
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    takes = [tf.TensorSpec(x.shape, x.dtype) for x in model.inputs]
    gives = tf.TensorSpec(model.output.shape[:-1], "int32")

    @tf.function(input_signature=[takes, gives])  # one graph for all lengths
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            loss = loss_of(targets, model(inputs, training=True))
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    return step


START = TARGET.index("<start>")


def greedy(model, english, longest, mask=None):
    """French ids (sentences, longest), every word fed back in."""
    read, encoder = model.get_layer("read"), model.get_layer("encoder")
    reread, cell = model.get_layer("reread"), model.get_layer("decoder").cell
    h = encoder(read(english), mask=mask)  # the one vector
    word, written = np.full(len(english), START), []
    for _ in range(longest):
        h, _ = cell(reread(word), [h])
        word = ops.argmax(model.get_layer("logits")(h), axis=-1)
        written.append(word)
    return np.stack(written, axis=1)
