"""Checks of Lab 2: `from seqbook.labs import lab2_music_generation as check`."""

from .data import build_vocabulary, encode_decode, make_batch, split_tunes, window
from .judging import longest_copy, score_tunes
from .lab import LAB
from .network import bits_per_character, build_model, cross_entropy, train_step
from .writing import draw, probabilities, write_tune

needs, progress, inputs = LAB.needs, LAB.progress, LAB.inputs

__all__ = [
    "LAB",
    "bits_per_character",
    "build_model",
    "build_vocabulary",
    "cross_entropy",
    "draw",
    "encode_decode",
    "inputs",
    "longest_copy",
    "make_batch",
    "needs",
    "probabilities",
    "progress",
    "score_tunes",
    "split_tunes",
    "train_step",
    "window",
    "write_tune",
]
