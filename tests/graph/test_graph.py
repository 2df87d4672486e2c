"""A graph against Keras: whole, step by step, in TensorFlow, rounded; and what it refuses."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from graph_models import AHEAD, MODELS, STEPS, WORDS, build, inputs, layers, text_model
from seqbook.graph import (
    Builder,
    Graph,
    Node,
    NumPyStepper,
    from_keras,
    pack,
    run,
    unpack,
    write_back,
)
from seqbook.graph.tf_step import TensorFlowStepper
from seqbook.music import generation

STEPPED = [name for name in MODELS if name not in AHEAD]
# Compiling takes its time; the arithmetic is NumPy's. Each operation is in one of these.
COMPILED = ["stacked", "gru before", "bag of words", "two blocks", "rotary", "post-norm, last step"]


def last_or_all(model: object, outputs: np.ndarray) -> np.ndarray:
    return outputs if len(model(inputs(model)).shape) == 3 else outputs[:, -1]


@pytest.mark.parametrize("name", MODELS)
def test_the_whole_sequence_is_what_keras_gives(name):
    model = build(name)
    x = inputs(model)
    found = run(from_keras(model), x)
    np.testing.assert_allclose(last_or_all(model, found.outputs), model(x), rtol=1e-5, atol=1e-5)
    alone = run(from_keras(model), x[1])
    np.testing.assert_allclose(alone.outputs, found.outputs[1], rtol=0, atol=1e-12)
    for node, values in found.values.items():
        for key, value in values.items():
            np.testing.assert_allclose(alone.values[node][key], value[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", STEPPED)
def test_step_by_step_is_the_whole_sequence_and_old_states_stay(name):
    model = build(name, 1)
    graph, x = from_keras(model), inputs(model, 1)
    stepper, whole = NumPyStepper(graph), run(graph, x).outputs
    states = [stepper.first_state(2)]
    for t in range(STEPS):
        outputs, state = stepper.step(x[:, t], states[-1])
        np.testing.assert_allclose(outputs, whole[:, t], rtol=0, atol=1e-12)
        states.append(state)
    again, _ = stepper.step(x[:, 4], states[4])
    np.testing.assert_array_equal(again, stepper.step(x[:, 4], states[4])[0])
    np.testing.assert_allclose(again, whole[:, 4], rtol=0, atol=1e-12)
    assert [s["t"] for s in states] == list(range(STEPS + 1))


@pytest.mark.parametrize("name", COMPILED)
def test_tensorflow_in_a_compiled_loop_is_the_whole_sequence(name):
    model = build(name, 2)
    graph, x = from_keras(model), inputs(model, 2)
    stepper = TensorFlowStepper(graph, max_steps=STEPS)

    @tf.function
    def loop(ids):
        state, out = stepper.first_state(tf.shape(ids)[0]), tf.TensorArray(tf.float32, STEPS)
        for t in tf.range(STEPS):
            y, state = stepper.step(ids[:, t], state)
            out = out.write(t, y)
        return tf.transpose(out.stack(), [1, 0, 2])

    found = loop(tf.constant(x, tf.int32))
    np.testing.assert_allclose(found, run(graph, x).outputs, rtol=1e-4, atol=2e-5)
    # Other weights, the same compiled function.
    other = from_keras(build(name, 3))
    stepper.load(other)
    changed = loop(tf.constant(x, tf.int32))
    np.testing.assert_allclose(changed, run(other, x).outputs, rtol=1e-4, atol=2e-5)
    assert not np.allclose(changed, found, atol=1e-3)


def test_tunes_are_written_by_a_graph():
    """The same recurrent model, as Keras steps it and as a graph, writes the same tunes."""
    letters = [generation.END, *"ABCDEFGabcdefg|z"]
    model = text_model(layers.GRU(5, return_sequences=True), layers.Dense(WORDS))
    model.build((None, STEPS))
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.normal(0, 0.4, w.shape) for w in model.get_weights()])
    wanted = generation.Generator(model, letters)(5, seed=3, max_chars=STEPS)
    writer = generation.Generator(TensorFlowStepper(from_keras(model)), letters)
    assert writer(5, seed=3, max_chars=STEPS) == wanted and len(set(wanted)) > 1
    transformer = TensorFlowStepper(from_keras(build("two blocks")))
    tunes = generation.Generator(transformer, letters)(5, seed=3, max_chars=STEPS)
    assert len(set(tunes)) > 1 and max(map(len, tunes)) <= STEPS


def test_the_cache_of_tensorflow_has_its_length_from_the_beginning():
    graph = from_keras(build("one block"))
    stepper = TensorFlowStepper(graph, max_steps=50)
    state = stepper.first_state(3)
    assert stepper.max_steps == STEPS and stepper.vocabulary_size == WORDS
    assert state["attention"]["key"].shape == (3, STEPS, 2, 4)
    _, after = stepper.step(tf.constant([1, 2, 3]), state)
    assert after["attention"]["key"].shape == (3, STEPS, 2, 4) and int(after["t"]) == 1
    with pytest.raises(ValueError, match="attention keeps all steps: say how many with max_steps"):
        TensorFlowStepper(from_keras(build("rotary")))
    with pytest.raises(ValueError, match="Only a graph that reads ids"):
        TensorFlowStepper(from_keras(build("vectors")))


@pytest.mark.parametrize("name", MODELS)
def test_rounded_weights_give_what_keras_gives_with_them(name):
    model = build(name, 4)
    graph = from_keras(model)
    rounded = unpack(json.loads(json.dumps(pack(graph), sort_keys=True, allow_nan=False)))
    write_back(rounded, model)
    x = inputs(model, 4)
    found = run(rounded, x).outputs
    np.testing.assert_allclose(last_or_all(model, found), model(x), rtol=1e-5, atol=1e-5)
    assert [n.name for n in rounded.nodes] == [n.name for n in graph.nodes]
    assert [n.settings for n in rounded.nodes] == [n.settings for n in graph.nodes]


def test_what_int8_changes():
    """A matrix entry moves by at most half of its scale; outputs move little."""
    rng = np.random.default_rng(0)
    model = text_model(layers.LSTM(24), layers.Dense(5, activation="softmax"), width=12)
    model.build((None, STEPS))
    model.set_weights([w * 2 + rng.normal(0, 0.1, w.shape) for w in model.get_weights()])
    exact, rounded = unpack(pack(model, bits=32)), unpack(pack(model))
    for true, same, near in zip(from_keras(model).nodes, exact.nodes, rounded.nodes, strict=True):
        for key, array in true.weights.items():
            np.testing.assert_array_equal(same.weights[key], array)
            if array.ndim == 2:
                step = np.abs(array).max(axis=int(key == "embeddings"), keepdims=True) / 127
                assert np.all(np.abs(array - near.weights[key]) <= 0.501 * step)
                assert np.any(array != near.weights[key])
            else:
                np.testing.assert_array_equal(near.weights[key], array)
    ids = rng.integers(0, WORDS, (200, STEPS))
    change = np.abs(run(exact, ids).outputs - run(rounded, ids).outputs).max()
    assert 1e-5 < change < 0.02
    short, long = len(json.dumps(pack(model))), len(json.dumps(pack(model, bits=32)))
    assert short < 0.4 * long


def test_a_column_of_zeros_and_a_list_of_layers():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(2)])
    model.layers[0].set_weights([np.array([[0.0, 1], [0, 2], [0, 3]]), np.zeros(2)])
    kernel = unpack(pack(model.layers[:1])).nodes[0].weights["kernel"]
    np.testing.assert_allclose(kernel, [[0, 1], [0, 2], [0, 3]], atol=0.012)
    nested = keras.Sequential([keras.Input((3,)), keras.Sequential(model.layers)])
    assert [n.name for n in from_keras(nested).nodes] == ["dense", "dense_2"]


def test_attention_by_hand():
    """Two steps, one head: softmax of the scores 0 and ln 3 gives 1/4 and 3/4."""
    one = np.eye(1, dtype="float32")
    build_, log3 = Builder(), np.log(3.0)
    x = build_.node("attention", build_.input,
                    weights={"query": one, "key": one, "value": one, "output": one})  # fmt: skip
    trace = run(build_.graph(), [[0.0], [log3**0.5]])
    np.testing.assert_allclose(trace.values[x]["weights"][:, 0], [[1, 0], [0.25, 0.75]], atol=1e-7)
    np.testing.assert_allclose(trace.outputs[:, 0], [0, 0.75 * log3**0.5], atol=1e-7)


def test_a_value_can_be_changed_on_its_way():
    model = build("two blocks")
    graph, x = from_keras(model), inputs(model)[0]

    def silence(values, t, node, name):
        if (node, name) == ("attention_2", "weights"):
            values = values.copy()
            values[:, 1] = 0
            return values

    plain, changed = run(graph, x), run(graph, x, silence)
    assert not changed.values["attention_2"]["weights"][:, 1].any()
    for node in ("attention", "layer_norm_3"):
        np.testing.assert_array_equal(changed.values[node]["y"], plain.values[node]["y"])
    assert np.abs(changed.outputs - plain.outputs).max() > 0.01


def test_layers_of_ones_own_are_opened_or_say_what_they_are():
    names = [n.name for n in from_keras(build("one block")).nodes]
    assert names == ["embedding", "scale", "position", "layer_norm", "attention",
                     "add", "layer_norm_2", "dense", "dense_2", "add_2", "layer_norm_3",
                     "dense_3"]  # fmt: skip
    assert [n.op for n in from_keras(build("subclassed")).nodes] == [
        "embedding", "gru", "scale", "activation", "dense"
    ]  # fmt: skip


def sequential(*after: object) -> object:
    return keras.Sequential([keras.Input((STEPS, 4)), *after])


class Odd(layers.Layer):
    def call(self, x):
        return tf.cumsum(x, axis=1)


class Sorted(layers.Layer):
    def call(self, x):
        return keras.ops.sort(x)


def wrong_models():
    yield 3, "must be a Keras model or a list of layers, not int"
    yield sequential(layers.Bidirectional(layers.LSTM(3))), r"no layer Bidirectional \(bidirec"
    yield [layers.Dense(2)], r"Dense \(dense.*\) has no weights yet"
    yield [], "no layer that does something"
    yield [layers.Dropout(0.1)], "no layer that does something"
    for options, message in [
        ({"go_backwards": True}, "no GRU with go_backwards=True"),
        ({"activation": "softplus"}, r"GRU \(gru.*\): a graph has no activation softplus"),
        ({"recurrent_activation": "hard_sigmoid"}, "no activation hard_sigmoid"),
    ]:
        yield sequential(layers.GRU(3, **options)), message
    yield sequential(layers.LayerNormalization(axis=1)), "over the last axis only"
    yield sequential(layers.ReLU(max_value=6)), "ReLU without its settings only"
    yield sequential(layers.Rescaling(2.0, offset=1.0)), "without an offset only"
    two = [layers.LSTM(3), layers.Dense(2)]
    two[0].build((None, STEPS, 4))
    two[1].build((None, 5))
    yield two, r"dense \(dense\): kernel must have shape \(3, 2\), got \(5, 2\)"
    late = [layers.GRU(3), layers.SimpleRNN(2)]
    late[0].build((None, STEPS, 4))
    late[1].build((None, STEPS, 3))
    yield late, r"simple_rnn \(simple_rnn\) needs every step, but gru gives one vector"
    yield [layers.GlobalAveragePooling1D()], "The first layer must have weights"
    table, dense = layers.Embedding(5, 3), layers.Dense(3)
    table.build((None, STEPS))
    dense.build((None, 4))
    yield [dense, table], "an embedding reads ids, and nothing else"
    broken = layers.Dense(3)
    broken.build((None, 4))
    broken.set_weights([np.full((4, 3), np.nan), np.zeros(3)])
    yield [broken], "must be finite numbers"
    yield sequential(Odd(), layers.Dense(2)), "The first layer must have weights|graph_nodes"
    yield sequential(layers.Dense(2), Odd()), r"Odd \(odd.*more than Keras layers: give it a method"
    yield sequential(layers.Dense(2), Sorted()), "no operation Sort"
    x = keras.Input((STEPS, 4))
    y = layers.Dense(4)(x)
    yield keras.Model(x, layers.MultiHeadAttention(2, 2)(y, x)), "from a sequence to itself"
    yield keras.Model(x, layers.Subtract()([y, x])), "no layer Subtract"
    yield keras.Model(x, layers.Add()([y, layers.LSTM(4)(x)])), "needs every step, but lstm gives"
    yield (
        keras.Model(x, layers.LSTM(4)(y, initial_state=[y[:, 0], y[:, 1]])),
        "no operation GetItem",
    )
    yield keras.Model(x, y + 1.0), "no operation Add like this one"
    yield keras.Model(x, keras.ops.gelu(y)), "no operation Gelu like this one"
    ids = keras.Input((STEPS,))
    masked = layers.Embedding(5, 4, mask_zero=True)(ids)
    attended = layers.MultiHeadAttention(2, 2)(masked, masked)
    yield keras.Model(ids, attended), r"attention \(attention\) skips no padding: use mask_zero=F"


def test_what_a_graph_lacks_is_named_in_one_line():
    for model, message in wrong_models():
        with pytest.raises(ValueError, match=message) as caught:
            from_keras(model)
        assert "\n" not in str(caught.value)


ONE = np.ones((3, 2), "float32")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([Node("a", "dens", ("input",), {}, {"kernel": ONE})], r"no operation dens \(a\)"),
        ([Node("a", "dense", ("input",), {"bias": 1}, {"kernel": ONE})], "has no setting bias"),
        ([Node("a", "dense", ("input",), {}, {"kernel": ONE, "b": ONE})], "b is no weight of its"),
        ([Node("a", "dense", ("b",), {}, {"kernel": ONE})], "The first layer must have weights"),
        ([Node("a", "dense", ("input", "input"), {}, {"kernel": ONE})], "takes one input, got 2"),
        ([Node("a", "dense", ("input",), {"activation": "x"}, {"kernel": ONE})], "no activation x"),
    ],
)  # fmt: skip
def test_a_wrong_node_is_named(nodes, message):
    with pytest.raises(ValueError, match=message):
        Graph(nodes)


def test_nodes_that_do_not_fit_together():
    first = Node("a", "dense", ("input",), weights={"kernel": ONE})  # settings have defaults
    for node, message in [
        (Node("a", "last", ("a",)), "Two nodes have the name a"),
        (Node("b", "last", ("c",)), "b reads c, which does not stand before it"),
        (Node("b", "add", ("a",)), "takes two inputs or more, got 1"),
        (Node("b", "add", ("a", "input")), r"vectors of one length, got \[2, 3\]"),
        (Node("b", "position", ("a",)), r"b \(position\) lacks its table"),
    ]:
        with pytest.raises(ValueError, match=message):
            Graph([first, node])
    np.testing.assert_array_equal(run(Graph([first]), [[1.0, 2, 3]]).outputs, [[6, 6]])
    with pytest.raises(ValueError, match="bits must be 8 or 32, got 4"):
        pack(Graph([first]), bits=4)
    with pytest.raises(ValueError, match="packed in another format than 2"):
        unpack({"format": 1, "layers": []})
    with pytest.raises(ValueError, match="no variable that is the bias of dense"):
        write_back(from_keras(build("lstm")), build("dense relu"))


@pytest.mark.parametrize(
    ("name", "x", "message"),
    [
        ("lstm", [1, WORDS], f"whole numbers from 0 to {WORDS - 1}"),
        ("lstm", [-1, 2], "whole numbers"),
        ("lstm", [0.5, 1.0], "whole numbers"),
        ("lstm", [], r"got \(1, 0\)"),
        ("lstm", np.zeros((1, 2, 3), int), r"x must have shape \(steps,\) or \(batch, steps\)"),
        ("vectors", np.zeros((4, 99)), "inputs a step, got 99"),
        ("one block", np.zeros(STEPS + 1, int), f"positions for {STEPS} steps, got {STEPS + 1}"),
    ],
)
def test_numpy_refuses_what_is_not_a_sequence(name, x, message):
    with pytest.raises(ValueError, match=message):
        run(from_keras(build(name)), x)


def test_a_step_is_checked_too():
    stepper = NumPyStepper(from_keras(build("one block")))
    state = stepper.first_state(1)
    with pytest.raises(ValueError, match="whole numbers"):
        stepper.step([WORDS], state)
    with pytest.raises(ValueError, match=r"x must have shape"):
        stepper.step(3, state)
    for _ in range(STEPS):
        _, state = stepper.step([3], state)
    with pytest.raises(ValueError, match=f"positions for {STEPS} steps"):
        stepper.step([3], state)
    ahead = NumPyStepper(from_keras(build("encoder")))
    with pytest.raises(ValueError, match="attention attends to later steps"):
        ahead.step(np.zeros((1, 5)), ahead.first_state(1))


def test_every_operation_is_tried():
    from seqbook.graph.description import SETTINGS

    for names in (STEPPED, COMPILED):
        assert {node.op for name in names for node in from_keras(build(name)).nodes} == set(
            SETTINGS
        )
