"""The package as a whole: light to import, quiet, and its small parts."""

import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from seqbook import plots, runtime

matplotlib.use("agg")
import matplotlib.pyplot as plt


def python(program: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], text=True, capture_output=True, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_importing_everything_needs_no_tensorflow():
    out = python(
        "import sys, seqbook\n"
        "from seqbook import live, music, plots, runtime\n"
        "from seqbook.labs import lab1_rnn_from_scratch, lab2_music_generation, lab3_attention\n"
        "from seqbook.labs import lab4_vision_transformer\n"
        "heavy = {'tensorflow', 'keras', 'music21', 'verovio', 'IPython'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    assert out.strip() == "[]"


def test_the_environment_is_set_before_tensorflow_and_can_be_overridden():
    show = "import os, seqbook; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert python(show, TF_CPP_MIN_LOG_LEVEL="0").strip() == "0"
    clean = f"import os; os.environ.pop('TF_CPP_MIN_LOG_LEVEL', None); {show}"
    assert python(clean).strip() == "2"


# --- runtime ------------------------------------------------------------------------------------

def test_progress_counts_and_its_stored_line_has_no_metrics():
    with runtime.Progress(3, "Training") as bar:
        for loss in (0.3, 0.2, 0.1):
            bar.step(loss=loss)
        live = bar._text()
    assert "3 of 3 steps" in live and "loss 0.100" in live
    done = bar._repr_mimebundle_()
    assert done["text/plain"] == "Training: 3 steps"
    assert "3 of 3 steps" in done["text/html"] and "loss" not in done["text/html"]
    assert 'aria-valuenow="100"' in done["text/html"]


def test_progress_iterates_and_escapes_its_label():
    bar = runtime.Progress(4, "<b>")
    assert list(bar) == [0, 1, 2, 3] and bar.done == 4
    assert "<b>" not in bar._repr_mimebundle_()["text/html"].replace("<br>", "")


def test_an_interrupted_progress_says_how_far_it_came():
    bar = runtime.Progress(10)
    with pytest.raises(KeyboardInterrupt), bar:
        bar.step(4)
        raise KeyboardInterrupt
    assert "4 of 10 steps" in bar._text()


@pytest.mark.parametrize("total", [0, -3])
def test_progress_refuses_no_steps(total):
    with pytest.raises(ValueError, match="at least 1 step"):
        runtime.Progress(total)


def test_fit_progress_counts_batches():
    import keras

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    bar = runtime.FitProgress("Fitting")
    model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, epochs=3, verbose=0, callbacks=[bar])
    assert bar.bar.done == bar.bar.total == 6 and "loss" in bar.bar.metrics


def test_clock():
    texts = [runtime.clock(s) for s in (0.44, 12.3, 185)]
    assert texts == ["0.4 s", "12 s", "3 min 05 s"]


# --- plots --------------------------------------------------------------------------------------

def test_the_same_figure_is_the_same_svg(tmp_path):
    plots.house_style()
    texts = []
    for i in range(2):
        ax = plots.unrolled(3, inputs=["a", "b", "c"])
        ax.figure.savefig(tmp_path / f"{i}.svg", metadata={"Date": None, "Creator": None})
        plt.close(ax.figure)
        texts.append((tmp_path / f"{i}.svg").read_text())
    assert texts[0] == texts[1] and ">a<" in texts[0]


def test_unrolled_draws_a_cell_per_step_and_the_sum_of_losses():
    words = [t.get_text() for t in plots.unrolled(4).texts]
    assert {f"$h_{{{t}}}$" for t in range(1, 5)} <= set(words)
    assert any("L_{1} + L_{2} + L_{3} + L_{4}" in w for w in words)
    last = [t.get_text() for t in plots.unrolled(4, every=False).texts]
    assert sum("hat{y}" in w for w in last) == 1
    plt.close("all")


def test_heatmap_writes_its_numbers_and_labels():
    matrix = np.array([[0.25, -1.0], [2.0, 0.5]])
    ax = plots.heatmap(matrix, rows=["a", "b"], columns=["u", "v"], center=0.0)
    assert [t.get_text() for t in ax.texts] == ["0.25", "-1.00", "2.00", "0.50"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert ax.yaxis_inverted()
    mesh = ax.collections[0]
    assert mesh.norm.vmin == -2 and mesh.norm.vmax == 2
    plt.close("all")


@pytest.mark.parametrize(
    "call",
    [
        lambda: plots.heatmap(np.zeros(3)),
        lambda: plots.heatmap(np.zeros((2, 2)), rows=["a"]),
        lambda: plots.unrolled(0),
        lambda: plots.unrolled(2, inputs=["a"]),
    ],
)
def test_bad_arguments_give_one_line(call):
    with pytest.raises(ValueError) as caught:
        call()
    assert "\n" not in str(caught.value)
