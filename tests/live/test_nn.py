"""nn.js in Chromium against Keras with the rounded weights, and against the graph in NumPy."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from graph_models import AHEAD, MODELS, STEPS, WORDS, build, inputs
from seqbook.graph import from_keras, pack, run, unpack, write_back
from seqbook.live.base import _source


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
    bits = 32 if name in ("embedding", "dense linear", "lstm", "gru before") else 8
    model = build(name, 1)
    packed = pack(model, bits=bits)
    graph = unpack(packed)
    write_back(graph, model)
    x = inputs(model, 1)
    wanted = np.asarray(model(x))
    reference = run(graph, x)
    for k, sequence in enumerate(x):
        got = run_js(page, packed, sequence)
        np.testing.assert_allclose(got["outputs"], reference.outputs[k], rtol=0, atol=1e-9)
        whole = got["outputs"] if wanted.ndim == 3 else got["output"]
        np.testing.assert_allclose(whole, wanted[k], rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["last step", "masked lstm, last step", "bag of words"])
def test_an_early_output_is_what_keras_says_of_the_first_steps(page, name):
    model = build(name, 2)
    packed = pack(model, bits=32)
    for sequence in inputs(model, 2):
        early = np.asarray(model(sequence[None, :5]))[0]
        got = run_js(page, packed, sequence)
        np.testing.assert_allclose(got["outputs"][4], early, rtol=0, atol=1e-3)


DETAILED = ["lstm", "gru after", "gru before", "stacked", "masked gru", "two blocks", "encoder"]


@pytest.mark.parametrize("name", DETAILED)
def test_details_at_every_step_agree_with_numpy(page, name):
    model = build(name, 3)
    packed, x = pack(model), inputs(model, 3)
    for sequence in x:
        got, trace = run_js(page, packed, sequence), run(unpack(packed), sequence)
        for node, named in trace.values.items():
            for key, values in named.items():
                for t, row in enumerate(values):
                    step = got["details"][t][node]
                    if step.get("masked") and np.isnan(row).all():
                        assert key not in step
                    elif key == "weights":  # the page has none for steps to come
                        seen = len(step[key][0])
                        assert seen == (STEPS if name in AHEAD else t + 1)
                        np.testing.assert_allclose(step[key], row[:, :seen], rtol=0, atol=1e-9)
                        np.testing.assert_allclose(row.sum(axis=-1), 1, rtol=0, atol=1e-9)
                        assert not row[:, seen:].any()
                    else:
                        np.testing.assert_allclose(step[key], row, rtol=0, atol=1e-9)
    # The second sequence has masked steps: the state stays as it was.
    if name == "masked gru":
        h = trace.values["gru"]["h"]
        np.testing.assert_array_equal(h[3], h[2])
        assert got["details"][3]["gru"]["masked"] and np.isnan(trace.values["gru"]["z"][3]).all()
        assert not np.allclose(h[2], h[1])


@pytest.mark.parametrize("name", ["stacked", "two blocks", "rotary", "post-norm, last step"])
def test_one_step_at_a_time_is_the_same_and_leaves_old_states_alone(page, name):
    model = build(name, 5)
    packed, ids = pack(model), inputs(model, 5)[1]
    found = page.evaluate(
        """([packed, ids]) => {
            const net = network(packed), states = [net.start()], outputs = [];
            for (const id of ids) {
                const next = net.step(states.at(-1), id);
                states.push(next.state);
                outputs.push(next.output);
            }
            const again = net.step(states[4], ids[4]).output;
            const whole = net.run(ids), later = net.step(states[8], ids[8]).state;
            return { outputs, again, t: states.map((s) => s.t), size: net.size, steps: net.steps,
                     ops: net.nodes.map((n) => n.op), whole: whole.state, later };
        }""",
        [packed, ids.tolist()],
    )
    wanted = run(unpack(packed), ids).outputs
    np.testing.assert_allclose(found["outputs"], wanted, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["again"], wanted[4], rtol=0, atol=1e-9)
    assert found["t"] == list(range(STEPS + 1))
    assert found["whole"] == found["later"] and found["whole"]["t"] == STEPS
    assert found["size"] == WORDS
    graph = from_keras(model)
    assert found["steps"] == (graph.max_steps or float("inf"))
    assert found["ops"] == [node.op for node in graph.nodes]


@pytest.mark.parametrize(
    ("name", "gate"), [("lstm", g) for g in "ifgoch"] + [("gru before", g) for g in "zrgh"]
)
def test_a_value_can_be_overwritten_on_its_way(page, name, gate):
    model = build(name, 8)
    packed, ids = pack(model), inputs(model, 8)[0]
    cell = name.split()[0]

    def edit(values, t, node, called):
        return np.full_like(values, 0.25) if (t, node, called) == (4, cell, gate) else None

    got = page.evaluate(
        """([packed, ids, cell, gate]) => network(packed).run(ids, (values, { t, node, name }) =>
            t === 4 && node === cell && name === gate ? values.map(() => 0.25) : undefined)""",
        [packed, ids.tolist(), cell, gate],
    )
    wanted, plain = run(unpack(packed), ids, edit), run(unpack(packed), ids)
    np.testing.assert_allclose(got["outputs"], wanted.outputs, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(wanted.outputs[:4], plain.outputs[:4])
    assert not np.allclose(wanted.outputs[4:], plain.outputs[4:], atol=1e-4)
    assert set(got["details"][4][cell][gate]) == {0.25}


def test_a_head_can_be_silenced(page):
    model = build("two blocks", 8)
    packed, ids = pack(model), inputs(model, 8)[0]

    def silence(values, t, node, name):
        if (node, name) == ("attention_2", "weights"):
            values = values.copy()
            values[:, 1] = 0
            return values

    got = page.evaluate(
        """([packed, ids]) => network(packed).run(ids, (values, { node, name }) =>
            node === "attention_2" && name === "weights"
                ? values.map((row, h) => h === 1 ? row.map(() => 0) : row) : undefined)""",
        [packed, ids.tolist()],
    )
    wanted, plain = run(unpack(packed), ids, silence), run(unpack(packed), ids)
    np.testing.assert_allclose(got["outputs"], wanted.outputs, rtol=0, atol=1e-9)
    assert np.abs(wanted.outputs - plain.outputs).max() > 0.01


def test_the_page_names_what_it_cannot_run(page):
    packed, short = pack(build("lstm")), pack(build("one block"))
    other = copy.deepcopy(packed)
    other["nodes"][1]["op"] = "capsule"
    failing = "([p, x]) => { try { network(p).run(x); } catch (e) { return e.message; } }"
    assert page.evaluate(failing, [other, [1]]) == "nn.js has no operation capsule."
    assert page.evaluate(failing, [packed, [99]]) == f"There is no id 99: ids are 0 to {WORDS - 1}."
    assert page.evaluate(failing, [short, [1] * (STEPS + 1)]) == (
        f"There is no step {STEPS + 1}: the network has positions for {STEPS}."
    )
    stepping = (
        "p => { const net = network(p); "
        "try { net.step(net.start(), [1, 2, 3, 4, 5]); } catch (e) { return e.message; } }"
    )
    assert page.evaluate(stepping, pack(build("encoder"))) == (
        "attention attends to later steps: it cannot go step by step."
    )


def test_the_script_is_small():
    assert len(_source("seqbook.live", "nn.js").encode()) < 9_000
