"""Whatever a spec says, it compiles or is complained of: no other exception ever comes out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import CONSTRUCTS

import archdsl
from archdsl import zoo
from archdsl.diagnostics import SpecError
from archdsl.diagnostics.codes import CODES
from archdsl.ir.verify import verify

NUMBERS = ["0", "1", "2", "3", "16", "n", "m", "i", "n - 1", "n/2", "in.channels", "size", "deep"]
NUMBERS += ["2*n", "min(n, 2)", "yes", "3x3", "-1", "0.5", "n // 0", "k", "1e9"]
STEPS = [
    "CONV {N} 3x3 filters, pad 1",
    "CONV1: {N} {N} filters at stride {N}",
    "CONV{i}: 4 1x1 filters, linear",
    "CONV 3x3 depthwise filters",
    "MAX POOL 2x2 filters at stride 2",
    "AVG POOL to {N}",
    "GLOBAL AVG POOL",
    "FC {N} neurons",
    "FC 10 neurons (class scores)",
    "BN",
    "RELU",
    "relu: RELU",
    "NORM",
    "FLATTEN",
    "DROPOUT {N}",
    "Unit(n)",
    "Unit({N})",
    "Unit(m = n, n = 3)",
    "Up(a)",
    "Up(skip = relu)",
    "{N} x BN",
    "{N} x Unit(3)",
    "from relu -> BN",
    "from a",
    "identity",
]
HEADS = ["add:", "concat:", "multiply:", "join:", "path:", "g:", "a:", "{i}:", "if n > {N}:"]
HEADS += ["if deep:", "else:", "for i in 1..{N}:", "for k in 1, 2:", "mixed: add:", "addd:"]
TOPS = ["after CONV, FC: RELU", "after CONV: DROPOUT {N}", "expect:\n    3 layers", "block B():"]
BEFORE = """\
network N(n = 2, size = 3x1, deep = yes)
[16x16x3] INPUT
block Unit(n, m = 1):
    CONV {n} 1x1 filters
    if in.channels == n:
        RELU
block Up(skip):
    concat:
        identity
        from skip
a: RELU
"""


@st.composite
def lines(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Random lines, each head with lines under it."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        indent = "    " * depth
        claim = draw(st.sampled_from(["", "", "", "[16x16x3] ", "[8x8x{N}] ", "[{N}] "]))
        if depth < 3 and draw(st.integers(0, 3)) == 0:
            head = draw(st.sampled_from(HEADS if depth else HEADS + TOPS))
            found.append(indent + head)
            if head.endswith(":"):
                found += draw(lines(depth + 1))
        else:
            chain = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=3))
            found.append(indent + claim + " -> ".join(chain))
    return found


@st.composite
def specs(draw: st.DrawFn) -> str:
    text = BEFORE + "\n".join(draw(lines())) + "\n"
    while "{N}" in text:
        text = text.replace("{N}", "{" + draw(st.sampled_from(NUMBERS)) + "}", 1)
    return text


def compile_or_complain(text: str) -> None:
    try:
        network = archdsl.loads(text, "a.arch")
    except SpecError as error:
        check_complaints(error)
        return
    verify(network.graph)
    verify(network.facts.flat)
    assert all(warning.code.startswith("W") for warning in network.warnings)


def check_complaints(error: SpecError) -> None:
    assert any(diagnostic.code.startswith("E") for diagnostic in error.diagnostics)
    for diagnostic in error.diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.span is not None
    assert str(error)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs())
def test_random_specs(text: str) -> None:
    compile_or_complain(text)


def sources() -> list[Path]:
    found = [path for name in zoo.names() if (path := zoo.path_of(name)) is not None]
    return found[::6] + sorted(CONSTRUCTS.glob("*.arch"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_specs_with_a_slip(path: Path) -> None:
    """A character, a word or a line that is lost, doubled, swapped or another."""
    text = path.read_text(encoding="utf-8")
    dice = random.Random(path.name)
    for _ in range(25):
        compile_or_complain(with_slip(text, dice))


def with_slip(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    words = lines[at].split(" ")
    word = dice.randrange(len(words))
    match dice.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[dice.randrange(len(lines))])
        case 2:
            del words[word]
        case 3:
            words.insert(word, dice.choice(text.split()))
        case 4:
            words[word] = words[word][1:]
        case _:
            words[word] = words[word].replace(*dice.choice(["12", "32", "{[", ":,", "xX", "es"]))
    if at < len(lines) and dice.randrange(2):
        lines[at] = " ".join(words)
    return "\n".join(lines)
