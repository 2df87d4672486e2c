"""The checks of Lab 1, one function per TODO: `from seqbook.labs import lab1_rnn_from_scratch as check`."""

from .lab import LAB, inputs, needs, progress
from .part1 import dense, echo_targets, perceptron
from .part2_layer import copy_weights, my_rnn
from .part2_state import rnn_step, unroll
from .part3_back import bptt, step_back
from .part3_loss import logits_gradient, sequence_loss
from .part4 import clip, train_step

__all__ = [
    "LAB",
    "bptt",
    "clip",
    "copy_weights",
    "dense",
    "echo_targets",
    "inputs",
    "logits_gradient",
    "my_rnn",
    "needs",
    "perceptron",
    "progress",
    "rnn_step",
    "sequence_loss",
    "step_back",
    "train_step",
    "unroll",
]
