"""Check 3.1: the model, judged by what it can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import Verdict, numbers
from .lab import exercise, named

VOCABULARY, EMBEDDING, UNITS = 7, 5, 6
IDS = np.array([[1, 4, 2, 6], [3, 0, 5, 1], [6, 2, 0, 4]], "int32")

MODEL_HINTS = {
    "nothing": "your function returns nothing, None. End it with `return` and the model.",
    "not a model": "a Keras model is expected: keras.Sequential([...]) or keras.Model(inputs, "
    "outputs).",
    "a tensor": "the output of the last layer came back. Make a model of it: "
    "keras.Model(inputs, outputs).",
    "layers in a list": "a list of layers came back: give it to keras.Sequential.",
    "fixed window": "the model takes windows of one length only, or batches of one size: its "
    "input is keras.Input((None,)), so that a window may have any length.",
    "return_sequences missing": "there is one output for the whole window: the recurrent layer "
    "must give its state at every step, `return_sequences=True`.",
    "lower return_sequences missing": "a recurrent layer gives one output for the whole window, "
    "and the next one needs one for every step: `return_sequences=True` in each.",
    "return_state": "the recurrent layer gives its last state too (`return_state=True`), so the "
    "next layer gets a list: leave that out. `return_sequences=True` is all that is needed.",
    "embedding missing": "the recurrent layer gets the characters' numbers themselves. An "
    "Embedding must come first: it makes a vector of each.",
    "softmax at the end": "the outputs are probabilities already: leave out the activation of the "
    "last layer. Logits are wanted; the loss applies the softmax.",
    "activation at the end": "the last layer has an activation: leave it out, a logit may be any "
    "number.",
    "dense missing": "the recurrent layer's outputs are the result, and they lie between −1 and "
    "1. A Dense layer must turn each state into logits: Dense(vocabulary_size).",
    "stateful": "the state is kept from one batch to the next (`stateful=True`), but the windows "
    "of two batches have nothing to do with each other: each must begin with a state of zeros.",
    "reads the future": "an output depends on characters that come after it (Bidirectional, or "
    "`go_backwards`): when tunes are written there are none yet.",
    "no memory": "an output depends on its own character only: a recurrent layer, GRU or LSTM, is "
    "missing, or its output is not what the last layer is given.",
    "rows mixed": "what comes out for one row of the batch depends on the other rows: each window "
    "must be treated alone.",
    "plain RNN": "the recurrent layer is a SimpleRNN, which forgets after a few bars: use GRU or "
    "LSTM.",
    "END is masked": "the Embedding hides number 0 (`mask_zero=True`), but 0 is END and no filler: "
    "the model must see where a tune begins.",
    "wrong outputs": "the last layer has {outputs} outputs. It must have one for each character of "
    "the vocabulary, Dense(vocabulary_size), here 7.",
    "embedding swapped": "the Embedding's arguments are exchanged: first the number of rows, "
    "vocabulary_size, then the size of a vector, embedding.",
    "embedding rows": "the Embedding has {rows} rows. It needs one for each character, no fewer "
    "and no more: its first argument is vocabulary_size, here 7.",
    "sizes swapped": "embedding and units are exchanged: `embedding` is the size of a character's "
    "vector, `units` that of the recurrent state.",
    "wrong embedding": "a character's vector has the size {width}. It must have the size "
    "`embedding`, which is 5 in this check.",
    "wrong units": "the recurrent state has the size {units}. It must have the size `units`, which "
    "is 6 in this check.",
    "frozen": "the weights of {frozen} cannot learn: `trainable=False` keeps them as they are, at "
    "random. Leave that out.",
    "alike at first": "all weights of {alike} begin with the same number, so its units get the "
    "same corrections and stay alike: leave the initializer out.",
    "no gradient": "no gradient reaches the weights of {cut}, so they cannot learn. Is there a "
    "`stop_gradient` behind them, a `.numpy()`, or is their output not used?",
}


def sizes(model: Any) -> tuple[int, int, int]:
    """(rows and columns of the first Embedding, units of the last recurrent layer), 0 if none."""
    import keras

    tables = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    recurrent = [layer for layer in model.layers if hasattr(layer, "cell")]
    rows, width = (tables[0].input_dim, tables[0].output_dim) if tables else (0, 0)
    return rows, width, getattr(recurrent[-1], "units", 0) if recurrent else 0


@exercise(
    "3.1", "Embedding, a recurrent layer at every step, one logit for each character.",
    crashes=[
        ("ndim=3, found ndim=2.*received: \\(None, None\\)", MODEL_HINTS["embedding missing"],
         "embedding missing"),
        ("ndim=3, found ndim=2", MODEL_HINTS["lower return_sequences missing"],
         "lower return_sequences missing"),
        ("2 input tensors|received 3 input tensors|KerasTensor.*list|list.*KerasTensor",
         MODEL_HINTS["return_state"], "return_state"),
        ("stateful", MODEL_HINTS["stateful"], "stateful"),
        ("(?i)not connected|disconnected|`inputs`.*outputs", "keras.Model takes the inputs first, "
         "then what the last layer gives: every layer is called on what the one before returned."),
        (r"at `[^`]*(Embedding|GRU|LSTM|Dense)\(.*(positional argument|unexpected keyword)", "Look at the layers' arguments: "
         "Embedding(rows, size), GRU(units), Dense(outputs)."),
    ],
)  # fmt: skip
def build_model(answer: Callable[..., Any]) -> Verdict:
    """`answer(vocabulary_size, embedding, units) → model`."""
    import keras

    model = answer(VOCABULARY, EMBEDDING, UNITS)
    if not isinstance(model, keras.Model):
        slip = (
            "nothing" if model is None else "a tensor" if keras.backend.is_keras_tensor(model)
            else "layers in a list" if isinstance(model, list | tuple) else "not a model"
        )  # fmt: skip
        return named(MODEL_HINTS, [slip])
    said = faults_of(model)
    return named(MODEL_HINTS, *said[:1], **said[1]) if said[0] else chain_fault(model)


def faults_of(model: Any) -> tuple[list[str], dict[str, Any]]:
    """The slips in a model, and words for their hints."""
    import keras

    found: list[str] = []
    rows, width, units = sizes(model)
    words: dict[str, Any] = {"rows": rows, "width": width, "units": units}
    if any(getattr(layer, "stateful", False) for layer in model.layers):
        found.append("stateful")
    elif any(tuple(shape)[:2] != (None, None) for shape in known_shapes(model)):
        return ["fixed window"], words
    if rows and (rows, width) == (EMBEDDING, VOCABULARY):
        return [*found, "embedding swapped"], words
    if rows and rows != VOCABULARY:
        found.append("embedding rows")
    if (width, units) == (UNITS, EMBEDDING):
        found.append("sizes swapped")
    else:
        found += ["wrong embedding"] * (width not in (0, EMBEDDING))
        found += ["wrong units"] * (units not in (0, UNITS))
    if found and (rows < VOCABULARY or "stateful" in found):
        return found, words
    model(IDS)
    frozen = [layer.name for layer in model.layers if layer.weights and any(
        weight is not None and not weight.trainable for weight in learned(layer))]  # fmt: skip
    alike = [layer.name for layer in model.layers if any(
        np.ptp(weight.numpy()) == 0 for weight in learned(layer)
        if weight.shape.rank != 1 and "bias" not in weight.name and np.size(weight) > 1
    )]  # fmt: skip
    words.update(frozen=" and ".join(frozen), alike=" and ".join(alike))
    found += ["frozen"] * bool(frozen) + ["alike at first"] * bool(alike)
    # Random first weights could hide a slip: these are known, and large enough to show it.
    for i, weight in enumerate(model.weights):
        if "seed" not in weight.name and weight.dtype.startswith("float"):
            weight.assign(numbers(*weight.shape, phase=float(i)) if len(weight.shape) else 0.5)
    out = np.asarray(model(IDS))
    if out.ndim == 2:
        return [*found, "return_sequences missing"], words
    words["outputs"] = out.shape[-1]
    last = model.layers[-1]
    inner = getattr(last, "layer", last)
    name = getattr(getattr(inner, "activation", None), "__name__", "linear")
    if isinstance(last, keras.layers.RNN):
        found.append("dense missing")
    elif out.shape[-1] != VOCABULARY:
        found.append("wrong outputs")
    elif name in ("softmax", "log_softmax") or any(
        np.allclose(f(out).sum(-1), 1, atol=1e-5) for f in (np.abs, np.exp)
    ):
        found.append("softmax at the end")
    elif name != "linear" or (out >= 0).all():
        found.append("activation at the end")
    later, earlier = IDS.copy(), IDS.copy()
    later[:, -1], earlier[:, 0] = (later[:, -1] + 1) % VOCABULARY, (earlier[:, 0] + 1) % VOCABULARY
    if not np.allclose(np.asarray(model(later))[:, :-1], out[:, :-1], atol=1e-6):
        found.append("reads the future")
    elif np.allclose(np.asarray(model(earlier))[:, 1:], out[:, 1:], atol=1e-7):
        found.append("no memory")
    elif any(isinstance(layer, keras.layers.SimpleRNN) for layer in model.layers):
        found.append("plain RNN")
    alone = np.concatenate([np.asarray(model(IDS[i : i + 1])) for i in range(len(IDS))])
    normed = any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers)
    if normed or not np.allclose(alone, out, atol=1e-5):
        found.append("rows mixed")
    if any(getattr(layer, "mask_zero", False) for layer in model.layers):
        found.append("END is masked")
    if not found:
        cut = unreached(model)
        words["cut"] = " and ".join(cut)
        found += ["no gradient"] * bool(cut)
    return found, words


def known_shapes(model: Any) -> list[Any]:
    """The shapes of inputs that a model was made for, as far as it knows them."""
    try:
        return [tensor.shape for tensor in model.inputs or ()]
    except (AttributeError, ValueError):  # a Sequential that was not built yet
        return []


def learned(layer: Any) -> list[Any]:
    """The weights of a layer that are meant to learn: not counts, seeds or running means."""
    own = [w for w in layer.weights if "seed" not in w.name and "moving" not in w.name]
    return [w for w in own if w.dtype.startswith("float") and "count" not in w.name]


def unreached(model: Any) -> list[str]:
    """The layers with weights that a step of training would not change."""
    import tensorflow as tf

    weights = model.trainable_variables
    with tf.GradientTape() as tape:
        out = model(IDS, training=True)
        loss = tf.reduce_mean(out * numbers(*out.shape, phase=2.2))
    gradients = tape.gradient(loss, [w.value for w in weights])
    still = {id(w) for w, g in zip(weights, gradients, strict=True)
             if g is None or not np.any(np.asarray(tf.convert_to_tensor(g)))}  # fmt: skip
    return [layer.name for layer in model.layers if any(id(w) in still for w in layer.weights)]


def chain_fault(model: Any) -> str | None:
    """Why tunes could not be generated from a model of this form, None if they can be."""
    from ...music.generation import GenerationError, chain

    try:
        chain(model)
    except GenerationError as error:
        return f"the outputs are right, but for writing tunes {error}."
    return None
