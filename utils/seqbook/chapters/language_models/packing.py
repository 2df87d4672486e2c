"""A trained transformer of the book's own blocks, as a network that a page can run."""

from __future__ import annotations

from typing import Any

from ...graph import pack
from ...graph.from_keras import from_keras
from ..positions.taught import RotaryAttention
from ..transformer.taught import Block


def pack_transformer(model: Any) -> dict[str, Any]:
    """A model of `make_transformer(…, attention=RotaryAttention, causal=True)`, for a page."""
    if not hasattr(Block, "graph_nodes"):
        Block.graph_nodes = _block
    return pack(from_keras(model))


def _block(block: Block, build: Any, x: str) -> str:
    """The nodes of one block: attention and MLP, each added to what it read."""
    if not isinstance(block.attention, RotaryAttention):
        raise ValueError("A block of this figure needs attention=RotaryAttention.")
    a = block.attention
    y = build.attention(
        build.layer(block.norm_attention, x),
        query=a.to_query, key=a.to_key, value=a.to_value, output=a.to_output,
        heads=a.num_heads, causal=block.causal, rotary=10_000.0,
    )  # fmt: skip
    x = build.add(x, y)
    return build.add(x, build.chain([block.norm_mlp, block.mlp], x))
