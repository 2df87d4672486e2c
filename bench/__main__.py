"""Run the measurements and rewrite the results that the benchmark page shows.

python -m bench                        all of it; about ten minutes on a quiet machine
python -m bench --only generation      one part again; the others' results are kept
python -m bench --only report          tables and figure anew, from the stored results
python -m bench --quick --folder x     tiny sizes, to see that everything works
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import generation, machine, music, report, steps, vit

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "_build/bench"
ALIASES = {"music": ("peer", "lab"), "report": ()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 1 after one line that says what is missing."""
    asked = parse(arguments)
    try:
        run(asked.only or everything(), asked.quick, Path(asked.folder))
    except (
        generation.NotTrained, steps.NoCell, report.Incomplete, vit.NoTorch, vit.Different,
    ) as error:  # fmt: skip
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks of the book.")
    choices = (*report.PARTS, *report.OPTIONAL, *ALIASES)
    parser.add_argument("--only", nargs="+", choices=choices, metavar="PART", help=str(choices))
    parser.add_argument("--quick", action="store_true", help="tiny sizes; results mean nothing")
    parser.add_argument("--folder", help="where results are kept (bench/)")
    asked = parser.parse_args(arguments)
    if asked.quick and asked.folder is None:
        parser.error("--quick needs --folder: its results must not replace real ones.")
    asked.folder = asked.folder or ROOT / "bench"
    return asked


def everything() -> tuple[str, ...]:
    """All parts; without the one that needs PyTorch where that is missing, which is said."""
    try:
        vit.need_torch()
    except vit.NoTorch as error:
        print(f"bench: {error}", file=sys.stderr)
        return report.PARTS
    return (*report.PARTS, *report.OPTIONAL)


def run(names: Sequence[str], quick: bool, folder: Path) -> None:
    """Measure the parts named, store each as soon as it is there, and write the report."""
    names = [part for name in names for part in ALIASES.get(name, (name,))]
    if names:
        measures = prepare(quick, folder if quick else WEIGHTS)
    for name in dict.fromkeys(names):
        print(f"{name} ...", flush=True)
        start, cpu = time.monotonic(), time.process_time()
        found = measures[name]()
        wall, cpu = time.monotonic() - start, time.process_time() - cpu
        # Read again: another part may have been measured in the meantime.
        results = report.load(folder)
        results[name] = {
            "date": machine.today(), "quick": quick, "machine": machine.describe(),
            "all_seconds": round(cpu, 1), **found,
        }  # fmt: skip
        report.store(results, folder)
        print(f"{name}: {cpu:.0f} s of processor time, {wall:.0f} s on the clock", flush=True)
    try:
        for path in report.write(report.load(folder), folder):
            print(f"written: {path}")
    except report.Incomplete as error:
        if set(names) >= set(report.PARTS) or not names:
            raise
        print(f"kept in {folder / report.RESULTS}; not reported yet: {error}")


def prepare(quick: bool, weights: Path) -> dict[str, Callable[[], dict[str, Any]]]:
    """TensorFlow on one thread, and each part as a function of nothing."""
    # Most notebooks do without oneDNN, so that numbers repeat. It is TensorFlow's default on x86,
    # and without it the other course's large matrix products take five times as long.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import seqbook  # noqa: F401  (quiets TensorFlow's start)
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        line = "TensorFlow has already started; run the benchmarks in a process of their own."
        raise report.Incomplete(line) from None
    tf.get_logger().setLevel("ERROR")  # each model is measured by a function of its own: on purpose
    weights.mkdir(parents=True, exist_ok=True)
    peer_weights, lab_weights = weights / "peer.weights.h5", weights / "lab.weights.h5"
    budget = music.Budget.quick() if quick else music.Budget.full()
    amounts = generation.Amounts.quick() if quick else generation.Amounts.full()
    sizes = steps.Sizes.quick() if quick else steps.Sizes.full()
    return {
        "peer": lambda: music.train_peer(budget, music.load_data(budget), peer_weights),
        "lab": lambda: music.train_lab(budget, music.load_data(budget), lab_weights),
        "generation": lambda: generation.measure(budget, amounts, peer_weights, lab_weights),
        "steps": lambda: steps.measure(sizes),
        "vit": lambda: vit.measure(vit.Sizes.quick() if quick else vit.Sizes()),
    }


if __name__ == "__main__":
    sys.exit(main())
