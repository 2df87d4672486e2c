"""Checks 3.2 to 3.4: the loss, the training step, bits per character."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...checking import FaultModel, Verdict, numbers
from ...checking.blanks import functions_in, tree_of
from .lab import (
    NOT_TENSORFLOW, called, calls_in, compiles, exercise, judge_compiled, reference,
)  # fmt: skip

# 3.2 ---------------------------------------------------------------------------------------------


def log_softmax(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    logits = logits - logits.max(axis=axis, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))


@reference
def loss_reference(
    logits: np.ndarray, targets: np.ndarray, faults: frozenset[str]
) -> dict[str, Any]:
    logits = logits.astype("float64")
    size = logits.shape[-1]
    one_hot = np.eye(size)[targets]
    if "shifted again" in faults:
        logits, targets = logits[:, :-1], targets[:, 1:]
    if "last character only" in faults:
        logits, targets = logits[:, -1:], targets[:, -1:]
    if "first character only" in faults:
        logits, targets = logits[:, :1], targets[:, :1]
    if "first window only" in faults:
        logits, targets = logits[:1], targets[:1]
    if "softmax over time" in faults:
        logp = log_softmax(logits, 1)
    elif "softmax over the batch" in faults:
        logp = log_softmax(logits, 0)
    elif "from_logits missing" in faults:  # Keras clips, takes the logarithm, and normalizes
        logp = log_softmax(np.log(np.clip(logits, 1e-7, 1 - 1e-7)))
    elif "softmax twice" in faults:
        logp = log_softmax(np.exp(log_softmax(logits)))
    elif "no softmax" in faults:
        logp = logits
    else:
        logp = log_softmax(logits)
    picked = np.take_along_axis(logp, targets[..., None], -1)[..., 0]
    if "mean before the logarithm" in faults:
        picked = np.log(np.exp(picked).mean())
    if "probability for its logarithm" in faults:
        picked = np.exp(picked)
    nats = picked if "sign" in faults else -picked
    p = np.exp(logp)
    if logp.shape == one_hot.shape:
        entries = {
            "squared error": (p - one_hot) ** 2,
            "squared error of logits": (logits - one_hot) ** 2,
            "absolute error": np.abs(p - one_hot),
            "binary": np.maximum(logits, 0) - logits * one_hot + np.log1p(np.exp(-np.abs(logits))),
            "binary of probabilities": -np.log(np.where(one_hot == 1, p, 1 - p)),
            "entropy": -p * logp * size,
        }
        for slip, each in entries.items():
            if slip in faults:
                nats = each.mean(-1)
    hits = logits.argmax(-1) == targets
    for slip, counted in (("error rate", ~hits), ("hit rate", hits)):
        if slip in faults:
            nats = counted.astype(float)
    if "perplexity" in faults:
        return {"the loss": np.exp(nats.mean())}
    if "bits" in faults:
        nats = nats / np.log(2)
    kept = targets != 0
    if "END left out" in faults:
        return {"the loss": (nats * kept).sum() / kept.sum()}
    if "END counts nothing" in faults:
        return {"the loss": (nats * kept).mean()}
    for slip, reduce in REDUCED.items():
        if slip in faults:
            return {"the loss": reduce(nats)}
    if "divided by the vocabulary" in faults:
        return {"the loss": nats.mean() / size}
    return {"the loss": nats.mean()}


REDUCED: dict[str, Callable[[np.ndarray], Any]] = {
    "not averaged": lambda nats: nats,
    "sum": np.sum,
    "sum over time": lambda nats: nats.sum(1).mean(),
    "sum over the batch": lambda nats: nats.sum(0).mean(),
    "one for each window": lambda nats: nats.mean(1),
    "one for each place": lambda nats: nats.mean(0),
    "sums of windows": lambda nats: nats.sum(1),
    "largest": np.max,
}
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
    "mean of both.",
    "not averaged": "there is a loss for each character: take their mean, one number.",
    "one for each window": "there is a loss for each window: take the mean over the batch too, so "
    "that one number comes out.",
    "one for each place": "there is a loss for each place in the window: take the mean over time "
    "too, so that one number comes out.",
    "sums of windows": "there is a sum for each window: take the mean over all characters, one "
    "number.",
    "largest": "this is the largest loss of a character: take the mean of all.",
    "divided by the vocabulary": "this is the mean over the vocabulary's entries too: each "
    "character counts once.",
    "sign": "the loss is negative: it is minus the logarithm of the target's probability.",
    "probability for its logarithm": "the logarithm of the target's probability is missing.",
    "mean before the logarithm": "the probabilities are averaged first, and the logarithm is taken "
    "of the mean: take the logarithm of each, then the mean.",
    "perplexity": "this is the exponential of the loss, the perplexity: leave the `exp` out.",
    "bits": "this is in bits: training uses nats, the natural logarithm. Bits come at the end.",
    "squared error": "this is a squared error: the loss for one right answer among many is the "
    "cross-entropy.",
    "squared error of logits": "this is a squared error, and of the logits: the loss for one right "
    "answer among many is the cross-entropy.",
    "absolute error": "this is the absolute error of the probabilities: the loss for one right "
    "answer among many is the cross-entropy.",
    "binary": "this is the binary cross-entropy, which takes each entry of the vocabulary as a yes "
    "or no of its own (a sigmoid). One of many is right: use the categorical one, with a softmax.",
    "binary of probabilities": "this is the binary cross-entropy, which counts each entry of the "
    "vocabulary as a yes or no. Only the target's logarithm counts: use the categorical one.",
    "entropy": "this is the entropy of the model's own probabilities: the targets do not enter. "
    "Take the logarithm of the target's probability.",
    "error rate": "this counts wrong guesses, and a count has no gradient: use the cross-entropy.",
    "hit rate": "this counts right guesses, and a count has no gradient: use the cross-entropy.",
    "softmax over time": "the softmax is over the window: it must be over the vocabulary, the last "
    "axis.",
    "softmax over the batch": "the softmax is over the batch: it must be over the vocabulary, the "
    "last axis.",
    "END left out": "targets with number 0 are left out of the mean. 0 is END, a character like "
    "all others here: count every target.",
    "END counts nothing": "targets with number 0 add nothing to the loss. 0 is END, a character "
    "like all others here: count every target.",
    "last character only": "only the last character of each window counts: take all of them.",
    "first character only": "only the first character of each window counts: take all of them.",
    "first window only": "only the first window of the batch counts: take all of them.",
    "shifted again": "the targets are shifted once more: `window` has done that already.",
}
LOSS_PROBES = [
    (
        (1.5 * numbers(*np.shape(targets), size, phase=p) + shift).astype("float32"),
        np.array(targets, "int32"),
    )
    for p, shift, size, targets in (
        (0.2, 0.4, 5, [[0, 3, 1, 4], [2, 2, 0, 1], [4, 1, 3, 0]]),
        (1.1, 1.0, 5, [[0, 3, 1, 4], [2, 2, 0, 1], [4, 1, 3, 0]]),
        (0.7, 0.1, 4, [[3, 0, 1], [2, 2, 0]]),
    )
]
LOSS = FaultModel(
    loss_reference, LOSS_HINTS, LOSS_PROBES, most=2, tensors=True,
    axes={"logits": "batch time vocabulary", "targets": "batch time"},
)  # fmt: skip


def loss_advice(answer: Sequence[Any]) -> str:
    """What the source shows of a loss of TensorFlow's that stopped: its kind, its arguments."""
    functions = [f for one in answer for f in functions_in(one)]
    if len(functions) != 1 or functions[0].__code__.co_argcount != 2:
        return ""
    logits, targets = functions[0].__code__.co_varnames[:2]
    tree, said = tree_of(functions[0]), []
    kinds = {part.id: called(node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign)
             and isinstance(node.value, ast.Call) for part in node.targets
             if isinstance(part, ast.Name)}  # fmt: skip
    for call in calls_in(answer):
        kind = kinds.get(called(call), called(call)).lower().replace("_", "")
        made = isinstance(call.func, ast.Attribute | ast.Name) and called(call)[:1].isupper()
        if "crossentropy" not in kind or made:
            continue
        given = [part.id if isinstance(part, ast.Name) else "" for part in call.args]
        given += [part.value.id if isinstance(part.value, ast.Name) else ""
                  for part in call.keywords if part.arg in ("y_true", "labels")]  # fmt: skip
        if given[:1] == [logits]:
            said.append("TensorFlow's losses want the targets first, and yours is given "
                        f"`{logits}` there.")  # fmt: skip
        elif "sparse" not in kind and given[:1] == [targets]:
            said.append("Targets that are whole numbers need the *sparse* categorical "
                        "cross-entropy.")  # fmt: skip
    return said[0] if said else ""


NO_WAY_BACK = (
    "the number is right, but no gradient comes back through it: the model would learn nothing. "
    "NumPy, `.numpy()`, `float` and `stop_gradient` cut the way. Use TensorFlow's operations."
)


@exercise(
    "3.2", "The loss is the mean cross-entropy of the targets, from logits, in nats.",
    crashes=[
        ("(?i)rank mismatch|same rank|must have rank|must be equal to logits|labels must|one_hot|"
         "incompatible", lambda answer: loss_advice(answer)),
    ],
)  # fmt: skip
def cross_entropy(answer: Callable[..., Any]) -> Verdict:
    """`answer(logits, targets) → scalar`."""
    import tensorflow as tf

    said = LOSS.judge(answer)
    if said is not None:
        return said
    logits, targets = map(tf.constant, LOSS.probes[0])
    try:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = answer(logits, targets)
        gradient = tape.gradient(loss, logits)
    except Exception:
        gradient = None
    if gradient is None or not np.any(gradient):
        return [("no gradient", NO_WAY_BACK)]
    return judge_compiled(LOSS, answer)


# 3.3 ---------------------------------------------------------------------------------------------

SIZE, WIDTH = 4, 3


def step_probe(phase: float) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Weights of a small model (embedding (4, 3), kernel (3, 4), bias (4,)), inputs, targets.

    Each input stands there once. The gradient of an embedding adds up the rows of repeated ones,
    but `tf.clip_by_global_norm` measures them before that, and the norm of one long vector after:
    both ways of clipping are right.
    """
    scale = 0.2 if phase > 1 else 1.0  # with small weights the gradients are shorter than 1
    weights = [2.5 * scale * numbers(SIZE, WIDTH, phase=phase + 0.3),
               2 * scale * numbers(WIDTH, SIZE, phase=phase + 0.9),
               scale * numbers(SIZE, phase=phase + 0.1)]  # fmt: skip
    turned = int(10 * phase) % 4
    x = np.roll(np.array([3, 1, 0, 2], "int32"), turned).reshape(2, 2)
    return weights, x, np.array([[1, 0], [2, 3]], "int32")


def gradients_of(
    weights: list[np.ndarray], x: np.ndarray, y: np.ndarray, twice: bool = False
) -> tuple[float, list[np.ndarray]]:
    """Loss and gradients of the check's small model, by hand; twice: with a softmax too many."""
    table, kernel, bias = [w.astype("float64") for w in weights]
    e = table[x.ravel()]
    logits = e @ kernel + bias
    p = np.exp(log_softmax(logits))
    logp = log_softmax(p) if twice else log_softmax(logits)
    rows = np.arange(x.size)
    delta = np.exp(logp)
    delta[rows, y.ravel()] -= 1
    delta = delta / x.size
    if twice:
        delta = p * (delta - (delta * p).sum(-1, keepdims=True))
    of_table = np.zeros_like(table)
    np.add.at(of_table, x.ravel(), delta @ kernel.T)
    return -logp[rows, y.ravel()].mean(), [of_table, e.T @ delta, delta.sum(0)]


def norm(*arrays: np.ndarray) -> float:
    return float(np.sqrt(sum((a**2).sum() for a in arrays)))


def clipped(gradients: list[np.ndarray], limit: float, faults: frozenset[str]) -> list[np.ndarray]:
    total = norm(*gradients)
    if "each by itself" in faults:
        return [g * min(1, limit / norm(g)) for g in gradients]
    if "by value" in faults:
        return [np.clip(g, -limit, limit) for g in gradients]
    if "always scaled" in faults:
        return [g * limit / total for g in gradients]
    if "brought to length 1" in faults:
        return [g / total for g in gradients]
    if "multiplied by clip_norm" in faults:
        return [g * limit for g in gradients]
    if "lengths summed" in faults:
        return [g * min(1, limit / sum(map(norm, gradients))) for g in gradients]
    if "not clipped" in faults:
        return gradients
    return [g * min(1, limit / total) for g in gradients]


@reference
def step_reference(clip: float, phase: float, faults: frozenset[str]) -> dict[str, Any]:
    weights, x, y = step_probe(phase)
    x, y = (y, x) if "inputs and targets swapped" in faults else (x, y)
    y = x if "targets ignored" in faults else y
    limit = 1.0 if "clip_norm ignored" in faults else clip
    returned = 0.0
    updates = 0
    for _ in range(2 if "applied twice" in faults else 1):
        loss, gradients = gradients_of(weights, x, y, "softmax first" in faults)
        returned = norm(*gradients) if "norm returned" in faults else loss
        gradients = clipped(gradients, limit, faults)
        if "clipped norm returned" in faults:
            returned = norm(*gradients)
        if "uphill" in faults:
            gradients = [-g for g in gradients]
        for slip, kept in (("first variable only", {0}), ("last layer only", {1, 2}),
                           ("last variable only", {2})):  # fmt: skip
            if slip in faults:
                gradients = [g * (i in kept) for i, g in enumerate(gradients)]
        if "not applied" not in faults:
            weights = [w - 0.5 * g for w, g in zip(weights, gradients, strict=True)]
            updates += 1
    if "loss after the step" in faults:
        returned = gradients_of(weights, x, y)[0]
    if "clipped loss" in faults:
        returned = min(returned, clip)
    if "negative loss" in faults:
        returned = -returned
    if "returns nothing" in faults:
        returned = np.nan
    if "optimizer not used" in faults:
        updates = 0
    parts = zip(("embedding", "kernel", "bias"), weights, strict=True)
    return {"the loss": returned, **{f"the {n} after the step": w for n, w in parts},
            "the optimizer's count of steps": updates}  # fmt: skip


STEP_HINTS = {
    "not clipped": "the gradients are not clipped to `clip_norm`: use that argument, and apply "
    "what `tf.clip_by_global_norm` gives back.",
    "each by itself": "each gradient is clipped by itself, which changes their direction: clip all "
    "together, `tf.clip_by_global_norm`.",
    "by value": "the gradients are cut entry by entry, which changes their direction: clip their "
    "common length, `tf.clip_by_global_norm`.",
    "always scaled": "the gradients are always brought to the length clip_norm, short ones too: "
    "only longer ones are cut.",
    "brought to length 1": "the gradients are always brought to the length 1: only those longer "
    "than clip_norm are cut, and to clip_norm.",
    "multiplied by clip_norm": "the gradients are multiplied by clip_norm: it is a length, and "
    "only gradients longer than it are shortened to it.",
    "lengths summed": "the lengths of the gradients are added up. Their common length, as one long "
    "vector, is the root of the sum of all squares: `tf.linalg.global_norm`.",
    "clip_norm ignored": "the gradients are clipped to 1: use the argument clip_norm.",
    "not applied": "the weights are the same after the step: give the gradients to the optimizer, "
    "`optimizer.apply(gradients, model.trainable_variables)`.",
    "applied twice": "the gradients are applied twice in one step: once is enough.",
    "uphill": "the step goes uphill: the loss grows. Apply the gradient of the loss, the optimizer "
    "takes the minus by itself.",
    "first variable only": "only the first variable is changed: use all of "
    "model.trainable_variables.",
    "last layer only": "only the last layer is changed: use all of model.trainable_variables.",
    "last variable only": "only the last variable is changed: use all of "
    "model.trainable_variables.",
    "optimizer not used": "the weights are changed without the optimizer: leave that to it.",
    "targets ignored": "the inputs are used as targets too: the loss compares the logits with "
    "`targets`.",
    "inputs and targets swapped": "inputs and targets are exchanged: the model is given `inputs`.",
    "softmax first": "the logits go through a softmax before `cross_entropy`, which applies it "
    "itself: give it the logits as they are.",
    "loss after the step": "the loss is measured after the step: return the one that the gradients "
    "come from.",
    "norm returned": "the length of the gradients is returned: return the loss. Does the second "
    "result of `tf.clip_by_global_norm` overwrite it?",
    "clipped norm returned": "the length of the clipped gradients is returned: return the loss.",
    "clipped loss": "the loss is cut to clip_norm: only the gradients are clipped.",
    "negative loss": "the loss comes back with a minus: return it as it is.",
    "returns nothing": "the loss is missing: end with `return loss`.",
}
STEP = FaultModel(
    step_reference, STEP_HINTS, [(0.75, 0.0), (50.0, 0.3), (0.4, 0.6), (0.9, 1.2)], most=2,
    args=lambda clip, phase: (), families=False,
)  # fmt: skip
STEP_MORE = {
    "no gradient": "no gradient reaches the weights: the model and the loss must be computed "
    "inside `with tf.GradientTape() as tape:`, with TensorFlow's operations and without "
    "`.numpy()`.",
    "another optimizer": "the weights change, but not by the optimizer that is given: make no "
    "optimizer inside, and move no weight by hand. "
    "`optimizer.apply(gradients, model.trainable_variables)`.",
    "not training": "the model is called with training=False, so it would leave out what it does "
    "in training alone, such as dropout: `model(inputs, training=True)`.",
    "more than the loss": "more than the loss is returned ({what}): end with `return loss`.",
    "gradients returned": "the gradients are returned: end with `return loss`.",
    "learning rate": "the optimizer's learning rate is changed: leave that to the training loop.",
    "more than once": "the optimizer is used {times} times in one step: once is enough.",
    "wrong loss": "the weights change as they should, but the loss that comes back is not the one "
    "that the gradients come from: return `loss` as it was in the tape.",
    "not all variables": "only some of the weights change, and those of the {still} stay as they "
    "are: take the gradients of all of model.trainable_variables, and apply all of them.",
}
PAIR = (
    "`tf.clip_by_global_norm` gives two things, the clipped gradients and their common length: "
    "take both apart, and apply the first."
)
PAIRS = "`apply_gradients` takes pairs (gradient, variable), in this order: `zip(gradients, ...)`."


def keeps_pair(answer: Sequence[Any]) -> bool:
    """Does the source take what `tf.clip_by_global_norm` returns for one thing?"""
    for one in answer:
        for f in functions_in(one):
            nodes = list(ast.walk(tree_of(f)))
            apart = {id(n.value) for n in nodes if isinstance(n, ast.Subscript)}
            apart |= {id(n.value) for n in nodes if isinstance(n, ast.Assign)
                      and isinstance(n.targets[0], ast.Tuple | ast.List)}  # fmt: skip
            taken = {n.value.id for n in nodes if isinstance(n, ast.Subscript | ast.Assign)
                     and id(n.value) in apart and isinstance(n.value, ast.Name)}  # fmt: skip
            for n in nodes:
                kept = [part.id for part in n.targets if isinstance(part, ast.Name)] if isinstance(
                    n, ast.Assign) else []  # fmt: skip
                if kept and kept[0] in taken and isinstance(n.value, ast.Call):
                    apart.add(id(n.value))
            if any(isinstance(n, ast.Call) and called(n) == "clip_by_global_norm"
                   and id(n) not in apart for n in nodes):  # fmt: skip
                return True
    return False


class Watched:
    """A model that notes how it is called. Like the one that training uses, it has the model's
    attributes and is no Keras model itself."""

    def __init__(self, model: Any):
        self._model, self.training = model, []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, inputs: Any, training: Any = None, **other: Any) -> Any:
        self.training.append(training)
        return self._model(inputs, training=training, **other)


@exercise(
    "3.3", "A training step moves the weights down the clipped gradient.",
    crashes=[
        ("IndexedSlices object|unsupported type|convert a value|Shapes must be equal",
         lambda answer: PAIR if keeps_pair(answer) else "", "pair"),
        ("(?i)no gradients? (provided|for any)|at `[^`]*(clip|apply|grad)[^`]*`.*(NoneType|None val"
         "ues)", STEP_MORE["no gradient"], "no gradient"),
        ("at `[^`]*apply_gradients.*(has no attribute '(_|name|path|assign|is_distributed)|object "
         "is not iterable|not enough values|too many values|shape.*gradient)", PAIRS),
        (r"at `[^`]*\.apply\(.*positional argument",
         "`optimizer.apply(gradients, variables)` takes two lists."),
    ],
)  # fmt: skip
def train_step(answer: Callable[..., Any]) -> Verdict:
    """`answer(model, optimizer, inputs, targets, clip_norm) → loss`."""
    import keras
    import tensorflow as tf

    inner = keras.Sequential(
        [keras.Input((None,), dtype="int32"), keras.layers.Embedding(SIZE, WIDTH),
         keras.layers.Dense(SIZE)]
    )  # fmt: skip
    model = Watched(inner)
    seen: list[tuple[Any, int, list[str]]] = []  # (what came back, steps, which did not move)

    def fresh(phase: float) -> tuple[Any, Any, Any]:
        weights, x, y = step_probe(phase)
        for variable, value in zip(inner.trainable_variables, weights, strict=True):
            variable.assign(value)
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(inner.trainable_variables)
        return optimizer, tf.constant(x), tf.constant(y)

    def one_step(clip: float, phase: float) -> list[Any]:
        optimizer, x, y = fresh(phase)
        got = answer(model, optimizer, x, y, float(clip))
        weights = [variable.numpy() for variable in inner.trainable_variables]
        before = step_probe(phase)[0]
        names = ("embedding", "kernel", "bias")
        still = [n for n, a, b in zip(names, weights, before, strict=True) if np.allclose(a, b)]
        seen.append((got, int(optimizer.iterations), still))
        if abs(float(optimizer.learning_rate) - 0.5) > 1e-6:
            rates.append(float(optimizer.learning_rate))
        loss = got if np.ndim(got) == 0 else np.full(2, np.nan)
        return [loss, *weights, int(optimizer.iterations)]

    rates: list[float] = []
    if not callable(answer):
        return STEP.judge(answer)
    said = STEP.judge(one_step)
    if rates:
        return [("learning rate", STEP_MORE["learning rate"])]
    if said is not None:
        return said if isinstance(said, list) and known(said) else step_fault(said, seen)
    if any(training is False for training in model.training):
        return [("not training", STEP_MORE["not training"])]
    optimizer, x, y = fresh(0.0)
    ok = compiles(lambda x, y: answer(model, optimizer, x, y, 1.0), x, y)
    return None if ok else [("not compilable", NOT_TENSORFLOW)]


def known(said: list[tuple[str, str]]) -> bool:
    """Is it told by switches, and not by a family's guess at the numbers?"""
    return all(name in STEP_HINTS for name, _ in said)


def step_fault(said: Any, seen: list[tuple[Any, int, list[str]]]) -> Verdict:
    """No switch explains it: what the runs show beside their numbers."""
    if not seen:
        return said
    got, counted, still = seen[0]
    found: list[str] = ["more than once"] if counted > 1 else []
    words = {"what": "", "times": counted, "still": " and the ".join(still)}
    if isinstance(got, list | tuple):
        gradients = len(got) == 3
        found.append("gradients returned" if gradients else "more than the loss")
        words["what"] = f"{len(got)} things"
    elif got is None:
        return [*([("another optimizer", STEP_MORE["another optimizer"])]
                  if not counted and len(still) < 3 else []),
                ("returns nothing", STEP_HINTS["returns nothing"])]  # fmt: skip
    if not counted and len(still) < 3:
        found.append("another optimizer")
    if 0 < len(still) < 3:
        found.append("not all variables")
    if not found and "optimizer's count of steps are right. the loss" in str(said):
        found.append("wrong loss")
    return [(slip, STEP_MORE[slip].format(**words)) for slip in found] or said


# 3.4 ---------------------------------------------------------------------------------------------


@reference
def bits_reference(nats: np.ndarray, mask: np.ndarray, faults: frozenset[str]) -> dict[str, Any]:
    nats, mask = nats.astype("float64"), mask.astype("float64")
    if "first tune only" in faults:
        nats, mask = nats[:1], mask[:1]
    if "mask turned around" in faults:
        mask = 1 - mask
    real = nats * mask
    value = real.sum() / mask.sum()
    for slip, other in TAKEN.items():
        if slip in faults:
            value = other(nats, mask, real)
    for slip, change in UNITS.items():
        if slip in faults:
            return {"bits per character": change(value)}
    return {"bits per character": value / np.log(2)}


TAKEN: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], Any]] = {
    "padding counted": lambda nats, mask, real: nats.mean(),
    "divided by all places": lambda nats, mask, real: real.mean(),
    "padding summed": lambda nats, mask, real: nats.sum() / mask.sum(),
    "mean of the tunes' means": lambda nats, mask, real: (real.sum(1) / mask.sum(1)).mean(),
    "mean of the places' means": lambda nats, mask, real: (
        real.sum(0) / np.maximum(mask.sum(0), 1e-30)).mean(),
    "one for each tune": lambda nats, mask, real: real.sum(1) / mask.sum(1),
    "one for each place": lambda nats, mask, real: real.sum(0) / np.maximum(mask.sum(0), 1e-30),
    "one for each character": lambda nats, mask, real: real,
    "bits of a tune": lambda nats, mask, real: real.sum(1).mean(),
    "divided by the length": lambda nats, mask, real: real.sum() / nats.shape[1],
    "mask as places": lambda nats, mask, real: nats[mask.astype(int)].mean(),
    "sum": lambda nats, mask, real: real.sum(),
    "mask added": lambda nats, mask, real: (nats + mask).sum() / mask.sum(),
    "divided by the mask's mean": lambda nats, mask, real: real.sum() / mask.mean(),
    "largest": lambda nats, mask, real: real.max(),
    "median": lambda nats, mask, real: np.median(nats[mask > 0]),
    "last place only": lambda nats, mask, real: real[:, -1].sum() / mask[:, -1].sum(),
}  # fmt: skip
UNITS: dict[str, Callable[[Any], Any]] = {
    "nats": lambda value: value,
    "multiplied": lambda value: value * np.log(2),
    "perplexity": np.exp,
    "decimal digits": lambda value: value / np.log(10),
    "logarithm of the loss": np.log2,
    "divided by 2": lambda value: value / 2,
    "natural logarithm of the loss": np.log,
    "log10 of 2": lambda value: value / np.log10(2),
}
BITS_HINTS = {
    "nats": "this is in nats: divide by ln 2 for bits.",
    "multiplied": "the loss is multiplied by ln 2: a bit is the smaller unit, so divide.",
    "perplexity": "this is the perplexity, the number of equally likely characters (e to the loss, "
    "or 2 to the bits): leave the power out, and divide the loss by ln 2.",
    "decimal digits": "the loss is divided by ln 10, which gives decimal digits: divide by ln 2.",
    "logarithm of the loss": "this is the logarithm of the loss: the loss is a logarithm already, "
    "divide it by ln 2.",
    "natural logarithm of the loss": "this is the logarithm of the loss: the loss is a logarithm "
    "already, divide it by ln 2.",
    "divided by 2": "the loss is divided by 2: divide it by the natural logarithm of 2, np.log(2).",
    "log10 of 2": "the loss is divided by the decimal logarithm of 2: divide by the natural one, "
    "np.log(2).",
    "padding counted": "the filler after short tunes counts as characters: multiply by the mask, "
    "and divide by the sum of the mask.",
    "divided by all places": "the sum is divided by all places, the filler too: divide by the "
    "sum of the mask.",
    "padding summed": "the losses of the filler are summed too: multiply by the mask first.",
    "mean of the tunes' means": "this is the mean of the tunes' own means, in which a character "
    "of a short tune counts more: sum over all tunes, then divide once.",
    "mean of the places' means": "this is the mean of the means at each place in the tunes, where "
    "late places, which few tunes have, count too much: sum over everything, then divide once.",
    "one for each tune": "there is a number for each tune: sum over all tunes too, and divide "
    "once.",
    "one for each place": "there is a number for each place in the tunes: sum over everything, and "
    "divide once.",
    "one for each character": "there is a number for each character: sum them, and divide by the "
    "sum of the mask.",
    "bits of a tune": "this is the sum over a tune: divide by the number of characters, the sum of "
    "the mask.",
    "divided by the length": "the sum is divided by the length of the longest tune: divide by the "
    "number of real characters in all tunes, the sum of the mask.",
    "mask as places": "the mask of zeros and ones is used as a list of places, so rows 0 and 1 are "
    "taken again and again: multiply by it, or make it true and false, `mask > 0`.",
    "sum": "this is the sum of all characters: divide by their number, the sum of the mask.",
    "mask turned around": "the mask is turned around: it is 1 for a character, 0 for filler.",
    "mask added": "the mask is added to the losses: multiply by it, so that filler counts nothing.",
    "divided by the mask's mean": "the sum is divided by the mean of the mask: divide by its sum.",
    "largest": "this is the largest loss of a character: take the mean of all.",
    "median": "this is the median of the characters: take their mean.",
    "first tune only": "only the first tune counts: take all of them.",
    "last place only": "only the last place of the tunes counts: take all of them.",
}
BITS_PROBES = [
    (
        (1.3 + numbers(len(lengths), size, phase=phase)).astype("float32"),
        (np.arange(size) < np.array(lengths)[:, None]).astype("float32"),
    )
    for size, phase, lengths in ((6, 0.4, (2, 6, 4)), (5, 1.9, (4, 1, 5)), (7, 0.9, (7, 3)))
]
BITS = FaultModel(
    bits_reference, BITS_HINTS, BITS_PROBES, most=2,
    axes={"nats": "tunes time", "mask": "tunes time"},
)  # fmt: skip


@exercise(
    "3.4", "Bits per character are averaged over characters, not over filler.",
    crashes=[("integer \\(or boolean\\)|arrays used as indices|must be of integer",
              "The mask holds 0.0 and 1.0: multiply by it, or use `mask > 0`.")],
)  # fmt: skip
def bits_per_character(answer: Callable[..., Any]) -> Verdict:
    """`answer(nats, mask) → scalar`, both (tunes, time)."""
    return BITS.judge(answer)
