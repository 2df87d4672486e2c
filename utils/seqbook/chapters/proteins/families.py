"""Generated families of sequences: letters drawn again and again until contacts agree."""

from __future__ import annotations

import numpy as np

AMINO = "ACDEFGHIKLMNPQRSTVWY"
CLASSES = {
    "positive": "HKR", "negative": "DE", "large": "FILMWY", "small": "AGSV", "other": "CNPQT",
}  # fmt: skip
PARTNER = {
    "positive": "negative", "negative": "positive", "large": "small", "small": "large",
    "other": "other",
}  # fmt: skip


def likes() -> np.ndarray:
    """Shape (20, 20): 1 where two amino acids are partners in this toy chemistry."""
    classes = {letter: name for name, letters in CLASSES.items() for letter in letters}
    return np.array([[float(PARTNER[classes[a]] == classes[b]) for b in AMINO] for a in AMINO])


def rings(groups: int, tight: int, seed: int, *, bonds: tuple[float, float]) -> np.ndarray:
    """Strengths (4 * groups, 4 * groups) of the contacts: random positions in rings of four.

    Each position touches the one before and the one after it in its ring. The first `tight` rings
    have strength bonds[0], the others bonds[1].
    """
    length = 4 * groups
    members = np.random.default_rng(seed).permutation(length).reshape(groups, 4)
    strength = np.zeros((length, length))
    for ring, positions in enumerate(members):
        for a, b in zip(positions, np.roll(positions, 1), strict=True):
            strength[a, b] = strength[b, a] = bonds[0] if ring < tight else bonds[1]
    return strength


def conditional(x: np.ndarray, i: int, strength: np.ndarray, taste: np.ndarray) -> np.ndarray:
    """Probabilities (number, 20) of position i given all others, by the rule itself."""
    z = taste[i] + np.zeros((len(x), 20))
    for j in np.flatnonzero(strength[i]):
        z = z + strength[i, j] * likes()[x[:, j]]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def family(
    number: int, strength: np.ndarray, taste: np.ndarray, seed: int, *, sweeps: int = 25
) -> np.ndarray:
    """Sequences (number, length) of ids 0 to 19, by Gibbs sampling from random letters."""
    rng = np.random.default_rng(seed)
    length = len(strength)
    x = rng.integers(0, 20, (number, length))
    for _ in range(sweeps):
        for i in range(length):
            ends = conditional(x, i, strength, taste).cumsum(axis=1)
            x[:, i] = np.minimum((ends <= rng.random((number, 1))).sum(axis=1), 19)
    return x
