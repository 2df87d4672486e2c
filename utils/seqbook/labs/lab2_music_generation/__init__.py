"""Checks of Lab 2: `from seqbook.labs import lab2_music_generation as check`."""

from .batches import make_batch, window
from .data import build_vocabulary, encode_decode, split_tunes
from .judging import longest_copy, score_tunes
from .lab import LAB
from .learning import bits_per_character, cross_entropy, train_step
from .network import build_model
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
