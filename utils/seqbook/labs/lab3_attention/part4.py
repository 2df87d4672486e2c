"""Part 4: positions, the block, and writing."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, switched, trainable, two_results
from .part3 import (
    LAYER_PROBES,
    Weights,
    attention_parts,
    dense_weights,
    learns,
    multi_head,
    on_tensors,
)  # fmt: skip

# 4.1 · Positions --------------------------------------------------------------------------------

POSITION_HINTS = {
    "concatenated": "the places are put beside `x`, so the last axis is twice as long. Add them.",
    "not added": "this is the table of places alone. Add it to `x`.",
    "multiplied": "`x` is multiplied by the places. Add them.",
    "nothing added": "`x` comes back as it was. Add the table of places.",
    "over the batch": "the place is that of the example in the batch. Time is the second axis: "
    "every example gets the same table, one row per step.",
    "sine and cosine exchanged": "the cosines come first. All sines first, then all cosines.",
    "interleaved": "sines and cosines alternate, as in the paper. Here all sines come first, then "
    "all cosines: `np.concatenate([np.sin(angle), np.cos(angle)], axis=1)`.",
    "degrees": "the angles are taken for degrees. `np.sin` wants radians: leave the conversion out.",
    "base 1000": "the base of the rates is 1000. It is 10000.",
    "base e": "the rates are powers of e. They are powers of 10000: `10_000 ** (-2 * i / d_model)`.",
    "rate upside down": "the rates grow in place of falling: the minus in the exponent is missing.",
    "exponent not doubled": "the exponent lacks its factor 2: with i = 0, 1, … it is "
    "−2 · i / d_model. `np.arange(0, d_model, 2)` gives 2 · i.",
    "exponent doubled twice": "the exponent is twice as large as it should be: with i = 0, 1, … it "
    "is −2 · i / d_model. `np.arange(0, d_model, 2)` is 2 · i already.",
    "exponent cut": "the exponent is cut to a whole number. Divide with `/`, not with `//`.",
    "counts from 1": "the steps are counted from 1. The first one is step 0, whose place is "
    "(0, …, 0, 1, …, 1).",
    "a rate for each entry": "there are d_model rates, and all are sines. There are half as many: "
    "each has a sine and a cosine.",
    "sines only": "both halves are sines. The second half are cosines.",
    "cosines only": "both halves are cosines. The first half are sines.",
    "one rate": "all rates are 1. Entry i turns at the rate 10000^(−2i / d_model).",
    "steps in reverse": "the steps are counted from the end. The first one is step 0.",
}
BASES = {"base 1000": 1e3, "base e": np.e}
FACTORS = {
    "rate upside down": -1, "exponent not doubled": 0.5, "exponent doubled twice": 2, "one rate": 0,
}  # fmt: skip


def positions_model(x: np.ndarray, faults: frozenset[str] = frozenset()) -> dict[str, Any]:
    """x plus sines and cosines of the step."""
    size = x.shape[2]
    base = switched(BASES, faults, 10_000)
    steps = np.arange(x.shape[0 if "over the batch" in faults else 1])
    exponent = -np.arange(0, size, 2) / size * switched(FACTORS, faults, 1)
    if "exponent cut" in faults:
        exponent = np.floor(exponent)
    if "counts from 1" in faults:
        steps = steps + 1
    if "steps in reverse" in faults:
        steps = steps[::-1]
    angle = steps[:, None] * base**exponent
    if "degrees" in faults:
        angle = np.radians(angle)
    sines, cosines = np.sin(angle), np.cos(angle)
    wrong = {"sine and cosine exchanged": [cosines, sines], "sines only": [sines, sines],
             "cosines only": [cosines, cosines]}  # fmt: skip
    halves = switched(wrong, faults, [sines, cosines])
    table = np.concatenate(halves, axis=1)
    if "interleaved" in faults:
        table = np.stack(halves, axis=2).reshape(table.shape)
    if "a rate for each entry" in faults:
        table = np.sin(steps[:, None] * base ** (-np.arange(size) / size))
    if "over the batch" in faults:
        table = table[:, None]
    places = np.broadcast_to(table, x.shape)
    made = {
        "concatenated": np.concatenate([x, places], axis=2), "not added": table,
        "multiplied": x * places, "nothing added": x,
    }  # fmt: skip
    return {"the result": switched(made, faults, x + places)}


POSITIONS = FaultModel(
    positions_model,
    POSITION_HINTS,
    [(numbers(4, 4, 4),), (numbers(2, 5, 6, phase=0.6),), (numbers(3, 7, 2, phase=1.4),)],
    most=1,
    tensors=True,
    axes={"x": "batch time d_model", "the result": "batch time d_model"},
)


@LAB.exercise("4.1", "Positions: sines and cosines of the step, added to its vector.")
def add_positions(answer: Any) -> Any:
    """Check `add_positions(x)`."""
    return POSITIONS.judge(answer) or trainable(answer, POSITIONS)


# 4.2 · The block --------------------------------------------------------------------------------

BLOCK_HINTS = {
    "post-norm": "the normalization stands after each sum, as in the first transformers. Here it "
    "stands before: `x + attention(norm_1(x))`, and the sum itself is left as it is.",
    "no residual around attention": "the attention's output replaces `x`. Add it to `x`.",
    "no residual around the MLP": "the MLP's output replaces `x`. Add it to `x`.",
    "no residuals": "both outputs replace `x`. Add each of them to it.",
    "normalized added to, attention": "the attention's output is added to the normalized `x`. Keep "
    "`x` as it is and normalize only what goes into the attention.",
    "normalized added to, MLP": "the MLP's output is added to the normalized `x`. Keep `x` as it is "
    "and normalize only what goes into the MLP.",
    "normalized added to, both": "both outputs are added to a normalized `x`. Keep `x` as it is and "
    "normalize only what goes into the attention and into the MLP.",
    "no first norm": "what goes into the attention is not normalized: `self.norm_1(x)`.",
    "no second norm": "what goes into the MLP is not normalized: `self.norm_2(x)`.",
    "no norms": "nothing is normalized. `self.norm_1` stands before the attention, `self.norm_2` "
    "before the MLP.",
    "norms exchanged": "the two normalizations are exchanged. `norm_1` comes first.",
    "first norm twice": "`self.norm_1` stands in both places. The MLP has its own, `self.norm_2`.",
    "normalized again at the end": "the result is normalized once more. Leave that out.",
    "no ReLU": "there is no ReLU between the two dense layers, so both together are no more than "
    "one. `tf.nn.relu(self.wide(...))`.",
    "gelu": "there is a GELU between the two dense layers; the formula says ReLU.",
    "tanh": "there is a tanh between the two dense layers; the formula says ReLU.",
    "ReLU at the end": "the ReLU stands behind `self.narrow`. It belongs between the two.",
    "ReLU twice": "there is a ReLU behind `self.narrow` too, so nothing could ever be subtracted. "
    "One, between the two dense layers.",
    "side by side": "the MLP gets the `x` from before the attention. First add the attention's "
    "output, then go on with the sum.",
    "residual twice, attention": "`x` is added twice to the attention's output. Once.",
    "residual twice, MLP": "`x` is added twice to the MLP's output. Once.",
    "no attention": "the attention's output is lost: it must be added to `x`.",
    "no MLP": "the MLP is missing: the second of the two sums.",
    "MLP first": "the MLP comes before the attention. The order is attention, MLP.",
    "first x in the second sum": "the MLP's output is added to the `x` from before the attention, "
    "so what the attention brought is lost. Add it to the sum.",
    "norms behind": "attention and MLP get the bare `x`, and their outputs are normalized. "
    "Normalize what goes *into* them.",
    "MLP of the attention's output": "the MLP gets only the attention's output. It should get the "
    "sum, normalized: `self.norm_2(x)`, after `x = x + y`.",
    "mask inverted": "the mask is inverted on its way to the attention. Pass it on as it is.",
    "mask ignored": "the mask does not reach the attention.",
}


def block_parts(d_model: int) -> dict[str, list[np.ndarray]]:
    """Weights for all that is in a block."""
    return attention_parts(d_model, "attention.") | {
        "norm_1": [1 + 0.4 * numbers(d_model, phase=0.5), 0.3 * numbers(d_model, phase=2.5)],
        "norm_2": [1 + 0.4 * numbers(d_model, phase=1.5), 0.3 * numbers(d_model, phase=3.5)],
        "wide": dense_weights(d_model, 4 * d_model, 0.9),
        "narrow": dense_weights(4 * d_model, d_model, 1.7),
    }


def norm(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Keras' LayerNormalization."""
    gamma, beta = weights
    return gamma * (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3) + beta


def mlp(x: np.ndarray, weights: Weights, faults: frozenset[str]) -> np.ndarray:
    """Two dense layers with a ReLU between them."""
    (W1, b1), (W2, b2) = weights["wide"], weights["narrow"]
    z = x @ W1 + b1
    if "gelu" in faults:
        import keras

        z = np.asarray(keras.ops.gelu(z, approximate=False))
    elif "tanh" in faults:
        z = np.tanh(z)
    elif not faults & {"no ReLU", "ReLU at the end"}:
        z = np.maximum(z, 0)
    y = z @ W2 + b2
    return np.maximum(y, 0) if faults & {"ReLU at the end", "ReLU twice"} else y


def block_model(
    x: np.ndarray, mask: np.ndarray, num_heads: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """x + attention(norm(x)), then + MLP(norm(x))."""
    weights = block_parts(x.shape[-1])
    norms = ["norm_1", "norm_1" if "first norm twice" in faults else "norm_2"]
    if "norms exchanged" in faults:
        norms.reverse()
    after = "post-norm" in faults
    seen, start, y = None, x, x

    def attention(x: np.ndarray) -> np.ndarray:
        nonlocal seen
        outputs, seen = multi_head(x, mask, num_heads, weights, "attention.", faults)
        return 0 * outputs if "no attention" in faults else outputs

    def network(x: np.ndarray) -> np.ndarray:
        return 0 * x if "no MLP" in faults else mlp(x, weights, faults)

    steps = [("attention", attention, "no first norm"), ("MLP", network, "no second norm")]
    for (name, compute, no_norm), by in zip(
        reversed(steps) if "MLP first" in faults else steps,
        reversed(norms) if "MLP first" in faults else norms, strict=True,
    ):
        source = start if "side by side" in faults else x
        bare = after or faults & {no_norm, "no norms", "norms behind"}
        if "MLP of the attention's output" in faults and name == "MLP":
            source = y
        y = compute(source if bare else norm(source, weights[by]))
        if "norms behind" in faults:
            y = norm(y, weights[by])
        if "first x in the second sum" in faults:
            x = start
        if faults & {f"normalized added to, {name}", "normalized added to, both"}:
            x = norm(x, weights[by])
        x = (0 if faults & {f"no residual around {name}", f"no residual around the {name}",
                            "no residuals"} else x) + y  # fmt: skip
        if f"residual twice, {name}" in faults:
            x = x + source
        x = norm(x, weights[by]) if after else x
    if "normalized again at the end" in faults:
        x = norm(x, weights["norm_2"])
    return {"the new x": x, "the weights": seen}


BLOCK = FaultModel(
    block_model,
    BLOCK_HINTS,
    LAYER_PROBES[:2],
    most=1,
    axes={"x": "batch time d_model", "the new x": "batch time d_model",
          "the weights": "batch heads queries keys"},
    call=lambda answer, *probe: on_tensors(answer, block_parts, *probe),
    args=lambda x, mask, num_heads: (x.shape[-1], num_heads),
    families=False,
)  # fmt: skip
TWO_THINGS = [("not unpacked", (
    "`self.attention(...)` returns two things, the outputs and the weights: `y, weights = ...`. Only "
    "the first is added to `x`."
))]  # fmt: skip


@LAB.exercise("4.2", "The block: attention and an MLP, each added to what came in.",
              names="MyBlock")  # fmt: skip
def my_block(answer: Any) -> Any:
    """Check the class `MyBlock`."""
    if not isinstance(answer, type):
        return "give the check the class itself: `check.my_block(MyBlock)`."
    said = BLOCK.judge(answer)
    if isinstance(said, str) and "Pack" in said:  # TensorFlow, of a sum with a pair
        return TWO_THINGS
    if said is None:
        return learns(answer, block_parts, LAYER_PROBES[1])
    return two_results(answer, BLOCK) or said


# 4.3 · Writing ----------------------------------------------------------------------------------

WRITE_HINTS = {
    "one step late": "each token is taken from the logits of its own step, where it still is empty. "
    "The logits of step t − 1 are about token t.",
    "last step's logits": "the logits of the last step are taken each time. Token t is decided by "
    "those of step t − 1.",
    "first step's logits": "the logits of the first step are taken each time. Token t is decided by "
    "those of step t − 1.",
    "asked once": "each place is filled while those before it are still empty, as if the network "
    "were asked only once. Go forward from `start`, and ask again inside the loop, after each token.",
    "least probable": "the least probable symbol is taken. Take the most probable one.",
    "first example for all": "all examples get the first one's answer. Take the argmax of each row.",
    "first example only": "only the first example is filled in. Fill in all rows: `tokens[:, t]`.",
    "as many as examples": "the loop ends at the number of examples, `len(tokens)`. The number of "
    "steps is `tokens.shape[1]`.",
    "begins one late": "the first empty place, `start`, is skipped.",
    "last missing": "the last place stays empty. Go on to the end: `range(start, tokens.shape[1])`.",
    "one only": "only one place is filled. Is there a loop, and does `return` stand behind it?",
    "nothing written": "the tokens come back as they were.",
    "only the new ones": "only the new tokens come back. Return all of them, the given ones in "
    "front.",
    "begins too early": "the last of the given tokens, just before `start`, is overwritten. Begin "
    "at `start`.",
    "given overwritten": "the given tokens are overwritten. Fill in the places from `start` on only.",
    "appended": "the new tokens stand behind the empty places. Put each one in its place: "
    "`tokens[:, t] = ...`.",
    "over the batch": "the argmax runs over the examples. The symbols are the last axis.",
}


def toy(weights: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Logits (batch, time, symbols) of a small causal model: all that came before counts."""
    tokens = np.asarray(tokens)
    age = np.arange(tokens.shape[1])[:, None] - np.arange(tokens.shape[1])
    decay = np.where(age >= 0, 0.5 ** np.maximum(age, 0), 0)
    return decay @ weights[tokens]


def write_model(
    weights: np.ndarray, tokens: np.ndarray, start: int, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The tokens with all places from `start` on filled in."""
    given, tokens = tokens.copy(), tokens.copy()
    places = list(range(start, tokens.shape[1]))
    other = {
        "as many as examples": [t for t in places if t < len(tokens)],
        "begins one late": places[1:], "begins too early": [start - 1, *places],
        "given overwritten": range(1, tokens.shape[1]),
        "last missing": places[:-1], "one only": places[:1], "nothing written": [],
    }  # fmt: skip
    for t in switched(other, faults, places):
        now = toy(weights, given if "asked once" in faults else tokens)
        at = {"one step late": t, "last step's logits": -1, "first step's logits": 0}
        logits = now[:, switched(at, faults, t - 1)]
        chosen = (-logits if "least probable" in faults else logits).argmax(-1)
        if "over the batch" in faults:
            chosen = logits.argmax(0)
            if len(chosen) != len(tokens):
                raise ValueError("one token for each symbol")
        if "first example only" in faults:
            chosen[1:] = 0
        if "appended" in faults:
            chosen = toy(weights, tokens)[:, -1].argmax(-1)
            tokens = np.concatenate([tokens, chosen[:, None]], axis=1)
            continue
        tokens[:, t] = chosen[0] if "first example for all" in faults else chosen
    return {"the tokens": tokens[:, start:] if "only the new ones" in faults else tokens}


def written(answer: Any, weights: Any, tokens: Any, start: int) -> Any:
    """The answer with the toy model, which gives tensors as a Keras model does."""
    import tensorflow as tf

    return answer(lambda t: tf.constant(toy(weights, t), tf.float32), tokens, start)


def _write_probe(batch: int, time: int, symbols: int, start: int, phase: float) -> tuple:
    n = np.arange(batch * time).reshape(batch, time)
    tokens = 1 + (n * n + n // 2) % (symbols - 1)
    tokens[:, start:] = 0
    return 2 * numbers(symbols, symbols, phase=phase), tokens, start


WRITE = FaultModel(
    write_model,
    WRITE_HINTS,
    [_write_probe(4, 7, 4, 3, 0.9), _write_probe(3, 8, 6, 3, 1.3), _write_probe(2, 9, 7, 4, 2.9)],
    most=1,
    call=written,
    args=lambda weights, tokens, start: (lambda t: toy(weights, t), tokens, start),
    axes={"tokens": "batch time", "the tokens": "batch time"},
    families=False,
)


@LAB.exercise("4.3", "Writing: the most probable symbol, put in its place, and ask again.")
def write(answer: Any) -> Any:
    """Check `write(model, tokens, start)`."""
    return WRITE.judge(answer)
