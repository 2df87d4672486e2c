"""The house style of every chart."""

from __future__ import annotations

import matplotlib as mpl

# Told apart by people with any kind of color vision, on white and, inverted, on black.
# Source: Okabe and Ito, "Color Universal Design" (2008), without its yellow, darkened for text.
COLORS = {
    "state": "#0f5fb8",
    "input": "#c2570c",
    "output": "#12805c",
    "accent": "#a8457f",
    "muted": "#6b7280",
    "gold": "#9a7b00",
    "sky": "#3f9fd0",
}

STYLE = {
    "axes.prop_cycle": mpl.cycler(color=list(COLORS.values())),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "grid.color": "#888888",
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "figure.figsize": (6.4, 3.4),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.family": "sans-serif",
    "font.size": 10,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "image.cmap": "Blues",
    # A chart has no ground of its own: the page's shows through, light or dark.
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.bbox": "tight",
    # The same figure gives the same bytes; text stays text.
    "svg.hashsalt": "seqbook",
    "svg.fonttype": "none",
}


def house_style() -> None:
    """Set matplotlib's defaults to the book's; in a notebook, show figures as SVG.

    Colors by meaning are in `COLORS`: ``state``, ``input``, ``output``, ``accent``, ``muted``,
    ``gold`` and ``sky``; plots that name no color take them in this order.
    """
    mpl.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # a plain Python process
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})
