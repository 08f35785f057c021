"""Words of other tools and papers, and the layers of this language that they mean."""

from __future__ import annotations

from archdsl.ops import ops_by_word

MEANT = {
    "AVERAGE POOL": "AVG POOL",
    "AVGPOOL": "AVG POOL",
    "BATCH NORM": "BN",
    "BATCH NORMALIZATION": "BN",
    "BATCHNORM": "BN",
    "CLS TOKEN": "CLASS TOKEN",
    "CONVOLUTION": "CONV",
    "CONVTRANSPOSE": "UPCONV",
    "DECONV": "UPCONV",
    "DECONVOLUTION": "UPCONV",
    "DENSE": "FC",
    "FULLY CONNECTED": "FC",
    "GAP": "GLOBAL AVG POOL",
    "GLOBAL AVERAGE POOL": "GLOBAL AVG POOL",
    "LAYER NORMALIZATION": "LAYER NORM",
    "LAYER SCALE": "SCALE",
    "LAYERNORM": "LAYER NORM",
    "LINEAR": "FC",
    "LOCAL RESPONSE NORM": "NORM",
    "LRN": "NORM",
    "MAXPOOL": "MAX POOL",
    "MHSA": "ATTENTION",
    "POOL": "MAX POOL",
    "POSITION EMBEDDING": "POSITION",
    "SELF ATTENTION": "ATTENTION",
    "SWISH": "SILU",
    "TRANSPOSED CONV": "UPCONV",
    "TRANSPOSED CONVOLUTION": "UPCONV",
}
"""Words whose spelling is too far from the layer's, or too near another's."""

_WORDS = ops_by_word()


def meant_word(text: str) -> str | None:
    """The layer word that a text is, or means: `batch norm` and `bn` are BN."""
    word = " ".join(text.upper().replace("-", " ").split())
    return word if word in _WORDS else MEANT.get(word)
