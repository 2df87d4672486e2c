"""Figures in the book's style: what a figure shows is in the notebook, how it is drawn is here."""

from .by_step import by_step
from .diagrams import unrolled
from .heatmap import heatmap
from .style import COLORS, house_style

__all__ = ["COLORS", "by_step", "heatmap", "house_style", "unrolled"]
