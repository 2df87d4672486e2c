"""The stored runs of selective copying are those that the chapter's settings describe."""

from __future__ import annotations

import json
from pathlib import Path

from seqbook.chapters.selective_recurrence import taught


def test_every_model_has_three_whole_runs_of_the_chapters_length():
    runs = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))
    expected = [(kind, seed) for kind in taught.KINDS for seed in range(3)]
    assert [(run["model"], run["seed"]) for run in runs] == expected
    for run in runs:
        assert run["batches"] == taught.COPY_BATCHES
        assert len(run["accuracy"]) == taught.COPY_BATCHES // taught.EVERY
        assert all(0 <= value <= 1 for value in run["accuracy"])


def test_the_stored_sizes_are_those_of_the_models():
    runs = json.loads(Path(taught.__file__).with_name("study.json").read_text(encoding="utf-8"))
    stored = {run["model"]: run["parameters"] for run in runs}
    x, y = taught.copy_task(1, seed=0)
    vocabulary = len(taught.data.VOCABULARY)
    for kind in taught.KINDS:
        model = taught.make_model(kind, vocabulary, x.shape[1], y.shape[1])
        assert model.count_params() == stored[kind]
