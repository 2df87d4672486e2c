"""Figures in the book's style: what a figure shows is in the notebook, how it is drawn is here."""

from .diagrams import unrolled
from .heatmap import heatmap
from .style import COLORS, house_style

__all__ = ["COLORS", "heatmap", "house_style", "unrolled"]
