"""The checks of Lab 3, one function per TODO: `from seqbook.labs import lab3_attention as check`."""

from .lab import LAB, inputs, needs, progress
from .part1 import attention, attention_weights, scaled_scores
from .part2 import causal_mask, masked_attention, padding_mask
from .part3 import join_heads, my_attention, split_heads
from .part4 import add_positions, my_block, write

__all__ = [
    "LAB",
    "add_positions",
    "attention",
    "attention_weights",
    "causal_mask",
    "inputs",
    "join_heads",
    "masked_attention",
    "my_attention",
    "my_block",
    "needs",
    "padding_mask",
    "progress",
    "scaled_scores",
    "split_heads",
    "write",
]
