"""The benchmarks: a small run of everything, the arithmetic, the published sizes, the refusals."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from seqbook.music import recipe, training  # noqa: E402

from bench import __main__ as bench_main  # noqa: E402
from bench import curves, generation, machine, music, peer, report, steps, vit  # noqa: E402


def run_bench(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )


def curve(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"cpu_seconds": s, "steps": i + 1, "bits": b} for i, (s, b) in enumerate(points)]


# --- Curves -----------------------------------------------------------------------------------

SLOW = curve((10, 5.0), (100, 3.0), (400, 2.0))
FAST = curve((1, 4.0), (5, 3.0), (9, 1.0))


def test_bits_at_a_time_are_on_the_line_between_two_points():
    assert curves.bits_at(SLOW, 55) == pytest.approx(4.0)
    assert curves.bits_at(SLOW, 10) == 5.0
    assert curves.bits_at(SLOW, 400) == 2.0
    for outside in (9.99, 400.01):
        with pytest.raises(curves.NotReached):
            curves.bits_at(SLOW, outside)
    with pytest.raises(curves.NotReached):
        curves.bits_at([], 1)


def test_seconds_to_a_quality_are_on_the_line_between_two_points():
    assert curves.seconds_to_reach(FAST, 3.5) == pytest.approx(3.0)
    assert curves.seconds_to_reach(FAST, 2.0) == pytest.approx(7.0)
    assert curves.seconds_to_reach(FAST, 4.5) == 1  # there at its first point
    with pytest.raises(curves.NotReached, match=r"0\.900"):
        curves.seconds_to_reach(FAST, 0.9)


def test_the_first_time_counts_where_a_curve_goes_up_and_down():
    wavy = curve((1, 4.0), (2, 2.0), (3, 3.0), (4, 1.0))
    assert curves.seconds_to_reach(wavy, 2.5) == pytest.approx(1.75)


def made_up_results() -> dict:
    data = {
        "training_tunes": 2700, "training_characters": 650000, "held_out_tunes": 298,
        "measured_tunes": 75, "vocabulary": 90,
    }  # fmt: skip
    part = {
        "date": "2026-01-02", "quick": False, "all_seconds": 90.0,
        "machine": machine.describe() | {"cpu": "Test processor"},
    }  # fmt: skip
    lab_settings = {
        "units": 256, "embedding": 64, "batch": 32, "window": 100, "learning_rate": 0.006,
        "steps": 420,
    }  # fmt: skip
    speeds = {"peer_loop": 50, "lab_loop": 200, "lab_compiled_one": 2000, "lab_compiled": 50000}
    row = {
        "timesteps": 50, "milliseconds": {"simple_rnn": 8.0}, "largest_difference": 1e-6,
        "ratios": {"eager_loop": 6.54, "compiled_loop": 0.943, "rnn_cell": 12.3, "simple_rnn": 1},
    }  # fmt: skip
    made = {
        "peer": {"settings": asdict(peer.PeerSettings()), "parameters": 5353299, "data": data,
                 "curve": SLOW, "bits": 2.04, "bits_from_zeros": 2.31},
        "lab": {"settings": lab_settings, "parameters": 300000, "data": data,
                "curve": FAST, "bits": 1.02},
        "generation": {"tunes_at_once": 100, "repeats": 5, "characters_per_second": speeds,
                       "ratios": {"to_own_loop": 250.0, "to_peer": 1000.0}},
        "steps": {"batch": 64, "inputs": 32, "units": 128, "repeats": 15, "rows": [row]},
    }  # fmt: skip
    return {name: copy.deepcopy(part | values) for name, values in made.items()}


def test_ratio_of_made_up_curves():
    # 400 s brings the slow curve to 2.0; at 360 s it is at 2.0 + 40/300. The fast one is there
    # at 9 - (1.1333/2) * 4 seconds.
    ratio = report.music_ratio(made_up_results())
    bits = 2 + 40 / 300
    assert ratio["after"] == 360
    assert ratio["bits"] == pytest.approx(bits)
    assert ratio["seconds"] == pytest.approx(5 + (3 - bits) / 2 * 4)
    assert ratio["sooner"] == pytest.approx(360 / ratio["seconds"])


def test_a_peer_that_is_done_early_is_compared_at_its_end():
    results = made_up_results()
    results["peer"]["curve"] = SLOW[:2]
    ratio = report.music_ratio(results)
    assert ratio == pytest.approx({"after": 100, "bits": 3.0, "seconds": 5.0, "sooner": 20.0})


# --- The report -------------------------------------------------------------------------------


def test_tables_and_figure_say_what_was_measured(tmp_path):
    results = made_up_results()
    tables, figure = report.write(results, tmp_path)
    text = tables.read_text(encoding="utf-8")
    for phrase in (
        "Measured on 2026-01-02: Test processor",
        f"TensorFlow {results['peer']['machine']['tensorflow']}",
        "| Parameters | 5,353,299 | 300,000 |",
        "**Seconds to 2.13 bits**",
        "| **360** | **6.73** |",
        "**53 times sooner**",
        "would be at 2.31 bits",
        "| 50,000 | 1,000× |",
        "**250 times** as fast",
        "| 50 | 6.5× | 0.94× | 12× | 8.0 ms |",
        "took 6.0 minutes",
    ):
        assert phrase in text
    assert "53 times sooner" in figure.read_text(encoding="utf-8")
    before = tables.read_bytes(), figure.read_bytes()
    report.write(results, tmp_path)
    assert (tables.read_bytes(), figure.read_bytes()) == before


VIT = {
    "sizes": asdict(vit.Sizes()), "parameters": 546186, "repeats": 15, "torch": "2.13.0",
    "milliseconds": {"keras": 300.0, "torch": 400.0}, "ratio": 0.75, "largest_difference": 2e-6,
}  # fmt: skip


def test_the_vision_transformer_is_reported_where_it_was_measured(tmp_path):
    results = made_up_results()
    tables, _ = report.write(results, tmp_path)
    assert "Not measured: this part needs PyTorch" in tables.read_text(encoding="utf-8")
    results["vit"] = copy.deepcopy(results["steps"]) | VIT
    tables, _ = report.write(results, tmp_path)
    text = tables.read_text(encoding="utf-8")
    for phrase in ("| 400 ms | 1.0× |", "| 300 ms | 0.75× |", "546,186 parameters", "64 patches",
                   "PyTorch 2.13.0, one thread", "took 7.5 minutes", "by 2e-06 of the largest"):
        assert phrase in text
    results["vit"]["machine"] = results["vit"]["machine"] | {"cpu": "Other"}
    with pytest.raises(report.Incomplete, match="different machines or versions"):
        report.write(results, tmp_path)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(819.66, "820"), (661.7, "660"), (1000.0, "1,000"), (21.83, "22"), (9.94, "9.9"),
     (0.943, "0.94"), (1.0, "1.0"), (0.999, "1.0"), (9.96, "10")],
)  # fmt: skip
def test_a_ratio_has_two_digits(value, shown):
    assert report.ratio_text(value) == shown


def test_the_ratios_on_the_page_follow_from_the_numbers_beside_them():
    text = (ROOT / "bench" / report.TABLES).read_text(encoding="utf-8")
    row = r"\*\*Seconds to .*\| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\*"
    after, seconds = re.search(row, text).groups()
    (sooner,) = re.search(r"\*\*([\d.]+) times sooner", text).groups()
    assert report.ratio_text(float(after) / float(seconds)) == sooner
    rows = re.findall(r"\| .* (?:loop|tunes?).* \| ([\d,.]+) \| ([\d,.]+)× \|", text)
    speeds = [float(speed.replace(",", "")) for speed, _ in rows]
    assert len(rows) == 4
    assert [report.ratio_text(speed / speeds[0]) for speed in speeds] == [r for _, r in rows]


def test_the_split_differs_from_lab_2s_by_the_one_tune_that_the_page_names():
    data = report.load(ROOT / "bench")["lab"]["data"]
    tunes = data["training_tunes"] + data["held_out_tunes"]
    assert round(0.1 * tunes) == data["held_out_tunes"] + 1
    page = (ROOT / "book/benchmarks.md").read_text(encoding="utf-8")
    assert "holds out one tune more" in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (75053.1, "75,100"),
        (1038, "1,040"),
        (360, "360"),
        (57.4, "57"),
        (53.47, "53"),
        (9.94, "9.9"),
        (0.943, "0.94"),
    ],
)
def test_numbers_have_the_digits_that_count(value, shown):
    assert report.number(value) == shown


def spoil(change) -> dict:
    results = made_up_results()
    change(results)
    return results


REFUSED = {
    "nothing there": (dict.clear, "no results yet for peer, lab, generation, steps"),
    "one part missing": (lambda r: r.pop("steps"), "python -m bench --only steps`"),
    "quick among full": (lambda r: r["lab"].update(quick=True), r"different sizes"),
    "another machine": (
        lambda r: r["lab"]["machine"].update(cpu="Other"), r"different machines or versions"
    ),
    "other tunes": (lambda r: r["lab"]["data"].update(vocabulary=91), r"different data"),
    "never as good": (
        lambda r: r["lab"].update(curve=curve((1, 4.0))), r"does not come to 2\.133 bits"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_results_that_are_missing_or_do_not_belong_together_are_refused(fault, tmp_path):
    change, line = REFUSED[fault]
    with pytest.raises(report.Incomplete, match=line) as caught:
        report.write(spoil(change), tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_in_one_line(tmp_path):
    done = run_bench("--only", "report", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("bench: no results yet for") and done.stderr.count("\n") == 1
    (tmp_path / report.RESULTS).write_text("{")
    done = run_bench("--only", "report", "--folder", str(tmp_path))
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "delete it" in done.stderr
    done = run_bench("--quick")
    assert done.returncode == 2 and "--folder" in done.stderr


def test_the_page_shows_what_the_stored_results_say(tmp_path):
    """bench/results.* belong together, and the page types no number of its own."""
    folder = ROOT / "bench"
    report.write(report.load(folder), tmp_path)
    for name in (report.TABLES, report.FIGURE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    results = report.load(folder)
    assert not any(part["quick"] for part in results.values())
    assert results["peer"]["settings"] == asdict(peer.PeerSettings())
    assert results["lab"]["settings"] == asdict(training.Settings()), "run `make bench` again"
    page = (ROOT / "book/benchmarks.md").read_text(encoding="utf-8")
    for section in ("machine", "music", "figure", "generation", "steps", "vit"):
        assert f'"% {section}"' in page and f'"% end of {section}"' in page


# --- What is measured -------------------------------------------------------------------------


def test_the_peer_has_the_published_sizes():
    settings = peer.PeerSettings()
    model = peer.build_model(83, settings, settings.batch_size)
    # Embedding, the LSTM's four gates with one bias each, and the output layer.
    gates = 4 * ((256 + 1024) * 1024 + 1024)
    assert model.count_params() == 83 * 256 + gates + 1024 * 83 + 83 == 5_353_299
    assert settings == peer.PeerSettings(3000, 8, 100, 5e-3, 256, 1024)
    lstm = model.layers[1]
    assert lstm.stateful and lstm.return_sequences
    config = lstm.get_config()
    assert config["recurrent_activation"] == "sigmoid"
    assert config["recurrent_initializer"]["class_name"] == "GlorotUniform"


def test_the_peer_keeps_its_state_and_is_measured_with_and_without_it():
    settings = peer.PeerSettings(batch_size=2, seq_length=3, embedding_dim=3, rnn_units=4)
    model = peer.build_model(5, settings, 2)
    still = peer.copy_for_measuring(model, settings, None)
    kept = peer.copy_for_measuring(model, settings, 2)
    x = np.array([[1, 2, 3], [4, 0, 1]])
    first, second = model(x).numpy(), model(x).numpy()
    assert not np.allclose(first, second)
    close = {"rtol": 1e-5, "atol": 1e-6}
    for wanted in (first, second):
        np.testing.assert_allclose(still(x).numpy(), first, **close)
        np.testing.assert_allclose(kept(x).numpy(), wanted, **close)


def test_bits_with_the_state_kept_are_those_of_the_text_read_in_one_go():
    settings = peer.PeerSettings(batch_size=2, seq_length=3, embedding_dim=3, rnn_units=4)
    model = peer.build_model(5, settings, 2)
    ids = np.random.default_rng(0).integers(0, 5, 20)  # two rows of 9, three windows each
    rows = np.stack([ids[:9], ids[9:18]]), np.stack([ids[1:10], ids[10:19]])
    logits = peer.copy_for_measuring(model, settings, None)(rows[0]).numpy()
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    wanted = -np.log2(np.take_along_axis(p, rows[1][..., np.newaxis], -1)).mean()
    kept = peer.copy_for_measuring(model, settings, 2)
    assert peer.bits_with_state_kept(kept, ids, settings) == pytest.approx(wanted, rel=1e-5)


def test_the_peers_windows_and_loss():
    settings = peer.PeerSettings(batch_size=3, seq_length=4, embedding_dim=2, rnn_units=3)
    x, y = peer.get_batch(np.arange(30), settings, np.random.default_rng(0))
    assert x.shape == y.shape == (3, 4)
    assert (y == x + 1).all() and (np.diff(x) == 1).all()
    model = peer.build_model(30, settings, 3)
    losses = peer.make_train_step(model, settings)(x, y).numpy()
    assert losses.shape == (3, 4)  # not averaged
    text = peer.generate_text(peer.build_model(3, settings, 1), ["a", "b", "c"], "b", 6)
    assert len(text) == 7 and text[0] == "b" and set(text) <= set("abc")


def test_the_copy_that_keeps_its_state_computes_the_same():
    model = recipe.build_model(5, 3, 4)
    ids = np.array([[1, 2, 3, 4]])
    copied = generation.with_state(model)
    steps_apart = np.concatenate([copied(ids[:, i : i + 1]).numpy() for i in range(4)], axis=1)
    np.testing.assert_allclose(steps_apart, model(ids).numpy(), rtol=1e-5, atol=1e-6)


CELL = """
class RNNCell(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units
    def build(self, shape):
        self.W = self.add_weight(shape=(shape[-1], self.units))
        self.U = self.add_weight(shape=(self.units, self.units))
        self.b = self.add_weight(shape=(self.units,))
    def call(self, x, states):
        h = tf.tanh({update})
        return h, [h]

class LoopRNN(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.cell = RNNCell(units)
    def build(self, shape):
        self.cell.build((shape[0], shape[2]))
    def call(self, x):
        state, states = tf.zeros((x.shape[0], self.cell.units)), []
        for t in range(x.shape[1]):
            state, _ = self.cell(x[:, t], [state])
            states.append(state)
        return tf.stack(states, axis=1)
"""
UPDATE = "x @ self.W + states[0] @ self.U + self.b"


def write_cells(path: Path, *sources: str) -> Path:
    cells = [{"source": s.splitlines(True), "metadata": {"tags": [steps.TAG]}} for s in sources]
    path.write_text(json.dumps({"cells": [{"source": "1", "metadata": {}}, *cells]}))
    return path


def test_the_cell_is_the_chapters_own(tmp_path):
    notebook = write_cells(tmp_path / "n.ipynb", CELL.format(update=UPDATE))
    found = steps.measure(steps.Sizes.quick(), notebook)
    assert [row["timesteps"] for row in found["rows"]] == [2, 3]
    for row in found["rows"]:
        assert row["ratios"]["simple_rnn"] == 1
        assert row["largest_difference"] < 1e-5


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        (None, "there is no n.ipynb"),
        ([], "must have one cell tagged 'rnn-cell', not 0"),
        (["a = 1"], "does not define RNNCell and LoopRNN"),
        ([CELL.format(update=UPDATE + " + 0.1")], "differs from SimpleRNN by"),
    ],
)
def test_a_cell_that_is_missing_or_wrong_is_refused(sources, line, tmp_path):
    path = tmp_path / "n.ipynb"
    if sources is not None:
        write_cells(path, *sources)
    with pytest.raises(steps.NoCell, match=line) as caught:
        steps.measure(steps.Sizes.quick(), path)
    assert "\n" not in str(caught.value)


def test_the_vision_transformer_has_as_many_parameters_as_uvas():
    d, units, blocks = 128, 256, 4
    block = 4 * (d * d + d) + 2 * d * units + units + d + 4 * d
    expected = (48 * d + d) + d + 65 * d + blocks * block + 2 * d + 10 * d + 10
    assert vit.keras_model(vit.Sizes()).count_params() == expected == 546_186


def test_both_vision_transformers_compute_the_same():
    if find_spec("torch") is None:  # an extra of the benchmarks
        with pytest.raises(vit.NoTorch, match="pip install torch"):
            vit.measure(vit.Sizes.quick())
        return
    found = vit.measure(vit.Sizes.quick())
    assert found["largest_difference"] < 1e-5
    assert found["ratio"] == found["milliseconds"]["keras"] / found["milliseconds"]["torch"] > 0
    sizes = vit.Sizes.quick()
    ours, theirs = vit.keras_model(sizes), vit.torch_model(sizes)
    vit.copy_weights(ours, theirs, sizes)
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    ours.layers[3].table.assign(ours.layers[3].table[::-1])  # a model that differs is noticed
    assert vit.largest_difference(ours, theirs, images) > 1e-3


def test_without_pytorch_one_line_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert bench_main.everything() == report.PARTS
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "pip install torch" in line
    monkeypatch.setattr(bench_main, "run", lambda *_: vit.measure(vit.Sizes.quick()))
    assert bench_main.main(["--only", "vit"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("bench: the part `vit` needs PyTorch") and line.count("\n") == 1


def test_generation_needs_trained_models(tmp_path):
    budget, amounts = music.Budget.quick(), generation.Amounts.quick()
    with pytest.raises(generation.NotTrained, match="bench --only music` first") as caught:
        generation.measure(budget, amounts, tmp_path / "a", tmp_path / "b")
    assert "\n" not in str(caught.value)
    small = generation.with_state(recipe.build_model(5, 3, 4))
    small.save_weights(tmp_path / "small.weights.h5")
    with pytest.raises(generation.NotTrained, match="trained with other settings"):
        generation.load(recipe.build_model(5, 3, 6), tmp_path / "small.weights.h5")


def test_a_quick_run_of_everything(tmp_path):
    done = run_bench("--quick", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    results = report.load(tmp_path)
    with_torch = find_spec("torch") is not None
    assert set(results) == {*report.PARTS, *(report.OPTIONAL if with_torch else ())}
    assert ("pip install torch" in done.stderr) is not with_torch
    for part in results.values():
        assert part["quick"] is True and len(part["date"]) == 10 and part["all_seconds"] > 0
        assert set(part["machine"]) == {
            "cpu", "cores", "memory_gib", "system", "python", "tensorflow", "keras", "numpy",
        }  # fmt: skip
        assert part["machine"]["cores"] >= 1 and part["machine"]["memory_gib"] > 0
        assert all(part["machine"].values()) and "not installed" not in part["machine"].values()
    assert results["peer"]["data"] == results["lab"]["data"]
    for name in ("peer", "lab"):
        points = results[name]["curve"]
        assert [p["steps"] for p in points] == sorted({p["steps"] for p in points})
        assert points[-1]["steps"] == {"peer": 2, "lab": 30}[name]
        assert all(0 < p["bits"] < 10 and p["cpu_seconds"] > 0 for p in points)
        assert 0 < results[name]["bits"] < 10
    assert set(results["generation"]["characters_per_second"]) == {
        "peer_loop", "lab_loop", "lab_compiled_one", "lab_compiled",
    }  # fmt: skip
    assert all(v > 0 for v in results["generation"]["characters_per_second"].values())
    assert [row["timesteps"] for row in results["steps"]["rows"]] == [2, 3]
    assert (tmp_path / report.TABLES).is_file() and (tmp_path / report.FIGURE).is_file()
