"""The errors that `about:` quotes: figures with a protocol and a source, so that they compare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from archdsl.diagnostics import Diagnostic, SpecError, did_you_mean, error, suggest
from archdsl.ir.conditions import check_conditions, values_with
from archdsl.ir.evaluate import Value
from archdsl.ir.program import Block
from archdsl.ir.scope import enumerated
from archdsl.syntax import tree
from archdsl.syntax.parser import parse_expression
from archdsl.syntax.source import Span

PROTOCOLS: Mapping[str, str] = {
    "ImageNet val, one centre crop": "one model; of each image the middle, as large as the input",
    "ImageNet val, one larger centre crop": "the same, with a crop larger than the input",
    "ImageNet val, 10 crops": "one model; corners and middle, each mirrored too",
    "ImageNet val, 144 crops": "one model; crops of four sizes, each mirrored too",
    "ImageNet val, dense": "one model; run over the whole image at one scale",
    "ImageNet val, dense at several scales": "one model; run over the whole image at each scale",
    "ImageNet val, crops not stated": "one model; the source does not say which crops",
    "ImageNet test, several models": "an entry to the contest: models and crops averaged",
    "CIFAR-10 test, augmented": "trained with shifted and mirrored images",
    "CIFAR-10 test, not augmented": "trained with the images as they are",
    "CIFAR-100 test, augmented": "trained with shifted and mirrored images",
    "CIFAR-100 test, not augmented": "trained with the images as they are",
    "SVHN test": "trained with the additional images too",
    "MNIST test, augmented": "trained with distorted images too",
    "MNIST test, not augmented": "trained with the images as they are",
}
"""Protocol -> how it is measured. Only figures of one protocol can be compared."""

KEYS = ("error", "top-1 error", "top-5 error")
"""The keys of `about:` under which such figures stand."""

_KEY = re.compile(rf"(?P<key>{'|'.join(KEYS)})(?: +with +(?P<conditions>.+))?", re.IGNORECASE)
_ALMOST = re.compile(r"(top\W?[15]\b|error\b|accuracy\b)", re.IGNORECASE)
_TEXT = re.compile(r"(?P<figures>[^(;]*?)\s*\((?P<protocol>[^;]*?)\s*;\s*(?P<source>.*\S)\s*\)")
_FIGURE = re.compile(r"(?P<percent>\d+(?:\.\d+)?)%(?: +top-(?P<top>[15]))?")
_EXAMPLE = "`top-1 error: 30.2% (ImageNet val, one centre crop; torchvision IMAGENET1K_V1)`"


class Published(NamedTuple):
    """One error: in percent, of the first `top` guesses, and what it was measured with.

    `values` are the parameters of the network that it was measured on.
    """

    percent: Fraction
    top: int
    protocol: str
    source: str
    values: Mapping[str, Value]


def published_errors(
    about: tuple[tree.Entry, ...], main: Block, defaults: Mapping[str, Value]
) -> tuple[list[Published], list[Diagnostic]]:
    """The errors in the order of the spec, and what is wrong with their words."""
    found: list[Published] = []
    wrong: list[Diagnostic] = []
    for entry in about:
        try:
            found.extend(_read(entry, main, defaults))
        except SpecError as failure:
            wrong.extend(failure.diagnostics)
    return found, wrong


def _read(entry: tree.Entry, main: Block, defaults: Mapping[str, Value]) -> Iterator[Published]:
    key = _KEY.fullmatch(entry.key)
    if key is None or key["key"] not in KEYS:
        _check_key(entry)
        return
    text = _TEXT.fullmatch(entry.text)
    figures = _figures(text["figures"], key["key"]) if text else None
    if text is None or figures is None:
        raise error(
            "E113",
            f"this `{key['key']}` is no figure with a protocol and a source",
            _place(entry, entry.text),
            help=f"write it like {_EXAMPLE}",
        )
    protocol, source = text["protocol"], text["source"]
    if protocol not in PROTOCOLS:
        raise error(
            "E114",
            f"`{protocol}` is no protocol that is known",
            _place(entry, protocol),
            help=did_you_mean(protocol, PROTOCOLS, f"known are {_alike(protocol)}"),
        )
    conditions = tuple(_conditions(entry, key["conditions"]))
    if complaints := check_conditions(conditions, main, defaults):
        raise SpecError(complaints)
    values = _values(conditions, main, defaults)
    for top, percent in figures:
        yield Published(percent, top, protocol, source, values)


def _values(
    conditions: tuple[tree.Condition, ...], main: Block, defaults: Mapping[str, Value]
) -> Mapping[str, Value]:
    """The parameters of the network that a figure is of."""
    is_whole = len(defaults) == len(main.parameters)
    # A parameter without a default that nobody names leaves open which network that is.
    return values_with(conditions, main, defaults) if conditions and is_whole else defaults


def _alike(protocol: str) -> str:
    """The protocols of the same data set, or all."""
    alike = [known for known in PROTOCOLS if known.split()[0] == protocol.partition(" ")[0]]
    return enumerated(alike or PROTOCOLS)


def _check_key(entry: tree.Entry) -> None:
    """Complain of a key that looks like one of ours: nobody would compare its figure."""
    word = entry.key.partition(" with ")[0]
    if not (_ALMOST.match(word) or suggest(word, KEYS)):
        return
    is_accuracy = "accuracy" in word.lower()
    raise error(
        "E113",
        f"no figure is read from `{entry.key}`",
        Span(entry.span.source, entry.span.start, entry.span.start + len(entry.key)),
        help="write the error instead, 100% less the accuracy, with its protocol and source"
        if is_accuracy
        else did_you_mean(word, KEYS, f"write it like {_EXAMPLE}"),
    )


def _figures(text: str, key: str) -> list[tuple[int, Fraction]] | None:
    """`25.02% top-1, 7.71% top-5` as (1, 25.02), (5, 7.71); None where it is not like that."""
    found: dict[int, Fraction] = {}
    for piece in text.split(","):
        figure = _FIGURE.fullmatch(piece.strip())
        # Where the key says which error it is, the figure does not, and the other way round.
        if not figure or bool(figure["top"]) != (key == "error"):
            return None
        top, percent = int(figure["top"] or key[len("top-")]), Fraction(figure["percent"])
        if top in found or percent > 100:
            return None
        found[top] = percent
    return list(found.items())


def _conditions(entry: tree.Entry, text: str | None) -> Iterator[tree.Condition]:
    """`n = 9, bc = no` as the conditions of `expect with` are."""
    source = entry.span.source
    offset = entry.span.start + len(entry.key) - len(text or "")
    for piece in text.split(",") if text else ():
        name, equals, value = piece.partition("=")
        start = offset + len(name) - len(name.lstrip())
        span = Span(source, start, offset + len(piece.rstrip()))
        if not equals or not name.strip().isidentifier() or not value.strip():
            raise error("E113", f"`{piece.strip()}` sets no parameter", span, help="write `n = 9`")
        expression = parse_expression(value, source, offset + len(name) + 1)
        yield tree.Condition(name.strip(), expression, span)
        offset += len(piece) + 1


def _place(entry: tree.Entry, text: str) -> Span:
    """Where a part of an entry's text stands; the whole entry where lines break it."""
    at = entry.span.text.find(text, len(entry.key))
    start = entry.span.start + at
    return Span(entry.span.source, start, start + len(text)) if text and at >= 0 else entry.span
