"""Runs of many models and seeds, stored in a chapter's study.json as soon as each is there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

SEEDS = (0, 1, 2)


def measure_into(
    study: Path,
    kinds: Sequence[str],
    measure: Callable[[str, int], dict[str, object]],
    arguments: Sequence[str],
) -> int:
    """Measure what is asked for: every kind and seed, or the kind and the seed in `arguments`.

    Args:
        study: the file; the runs in it that are not measured again are kept.
        kinds: the names of the models, in the order of the file.
        measure: (kind, seed) → a run, with both under "model" and "seed".
        arguments: nothing, a kind, or a kind and a seed.

    Returns:
        The exit status: 2 for a kind or a seed that there is not.
    """
    chosen = list(arguments[:1]) or list(kinds)
    seeds = arguments[1:2] or [str(seed) for seed in SEEDS]
    if chosen[0] not in kinds:
        print(f"There is no model {chosen[0]!r}: {', '.join(kinds)}.", file=sys.stderr)
        return 2
    if not all(seed.isdecimal() for seed in seeds):
        print(f"A seed is a whole number, not {seeds[0]!r}.", file=sys.stderr)
        return 2
    for seed in map(int, seeds):
        for kind in chosen:
            run = measure(kind, seed)
            old = json.loads(study.read_text(encoding="utf-8")) if study.exists() else []
            runs = [r for r in old if (r["model"], r["seed"]) != (kind, seed)] + [run]
            runs.sort(key=lambda r: (kinds.index(r["model"]), r["seed"]))
            study.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
            print(run, flush=True)
    return 0
