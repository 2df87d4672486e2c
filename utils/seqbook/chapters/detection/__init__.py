"""Drawn scenes, drawings and the live figure of `notebooks/detection.ipynb`."""
