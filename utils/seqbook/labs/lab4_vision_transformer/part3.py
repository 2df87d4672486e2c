"""Part 3: the encoder, and the answer that is read off the class token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, numbers
from ..lab3_attention.lab import softmax, switched, trainable, two_results
from .lab import LAB, Array, crashed, dense

STEP_AXES = "batch steps d_model"

# 3.1 · The encoder ------------------------------------------------------------------------------

ENCODE_HINTS = {
    "all from the first": "every block gets the first `x`. Give each the output of the one before "
    "it: `x, weights = block(x, ...)`.",
    "no normalization": "the last normalization is missing: return `norm(x)`.",
    "normalized first": "the normalization stands before the blocks. It comes after the last one.",
    "normalized before and after": "`norm` is applied before the blocks too. Apply it only after "
    "the last one.",
    "normalized after each block": "`norm` is applied inside the loop, after each block. Apply it "
    "once, after the last one.",
    "normalized twice": "`norm` is applied twice. Apply it once.",
    "first block only": "only the first block is used. Go through all of them; does the `return` "
    "stand after the loop, and not inside it?",
    "last block left out": "the last block is left out. Go through all of them.",
    "first block for all": "the first block is used again and again. Each has its own weights: `for "
    "block in blocks`.",
    "blocks in reverse": "the blocks come in reverse order. Begin with the first.",
    "training flag forgotten": "`training` does not reach the blocks, so their dropout is never "
    "used. Pass it on by name: `training=training`.",
    "always training": "the blocks are always told that this is training, so dropout also disturbs "
    "the answers of the trained network. Pass on what came in: `training=training`.",
    "training flag inverted": "`training` is inverted on its way to the blocks. Pass it on as it "
    "is.",
    "added again": "`x` is added to the output of a block. Leave that out: the block adds it "
    "itself.",
    "first maps only": "the tokens are right, but only the first block's weights came back. Return "
    "a list with those of all blocks.",
    "last maps only": "the tokens are right, but only the last block's weights came back. Collect "
    "them: `maps.append(weights)` inside the loop.",
    "maps in reverse": "the tokens are right, but the weights come in reverse order. Put those of "
    "the first block first.",
    "last maps again and again": "the tokens are right, but the list holds the last block's "
    "weights again and again. Append inside the loop.",
}
SCORES_NOT_ASKED = [("weights not asked for", (
    "a block gives its weights only if it is asked: `block(x, training=training, "
    "return_attention_scores=True)` returns two things, x and the weights."
))]  # fmt: skip


def toy_block(kernel: Array, ops: Any) -> Callable[..., Any]:
    """A block with one head, called like the chapter's; its "dropout" adds in place of dropping.

    `ops` is `keras.ops` for an answer, and NumPy, which is faster, for the reference.
    """
    choose = softmax if ops is np else ops.softmax

    def block(
        x: Any, attention_mask: Any = None, training: bool = False,
        return_attention_scores: bool = False,
    ) -> Any:  # fmt: skip
        scores = ops.matmul(ops.matmul(x, kernel), ops.swapaxes(x, -1, -2))
        weights = choose(scores, axis=-1)[:, None]
        y = ops.matmul(weights[:, 0], ops.tanh(ops.matmul(x, kernel)))
        x = x + y + (0.3 * ops.square(x) if training else 0.0)
        return (x, weights) if return_attention_scores else x

    return block


def toy_norm(x: Any, ops: Any = np) -> Any:
    """A normalization that shows how often it was applied."""
    centered = x - ops.mean(x, axis=-1, keepdims=True)
    return 1.5 * centered / ops.sqrt(ops.var(x, axis=-1, keepdims=True) + 0.1) + 0.2


def encode_model(
    x: Array, kernels: list[Array], training: bool, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """All blocks in their order, then the normalization; and the weights of each block."""
    orders = {
        "first block only": kernels[:1], "last block left out": kernels[:-1],
        "first block for all": kernels[:1] * len(kernels), "blocks in reverse": kernels[::-1],
    }  # fmt: skip
    flags = {
        "training flag forgotten": False, "always training": True,
        "training flag inverted": not training,
    }  # fmt: skip
    flag, start, maps = switched(flags, faults, training), x, []
    if faults & {"normalized first", "normalized before and after"}:
        x = start = toy_norm(x)
    for kernel in switched(orders, faults, kernels):
        before = start if "all from the first" in faults else x
        y, weights = toy_block(kernel, np)(before, training=flag, return_attention_scores=True)
        maps.append(np.asarray(weights))
        x = before + y if "added again" in faults else y
        if "normalized after each block" in faults:
            x = toy_norm(x)
    if not faults & {"no normalization", "normalized first", "normalized after each block"}:
        x = toy_norm(x)
    if "normalized twice" in faults:
        x = toy_norm(x)
    lists = {
        "first maps only": maps[0], "last maps only": maps[-1], "maps in reverse": maps[::-1],
        "last maps again and again": maps[-1:] * len(maps),
    }  # fmt: skip
    return {"the tokens": np.asarray(x), "the maps": np.array(switched(lists, faults, maps))}


def given(x: Any, kernels: list[Any], training: bool) -> tuple:
    """The arguments of an answer."""
    from keras import ops

    return x, [toy_block(k, ops) for k in kernels], lambda x: toy_norm(x, ops), training


def encoded(answer: Any, x: Any, kernels: list[Any], training: bool) -> Any:
    """What the answer gives with toy blocks."""
    got = answer(*given(x, kernels, training))
    if isinstance(got, tuple) and len(got) == 2 and isinstance(got[1], tuple | list) and got[1]:
        return got[0], np.array([np.asarray(weights) for weights in got[1]])
    return got


def _encode_probe(batch: int, steps: int, d: int, blocks: int, training: bool) -> tuple:
    kernels = [dense(d, d, 0.3 + 1.1 * i)[0] for i in range(blocks)]
    return numbers(batch, steps, d, phase=0.5), kernels, training


ENCODE = FaultModel(
    encode_model,
    ENCODE_HINTS,
    [_encode_probe(2, 3, 4, 3, True), _encode_probe(3, 4, 2, 2, False)],
    most=1,
    close=(1e-4, 1e-4),
    tensors=True,
    axes={"x": STEP_AXES, "the tokens": STEP_AXES},
    call=encoded,
    args=given,
    families=False,
)


@LAB.exercise("3.1", "The encoder: block after block, then the normalization.")
def encode(answer: Any) -> Any:
    """Check `encode(x, blocks, norm, training)`."""
    said = ENCODE.judge(answer)
    if said is None:
        return trainable(lambda *probe: answer(*given(*probe))[0], ENCODE)
    if crashed(said, "unpack", "iterating over", "Iterating over", "OperatorNotAllowed"):
        return SCORES_NOT_ASKED
    return (isinstance(said, str) and two_results(answer, ENCODE)) or said


# 3.2 · The answer -------------------------------------------------------------------------------

CLASSIFY_HINTS = {
    "mean of all steps": "the mean of all steps goes into the head. Give it the class token alone, "
    "step 0: `x[:, 0]`.",
    "mean of the patches": "the mean of the patches goes into the head. Give it the class token "
    "alone, step 0: `x[:, 0]`.",
    "largest of all steps": "the largest numbers of all steps go into the head. Give it the class "
    "token alone, step 0: `x[:, 0]`.",
    "sum of all steps": "the sum of all steps goes into the head. Give it the class token alone, "
    "step 0: `x[:, 0]`.",
    "last step": "the last step goes into the head, which is a patch. The class token stands "
    "first: `x[:, 0]`.",
    "first patch": "step 1 goes into the head, which is a patch. The class token is step 0.",
    "all steps": "the head is applied to every step: (batch, steps, classes). Each image needs one "
    "answer only: take the class token, `x[:, 0]`, first.",
    "first image": "these are all steps of the first image, `x[0]`. Take the first step of every "
    "image: `x[:, 0]`.",
    "axis kept": "the axis of the steps is still there: (batch, 1, classes). `x[:, 0]` drops it, "
    "`x[:, :1]` keeps it.",
    "first entries": "the first number of every step goes into the head, `x[..., 0]`. Take the first "
    "step of every image: `x[:, 0]`.",
    "probabilities": "a softmax follows the head. Return the logits: the loss takes the softmax "
    "itself.",
    "log probabilities": "a log-softmax follows the head. Return the logits: the loss takes the "
    "softmax itself.",
    "class number": "the class with the largest logit came back. Return the logits of all classes.",
    "head left out": "the class token came back as it is. Send it through `head`.",
    "ReLU": "a ReLU follows the head. Logits may be negative: leave it out.",
}


def toy_head(kernel: Array, bias: Array) -> Callable[[Any], Any]:
    """A dense layer."""
    from keras import ops

    return lambda x: ops.matmul(x, kernel) + bias


def classify_model(
    x: Array, kernel: Array, bias: Array, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The head on the class token."""
    seen = {
        "mean of all steps": x.mean(1), "mean of the patches": x[:, 1:].mean(1),
        "largest of all steps": x.max(1),
        "sum of all steps": x.sum(1), "last step": x[:, -1], "first patch": x[:, 1],
        "all steps": x, "first image": x[0], "axis kept": x[:, :1], "first entries": x[..., 0],
    }  # fmt: skip
    seen = switched(seen, faults, x[:, 0])
    if "head left out" in faults:
        return {"the logits": seen}
    logits = seen @ kernel + bias
    made = {
        "probabilities": lambda: softmax(logits), "log probabilities": lambda: np.log(softmax(logits)),
        "class number": lambda: logits.argmax(-1), "ReLU": lambda: np.maximum(logits, 0),
    }  # fmt: skip
    return {"the logits": switched(made, faults, lambda: logits)()}


def classified(answer: Any, x: Any, kernel: Any, bias: Any) -> Any:
    return answer(x, toy_head(kernel, bias))


CLASSIFY = FaultModel(
    classify_model,
    CLASSIFY_HINTS,
    [
        (numbers(batch, steps, d, phase=0.5), *dense(d, classes, 1.2))
        for batch, steps, d, classes in ((3, 4, 4, 4), (2, 5, 3, 6), (4, 3, 5, 2))
    ],
    most=1,
    tensors=True,
    axes={"x": STEP_AXES, "the logits": "batch classes"},
    call=classified,
    args=lambda x, kernel, bias: (x, toy_head(kernel, bias)),
)


@LAB.exercise("3.2", "The answer: the head reads the class token, and nothing else.")
def classify(answer: Any) -> Verdict:
    """Check `classify(x, head)`."""
    said = CLASSIFY.judge(answer)
    if said is None:
        return trainable(lambda x, *head: classified(answer, x, *head), CLASSIFY)
    return said
