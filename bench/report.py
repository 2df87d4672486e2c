"""Results as a file, and as the tables and the figure that the benchmark page includes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import curves

RESULTS, TABLES, FIGURE = "results.json", "results.md", "results.svg"
PARTS = ("peer", "lab", "generation", "steps")
OPTIONAL = ("vit",)
"""Parts that need an extra package; the report leaves out one that was not measured."""
PEER_SECONDS = 360.0
"""The peer's model is given so much time; what it then knows is what Lab 2 has to reach."""

Results = Mapping[str, Mapping[str, Any]]


class Incomplete(RuntimeError):
    """Results are missing, or do not belong together."""


def load(folder: Path) -> dict[str, Any]:
    """The results of earlier runs, by part; empty if there are none."""
    path = folder / RESULTS
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise Incomplete(f"{path} is no JSON: delete it and run `make bench` again.") from None


def store(results: Results, folder: Path) -> None:
    """Write all parts that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / (RESULTS + ".half")
    half.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    half.replace(folder / RESULTS)


def check(results: Results) -> None:
    """Raises Incomplete, in one line, unless all parts are there and from one machine."""
    missing = [part for part in PARTS if part not in results]
    if missing:
        raise Incomplete(
            f"no results yet for {', '.join(missing)}: run `python -m bench --only "
            f"{' '.join(missing)}`, or `make bench` for all."
        )
    for word, values in {
        "sizes (quick or full)": {results[part]["quick"] for part in measured(results)},
        "machines or versions": {
            json.dumps(results[part]["machine"], sort_keys=True) for part in measured(results)
        },
        "data": {json.dumps(results[part]["data"], sort_keys=True) for part in ("peer", "lab")},
    }.items():
        if len(values) > 1:
            raise Incomplete(f"the results are of different {word}: run all of `make bench` again.")


def measured(results: Results) -> list[str]:
    """The parts that there are, in the order of the page."""
    return [part for part in (*PARTS, *OPTIONAL) if part in results]


def music_ratio(results: Results) -> dict[str, float]:
    """The comparison of the two music models in four numbers.

    Returns:
        ``after``: `PEER_SECONDS`, or the end of the peer's run if that is sooner; ``bits``: what
        the peer's model has then; ``seconds``: when Lab 2 has it; ``sooner``: how many times
        sooner that is.

    Raises:
        Incomplete: if Lab 2 never gets there.
    """
    slow, fast = results["peer"]["curve"], results["lab"]["curve"]
    # A fast machine makes the published number of iterations in less.
    budget = min(PEER_SECONDS, slow[-1]["cpu_seconds"])
    try:
        bits = curves.bits_at(slow, budget)
        seconds = curves.seconds_to_reach(fast, bits)
    except curves.NotReached as error:
        raise Incomplete(f"the music models cannot be compared: {error}.") from None
    return {"after": budget, "bits": bits, "seconds": seconds, "sooner": budget / seconds}


def write(results: Results, folder: Path) -> list[Path]:
    """Write the tables and the figure; gives their paths. Raises Incomplete."""
    check(results)
    ratio = music_ratio(results)
    tables, figure = folder / TABLES, folder / FIGURE
    sections = {
        "machine": machine_text(results),
        "music": music_table(results, ratio),
        "figure": figure_text(results, ratio),
        "generation": generation_table(results["generation"]),
        "steps": steps_table(results["steps"]),
        "vit": vit_text(results.get("vit")),
    }
    text = "% Written by `make bench`; do not edit.\n"
    for name, section in sections.items():
        text += f"\n% {name}\n\n{section}\n\n% end of {name}\n"
    tables.write_text(text, encoding="utf-8")
    draw(results, ratio, figure)
    return [tables, figure]


# --- Words and numbers ------------------------------------------------------------------------


def number(value: float) -> str:
    """12,300 or 57 or 5.7 or 0.57: two or three digits that count; the rest would be noise."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def precise(value: float) -> str:
    """12,300 or 57.4 or 5.74: three digits, for what a ratio is worked out from."""
    return f"{float(f'{value:.3g}'):,g}"


def ratio_text(value: float) -> str:
    """820 or 22 or 0.94: two digits, so that the numbers shown beside a ratio give it too."""
    return f"{value:#.2g}" if value < 9.95 else f"{float(f'{value:.2g}'):,g}"


def times(value: float) -> str:
    return f"{ratio_text(value)}×"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table: the first column to the left, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine_text(results: Results) -> str:
    here = results["peer"]["machine"]
    parts = measured(results)
    dates = sorted({results[part]["date"] for part in parts})
    minutes = sum(results[part]["all_seconds"] for part in parts) / 60
    return (
        f"Measured on {' and '.join(dates)}: {here['cpu']}, {here['cores']} cores, "
        f"{number(here['memory_gib'])} GiB of memory, {here['system']}; Python {here['python']}, "
        f"TensorFlow {here['tensorflow']}, Keras {here['keras']}, NumPy {here['numpy']}. "
        "TensorFlow uses one thread and its default kernels (oneDNN). All times are seconds of "
        "processor time, so another program on the machine counts for less. The whole of "
        f"`make bench` took {number(minutes)} minutes of it, measuring included."
    )


def music_table(results: Results, ratio: Mapping[str, float]) -> str:
    slow, fast = results["peer"], results["lab"]
    last = [run["curve"][-1] for run in (slow, fast)]
    theirs, ours = slow["settings"], fast["settings"]
    data = slow["data"]
    facts = table(
        ["", "MIT 6.S191's settings", "Lab 2's settings"],
        [
            ["Recurrent layer", f"LSTM, {theirs['rnn_units']}", f"GRU, {ours['units']}"],
            ["Embedding", f"{theirs['embedding_dim']}", f"{ours['embedding']}"],
            ["Parameters", f"{slow['parameters']:,}", f"{fast['parameters']:,}"],
            [
                "Windows × characters in a step",
                f"{theirs['batch_size']} × {theirs['seq_length']}",
                f"{ours['batch']} × {ours['window']}",
            ],
            ["Learning rate of Adam", f"{theirs['learning_rate']}, constant",
             f"{ours['learning_rate']} at its peak, cosine"],
            ["Steps made", f"{last[0]['steps']:,} of {theirs['num_training_iterations']:,}",
             f"{last[1]['steps']:,} of {ours['steps']:,}"],
            ["Seconds used", *(number(point["cpu_seconds"]) for point in last)],
            ["Bits per character then, all held-out tunes",
             f"{slow['bits']:.2f}", f"{fast['bits']:.2f}"],
            [f"**Seconds to {ratio['bits']:.2f} bits** (part of the held-out tunes)",
             f"**{precise(ratio['after'])}**", f"**{precise(ratio['seconds'])}**"],
        ],
    )  # fmt: skip
    return (
        f"{facts}\n\n"
        f"Lab 2 comes to the quality that the other settings have after {number(ratio['after'])} "
        f"seconds **{ratio_text(ratio['sooner'])} times sooner**. Both learn from "
        f"{data['training_tunes']:,} tunes ({data['training_characters']:,} characters); "
        f"{data['held_out_tunes']} others are held out, and the points of the curves are measured "
        f"on {data['measured_tunes']} of those. Begun with zeros at every tune, MIT's model would "
        f"be at {slow['bits_from_zeros']:.2f} bits in the end."
    )


def figure_text(results: Results, ratio: Mapping[str, float]) -> str:
    ends = {name: results[name]["curve"][-1] for name in ("peer", "lab")}
    alt = (
        "Two falling curves, validation bits per character against seconds of processor time on a "
        f"logarithmic axis. Lab 2's is at {ratio['bits']:.2f} bits after "
        f"{precise(ratio['seconds'])} seconds and ends at {ends['lab']['bits']:.2f} after "
        f"{number(ends['lab']['cpu_seconds'])}; MIT 6.S191's lies to its right and is at "
        f"{ratio['bits']:.2f} after {number(ratio['after'])}."
    )
    return (
        f"```{{figure}} ../bench/{FIGURE}\n:name: fig-bench-music\n:alt: {alt}\n\n"
        "Seconds of processor time against validation bits per character, for the two settings. "
        "The dashed line joins the points of equal quality.\n```"
    )


def generation_table(found: Mapping[str, Any]) -> str:
    speeds = found["characters_per_second"]
    ways = {
        "peer_loop": "MIT 6.S191's model, a Python loop over characters",
        "lab_loop": "Lab 2's model, the same Python loop",
        "lab_compiled_one": "Lab 2's model, compiled loop, 1 tune",
        "lab_compiled": f"Lab 2's model, compiled loop, {found['tunes_at_once']} tunes at once",
    }
    rows = [
        [name, precise(speeds[key]), times(speeds[key] / speeds["peer_loop"])]
        for key, name in ways.items()
    ]
    return (
        table(["", "characters per second", "ratio"], rows)
        + f"\n\nMedians of {found['repeats']} runs. With the same trained model the compiled loop "
        f"is **{ratio_text(found['ratios']['to_own_loop'])} times** as fast as the loop in Python; "
        "against the other model in its own loop it is "
        f"{ratio_text(found['ratios']['to_peer'])} times as fast."
    )


def steps_table(found: Mapping[str, Any]) -> str:
    ways = {
        "eager_loop": "Python loop",
        "compiled_loop": "the same in `tf.function`",
        "rnn_cell": "`keras.layers.RNN(cell)`",
    }
    rows = [
        [
            str(row["timesteps"]),
            *(times(row["ratios"][key]) for key in ways),
            f"{number(row['milliseconds']['simple_rnn'])} ms",
        ]
        for row in found["rows"]
    ]
    difference = max(row["largest_difference"] for row in found["rows"])
    same = f"differ by {difference:.0e} at most" if difference else "are equal"
    return (
        table(["Timesteps", *ways.values(), "`SimpleRNN`"], rows)
        + f"\n\nForward and backward, medians of {found['repeats']} runs; {found['batch']} "
        f"sequences of {found['inputs']} inputs, {found['units']} units. The outputs of all four "
        f"{same}."
    )


def vit_text(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "Not measured: this part needs PyTorch. `python -m bench --only vit` measures it."
    sizes, ms = found["sizes"], found["milliseconds"]
    rows = [
        ["PyTorch, UvA's model", f"{precise(ms['torch'])} ms", "1.0×"],
        ["Keras, this book's model", f"{precise(ms['keras'])} ms", times(found["ratio"])],
    ]
    pixels, patches = sizes["pixels"], (sizes["pixels"] // sizes["patch"]) ** 2
    return (
        table(["", "one training step", "ratio"], rows)
        + f"\n\nMedians of {found['repeats']} steps; {sizes['batch']} images of {pixels} × {pixels}"
        f" pixels, {patches} patches, {sizes['blocks']} blocks of {sizes['d_model']} numbers and "
        f"{sizes['heads']} heads, {found['parameters']:,} parameters each; PyTorch "
        f"{found['torch']}, one thread. With the same weights their logits differ by "
        f"{found['largest_difference']:.0e} of the largest at most."
    )


# --- The figure -------------------------------------------------------------------------------


def draw(results: Results, ratio: Mapping[str, float], path: Path) -> None:
    """Both curves, and the line of equal quality between them."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullLocator
    from seqbook.plots import COLORS
    from seqbook.plots.style import STYLE

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6))
        axes = figure.subplots()
        for name, label, color, mark in [
            ("lab", "Lab 2", COLORS["state"], "o"),
            ("peer", "MIT 6.S191", COLORS["input"], "s"),
        ]:
            curve = results[name]["curve"]
            seconds = [point["cpu_seconds"] for point in curve]
            bits = [point["bits"] for point in curve]
            axes.plot(seconds, bits, marker=mark, markersize=4, color=color)
            # At the curve's end, not in a legend: no need to look up a color.
            axes.annotate(
                label, (seconds[-1], bits[-1]), (6, 0), textcoords="offset points",
                color=color, va="center", weight="bold",
            )  # fmt: skip
        ends = (ratio["seconds"], ratio["after"])
        axes.plot(ends, [ratio["bits"]] * 2, "--", color=COLORS["muted"], linewidth=1.2)
        axes.annotate(
            f"{ratio_text(ratio['sooner'])} times sooner",
            ((ends[0] * ends[1]) ** 0.5, ratio["bits"]), (0, 4), textcoords="offset points",
            ha="center", color=COLORS["muted"],
        )  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("seconds of processor time")
        axes.set_ylabel("validation bits per character")
        axes.margins(x=0.12)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
