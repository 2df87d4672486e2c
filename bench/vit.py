"""One training step of this book's Vision Transformer, against one of UvA's in PyTorch.

Source: P. Lippe, UvA Deep Learning Tutorials, tutorial 15, "Vision Transformers" (2022),
https://uvadlc-notebooks.readthedocs.io. Layers, their order, dropout, optimizer and batch are the
tutorial's; the code is written anew. Width, units and blocks are smaller than in the tutorial, so
that a step is short. Both models have the same parameters and compute the same function, which is
checked before anything is timed.

PyTorch is an extra that only this part needs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

EPSILON = 1e-3  # of layer normalization, Keras' default, in both models


class NoTorch(RuntimeError):
    """PyTorch is not installed."""


class Different(RuntimeError):
    """The two models do not compute the same."""


@dataclass(frozen=True)
class Sizes:
    """The numbers of both models; the tutorial has d_model 256, units 512 and 6 blocks."""

    pixels: int = 32
    patch: int = 4
    d_model: int = 128
    units: int = 256
    heads: int = 8
    blocks: int = 4
    classes: int = 10
    dropout: float = 0.2
    batch: int = 128
    learning_rate: float = 3e-4
    repeats: int = 15

    @classmethod
    def quick(cls) -> Sizes:
        return cls(pixels=8, d_model=8, units=16, heads=2, blocks=1, batch=2, repeats=2)

    @property
    def patches(self) -> int:
        return (self.pixels // self.patch) ** 2


def need_torch() -> Any:
    """The package. Raises NoTorch with one line that says how to install it."""
    try:
        import torch
    except ModuleNotFoundError:
        raise NoTorch(
            "the part `vit` needs PyTorch: run `pip install torch`; all other parts run without it."
        ) from None
    return torch


def keras_model(sizes: Sizes) -> Any:
    """The chapter's model with what the tutorial has besides: biases in attention, and GELU."""
    import keras
    from seqbook.chapters.self_attention.taught import MultiHeadAttention
    from seqbook.chapters.transformer.taught import Block
    from seqbook.chapters.vit.taught import make_vit

    model = make_vit(
        (sizes.pixels, sizes.pixels, 3), sizes.patch, sizes.d_model, sizes.heads, sizes.blocks,
        sizes.classes, dropout=sizes.dropout, mlp_units=sizes.units,
        attention=partial(MultiHeadAttention, use_bias=True),
    )  # fmt: skip
    for layer in model.layers:
        if isinstance(layer, Block):
            layer.mlp.layers[0].activation = keras.activations.gelu
    return model


def torch_model(sizes: Sizes) -> Any:
    """The tutorial's model."""
    torch = need_torch()
    nn = torch.nn
    norm = partial(nn.LayerNorm, sizes.d_model, eps=EPSILON)

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm_1, self.norm_2 = norm(), norm()
            self.attention = nn.MultiheadAttention(sizes.d_model, sizes.heads)
            self.mlp = nn.Sequential(
                nn.Linear(sizes.d_model, sizes.units), nn.GELU(), nn.Dropout(sizes.dropout),
                nn.Linear(sizes.units, sizes.d_model), nn.Dropout(sizes.dropout),
            )  # fmt: skip

        def forward(self, x: Any) -> Any:
            normed = self.norm_1(x)
            x = x + self.attention(normed, normed, normed)[0]
            return x + self.mlp(self.norm_2(x))

    class VisionTransformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Linear(3 * sizes.patch**2, sizes.d_model)
            self.blocks = nn.Sequential(*(Block() for _ in range(sizes.blocks)))
            self.head = nn.Sequential(norm(), nn.Linear(sizes.d_model, sizes.classes))
            self.dropout = nn.Dropout(sizes.dropout)
            self.token = nn.Parameter(torch.randn(1, 1, sizes.d_model))
            self.positions = nn.Parameter(torch.randn(1, 1 + sizes.patches, sizes.d_model))

        def forward(self, images: Any) -> Any:  # (batch, channels, height, width)
            batch, channels, height, width = images.shape
            size = sizes.patch
            x = images.reshape(batch, channels, height // size, size, width // size, size)
            x = x.permute(0, 2, 4, 1, 3, 5).flatten(1, 2).flatten(2, 4)
            x = self.embed(x)
            x = torch.cat([self.token.repeat(batch, 1, 1), x], dim=1)
            x = self.dropout(x + self.positions)
            return self.head(self.blocks(x.transpose(0, 1))[0])

    return VisionTransformer()


def copy_weights(ours: Any, theirs: Any, sizes: Sizes) -> None:
    """Random numbers into the Keras model, and the same into the PyTorch model."""
    from seqbook.chapters.vit.taught import in_order_of_use

    torch = need_torch()
    rng = np.random.default_rng(0)
    values = []
    for weight in in_order_of_use(ours):
        values.append(rng.normal(scale=0.2, size=weight.shape).astype("float32"))
        weight.assign(values[-1])
    left = iter(values)

    def put(parameter: Any, value: np.ndarray) -> None:
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)).reshape(parameter.shape))

    def put_linear(linear: Any) -> None:
        put(linear.weight, next(left).T)
        put(linear.bias, next(left))

    def put_norm(norm: Any) -> None:
        put(norm.weight, next(left))
        put(norm.bias, next(left))

    with torch.no_grad():
        size = sizes.patch  # a patch is (row, column, channel) in Keras and channel first here
        kernel = next(left).reshape(size, size, 3, -1).transpose(3, 2, 0, 1)
        put(theirs.embed.weight, kernel.reshape(sizes.d_model, -1))
        put(theirs.embed.bias, next(left))
        put(theirs.token, next(left))
        put(theirs.positions, next(left))
        for block in theirs.blocks:
            put_norm(block.norm_1)
            three = [(next(left).T, next(left)) for _ in range(3)]
            put(block.attention.in_proj_weight, np.concatenate([kernel for kernel, _ in three]))
            put(block.attention.in_proj_bias, np.concatenate([bias for _, bias in three]))
            put_linear(block.attention.out_proj)
            put_norm(block.norm_2)
            put_linear(block.mlp[0])
            put_linear(block.mlp[3])
        put_norm(theirs.head[0])
        put_linear(theirs.head[1])


def keras_step(model: Any, sizes: Sizes, images: np.ndarray, labels: np.ndarray) -> Callable:
    """A function of nothing: an update, compiled as in the chapters."""
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.AdamW(sizes.learning_rate)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = tf.constant(images), tf.constant(labels)

    @tf.function
    def update() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return lambda: float(update())


def torch_step(model: Any, sizes: Sizes, images: np.ndarray, labels: np.ndarray) -> Callable:
    """A function of nothing: an update, as the tutorial makes it."""
    torch = need_torch()
    optimizer = torch.optim.AdamW(model.parameters(), lr=sizes.learning_rate)
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    y = torch.from_numpy(labels.astype("int64"))

    def update() -> float:
        model.train()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return update


def measure(sizes: Sizes) -> dict[str, Any]:
    """Milliseconds of processor time for a training step of each, and ours as a share of theirs."""
    torch = need_torch()
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(sizes.batch, sizes.pixels, sizes.pixels, 3)).astype("float32")
    labels = rng.integers(0, sizes.classes, sizes.batch).astype("int32")
    ours, theirs = keras_model(sizes), torch_model(sizes)
    parameters = [ours.count_params(), sum(p.numel() for p in theirs.parameters())]
    if parameters[0] != parameters[1]:
        raise Different("the Vision Transformers have {:,} and {:,} weights.".format(*parameters))
    copy_weights(ours, theirs, sizes)
    difference = largest_difference(ours, theirs, images)
    if not difference < 1e-4:
        raise Different(f"the Vision Transformers differ by {difference:.1e}.")
    found = median_ms(
        {
            "keras": keras_step(ours, sizes, images, labels),
            "torch": torch_step(theirs, sizes, images, labels),
        },
        sizes.repeats,
    )
    return {
        "sizes": asdict(sizes), "parameters": parameters[0], "milliseconds": found,
        "ratio": found["keras"] / found["torch"], "largest_difference": difference,
        "torch": version("torch"), "repeats": sizes.repeats,
    }  # fmt: skip


def largest_difference(ours: Any, theirs: Any, images: np.ndarray) -> float:
    """Of the logits of the first images, relative to the largest of them."""
    torch = need_torch()
    theirs.eval()
    with torch.no_grad():
        few = torch.from_numpy(images[:8].transpose(0, 3, 1, 2).copy())
        wanted = theirs(few).numpy()
    return float(np.abs(ours(images[:8]).numpy() - wanted).max() / np.abs(wanted).max())


def median_ms(updates: dict[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """Median processor time of each; they take turns, and the first two calls are not counted."""
    found: dict[str, list[float]] = {name: [] for name in updates}
    for update in [*updates.values(), *updates.values()]:
        update()
    for _ in range(repeats):
        for name, update in updates.items():
            start = time.process_time()
            update()
            found[name].append(1e3 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in found.items()}
