"""Part 3: learning through time. The loss, and its gradient at the logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...checking import FaultModel, numbers
from .lab import LAB, one_hot, softmax

# 3.1 · The loss over time -----------------------------------------------------------------------

LOSS_HINTS = {
    "mean over time": "the losses of the steps are averaged. L is their sum over time; only the "
    "batch is averaged.",
    "sum over the batch": "the losses of the examples are added up. Divide by the number of "
    "examples: otherwise a larger batch means a larger loss.",
    "mean of everything": "`np.mean` over all three axes divides by batch · T · symbols. Sum, and "
    "divide by the batch only.",
    "last step only": "only the last step counts in your loss. Every step has an answer: sum over "
    "all of them.",
    "sign": "the sign is wrong: a logarithm of a probability is below 0, the loss is minus that.",
    "no log": "the probabilities themselves are added up. The loss is minus their logarithm.",
    "no softmax": "the logits are taken for logarithms of probabilities. They must go through "
    "`log_softmax` first.",
    "log2": "this is the loss in bits (log2). Use the natural logarithm, `np.log`.",
    "all symbols": "the log probabilities of all symbols are added up. Only that of the right "
    "one, the target, counts at each step.",
    "targets one step late": "step t is compared with the target of step t − 1. Both have the "
    "same index.",
    "targets one step early": "step t is compared with the target of step t + 1. Both have the "
    "same index.",
    "logits as probabilities": "the loss function took the logits for probabilities. Tell Keras: "
    "`from_logits=True`.",
    "softmax twice": "softmax is applied twice: these are probabilities before the loss function "
    "applies its own softmax. Give it the logits.",
    "softmax over time": "softmax runs along the time axis. The symbols are the last axis.",
    "batch not averaged away": "one loss per example came back. Average them: one number.",
    "log twice": "a logarithm of a negative number: `log_p` is a logarithm already.",
    "nothing summed": "one loss for each step of each sequence came back. Sum over time, average "
    "over the batch: one number.",
    "time not summed": "one loss per step came back. Sum over time, average over the batch: one "
    "number.",
    "mean over symbols": "the loss is averaged over the symbols too. Each step counts the one "
    "right symbol: sum, and divide by the number of examples only.",
    "largest": "the largest log probability is taken, and the targets play no part. Take that of "
    "the target.",
    "dots left out": "steps whose target is 0 do not count. Here 0 is a symbol like the others: "
    "count every step.",
    "squared error": "this is a squared error between probabilities and targets. The loss is minus "
    "the logarithm of the target's probability.",
    "wrong symbols too": "the wrong symbols count too, with log(1 − p). At each step only the "
    "right one counts: − log p.",
}


def loss_model(
    logits: np.ndarray, targets: np.ndarray, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Cross-entropy: summed over time, averaged over the batch."""
    logits = logits.astype(float)
    if faults & {"targets one step late", "targets one step early"}:
        late = "targets one step late" in faults
        logits = logits[:, 1:] if late else logits[:, :-1]
        targets = targets[:, :-1] if late else targets[:, 1:]
    p = softmax(logits, axis=1 if "softmax over time" in faults else -1)
    if "logits as probabilities" in faults:  # what keras.losses does with them
        p = np.clip(logits, 1e-7, 1 - 1e-7)
        p = p / p.sum(axis=-1, keepdims=True)
    if "softmax twice" in faults:
        p = softmax(p)
    if "log twice" in faults:
        p = np.log(p)
    log_p = logits if "no softmax" in faults else p if "no log" in faults else np.log(p)
    if "log2" in faults:
        log_p = log_p / np.log(2)
    right = one_hot(targets, logits.shape[-1])
    losses = np.sum(log_p if "all symbols" in faults else log_p * right, axis=-1)  # (batch, T)
    if "largest" in faults:
        losses = log_p.max(axis=-1)
    if "dots left out" in faults:
        losses = losses * (targets != 0)
    if "squared error" in faults:
        losses = -np.sum((np.exp(log_p) - right) ** 2, axis=-1)
    if "wrong symbols too" in faults:
        losses = losses + np.sum(np.log(1 - np.exp(log_p)) * (1 - right), axis=-1)
    if "mean over symbols" in faults:
        losses = losses / logits.shape[-1]
    if "sign" not in faults:
        losses = -losses
    if "nothing summed" in faults:
        return {"the loss": losses}
    if "mean of everything" in faults:
        losses = losses / (logits.shape[1] * logits.shape[2])
    if "last step only" in faults:
        losses = losses[:, -1:]
    batch = np.sum if "sum over the batch" in faults else np.mean
    time = np.mean if "mean over time" in faults else np.sum
    if "time not summed" in faults:
        return {"the loss": batch(losses, axis=0)}
    losses = time(losses, axis=1)
    return {"the loss": losses if "batch not averaged away" in faults else batch(losses)}


def _logits_probe(batch: int, steps: int, symbols: int) -> tuple:
    n = np.arange(batch * steps).reshape(batch, steps)
    return 2 * numbers(batch, steps, symbols, phase=0.5), (n * n + n // 2) % symbols


LOGITS_AXES = {"logits": "batch time symbols", "targets": "batch time"}
LOGITS_PROBES = [_logits_probe(3, 3, 3), _logits_probe(2, 5, 4), _logits_probe(4, 3, 5)]
LOSS = FaultModel(loss_model, LOSS_HINTS, LOGITS_PROBES, most=2, axes=LOGITS_AXES)


@LAB.exercise("3.1", "The loss: minus the log probability of the right symbol, over all steps.")
def sequence_loss(answer: Any) -> Any:
    """Check `sequence_loss(logits, targets)`."""
    return LOSS.judge(answer)


# 3.2 · The gradient at the logits ---------------------------------------------------------------

LOGITS_HINTS = {
    "not divided by the batch": "the loss is a mean over the batch, so its gradient is divided by "
    "the number of examples too.",
    "divided by the steps": "the gradient is also divided by the number of steps. The loss sums "
    "over time, so divide by the number of examples only.",
    "sign": "the sign is wrong: it is p − y. More probability on a wrong symbol, more loss.",
    "no one-hot": "these are the probabilities. Subtract 1 at the right symbol.",
    "only the right symbol": "only the logit of the right symbol gets a gradient. The others are "
    "to sink: their gradient is their probability.",
    "no softmax": "the logits are used as they are. The gradient needs probabilities: softmax.",
    "targets not one-hot": "the numbers of the targets are subtracted. Make them rows with a "
    "single 1 first: `one_hot`.",
    "brackets": "only the one-hot rows are divided by the batch: `/` comes before `−`. Put "
    "brackets around p − y.",
    "log probabilities": "these are log probabilities minus 1 at the target. Take `np.exp` of "
    "them first.",
    "last step only": "only the last step has a gradient. Every step has a loss of its own.",
    "targets one step late": "step t is compared with the target of step t − 1. Both have the "
    "same index.",
    "softmax over time": "softmax runs along the time axis. The symbols are the last axis.",
    "gradient at the probabilities": "this is the gradient at the probabilities, −y / p. The "
    "logits come before the softmax: there it is p − y.",
    "softmax over everything": "the exponentials are divided by the sum of the whole array. The "
    "probabilities of each step sum to 1: sum over the last axis, with `keepdims=True`.",
    "divided by the symbols": "the gradient is also divided by the number of symbols. Divide by "
    "the number of examples only.",
}


def logits_gradient_model(
    logits: np.ndarray, targets: np.ndarray, faults: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """(softmax(logits) - one_hot(targets)) / batch."""
    logits = logits.astype(float)
    p = softmax(logits, axis=1 if "softmax over time" in faults else -1)
    if "no softmax" in faults:
        p = logits
    if "softmax over everything" in faults:
        p = np.exp(logits) / np.exp(logits).sum()
    if "log probabilities" in faults:
        p = np.log(p)
    if "targets one step late" in faults:
        targets = np.roll(targets, 1, axis=1)
    right = one_hot(targets, logits.shape[-1])
    if "targets not one-hot" in faults:
        right = targets
    if "brackets" in faults:
        return {"the gradient": p - right / len(logits)}
    gradient = p if "no one-hot" in faults else p - right
    if "gradient at the probabilities" in faults:
        gradient = -right / p
    if "only the right symbol" in faults:
        gradient = gradient * right
    if "divided by the symbols" in faults:
        gradient = gradient / logits.shape[-1]
    if "last step only" in faults:
        gradient[:, :-1] = 0
    if "not divided by the batch" not in faults:
        gradient = gradient / len(logits)
    if "divided by the steps" in faults:
        gradient = gradient / logits.shape[1]
    return {"the gradient": -gradient if "sign" in faults else gradient}


LOGITS = FaultModel(
    logits_gradient_model,
    LOGITS_HINTS,
    LOGITS_PROBES,
    most=2,
    axes={**LOGITS_AXES, "the gradient": "batch time symbols"},
)


@LAB.exercise("3.2", "Where the gradient begins: probability minus truth.")
def logits_gradient(answer: Any) -> Any:
    """Check `logits_gradient(logits, targets)`."""
    return LOGITS.judge(answer)
