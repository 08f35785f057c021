"""Every option changes the picture, or is an error: nothing that was asked for is left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from archdsl_pictures import BACKEND
from archdsl_pictures.files import SmallText

from archdsl import Network
from archdsl.backend import VainOption

ASKED: dict[str, Any] = {
    "depth": 2,
    "expand": ("BasicBlock",),
    "direction": "right",
    "columns": 1,
    "page": "a4-landscape",
    "width": 50,
    "shapes": True,
    "costs": True,
    "theme": "dark",
    "highlight": "macs",
}
FORMS = [
    *((format, style) for format in ("svg", "tex") for style in ("blocks", "layers", "volumes")),
    *((format, style) for format in ("dot", "txt") for style in ("blocks", "layers")),
]


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(("format", "style"), FORMS)
def test_an_option_changes_the_picture_or_is_refused(
    load: Callable[[str], Network], format: str, style: str, name: str
) -> None:
    network = load("resnet18")
    plain = BACKEND.emit(network, format, style=style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SmallText)
        try:
            asked = BACKEND.emit(network, format, style=style, **{name: ASKED[name]})
        except VainOption as failure:
            found = failure.option
        else:
            found = name if asked != plain else "nothing"
    assert found == name


@pytest.mark.parametrize(
    ("format", "options", "said"),
    [
        ("txt", {"theme": "dark"}, "a picture as txt takes no theme"),
        ("dot", {"page": "a4"}, "a picture as dot takes no page"),
        ("svg", {"style": "volumes", "costs": True}, "the style volumes takes no costs"),
        ("svg", {"style": "layers", "depth": 1}, "the style layers takes no depth"),
    ],
)
def test_the_error_names_the_option_and_what_has_none(
    load: Callable[[str], Network], format: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(VainOption, match=said):
        BACKEND.emit(load("lenet5"), format, **options)
