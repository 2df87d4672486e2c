"""Part 5: what was learned, put to another task."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...checking import Fault, Verdict, numbers
from .lab import LAB

CLASSES = 4  # of the new task; the old one had another number
TUNE_HINTS = {
    "never trained": "`train` is never called. Call it twice: with the body frozen, then with all "
    "of it.",
    "train called without a model": "`train` takes the model and the learning rate: `train(model, "
    "1e-2)`.",
    "head not replaced": "the model has no head for the new classes: its logits should have the "
    "shape (batch, classes). Make a new model around the body: `Classifier(body, classes)`.",
    "classes fixed": "the head has a fixed number of classes. Take `classes`: "
    "`Classifier(body, classes)`.",
    "new body": "the body that is trained is not the one that was given, so all it has learned is "
    "lost. Put a new head on the old `body`.",
    "body forgotten": "the body's weights were changed before the first training, so what it has "
    "learned is lost. Use it as it is.",
    "all frozen": "in the first training nothing is trained, not even the head. Freeze only the "
    "body: `body.trainable = False`, not the whole model.",
    "body not frozen": "in the first training the body is trained too, while the head still holds "
    "random numbers. Set `body.trainable = False` first.",
    "frozen too late": "the body is frozen only after the first training. Freeze it before "
    "`train`, which looks once, when it begins, at what is trainable.",
    "head frozen": "in the first training the body is trained and the head is frozen. Freeze the "
    "body, and let the head learn.",
    "trained once": "`train` is called once. After the head, train all of it: unfreeze the body, "
    "and call `train` again.",
    "not unfrozen": "in the second training the body is still frozen. Set `body.trainable = True` "
    "before it.",
    "head frozen in the end": "in the second training the head is frozen. Train all of the model "
    "now.",
    "second head": "the second training begins with a new head, so what the first head learned is "
    "lost. Train the same model again.",
    "same rate": "both trainings have the same learning rate. In the second one take a tenth of "
    "the first, so that the body keeps what it has learned.",
    "rates exchanged": "the learning rates are exchanged. Take the larger one for the new head, "
    "and the smaller one for the whole model.",
    "too many trainings": "`train` is called more than twice. Call it once for the head, and once "
    "for all of the model.",
    "returns nothing": "the model is trained, but nothing came back. End with `return model`.",
    "returns the body": "the body came back. Return the model, with its head.",
    "returns something else": "what came back is not the model that was trained. Return the model.",
}
TRAINABLE_LEFT = [("body left frozen", (
    "everything is trained as it should be, but the body is frozen again at the end. Leave it "
    "trainable."
))]  # fmt: skip


@functools.cache
def toy_body() -> Any:
    """A class of small bodies: images → tokens and maps, as the lab's own."""
    import keras

    class Body(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = self.add_weight((1, 3), name="kernel")
            self.kernel.assign(numbers(1, 3))

        def call(self, images: Any, training: bool = False) -> Any:
            x = keras.ops.reshape(images, (len(images), -1, 1))
            return x @ self.kernel, []

    return Body


@dataclass
class Seen:
    """What one call of `train` found."""

    logits: int  # classes
    has_body: bool
    as_given: bool  # are the body's weights still what they were?
    body_trains: bool
    head_trains: bool
    rate: Any
    head: list[int] = field(default_factory=list)  # the identities of the head's weights
    model: Any = None


class Recorder:
    """Stands for `train`: it looks at the model, and trains nothing."""

    def __init__(self, body: Any):
        self.body, self.start = body, [np.array(w) for w in body.get_weights()]
        self.seen: list[Seen] = []

    def __call__(self, model: Any, rate: Any) -> None:
        import tensorflow as tf

        logits = model(tf.constant(numbers(2, 2, 2, 1)))
        body = {id(v) for v in self.body.variables}
        trained = {id(v) for v in model.trainable_variables}
        head = [id(v) for v in model.variables if id(v) not in body]
        self.seen.append(Seen(
            logits.shape[-1] if getattr(logits, "ndim", 0) == 2 else 0,
            body <= {id(v) for v in model.variables},
            all(map(np.array_equal, self.body.get_weights(), self.start)),
            bool(trained & body), bool(trained - body), rate, head, model,
        ))  # fmt: skip


def tried(answer: Any, classes: int) -> tuple[Recorder, Any]:
    """Run the answer with a toy body; returns what its trainings saw, and what came back."""
    recorder = Recorder(toy_body()())
    return recorder, answer(recorder.body, classes, recorder)


def fault_of(seen: list[Seen], others: list[Seen], recorder: Recorder, got: Any) -> str | None:
    """The first slip that shows, None if nothing is wrong."""
    if not seen:
        return "never trained"
    first, last = seen[0], seen[-1]
    fixed = first.logits == others[0].logits if others else False
    rules = [
        (not first.has_body, "new body"),
        (not first.as_given, "body forgotten"),
        (fixed, "classes fixed"),
        (first.logits != CLASSES, "head not replaced"),
        (not first.body_trains and not first.head_trains, "all frozen"),
        (first.body_trains and not first.head_trains, "head frozen"),
        (first.body_trains and len(seen) > 1 and not last.body_trains, "frozen too late"),
        (first.body_trains and len(seen) == 1 and not recorder.body.trainable, "frozen too late"),
        (first.body_trains, "body not frozen"),
        (len(seen) < 2, "trained once"),
        (len(seen) > 2, "too many trainings"),
        (not last.body_trains, "not unfrozen"),
        (not last.head_trains, "head frozen in the end"),
        (last.head != first.head, "second head"),
        (first.rate == last.rate, "same rate"),
        (first.rate < last.rate, "rates exchanged"),
        (got is None, "returns nothing"),
        (got is recorder.body, "returns the body"),
        (got is not last.model, "returns something else"),
    ]
    return next((name for wrong, name in rules if wrong), None)


def said_of(name: str) -> list[Fault]:
    return [(name, TUNE_HINTS[name])]


@LAB.exercise("6.1", "Fine-tuning: a new head on the old body, then all of it, gently.")
def fine_tune(answer: Any) -> Verdict:
    """Check `fine_tune(body, classes, train)`."""
    if not callable(answer):
        return "give the check the function itself: `check.fine_tune(fine_tune)`."
    try:
        recorder, got = tried(answer, CLASSES)
    except TypeError as error:
        if "Recorder" in str(error) or "rate" in str(error):
            return said_of("train called without a model")
        raise
    other, _ = tried(answer, CLASSES + 1)
    name = fault_of(recorder.seen, other.seen, recorder, got)
    if name:
        return said_of(name)
    return None if recorder.body.trainable else TRAINABLE_LEFT
