"""Train `notebooks/selective_recurrence.ipynb`'s models to copy, with three seeds each.

    python tools/measure_copying.py               all nine; about five minutes on a quiet machine
    python tools/measure_copying.py selective 1   one model with one seed; the other runs are kept

The models and their training are the chapter's own saved cells. Each run is stored in
chapters/selective_recurrence/study.json.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from seqbook import runtime
from studies import measure_into

runtime.quiet()

from seqbook.chapters.selective_recurrence import taught  # noqa: E402

STUDY = Path(taught.__file__).with_name("study.json")


def measure(kind: str, seed: int) -> dict[str, object]:
    """One model, trained: its accuracy on new rows after every 40 batches."""
    start = time.process_time()
    model, curve = taught.learn_to_copy(kind, seed)
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "batches": taught.COPY_BATCHES, "cpu_seconds": round(time.process_time() - start, 1),
        "accuracy": [round(float(value), 4) for value in curve],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(measure_into(STUDY, list(taught.KINDS), measure, sys.argv[1:]))
