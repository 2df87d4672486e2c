"""What `notebooks/transformer.ipynb` taught, for later chapters. Written by tools/make_taught.py."""

# ruff: noqa

import keras
from keras import layers
from seqbook.chapters.self_attention.taught import MultiHeadAttention

class Block(layers.Layer):
    """Attention, then an MLP; each adds to the stream what it computes."""

    def __init__(
        self, d_model, num_heads, attention=MultiHeadAttention, causal=False,
        mlp_units=None, dropout=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.causal = causal
        self.attention = attention(d_model, num_heads)
        self.norm_attention = layers.LayerNormalization()
        self.norm_mlp = layers.LayerNormalization()
        hidden = layers.Dense(mlp_units or 4 * d_model, activation="relu")
        self.mlp = keras.Sequential([hidden, layers.Dense(d_model)])
        self.dropout = layers.Dropout(dropout)

    def call(
        self, x, attention_mask=None, training=False,
        return_attention_scores=False,
    ):  # fmt: skip
        y, weights = self.attention(
            self.norm_attention(x), attention_mask=attention_mask,
            use_causal_mask=self.causal, return_attention_scores=True,
        )  # fmt: skip
        x = x + self.dropout(y, training=training)
        y = self.mlp(self.norm_mlp(x))
        x = x + self.dropout(y, training=training)
        return (x, weights) if return_attention_scores else x


class DecoderBlock(layers.Layer):
    """Causal self-attention, attention to the encoder's output, an MLP."""

    def __init__(
        self, d_model, num_heads, mlp_units=None,
        attention=MultiHeadAttention, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.self_attention = attention(d_model, num_heads)
        self.cross_attention = attention(d_model, num_heads)
        self.norm_self = layers.LayerNormalization()
        self.norm_cross = layers.LayerNormalization()
        self.norm_mlp = layers.LayerNormalization()
        hidden = layers.Dense(mlp_units or 4 * d_model, activation="relu")
        self.mlp = keras.Sequential([hidden, layers.Dense(d_model)])

    def call(
        self, x, context, context_mask=None, return_attention_scores=False
    ):
        x = x + self.self_attention(self.norm_self(x), use_causal_mask=True)
        y, weights = self.cross_attention(
            self.norm_cross(x), context, attention_mask=context_mask,
            return_attention_scores=True,
        )  # fmt: skip
        x = x + y
        x = x + self.mlp(self.norm_mlp(x))
        return (x, weights) if return_attention_scores else x


def make_transformer(
    vocabulary_size, d_model, num_heads, num_blocks, positions=None,
    outputs=None, **block,
):  # fmt: skip
    """Tokens (batch, time) → logits (batch, time, outputs)."""
    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary_size, d_model)(tokens)
    if positions is not None:
        x = positions(x)
    for _ in range(num_blocks):
        x = Block(d_model, num_heads, **block)(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(tokens, layers.Dense(outputs or vocabulary_size)(x))


def attention_maps(model, tokens):
    """The weights (batch, heads, queries, keys) of each block in turn."""
    x, maps = tokens, []
    for layer in model.layers[1:]:  # the first is the input
        if isinstance(layer, Block):
            x, weights = layer(x, return_attention_scores=True)
            maps.append(weights)
        else:
            x = layer(x)
    return maps
