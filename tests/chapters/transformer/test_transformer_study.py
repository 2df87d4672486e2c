"""The stored runs of the chapter on the transformer, and the sorters they compare."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from seqbook.chapters.transformer import taught

STUDY = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))


def test_the_study_has_every_translator_and_seed():
    runs = STUDY["translators"]
    kinds = ["recurrent", "sinusoidal", "rotary"]
    assert [(r["kind"], r["seed"]) for r in runs] == [(k, s) for k in kinds for s in (1, 2)]
    for run in runs:
        assert list(run["lists"]) == [str(n) for n in range(1, 9)]
        assert all(0 <= share <= 1 for share in run["lists"].values())
        assert ("pointing" in run) == (run["kind"] == "recurrent")


def test_the_study_has_every_sorter():
    runs = STUDY["norms"]
    settings = {(r["blocks"], r["warm_up"], r["post_norm"]) for r in runs}
    assert len(settings) == len(runs) == 8
    assert {r["steps"] for r in runs} == {runs[0]["steps"]}
    assert all(len(r["scores"]) == 3 for r in runs)


@pytest.mark.parametrize("post_norm", [False, True])
def test_a_sorter_normalizes_where_it_says(post_norm):
    """After a post-norm block each step has mean 0 and variance 1; after pre-norm it has not."""
    keras.utils.set_random_seed(1)
    x = 3 + 2 * keras.random.normal((2, 8, 32))
    y = np.array(taught.ablated_block(x, "nothing", post_norm))
    standard = np.allclose(y.mean(-1), 0, atol=1e-3) and np.allclose(y.std(-1), 1, atol=0.01)
    assert standard == post_norm
    sorter = taught.make_sorter("nothing", num_blocks=2, post_norm=post_norm)
    count = sum(isinstance(k, keras.layers.LayerNormalization) for k in sorter.layers)
    assert count == 4 + (not post_norm)
    assert sorter.count_params() == taught.make_sorter("nothing", 2).count_params() - 64 * post_norm
