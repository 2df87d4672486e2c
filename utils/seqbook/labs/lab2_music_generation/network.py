"""Checks 3.1 to 3.4: the model, its loss, the training step, bits per character."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, NOT_TENSORFLOW, Faults, compiles, judge_compiled, named

# 3.1 ---------------------------------------------------------------------------------------------

VOCABULARY, EMBEDDING, UNITS = 7, 5, 6
IDS = np.array([[1, 4, 2, 6], [3, 0, 5, 1], [6, 2, 0, 4]], "int32")

MODEL_HINTS = {
    "return_sequences missing": "there is one output for the whole window: the recurrent layer "
    "must "
    "give its state at every step, `return_sequences=True`.",
    "softmax at the end": "the outputs are probabilities already: leave out the activation of the "
    "last layer. Logits are wanted; the loss applies the softmax.",
    "activation at the end": "the last layer has an activation: a logit may be any number.",
    "stateful": "the state is kept from one batch to the next (`stateful=True`), but the windows "
    "of "
    "two batches have nothing to do with each other: each must begin with a state of zeros.",
    "reads the future": "an output depends on characters that come after it (Bidirectional, or "
    "`go_backwards`): when tunes are written there are none yet.",
    "no memory": "an output depends on its own character only: a recurrent layer, GRU or LSTM, is "
    "missing.",
    "plain RNN": "the recurrent layer is a SimpleRNN, which forgets after a few bars: use GRU or "
    "LSTM.",
    "END is masked": "the Embedding hides number 0 (`mask_zero=True`), but 0 is END and no filler: "
    "the model must see where a tune begins.",
    "wrong outputs": "the last layer must have one output for each character of the vocabulary: "
    "Dense(vocabulary_size).",
    "embedding too small": "the Embedding needs a row for each character: its first argument is "
    "vocabulary_size.",
    "sizes swapped": "embedding and units are swapped: `embedding` is the size of a character's "
    "vector, `units` of the recurrent state.",
    "wrong embedding": "a character's vector must have the size `embedding`.",
    "wrong units": "the recurrent state must have the size `units`.",
}


def sizes(model: Any) -> tuple[int, int, int]:
    """(rows and columns of the first Embedding, units of the last recurrent layer), 0 if none."""
    import keras

    tables = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    recurrent = [layer for layer in model.layers if hasattr(layer, "cell")]
    rows, width = (tables[0].input_dim, tables[0].output_dim) if tables else (0, 0)
    return rows, width, getattr(recurrent[-1], "units", 0) if recurrent else 0


@LAB.exercise("3.1", "Embedding, a recurrent layer at every step, one logit for each character.")
def build_model(answer: Callable[..., Any]) -> Faults | str | None:
    """`answer(vocabulary_size, embedding, units) → model`."""
    import keras

    try:
        model = answer(VOCABULARY, EMBEDDING, UNITS)
    except ValueError as error:
        if "stateful" in str(error):
            return named(MODEL_HINTS, ["stateful"])
        raise
    if not isinstance(model, keras.Model):
        return "a Keras model is expected: keras.Sequential([...]) or keras.Model(inputs, outputs)."
    found: list[str] = []
    rows, width, units = sizes(model)
    if rows and rows < VOCABULARY:
        return named(MODEL_HINTS, ["embedding too small"])
    if (width, units) == (UNITS, EMBEDDING):
        found.append("sizes swapped")
    else:
        found += ["wrong embedding"] * (width not in (0, EMBEDDING))
        found += ["wrong units"] * (units not in (0, UNITS))
    if any(getattr(layer, "stateful", False) for layer in model.layers):
        return named(MODEL_HINTS, [*found, "stateful"])
    # Random first weights could hide a slip: these are known, and large enough to show it.
    model(IDS)
    for i, weight in enumerate(model.trainable_variables):
        weight.assign(numbers(*weight.shape, phase=float(i)) if len(weight.shape) else 0.5)
    out = np.asarray(model(IDS))
    if out.ndim == 2:
        return named(MODEL_HINTS, [*found, "return_sequences missing"])
    if out.ndim != 3 or out.shape[:2] != IDS.shape:
        return f"the outputs have shape {out.shape}, they should have {(*IDS.shape, VOCABULARY)}."
    last = model.layers[-1]
    name = getattr(getattr(last, "activation", None), "__name__", "linear")
    if out.shape[-1] != VOCABULARY:
        found.append("wrong outputs")
    elif name == "softmax" or np.allclose(np.abs(out).sum(-1), 1, atol=1e-5):
        found.append("softmax at the end")
    elif name != "linear" or (out >= 0).all() or np.allclose(np.exp(out).sum(-1), 1, atol=1e-5):
        found.append("activation at the end")
    later, earlier = IDS.copy(), IDS.copy()
    later[:, -1] = (later[:, -1] + 1) % VOCABULARY
    earlier[:, 0] = earlier[:, 0] % (VOCABULARY - 1) + 1  # another one, and not END
    if not np.allclose(np.asarray(model(later))[:, :-1], out[:, :-1], atol=1e-6):
        found.append("reads the future")
    elif np.allclose(np.asarray(model(earlier))[:, 1:], out[:, 1:], atol=1e-7):
        found.append("no memory")
    elif any(isinstance(layer, keras.layers.SimpleRNN) for layer in model.layers):
        found.append("plain RNN")
    if any(getattr(layer, "mask_zero", False) for layer in model.layers):
        found.append("END is masked")
    if found:
        return named(MODEL_HINTS, found)
    return chain_fault(model)


def chain_fault(model: Any) -> str | None:
    """Why tunes could not be generated from a model of this form, None if they can be."""
    from ...music.generation import GenerationError, chain

    try:
        chain(model)
    except GenerationError as error:
        return f"the outputs are right, but for writing tunes {error}."
    return None


# 3.2 ---------------------------------------------------------------------------------------------


def log_softmax(logits: np.ndarray) -> np.ndarray:
    logits = logits - logits.max(axis=-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def loss_reference(
    logits: np.ndarray, targets: np.ndarray, faults: frozenset[str]
) -> dict[str, Any]:
    logits = logits.astype("float64")
    if "shifted again" in faults:
        logits, targets = logits[:, :-1], targets[:, 1:]
    if "last character only" in faults:
        logits, targets = logits[:, -1:], targets[:, -1:]
    if "softmax over time" in faults:
        logp = np.swapaxes(log_softmax(np.swapaxes(logits, 1, 2)), 1, 2)
    elif "from_logits missing" in faults:  # Keras clips, takes the logarithm, and normalizes
        logp = log_softmax(np.log(np.clip(logits, 1e-7, 1 - 1e-7)))
    elif "softmax twice" in faults:
        logp = log_softmax(np.exp(log_softmax(logits)))
    elif "no softmax" in faults:
        logp = logits
    else:
        logp = log_softmax(logits)
    picked = np.take_along_axis(logp, targets[..., None], -1)[..., 0]
    if "probability for its logarithm" in faults:
        picked = np.exp(picked)
    nats = picked if "sign" in faults else -picked
    if "squared error" in faults:
        one_hot = np.eye(logits.shape[-1])[targets]
        nats = ((np.exp(logp) - one_hot) ** 2).mean(-1)
    if "error rate" in faults:
        nats = (logits.argmax(-1) != targets).astype(float)
    if "bits" in faults:
        nats = nats / np.log(2)
    if "not averaged" in faults:
        return {"the loss": nats}
    if "sum" in faults:
        return {"the loss": nats.sum()}
    if "sum over time" in faults:
        return {"the loss": nats.sum(1).mean()}
    if "sum over the batch" in faults:
        return {"the loss": nats.sum(0).mean()}
    if "divided by the vocabulary" in faults:
        return {"the loss": nats.mean() / logits.shape[-1]}
    return {"the loss": nats.mean()}


LOSS_HINTS = {
    "from_logits missing": "the logits are taken for probabilities. The model gives logits, so the "
    "loss must be told: `from_logits=True`.",
    "softmax twice": "the softmax is applied twice: a loss with `from_logits=True` has it already.",
    "no softmax": "the logit of the target is taken without the softmax: subtract the logarithm of "
    "the sum of all exponentials, or use a loss with from_logits=True.",
    "sum": "this is the sum over all characters: take the mean, or the step would grow with the "
    "batch and the window.",
    "sum over time": "this is summed over the window and averaged over the batch: take the mean of "
    "both.",
    "sum over the batch": "this is summed over the batch and averaged over the window: take the "
    "mean "
    "of both.",
    "not averaged": "there is a loss for each character: take their mean, one number.",
    "divided by the vocabulary": "this is the mean over the vocabulary's entries too: each "
    "character counts once.",
    "sign": "the loss is negative: it is minus the logarithm of the target's probability.",
    "probability for its logarithm": "the logarithm of the target's probability is missing.",
    "bits": "this is in bits: training uses nats, the natural logarithm. Bits come at the end.",
    "squared error": "this is a squared error: the loss for one right answer among many is the "
    "cross-entropy.",
    "error rate": "this counts wrong guesses, and a count has no gradient: use the cross-entropy.",
    "softmax over time": "the softmax is over the window: it must be over the vocabulary, the last "
    "axis.",
    "last character only": "only the last character of each window counts: take all of them.",
    "shifted again": "the targets are shifted once more: `window` has done that already.",
}
LOSS_PROBES = [
    (
        (1.5 * numbers(3, 4, 5, phase=p) + shift).astype("float32"),
        np.array([[0, 3, 1, 4], [2, 2, 0, 1], [4, 1, 3, 0]], "int32"),
    )
    for p, shift in ((0.2, 0.4), (1.1, 1.0))
]
LOSS = FaultModel(loss_reference, LOSS_HINTS, LOSS_PROBES, most=2, tensors=True)


@LAB.exercise("3.2", "The loss is the mean cross-entropy of the targets, from logits, in nats.")
def cross_entropy(answer: Callable[..., Any]) -> Any:
    """`answer(logits, targets) → scalar`."""
    return judge_compiled(LOSS, answer)


# 3.3 ---------------------------------------------------------------------------------------------

# Each character once: the gradient of an embedding adds up the rows of repeated ones, but only
# after `tf.clip_by_global_norm` has measured them.
STEP_X, STEP_Y = np.array([[3, 1], [0, 2]], "int32"), np.array([[1, 0], [2, 3]], "int32")
SIZE, WIDTH = 4, 3


def step_weights() -> list[np.ndarray]:
    """Embedding (4, 3), kernel (3, 4) and bias (4,) of the check's small model."""
    return [2.5 * numbers(SIZE, WIDTH, phase=0.3), 2 * numbers(WIDTH, SIZE, phase=0.9),
            numbers(SIZE, phase=0.1)]  # fmt: skip


def gradients_of(
    weights: list[np.ndarray], x: np.ndarray, y: np.ndarray, mean: bool = True
) -> tuple[float, list[np.ndarray]]:
    """Loss and gradients of the check's small model, by hand."""
    table, kernel, bias = [w.astype("float64") for w in weights]
    e = table[x.ravel()]
    logp = log_softmax(e @ kernel + bias)
    rows = np.arange(x.size)
    delta = np.exp(logp)
    delta[rows, y.ravel()] -= 1
    delta = delta / x.size
    of_table = np.zeros_like(table)
    np.add.at(of_table, x.ravel(), delta @ kernel.T)
    return -logp[rows, y.ravel()].mean(), [of_table, e.T @ delta, delta.sum(0)]


def norm(*arrays: np.ndarray) -> float:
    return float(np.sqrt(sum((a**2).sum() for a in arrays)))


def step_reference(clip: float, faults: frozenset[str]) -> dict[str, Any]:
    x, y = (STEP_Y, STEP_X) if "inputs and targets swapped" in faults else (STEP_X, STEP_Y)
    y = x if "targets ignored" in faults else y
    weights = step_weights()
    limit = 1.0 if "clip_norm ignored" in faults else clip
    loss = updates = 0.0
    for _ in range(2 if "applied twice" in faults else 1):
        loss, gradients = gradients_of(weights, x, y)
        total = norm(*gradients)
        if "each by itself" in faults:
            gradients = [g * min(1, limit / norm(g)) for g in gradients]
        elif "by value" in faults:
            gradients = [np.clip(g, -limit, limit) for g in gradients]
        elif "always scaled" in faults:
            gradients = [g * limit / total for g in gradients]
        elif "not clipped" not in faults:
            gradients = [g * min(1, limit / total) for g in gradients]
        if "uphill" in faults:
            gradients = [-g for g in gradients]
        if "one variable only" in faults:
            gradients = [gradients[0], *(np.zeros_like(g) for g in gradients[1:])]
        if "not applied" not in faults:
            weights = [w - 0.5 * g for w, g in zip(weights, gradients, strict=True)]
            updates += 1
    if "loss after the step" in faults:
        loss = gradients_of(weights, x, y)[0]
    if "returns nothing" in faults:
        loss = np.nan
    if "optimizer not used" in faults:
        updates = 0
    parts = zip(("embedding", "kernel", "bias"), weights, strict=True)
    return {"the loss": loss, **{f"the {n} after the step": w for n, w in parts},
            "the optimizer's count of steps": updates}  # fmt: skip


STEP_HINTS = {
    "not clipped": "the gradients are not clipped: use what `tf.clip_by_global_norm` gives back.",
    "each by itself": "each gradient is clipped by itself, which changes their direction: clip all "
    "together, `tf.clip_by_global_norm`.",
    "by value": "the gradients are cut entry by entry, which changes their direction: clip their "
    "common length, `tf.clip_by_global_norm`.",
    "always scaled": "the gradients are always brought to the length clip_norm, short ones too: "
    "only "
    "longer ones are cut.",
    "clip_norm ignored": "the gradients are clipped to 1: use the argument clip_norm.",
    "not applied": "the weights are the same after the step: give the gradients to the optimizer, "
    "`optimizer.apply(gradients, model.trainable_variables)`.",
    "applied twice": "the gradients are applied twice in one step.",
    "uphill": "the step goes uphill: the loss grows. Apply the gradient of the loss, the optimizer "
    "takes the minus by itself.",
    "one variable only": "only the first variable is changed: use all of "
    "model.trainable_variables.",
    "optimizer not used": "the weights are changed without the optimizer: leave that to it.",
    "targets ignored": "the inputs are used as targets too: the loss compares the logits with "
    "`targets`.",
    "inputs and targets swapped": "inputs and targets are swapped: the model is given `inputs`.",
    "loss after the step": "the loss is measured after the step: return the one that the gradients "
    "come from.",
    "returns nothing": "the loss is missing: end with `return loss`.",
}
STEP = FaultModel(step_reference, STEP_HINTS, [(0.75,), (50.0,)], most=2)
NO_GRADIENT = (
    "no gradient reaches the weights: the model and the loss must be computed inside "
    "`with tf.GradientTape() as tape:`."
)


@LAB.exercise("3.3", "A training step moves the weights down the clipped gradient.")
def train_step(answer: Callable[..., Any]) -> Any:
    """`answer(model, optimizer, inputs, targets, clip_norm) → loss`."""
    import keras
    import tensorflow as tf

    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), keras.layers.Embedding(SIZE, WIDTH),
         keras.layers.Dense(SIZE)]
    )  # fmt: skip

    def fresh() -> Any:
        for variable, value in zip(model.trainable_variables, step_weights(), strict=True):
            variable.assign(value)
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(model.trainable_variables)
        return optimizer

    blank: list[bool] = []

    def one_step(clip: float) -> list[Any]:
        optimizer = fresh()
        x, y = tf.constant(STEP_X), tf.constant(STEP_Y)
        try:
            loss = answer(model, optimizer, x, y, float(clip))
        except (ValueError, TypeError) as error:
            blank.append("gradient" in str(error).lower() or "None" in str(error))
            raise
        weights = [variable.numpy() for variable in model.trainable_variables]
        return [loss, *weights, int(optimizer.iterations)]

    if not callable(answer):
        return STEP.judge(answer)
    said = STEP.judge(one_step)
    if said is None:
        optimizer, x, y = fresh(), tf.constant(STEP_X), tf.constant(STEP_Y)
        ok = compiles(lambda x, y: answer(model, optimizer, x, y, 1.0), x, y)
        return None if ok else [("not compilable", NOT_TENSORFLOW)]
    if isinstance(said, str) and blank and all(blank):
        return [("no gradient", NO_GRADIENT)]
    return said


# 3.4 ---------------------------------------------------------------------------------------------


def bits_reference(nats: np.ndarray, mask: np.ndarray, faults: frozenset[str]) -> dict[str, Any]:
    nats = nats.astype("float64")
    if "mask turned around" in faults:
        mask = 1 - mask
    real = nats * mask
    if "padding counted" in faults:
        value = nats.mean()
    elif "divided by all places" in faults:
        value = real.mean()
    elif "padding summed" in faults:
        value = nats.sum() / mask.sum()
    elif "mean of the tunes' means" in faults:
        value = (real.sum(1) / mask.sum(1)).mean()
    elif "bits of a tune" in faults:
        value = real.sum(1).mean()
    elif "sum" in faults:
        value = real.sum()
    else:
        value = real.sum() / mask.sum()
    if "nats" in faults:
        return {"bits per character": value}
    if "multiplied" in faults:
        return {"bits per character": value * np.log(2)}
    if "perplexity" in faults:
        return {"bits per character": np.exp(value)}
    if "decimal digits" in faults:
        return {"bits per character": value / np.log(10)}
    if "logarithm of the loss" in faults:
        return {"bits per character": np.log2(value)}
    return {"bits per character": value / np.log(2)}


BITS_HINTS = {
    "nats": "this is in nats: divide by ln 2 for bits.",
    "multiplied": "the loss is multiplied by ln 2: a bit is the smaller unit, so divide.",
    "perplexity": "this is the perplexity, e to the loss: divide the loss by ln 2 instead.",
    "decimal digits": "the loss is divided by ln 10, which gives decimal digits: divide by ln 2.",
    "logarithm of the loss": "this is the logarithm of the loss: the loss is a logarithm already, "
    "divide it by ln 2.",
    "padding counted": "the filler after short tunes counts as characters: multiply by the mask, "
    "and "
    "divide by the sum of the mask.",
    "divided by all places": "the sum is divided by all places, the filler too: divide by the "
    "sum of "
    "the mask.",
    "padding summed": "the losses of the filler are summed too: multiply by the mask first.",
    "mean of the tunes' means": "this is the mean of the tunes' own means, in which a character "
    "of a "
    "short tune counts more: sum over all tunes, then divide once.",
    "bits of a tune": "this is the sum over a tune: divide by the number of characters.",
    "sum": "this is the sum of all characters: divide by their number, the sum of the mask.",
    "mask turned around": "the mask is turned around: it is 1 for a character, 0 for filler.",
}
BITS_PROBES = [
    (
        (1.3 + numbers(3, size, phase=phase)).astype("float32"),
        (np.arange(size) < np.array([[lengths[0]], [lengths[1]], [lengths[2]]])).astype("float32"),
    )
    for size, phase, lengths in ((6, 0.4, (2, 5, 4)), (5, 1.9, (4, 1, 3)))
]
BITS = FaultModel(bits_reference, BITS_HINTS, BITS_PROBES, most=2)


@LAB.exercise("3.4", "Bits per character are averaged over characters, not over filler.")
def bits_per_character(answer: Callable[..., Any]) -> Any:
    """`answer(nats, mask) → scalar`, both (tunes, time)."""
    return BITS.judge(answer)
