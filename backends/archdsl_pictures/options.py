"""What can be asked of a picture."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from archdsl.backend import BackendError, VainOption

PAGES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
"""Paper sizes, width and height in points of 1/72 inch; `-landscape` behind a name turns one."""


VAIN = {
    "layers": ("depth", "expand"),
    "volumes": ("direction", "columns", "shapes", "costs", "highlight"),
    "svg": ("width",),
    "png": ("width",),
    "pdf": ("width",),
    "tex": ("width", "theme"),
    "dot": ("width", "theme", "highlight", "page", "columns"),
    "txt": ("theme", "highlight", "page", "columns", "direction"),
}
"""Style or format -> the options that would change nothing in it."""


class Options(BaseModel):
    """How to draw: every field has the default of the command."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: Literal["blocks", "layers", "volumes"] = "blocks"
    """An overview and the insides of blocks, every layer, or feature maps as boxes."""
    depth: int | None = Field(None, ge=0)
    """How many levels of blocks the overview draws open; None opens a block that is nearly all."""
    expand: tuple[str, ...] = ()
    """Blocks, or uses of blocks by their paths, that the overview draws open."""
    direction: Literal["down", "right"] = "down"
    columns: int | None = Field(None, ge=1)
    """How many columns the overview has; None chooses."""
    page: Literal["a4", "a4-landscape", "letter", "letter-landscape"] | None = None
    """The paper that the picture shall fit on; None makes a page as large as the picture."""
    width: int | None = Field(None, ge=1)
    """The columns of the terminal that the text is for; None lets it be as wide as it is."""
    shapes: bool = False
    """Write the shape beside every edge, not only where it changes."""
    costs: bool = False
    """Write parameters and multiply-adds into every box."""
    theme: Literal["light", "dark", "auto"] = "auto"
    """Colours for white paper, for a dark screen, or what the reader's screen asks for."""
    highlight: Literal["macs", "memory", "parameters"] | None = None
    """What the tint of boxes says, instead of the kind of layer."""

    @property
    def paper(self) -> tuple[float, float] | None:
        """Width and height of the page in points."""
        if self.page is None:
            return None
        name, _, is_turned = self.page.partition("-")
        width, height = PAGES[name]
        return (height, width) if is_turned else (width, height)


def options_of(given: dict[str, Any]) -> Options:
    """The options by their names. Raises BackendError where one is unknown or has no such value."""
    try:
        return Options(**given)
    except ValidationError as failure:
        found = failure.errors()[0]
        name = ".".join(map(str, found["loc"]))
        if found["type"] == "extra_forbidden":
            raise VainOption("the backend pictures", name) from None
        raise BackendError(f"no picture has {name} = {found['input']!r}: {found['msg']}") from None


def refuse_vain(given: dict[str, Any], style: str, format: str) -> None:
    """Raises VainOption where an option that was given changes nothing in that style or format."""
    for name in given:
        if name in VAIN.get(style, ()):
            raise VainOption(f"the style {style}", name)
        if name in VAIN[format]:
            raise VainOption(f"a picture as {format}", name)
