"""What a class says of itself: the spec's own comment, and the shapes in symbols."""

from __future__ import annotations

import textwrap

from archdsl.network import Network
from archdsl.ops import Shape
from archdsl.symbolic import Division, Number, Symbolic
from archdsl_torch.flow import UNKNOWN
from archdsl_torch.signatures import Signature

COLUMNS = 84
LONGEST_SIDE = 48


def class_docstring(
    network: Network,
    signature: Signature,
    start: Shape,
    end: Shape,
    is_main: bool,
    in_training: str = "",
) -> list[str]:
    """The docstring's lines, indented for a class; `in_training` is what else training gives."""
    texts = [signature.block.comment] if signature.block.comment.strip() else []
    if is_main:
        papers = (entry.text for entry in network.program.about if entry.key == "paper")
        texts += [text for text in papers if text][:1]
    name = signature.block.name
    texts = texts or [f"{name}, as its spec says." if is_main else f"The spec's block {name}."]
    lines: list[str] = []
    for text in texts:
        lines += [*([""] if lines else []), *_paragraph(text)]
    shapes = f"{_shape(signature, start)} -> {_shape(signature, end)}"
    if UNKNOWN in shapes:
        shapes = ""
    details = textwrap.wrap(shapes, COLUMNS - 4, subsequent_indent="    ", break_long_words=False)
    details += textwrap.wrap(in_training, COLUMNS - 4)
    return docstring([*lines, "", *details] if details else lines)


def docstring(lines: list[str]) -> list[str]:
    """A class's docstring of these lines."""
    first, *others = lines
    if not others:
        return [f'    """{first}"""']
    return [f'    """{first}', *(f"    {line}" if line else "" for line in others), '    """']


def _paragraph(text: str) -> list[str]:
    """A text as wrapped lines that end a sentence."""
    text = _harmless(" ".join(text.split()))
    if text[-1] not in ".!?:":
        text += "."
    return textwrap.wrap(text, COLUMNS - 4, break_long_words=False)


def _harmless(text: str) -> str:
    """Text that cannot end the docstring, nor be taken for an escape."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    safe = printable.replace("\\", "\\\\").replace('"""', "'''")
    return safe[:-1] + "'" if safe.endswith('"') else safe


def _shape(signature: Signature, shape: Shape) -> str:
    """(N, channels, height, width), with H and W for what flows in."""
    sides = (shape.channels,) if shape.flat else (shape.channels, shape.height, shape.width)
    letters = {
        signature.inferred_name("input", "height"): Symbolic.variable("H"),
        signature.inferred_name("input", "width"): Symbolic.variable("W"),
    }
    texts = [
        _side(Symbolic.of(side).substitute(letters), letter)
        for side, letter in zip(sides, "CHW", strict=False)
    ]
    return f"(N, {', '.join(texts)})"


def _side(side: Number, letter: str) -> str:
    """A side as mathematics: `ceil(H / 2)` for `(H + 1) // 2`; a letter where that is long."""
    text = (_as_ceil(side) if isinstance(side, Symbolic) else None) or str(side)
    return text if len(text) <= LONGEST_SIDE else f"{letter}'"


def _as_ceil(side: Symbolic) -> str | None:
    """`(a - 1) // b + 1`, or `(a + b - 1) // b` of a known b, is `ceil(a / b)`."""
    divisions = [
        (monomial[0], coefficient)
        for monomial, coefficient in side.terms.items()
        if len(monomial) == 1 and isinstance(monomial[0], Division) and not monomial[0].exact
    ]
    if len(divisions) != 1 or divisions[0][1] != 1:
        return None
    division = divisions[0][0]
    rest = side - Symbolic.of(division)
    bottom: Number = division.denominator.constant() or division.denominator
    top = division.numerator + rest * bottom - bottom + 1
    if Symbolic.of(rest).constant() is None or Symbolic.of(top).constant() is not None:
        return None
    if len(Symbolic.of(top).terms) != 1:
        return None
    return f"ceil({top} / {bottom})"
