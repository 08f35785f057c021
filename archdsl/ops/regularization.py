"""What only training does."""

from __future__ import annotations

from typing import Annotated, ClassVar

from archdsl.ops.base import Family, Op, Reach
from archdsl.ops.fields import Rate
from archdsl.ops.phrases import Says


class Dropout(Op):
    """Each value, or each of the `whole maps`, is zero with this rate; the rest is scaled up."""

    words: ClassVar = ("DROPOUT",)
    family: ClassVar = Family.REGULARIZATION
    reach: ClassVar = Reach.OWN
    is_linear: ClassVar = True
    is_neutral: ClassVar = True

    rate: Annotated[Rate, Says("{}")]
    whole_maps: Annotated[bool, Says("whole maps", value=True)] = False
