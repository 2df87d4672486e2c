"""The scores of pycocotools for boxes as the chapter writes them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout

import numpy as np

from .data import NOTHING, SIDE


def coco_scores(
    detections: Sequence[np.ndarray], true_boxes: np.ndarray, true_kinds: np.ndarray
) -> dict[str, float]:
    """COCO's mAP, and AP at the IoU thresholds .5 and .75.

    Args:
        detections: for each image (number, 6): the kind, the score and the box (center x, center y,
            width, height, as fractions of the side).
        true_boxes: (images, objects, 4).
        true_kinds: (images, objects), `NOTHING` where there is no object.
    """
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ModuleNotFoundError:
        raise SystemExit("pycocotools is missing. Run: pip install pycocotools") from None

    def in_pixels(box: np.ndarray) -> list[float]:
        x, y, width, height = (float(v) * SIDE for v in box)
        return [x - width / 2, y - height / 2, width, height]

    truths = [
        {"image_id": i, "category_id": int(kind), "bbox": in_pixels(box), "iscrowd": 0,
         "area": float(box[2] * box[3]) * SIDE**2}
        for i, (boxes, kinds) in enumerate(zip(true_boxes, true_kinds, strict=True))
        for box, kind in zip(boxes, kinds, strict=True) if kind < NOTHING
    ]  # fmt: skip
    found = [
        {"image_id": i, "category_id": int(row[0]), "score": float(row[1]),
         "bbox": in_pixels(row[2:])}
        for i, rows in enumerate(detections) for row in rows
    ]  # fmt: skip
    if not found:  # pycocotools cannot load an empty list
        return {"mAP": 0.0, "AP50": 0.0, "AP75": 0.0}
    with redirect_stdout(io.StringIO()):  # it reports each of its steps
        truth = COCO()
        truth.dataset = {
            "images": [{"id": i} for i in range(len(true_boxes))],
            "categories": [{"id": kind} for kind in range(NOTHING)],
            # An identifier of 0 counts as "not matched".
            "annotations": [{"id": k, **t} for k, t in enumerate(truths, 1)],
        }
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(found), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return dict(zip(["mAP", "AP50", "AP75"], map(float, judge.stats), strict=False))
