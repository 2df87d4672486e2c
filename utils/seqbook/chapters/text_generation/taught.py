"""What `notebooks/text_generation.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import numpy as np

def softmax(logits):
    """Probabilities along the last axis."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def next_logits(model, ids, t):
    """Logits, shape (batch, V), of what follows the symbols up to place t."""
    return model.predict_on_batch(ids)[:, t].astype("float64")


def draw(p, rng):
    """An index for each row of p (batch, V), drawn by its probability."""
    u = rng.random((len(p), 1))
    ends = p.cumsum(axis=1)
    return np.minimum((ends <= u).sum(axis=1), p.shape[1] - 1)


def at(temperature):
    """A way to choose: softmax at this temperature."""
    return lambda logits: softmax(logits / temperature)


def top(k, temperature=1.0):
    """A way to choose: only among the k likeliest."""

    def choose(logits):
        least = np.sort(logits, axis=-1)[..., -k, None]  # the k-th highest
        kept = np.where(logits >= least, logits, -np.inf)
        return softmax(kept / temperature)

    return choose


def nucleus(share):
    def choose(logits):
        p = softmax(logits)
        order = np.argsort(-p, axis=-1)
        sorted_p = np.take_along_axis(p, order, axis=-1)
        before = sorted_p.cumsum(axis=-1) - sorted_p  # of the likelier ones
        kept = np.zeros_like(p)
        np.put_along_axis(kept, order, sorted_p * (before < share), axis=-1)
        return kept / kept.sum(axis=-1, keepdims=True)

    return choose
