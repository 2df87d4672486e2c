"""The checks of Lab 4: `from seqbook.labs import lab4_vision_transformer as check`."""

from .lab import LAB, inputs, needs, progress
from .part1 import cut, paste
from .part2 import add_class_token, embed, my_positions
from .part3 import classify, encode
from .part4 import attention_grid, train_step
from .part5 import fine_tune

__all__ = [
    "LAB",
    "add_class_token",
    "attention_grid",
    "classify",
    "cut",
    "embed",
    "encode",
    "fine_tune",
    "inputs",
    "my_positions",
    "needs",
    "paste",
    "progress",
    "train_step",
]
