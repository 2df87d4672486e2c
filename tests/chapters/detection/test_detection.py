"""The scenes, the loss and the scores of the chapter on detection."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import tensorflow as tf
from seqbook.chapters.captioning.taught import INKS
from seqbook.chapters.detection import data, taught
from seqbook.chapters.detection.coco import coco_scores


@pytest.fixture(scope="module")
def scenes():
    return data.scenes(60, seed=3)


def test_boxes_hold_their_shapes_exactly(scenes):
    images, boxes, kinds = scenes
    assert images.shape == (60, 48, 48, 3) and images.dtype == np.float32
    assert boxes.shape == (60, 3, 4) and kinds.shape == (60, 3)
    assert set(np.unique((kinds < data.NOTHING).sum(axis=1))) == {1, 2, 3}
    assert set(np.unique(kinds)) == set(range(data.NOTHING + 1))
    for image, these, names in zip(images, boxes, kinds, strict=True):
        covered = np.zeros((48, 48), bool)
        for (x, y, w, h), kind in zip(these * 48, names, strict=True):
            if kind == data.NOTHING:
                assert not (x or y or w or h)
                continue
            rows, columns = slice(round(y - h / 2), round(y + h / 2)), slice(
                round(x - w / 2), round(x + w / 2)
            )
            covered[rows, columns] = True
            bright = image[rows, columns].max(axis=-1) > 0.5
            # It touches all four sides of its box.
            assert bright[0].any() and bright[-1].any() and bright[:, 0].any()
            assert bright[:, -1].any()
        assert (image[~covered].max() < 0.4) and len(INKS) == 5


def test_scenes_depend_on_the_seed_alone():
    for one, two in zip(data.scenes(4, seed=2), data.scenes(4, seed=2), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match="at least 1 scene"):
        data.scenes(0, seed=1)


def test_mirrored_twice_is_the_scene(scenes):
    once = data.mirrored(*scenes)
    assert not np.allclose(once[1], scenes[1])
    for one, two in zip(data.mirrored(*once), scenes, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_overlap_by_counting_pixels():
    rng = np.random.default_rng(1)
    for _ in range(40):
        a, b = (np.sort(rng.integers(0, 20, (2, 2)), axis=0) for _ in range(2))
        a[1] += 1
        b[1] += 1

        def pixels(box):
            grid = np.zeros((22, 22), bool)
            grid[box[0, 0] : box[1, 0], box[0, 1] : box[1, 1]] = True
            return grid

        both, either = (pixels(a) & pixels(b)).sum(), (pixels(a) | pixels(b)).sum()
        hull = np.prod(np.maximum(a[1], b[1]) - np.minimum(a[0], b[0]))
        as_boxes = [np.concatenate([box.mean(0), box[1] - box[0]]) for box in (a, b)]
        iou, giou = taught.overlap(*as_boxes)
        np.testing.assert_allclose(iou, both / either)
        np.testing.assert_allclose(giou, both / either - (hull - either) / hull)


def random_answers(rng, scenes, blocks=2, queries=6):
    _, boxes, kinds = scenes
    logits = rng.normal(size=(len(boxes), blocks, queries, data.NOTHING + 1))
    ours = rng.uniform(0.2, 0.8, (len(boxes), blocks, queries, 4))
    return [tf.constant(a, tf.float32) for a in (logits, ours)], boxes, kinds


def test_the_assignment_is_the_best_of_all(scenes):
    rng = np.random.default_rng(2)
    (logits, ours), boxes, kinds = random_answers(rng, [part[:8] for part in scenes])
    truth = tf.constant(kinds[:, None]), tf.constant(boxes[:, None])
    costs = taught.cost_table(logits, ours, *truth).numpy()
    chosen = taught.assign(costs)
    assert chosen.shape == (8, 2, 3)
    for scene, block in np.ndindex(8, 2):
        table = costs[scene, block]
        assert (table[:, kinds[scene] == data.NOTHING] == 0).all()
        least = min(table[list(way), range(3)].sum() for way in permutations(range(6), 3))
        np.testing.assert_allclose(table[chosen[scene, block], range(3)].sum(), least, rtol=1e-5)


def test_the_loss_does_not_care_about_order(scenes):
    rng = np.random.default_rng(4)
    (logits, ours), boxes, kinds = random_answers(rng, scenes)
    first = taught.set_loss(logits, ours, tf.constant(kinds), tf.constant(boxes))
    order, slots = rng.permutation(6), rng.permutation(3)
    other = taught.set_loss(
        tf.gather(logits, order, axis=2), tf.gather(ours, order, axis=2),
        tf.constant(kinds[:, slots]), tf.constant(boxes[:, slots]),
    )  # fmt: skip
    assert np.isfinite(first)
    np.testing.assert_allclose(first, other, rtol=1e-5)


def test_the_loss_by_hand():
    """One scene, one object, two queries: the second is nearer."""
    kinds, boxes = np.array([[1, 4, 4]], "int32"), np.zeros((1, 3, 4), "float32")
    boxes[0, 0] = [0.5, 0.5, 0.2, 0.2]
    ours = np.array([[[[0.2, 0.2, 0.2, 0.2], [0.5, 0.6, 0.2, 0.2], [0.9, 0.9, 0.2, 0.2]]]])
    logits = np.zeros((1, 1, 3, 5), "float32")
    loss = taught.set_loss(
        tf.constant(logits), tf.constant(ours, tf.float32), tf.constant(kinds), tf.constant(boxes)
    )
    # Every kind has probability 1/5; the pair is .1 apart and shares 1 of 3 parts.
    np.testing.assert_allclose(loss, np.log(5) + 5 * 0.1 + 2 * (1 - 1 / 3), rtol=1e-5)


def test_a_perfect_answer_costs_nothing_and_gradients_are_finite(scenes):
    _, boxes, kinds = (part[:10] for part in scenes)
    logits = 40.0 * tf.one_hot(kinds, data.NOTHING + 1)[:, None]
    ours = tf.where(kinds[..., None] < data.NOTHING, boxes, 0.5)[:, None]
    with tf.GradientTape() as tape:
        tape.watch([logits, ours])
        loss = taught.set_loss(logits, ours, tf.constant(kinds), tf.constant(boxes))
    assert loss < 1e-3
    assert all(np.isfinite(g).all() for g in tape.gradient(loss, [logits, ours]))


def noisy_detections(scenes, rng):
    """Claims of all sorts: right, shifted, of a wrong kind, double, and too many."""
    _, boxes, kinds = scenes
    found = []
    for these, names in zip(boxes, kinds, strict=True):
        rows = []
        for k in range(6):
            slot = k % 3
            box = these[slot] if names[slot] < data.NOTHING else rng.uniform(0.3, 0.6, 4)
            kind = names[slot] if rng.random() < 0.7 else rng.integers(4)
            box = box + rng.normal(0, 0.012, 4)
            rows.append([min(kind, 3), rng.random(), *np.maximum(box, 0.02)])
        found.append(np.array(sorted(rows, key=lambda row: -row[1]), "float32"))
    return found


def test_average_precision_is_that_of_pycocotools(scenes):
    found = noisy_detections(scenes, np.random.default_rng(5))
    _, boxes, kinds = scenes
    theirs = coco_scores(found, boxes, kinds)
    thresholds = np.arange(0.5, 1.0, 0.05)
    ours = [taught.mean_ap(found, kinds, boxes, t) for t in thresholds]
    assert 0.2 < theirs["mAP"] < 0.9
    np.testing.assert_allclose(ours[0], theirs["AP50"], atol=1e-6)
    np.testing.assert_allclose(ours[5], theirs["AP75"], atol=1e-6)
    np.testing.assert_allclose(np.mean(ours), theirs["mAP"], atol=1e-6)


def test_perfect_claims_score_one(scenes):
    _, boxes, kinds = scenes
    found = [
        np.array([[k, 0.9, *box] for box, k in zip(b, ks, strict=True) if k < data.NOTHING])
        for b, ks in zip(boxes, kinds, strict=True)
    ]
    assert coco_scores(found, boxes, kinds)["mAP"] == pytest.approx(1.0)
    assert coco_scores([np.zeros((0, 6))] * len(boxes), boxes, kinds)["mAP"] == 0


def test_the_queries_have_no_order():
    images = data.scenes(2, seed=1)[0]
    tf.keras.utils.set_random_seed(0)
    model = taught.make_detector(encoder=1)
    before, order = model(images), [3, 1, 5, 0, 2, 4]
    table = next(w for w in model.weights if w.name == "table")
    table.assign(tf.gather(table, order))
    for was, now in zip(before, model(images), strict=True):
        np.testing.assert_allclose(tf.gather(was, order, axis=2), now, atol=1e-5)
    assert np.abs(before[1][:, :, 0] - before[1][:, :, 1]).max() > 1e-4
