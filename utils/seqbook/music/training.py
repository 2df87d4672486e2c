"""Training a music model: the loop around the learner's functions, with checkpoints.

    settings = training.Settings(steps=800)
    run = training.train(settings, train_tunes, val_tunes, folder="checkpoints")
    training.bits_per_character(run.model, val_tunes, run.vocabulary)

A window rarely begins where a tune does, and then the meter in the tune's first line is out of its
sight. So a batch is cut out of the text as long stretches, each of them is gone through window by
window, and the state is carried from one window to the next. The gradient is not: this is truncated
backpropagation through time.

The budget is a number of steps, and everything random in step s comes from the seed and s. So a
run that was stopped and taken up again ends with the same weights as one that was not.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..runtime import Progress
from .checkpoints import CheckpointError, Checkpoints, fingerprint, source
from .errors import MusicError, number, whole_number
from .recipe import END, Recipe
from .recurrent import Carrier

__all__ = [
    "Run", "Settings", "TrainingError", "TrainingStopped", "bits_per_character", "prepare",
    "train",
]  # fmt: skip

TUNES_AT_ONCE = 64  # in validation


class TrainingError(MusicError):
    """Training cannot begin or go on; the message says what to change."""


class TrainingStopped(KeyboardInterrupt):
    """Training was stopped by hand, and saved."""

    def _render_traceback_(self) -> list[str]:  # IPython asks for this before it formats one
        return [str(self)]


@dataclass(frozen=True)
class Settings:
    """Every number of a run. `Settings(steps=2000)` is a longer run.

    Attributes:
        steps: updates; the learning rate falls along a cosine to almost nothing at the last.
        batch, window: windows in a batch, characters in a window.
        carry: windows in a stretch; the state goes through all of them.
        units, embedding: sizes of the recurrent state and of a character's vector.
        learning_rate: its peak, reached after `warmup` steps.
        clip_norm: gradients longer than this are cut to it.
        seed: of the first weights and of the batches.
    """

    steps: int = 950
    batch: int = 32
    window: int = 64
    carry: int = 16
    units: int = 256
    embedding: int = 64
    learning_rate: float = 0.01
    warmup: int = 20
    clip_norm: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name in ("learning_rate", "clip_norm"):
                value = number(name, value, error=TrainingError)
            else:
                least = 0 if name in ("warmup", "seed") else 1
                value = whole_number(name, value, least, error=TrainingError)
            object.__setattr__(self, name, value)  # NumPy's numbers become Python's


@dataclass
class Run:
    """A training run, while it goes on and when it is over.

    Attributes:
        settings: its numbers.
        vocabulary: characters, the end mark first.
        model: the Keras model.
        step: updates made.
        losses: training loss of each step, in nats per character.
        resumed: the step at which this call took the run up, 0 if at its beginning.
        cpu_seconds: processor time this call spent on batches and updates.
        bits: validation bits per character at the end, None without validation tunes.
    """

    settings: Settings
    vocabulary: list[str]
    model: Any
    step: int = 0
    losses: list[float] = field(default_factory=list, repr=False)
    resumed: int = 0
    cpu_seconds: float = 0.0
    bits: float | None = None

    def __repr__(self) -> str:
        said = f"Run: {self.step} of {self.settings.steps} steps"
        return said if self.bits is None else f"{said}, {self.bits:.2f} bits per character"


def train(
    settings: Settings,
    train_tunes: Sequence[str],
    val_tunes: Sequence[str] = (),
    callback: Callable[[Run], Any] | None = None,
    *,
    recipe: Recipe | None = None,
    folder: str | Path | None = None,
    save_every: int = 50,
    label: str = "Training",
) -> Run:
    """Train a model on tunes, or go on where an interrupted run with these settings stopped.

    Args:
        settings: the numbers of the run.
        train_tunes, val_tunes: ABC notation, one string a tune. Both make the vocabulary; only
            the first are trained on.
        callback: is given the `Run` after every step.
        recipe: the functions a model is made of; the book's own if left out.
        folder: where checkpoints are kept; without it none are written or read.
        save_every: steps between two checkpoints.
        label: what the progress bar says.

    Raises:
        TrainingError: if there is too little text, or the loss is no longer a number.
        TrainingStopped: (a KeyboardInterrupt) when stopped by hand; the state is saved.
        CheckpointError: before the first step, if no checkpoint can be written to the folder. When
            one cannot be written later, a line says so and training goes on.
    """
    import keras
    import tensorflow as tf

    whole_number("save_every", save_every, error=TrainingError)
    recipe = recipe or Recipe()
    vocabulary = list(recipe.build_vocabulary([*train_tunes, *val_tunes]))
    if len(set(vocabulary)) != len(vocabulary) or END not in vocabulary:
        raise TrainingError(f"a vocabulary has each character once, and {END!r} among them")
    ids = np.asarray(recipe.encode(END + END.join(train_tunes) + END, vocabulary))
    stretch = settings.window * settings.carry
    if len(ids) <= stretch + 1:
        raise TrainingError(
            f"the tunes have {len(ids)} characters, and a stretch of {settings.carry} windows "
            f"needs more than {stretch + 1}: try a smaller window or carry"
        )
    keras.utils.set_random_seed(settings.seed)
    model = recipe.build_model(len(vocabulary), settings.embedding, settings.units)
    model(tf.zeros((1, 1), tf.int32))  # a Sequential without an Input has no weights before
    optimizer = make_optimizer(settings)
    optimizer.build(model.trainable_variables)
    carrier = Carrier(model, settings.batch)
    variables = [*model.variables, *optimizer.variables, *carrier.state_variables]
    run = Run(settings, vocabulary, model)
    checkpoints = None
    if folder is not None:
        facts = asdict(settings) | {
            "vocabulary": fingerprint(vocabulary),
            "tunes": fingerprint(list(train_tunes)),
            "code": fingerprint([source(function) for function in (train, *vars(recipe).values())]),
        }
        checkpoints = Checkpoints(folder, facts)
        run.step, values, run.losses = checkpoints.load([tuple(v.shape) for v in variables])
        for variable, value in zip(variables, values, strict=False):
            variable.assign(value)
        run.resumed = run.step
        if run.step < settings.steps:
            checkpoints.try_to_write(sum(variable.numpy().nbytes for variable in variables))

    @tf.function
    def update(inputs: Any, targets: Any) -> Any:
        return recipe.train_step(carrier, optimizer, inputs, targets, settings.clip_norm)

    def save() -> str:
        """Write a checkpoint; what to say of it if the run ends here."""
        if checkpoints is None:
            return "not saved."
        try:
            checkpoints.save(run.step, variables, run.losses)
        except CheckpointError as error:
            checkpoints.tell(str(error))
            return "not saved: see the line above."
        return "saved. Run this again to go on."

    with held_interrupts() as stop, Progress(settings.steps, label) as bar:
        bar.step(run.step)
        while run.step < settings.steps:
            start = time.process_time()
            batch, place = divmod(run.step, settings.carry)
            if place == 0:
                carrier.forget()
            if place == 0 or run.step == run.resumed:
                rng = np.random.default_rng((settings.seed, batch))
                inputs, targets = recipe.make_batch(ids, settings.batch, stretch, rng)
            piece = slice(place * settings.window, (place + 1) * settings.window)
            x = tf.constant(inputs[:, piece], tf.int32)
            y = tf.constant(targets[:, piece], tf.int32)
            loss = float(update(x, y))
            run.cpu_seconds += time.process_time() - start
            if not math.isfinite(loss):
                raise TrainingError(
                    f"the loss is {loss} at step {run.step + 1}: try a smaller learning_rate"
                )
            run.step += 1
            run.losses.append(loss)
            bar.step(loss=loss)
            if callback is not None:
                callback(run)
            if run.step % save_every == 0 or run.step == settings.steps:
                save()
            if stop and run.step < settings.steps:
                said = f"Stopped after step {run.step} of {settings.steps}, {save()}"
                raise TrainingStopped(said)
    if val_tunes:
        run.bits = bits_per_character(model, val_tunes, vocabulary, recipe=recipe)
    return run


def prepare() -> bool:
    """Start TensorFlow as a small recurrent network runs fastest on a processor.

    One core: a step is many small matrix products in a row, and sharing each between two cores
    costs a half more processor time than it saves. And oneDNN's products, which take a third less
    time; their last digits differ from one processor to another.

    Returns:
        False if TensorFlow had started already: it is then used as it is.
    """
    fresh = "tensorflow" not in sys.modules
    if fresh:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    with silent_start():
        import tensorflow as tf

        try:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        except RuntimeError:
            return False
        tf.zeros(1)
    return fresh


@contextmanager
def silent_start() -> Iterator[None]:
    """TensorFlow's notes on its start are written past Python, to the process's standard error."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def make_optimizer(settings: Settings) -> Any:
    """Adam; its rate rises over `warmup` steps and then falls along a cosine."""
    import keras

    warmup = min(settings.warmup, settings.steps - 1)
    peak = settings.learning_rate
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 50 if warmup else peak, max(1, settings.steps - warmup), alpha=0.02,
        warmup_target=peak if warmup else None, warmup_steps=warmup,
    )  # fmt: skip
    return keras.optimizers.Adam(rate)


def bits_per_character(
    model: Any, tunes: Sequence[str], vocabulary: Sequence[str], *, recipe: Recipe | None = None
) -> float:
    """How many bits a character of these tunes costs the model, the end mark included.

    Each tune is read from its own beginning, with a state of zeros, so that no tune's state
    reaches the next.

    Raises:
        TrainingError: if there is no tune, or a character the vocabulary lacks.
    """
    import tensorflow as tf

    recipe = recipe or Recipe()
    if not tunes:
        raise TrainingError("there is no tune to measure on")
    unknown = sorted(set("".join(tunes)) - set(vocabulary))
    if unknown:
        raise TrainingError(f"the vocabulary lacks {', '.join(map(repr, unknown))}")

    @tf.function(reduce_retracing=True)
    def nats(inputs: Any, targets: Any) -> Any:
        logits = model(inputs, training=False)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)

    encoded = [np.asarray(recipe.encode(END + tune + END, vocabulary)) for tune in tunes]
    encoded.sort(key=len)  # so that little is padded
    length = max(map(len, encoded)) - 1
    losses, masks = np.zeros((2, len(encoded), length), "float32")
    for first in range(0, len(encoded), TUNES_AT_ONCE):
        some = encoded[first : first + TUNES_AT_ONCE]
        width = len(some[-1])
        padded, mask = np.zeros((len(some), width), "int32"), np.zeros((len(some), width), "int32")
        for row, tune in enumerate(some):
            padded[row, : len(tune)], mask[row, : len(tune)] = tune, 1
        rows = slice(first, first + len(some))
        losses[rows, : width - 1] = nats(padded[:, :-1], padded[:, 1:])
        masks[rows, : width - 1] = mask[:, 1:]
    return float(recipe.bits_per_character(losses, masks))


@contextmanager
def held_interrupts() -> Iterator[list[int]]:
    """Ctrl-C, or the stop button, is noted in the list that is given, not raised in mid-step.

    The second one is raised at once. Only the main thread can do this; elsewhere nothing changes.
    """
    noted: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return

    def note(number: int, frame: Any) -> None:
        if noted:
            signal.default_int_handler(number, frame)
        noted.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
