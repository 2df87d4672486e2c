"""Train `notebooks/selective_recurrence.ipynb`'s models to copy, with three seeds each.

    python tools/measure_copying.py               all nine; about five minutes on a quiet machine
    python tools/measure_copying.py selective 1   one model with one seed; the other runs are kept

The models and their training are the chapter's own saved cells. Each run is stored in
chapters/selective_recurrence/study.json.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from seqbook import runtime

runtime.quiet()

from seqbook.chapters.selective_recurrence import taught  # noqa: E402

STUDY = Path(taught.__file__).with_name("study.json")
SEEDS = (0, 1, 2)


def measure(kind: str, seed: int) -> dict[str, object]:
    """One model, trained: its accuracy on new rows after every 40 batches."""
    start = time.process_time()
    model, curve = taught.learn_to_copy(kind, seed)
    return {
        "model": kind, "seed": seed, "parameters": model.count_params(),
        "batches": taught.COPY_BATCHES, "cpu_seconds": round(time.process_time() - start, 1),
        "accuracy": [round(float(value), 4) for value in curve],
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure what is asked for and store each run as soon as it is there."""
    names = list(taught.KINDS)
    kinds = [arguments[0]] if arguments else names
    if kinds[0] not in names:
        print(f"There is no model {kinds[0]!r}: {', '.join(names)}.", file=sys.stderr)
        return 2
    seeds = [int(arguments[1])] if len(arguments) > 1 else SEEDS
    for seed in seeds:
        for kind in kinds:
            run = measure(kind, seed)
            old = json.loads(STUDY.read_text(encoding="utf-8")) if STUDY.exists() else []
            runs = [r for r in old if (r["model"], r["seed"]) != (kind, seed)] + [run]
            runs.sort(key=lambda r: (names.index(r["model"]), r["seed"]))
            STUDY.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
            print(kind, seed, run["cpu_seconds"], run["accuracy"][-1], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
