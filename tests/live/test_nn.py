"""nn.js in Chromium against Keras with the rounded weights, and in_page's NumPy against both."""

from __future__ import annotations

import copy
import json
import os

import numpy as np
import pytest
from seqbook.live import in_page
from seqbook.live.base import _source

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
keras = pytest.importorskip("keras")
layers = keras.layers

WORDS, STEPS = 17, 9


def sizes(seed: int, count: int) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).integers(3, 9, count)]


def text_model(*after: object, width: int = 6, mask: bool = False) -> object:
    return keras.Sequential([layers.Embedding(WORDS, width, mask_zero=mask), *after])


# Each builds a model; random sizes from the seed, so that no two axes are equal by luck.
def _gru(reset_after: bool, **options: object):
    return lambda a, b: text_model(
        layers.GRU(a, reset_after=reset_after, return_sequences=True, **options),
        layers.Dense(b, activation="softmax"),
    )


MODELS = {
    "embedding": lambda a, b: text_model(width=a),
    "dense linear": lambda a, b: keras.Sequential([keras.Input((STEPS, a)), layers.Dense(b)]),
    "dense relu": lambda a, b: text_model(layers.Dense(b, activation="relu"), width=a),
    "dense tanh": lambda a, b: text_model(layers.Dense(b, activation="tanh", use_bias=False)),
    "dense sigmoid": lambda a, b: text_model(layers.Dense(b, activation="sigmoid"), width=a),
    "dense softmax": lambda a, b: text_model(layers.Dense(b, activation="softmax"), width=a),
    "simple": lambda a, b: text_model(layers.SimpleRNN(a, return_sequences=True), layers.Dense(b)),
    "simple relu": lambda a, b: text_model(
        layers.SimpleRNN(a, activation="relu", use_bias=False, return_sequences=True), width=b
    ),
    "lstm": lambda a, b: text_model(layers.LSTM(a, return_sequences=True), width=b),
    "lstm no bias": lambda a, b: text_model(
        layers.LSTM(a, use_bias=False, return_sequences=True), width=b
    ),
    "gru after": _gru(True),
    "gru before": _gru(False),
    "gru after no bias": _gru(True, use_bias=False),
    "gru before no bias": _gru(False, use_bias=False),
    "norm": lambda a, b: text_model(layers.LayerNormalization(), width=a),
    "norm bare": lambda a, b: text_model(
        layers.LayerNormalization(center=False, epsilon=0.1), layers.Dense(b), width=a
    ),
    "vectors": lambda a, b: keras.Sequential(
        [keras.Input((STEPS, a)), layers.LSTM(b), layers.Dense(2)]
    ),
    "stacked": lambda a, b: text_model(
        layers.LSTM(a, return_sequences=True),
        layers.LayerNormalization(),
        layers.Dropout(0.5),
        layers.GRU(b, return_sequences=True),
        layers.SimpleRNN(a),
        layers.Dense(3, activation="softmax"),
        mask=True,
    ),
    "last step": lambda a, b: text_model(
        layers.LSTM(a), layers.Dense(b, activation="relu"), layers.Dense(1, activation="sigmoid")
    ),
    "masked gru": lambda a, b: text_model(
        layers.GRU(a, return_sequences=True), layers.Dense(b, activation="softmax"), mask=True
    ),
    "masked lstm, last step": lambda a, b: text_model(layers.LSTM(a), layers.Dense(b), mask=True),
    "bag of words": lambda a, b: text_model(
        layers.GlobalAveragePooling1D(), layers.Dense(a, activation="sigmoid"), mask=True
    ),
}


def build(name: str, seed: int) -> object:
    """A model with weights as large as trained ones, biases too."""
    model = MODELS[name](*sizes(seed, 2))
    vectors = name in ("dense linear", "vectors")
    if not vectors:
        model.build((None, STEPS))
    rng = np.random.default_rng(seed)
    model.set_weights([w + rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
    return model


def inputs(model: object, seed: int) -> np.ndarray:
    """Two sequences. Of ids, the first is full and the second has a gap and padding behind."""
    rng = np.random.default_rng(seed + 1)
    if not isinstance(model.layers[0], layers.Embedding):
        return rng.normal(0, 1, (2, STEPS, model.input_shape[-1]))
    ids = rng.integers(1, WORDS, (2, STEPS))
    ids[1, [3, 7, 8]] = 0
    return ids


@pytest.fixture(scope="module")
def page(browser):
    """A page in which `network` is defined, and nothing is asked of the network."""
    context = browser.new_context()
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_content("<!doctype html><title>t</title>")
    script = _source("seqbook.live", "nn.js")
    page.add_script_tag(content=f"(() => {{ {script} window.network = network; }})();")
    yield page
    context.close()
    assert faults == []


def run_js(page, packed, x):
    return page.evaluate(
        "([packed, x]) => network(packed).run(x)", [json.loads(json.dumps(packed)), x.tolist()]
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_page_says_what_keras_says(page, name):
    seed = list(MODELS).index(name)
    bits = 32 if name in ("embedding", "dense linear", "lstm", "gru before") else 8
    model = build(name, seed)
    packed = in_page.pack(model, bits=bits)
    rounded = in_page.unpack(packed)
    assert [w.shape for w in rounded] == [w.shape for w in model.get_weights()]
    model.set_weights(rounded)
    x = inputs(model, seed)
    whole = len(model.output_shape) == 3
    wanted = np.asarray(model(x))
    reference = in_page.forward(packed, x)
    for k, sequence in enumerate(x):
        got = run_js(page, packed, sequence)
        np.testing.assert_allclose(got["outputs"], reference.outputs[k], rtol=0, atol=1e-9)
        np.testing.assert_allclose(
            got["outputs"] if whole else got["output"], wanted[k], rtol=0, atol=1e-3
        )
        np.testing.assert_allclose(
            reference.outputs[k] if whole else reference.outputs[k, -1], wanted[k], atol=2e-5
        )
        if not whole:  # the output at step t is what Keras says of the first t steps
            early = np.asarray(model(x[k : k + 1, :5]))[0]
            np.testing.assert_allclose(got["outputs"][4], early, rtol=0, atol=1e-3)
        alone = in_page.forward(packed, sequence)
        np.testing.assert_allclose(alone.outputs, reference.outputs[k], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["lstm", "gru after", "gru before", "stacked", "masked gru"])
def test_details_at_every_step_agree_with_numpy(page, name):
    model = build(name, 3)
    packed, x = in_page.pack(model), inputs(model, 3)
    for sequence in x:
        got, trace = run_js(page, packed, sequence), in_page.forward(packed, sequence)
        for k, named in enumerate(trace.details):
            for key, values in named.items():
                for t, row in enumerate(values):
                    step = got["details"][t][k]
                    if step.get("masked") and np.isnan(row).all():
                        assert key not in step
                    else:
                        np.testing.assert_allclose(step[key], row, rtol=0, atol=1e-9)
    # The second sequence has masked steps: the state stays as it was.
    if name == "masked gru":
        h = trace.details[1]["h"]
        np.testing.assert_array_equal(h[3], h[2])
        assert got["details"][3][1]["masked"] and np.isnan(trace.details[1]["z"][3]).all()
        assert not np.allclose(h[2], h[1])


def test_one_step_at_a_time_is_the_same_and_leaves_old_states_alone(page):
    model = build("stacked", 5)
    packed, ids = in_page.pack(model), inputs(model, 5)[1]
    found = page.evaluate(
        """([packed, ids]) => {
            const net = network(packed), states = [net.start()], outputs = [];
            for (const id of ids) {
                const next = net.step(states.at(-1), id);
                states.push(next.state);
                outputs.push(next.output);
            }
            const again = net.step(states[4], ids[4]).output;
            return { outputs, again, t: states.map((s) => s.t), size: net.size,
                     types: net.layers.map((l) => l.type) };
        }""",
        [packed, ids.tolist()],
    )
    wanted = in_page.forward(packed, ids).outputs
    np.testing.assert_allclose(found["outputs"], wanted, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["again"], wanted[4], rtol=0, atol=1e-9)
    assert found["t"] == list(range(STEPS + 1))
    assert found["size"] == WORDS
    assert found["types"] == [
        "Embedding",
        "LSTM",
        "LayerNormalization",
        "GRU",
        "SimpleRNN",
        "Dense",
    ]


@pytest.mark.parametrize(
    ("name", "gate"), [("lstm", g) for g in "ifgoch"] + [("gru before", g) for g in "zrgh"]
)
def test_a_value_can_be_overwritten_on_its_way(page, name, gate):
    model = build(name, 8)
    packed, ids = in_page.pack(model), inputs(model, 8)[0]

    def edit(values, t, layer, called):
        return np.full_like(values, 0.25) if (t, layer, called) == (4, 1, gate) else None

    got = page.evaluate(
        """([packed, ids, gate]) => network(packed).run(ids, (values, { t, layer, name }) =>
            t === 4 && layer === 1 && name === gate ? values.map(() => 0.25) : undefined)""",
        [packed, ids.tolist(), gate],
    )
    wanted, plain = in_page.forward(packed, ids, edit), in_page.forward(packed, ids)
    np.testing.assert_allclose(got["outputs"], wanted.outputs, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(wanted.outputs[:4], plain.outputs[:4])
    assert not np.allclose(wanted.outputs[4:], plain.outputs[4:], atol=1e-4)
    assert got["details"][4][1][gate] == [0.25] * len(got["details"][4][1][gate])


def test_what_int8_changes():
    """A matrix entry moves by at most half of its scale; outputs move little."""
    rng = np.random.default_rng(0)
    model = text_model(layers.LSTM(24), layers.Dense(5, activation="softmax"), width=12)
    model.build((None, STEPS))
    model.set_weights([w * 2 + rng.normal(0, 0.1, w.shape) for w in model.get_weights()])
    exact, rounded = in_page.pack(model, bits=32), in_page.pack(model)
    for true, near in zip(model.get_weights(), in_page.unpack(rounded), strict=True):
        if true.ndim == 2:
            axis = 1 if len(true) == WORDS else 0
            step = np.abs(true).max(axis=axis, keepdims=True) / 127
            assert np.all(np.abs(true - near) <= 0.501 * step)
            assert np.any(true != near)
        else:
            np.testing.assert_array_equal(true, near)
    for true, near in zip(model.get_weights(), in_page.unpack(exact), strict=True):
        np.testing.assert_array_equal(true, near)
    ids = rng.integers(0, WORDS, (200, STEPS))
    change = np.abs(
        in_page.forward(exact, ids).outputs - in_page.forward(rounded, ids).outputs
    ).max()
    assert 1e-5 < change < 0.02
    short, long = len(json.dumps(rounded)), len(json.dumps(exact))
    assert short < 0.4 * long


def test_a_pack_is_json_and_does_not_depend_on_the_order_of_keys():
    packed = in_page.pack(build("stacked", 2))
    text = json.dumps(packed, sort_keys=True, allow_nan=False)
    for a, b in zip(in_page.unpack(json.loads(text)), in_page.unpack(packed), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_column_of_zeros_and_a_list_of_layers():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)])
    model.layers[0].set_weights([np.array([[0.0, 1], [0, 2], [0, 3]]), np.zeros(2)])
    kernel = in_page.unpack(in_page.pack(model.layers[:1]))[0]
    np.testing.assert_allclose(kernel, [[0, 1], [0, 2], [0, 3]], atol=0.012)
    nested = keras.Sequential([keras.Input((3,)), keras.Sequential(model.layers)])
    assert len(in_page.pack(nested)["layers"]) == 2


def wrong_models():
    inner = layers.Input((STEPS, 4))
    yield keras.Model(inner, layers.Dense(2)(inner)), "built keras.Sequential or a list"
    yield (
        keras.Sequential([keras.Input((STEPS, 4)), layers.Bidirectional(layers.LSTM(3))]),
        "no layer Bidirectional; it runs Embedding, SimpleRNN",
    )
    yield [layers.Dense(2)], "Dense has no weights yet"
    yield [], "no layer to pack"
    yield [layers.Dropout(0.1)], "no layer to pack"
    for options, message in [
        ({"go_backwards": True}, "does not run GRU with go_backwards=True"),
        ({"activation": "softplus"}, r"no activation softplus \(GRU\)"),
        ({"recurrent_activation": "hard_sigmoid"}, r"no activation hard_sigmoid \(GRU\)"),
    ]:
        yield keras.Sequential([keras.Input((STEPS, 4)), layers.GRU(3, **options)]), message
    yield (
        keras.Sequential([keras.Input((STEPS, 4)), layers.LayerNormalization(axis=1)]),
        "over the last axis only",
    )
    two = [layers.LSTM(3), layers.Dense(2)]
    two[0].build((None, STEPS, 4))
    two[1].build((None, 5))
    yield two, "Dense expects vectors of 5, but gets 3"
    late = [layers.GRU(3), layers.SimpleRNN(2)]
    late[0].build((None, STEPS, 4))
    late[1].build((None, STEPS, 3))
    yield late, "SimpleRNN needs every step, but the GRU before it gives only the last"
    yield [layers.GlobalAveragePooling1D()], "The first layer must have weights"
    table = layers.Embedding(5, 3)
    table.build((None, STEPS))
    dense = layers.Dense(3)
    dense.build((None, 4))
    yield [dense, table], "An Embedding can only be the first layer"
    broken = layers.Dense(3)
    broken.build((None, 4))
    broken.set_weights([np.full((4, 3), np.nan), np.zeros(3)])
    yield [broken], "must be finite numbers"


def test_what_cannot_be_packed_is_named():
    for model, message in wrong_models():
        with pytest.raises(ValueError, match=message) as caught:
            in_page.pack(model)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="bits must be 8 or 32, got 4"):
        in_page.pack([], bits=4)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1, WORDS], f"whole numbers from 0 to {WORDS - 1}"),
        ([-1, 2], "whole numbers"),
        ([0.5, 1.0], "whole numbers"),
        ([], r"got \(0,\)"),
        (np.zeros((1, 2, 3), int), r"x must have shape \(steps,\) or \(batch, steps\)"),
    ],
)
def test_numpy_refuses_what_is_not_a_sequence(x, message):
    packed = in_page.pack(build("lstm", 0))
    with pytest.raises(ValueError, match=message):
        in_page.forward(packed, x)


def test_vectors_must_have_the_right_length():
    packed = in_page.pack(build("vectors", 0))
    with pytest.raises(ValueError, match="inputs a step, got 99"):
        in_page.forward(packed, np.zeros((4, 99)))


def test_the_page_names_what_it_cannot_run(page):
    packed = in_page.pack(build("lstm", 0))
    other = copy.deepcopy(packed)
    other["layers"][1]["type"] = "Capsule"
    failing = "([p, x]) => { try { network(p).run(x); } catch (e) { return e.message; } }"
    assert page.evaluate(failing, [other, [1]]) == "nn.js has no layer Capsule."
    assert page.evaluate(failing, [packed, [99]]) == f"There is no id 99: ids are 0 to {WORDS - 1}."


def test_the_script_is_small():
    assert len(_source("seqbook.live", "nn.js").encode()) < 8_000
