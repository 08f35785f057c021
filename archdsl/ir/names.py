"""Which names an author may give: they become attributes and keys as they are."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from archdsl.diagnostics import Diagnostic
from archdsl.syntax import tree
from archdsl.syntax.source import Span

MODULE_NAMES = frozenset(
    """
    T_destination add_module append apply bfloat16 buffers call_super_init children clear compile
    cpu cuda double dump_patches eval extend extra_repr float forward get_buffer get_extra_state
    get_parameter get_submodule half insert ipu items keys load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters pop
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type update
    values xpu zero_grad
    """.split()  # noqa: SIM905
)
"""What `nn.Module`, `nn.Sequential` and `nn.ModuleDict` own; a test compares it with torch."""

INPUT = "input"
"""What enters a network or a block, and so no line's name."""

_BETTER = {
    "children": "branches",
    "class": "classifier",
    "clear": "reset",
    "double": "twice",
    "eval": "evaluation",
    "extend": "extension",
    "forward": "forward_path",
    "from": "source",
    "global": "whole",
    "half": "half_size",
    "import": "entry",
    "in": "entry",
    INPUT: "image",
    "insert": "inner",
    "items": "item",
    "keys": "key",
    "lambda": "scale",
    "modules": "layers",
    "parameters": "weights",
    "pass": "through",
    "pop": "pool",
    "return": "result",
    "to": "target",
    "train": "training_path",
    "training": "training_path",
    "type": "kind",
    "update": "refine",
    "values": "value",
}
"""Names that say the same and are free."""

STRUCTURE = ("concat", "add", "multiply", "join", "path", "else")
_MEANT = {
    "addition": "add",
    "average": "join",
    "cat": "concat",
    "concatenate": "concat",
    "concatenation": "concat",
    "mean": "join",
    "mul": "multiply",
    "otherwise": "else",
    "parallel": "concat",
    "plus": "add",
    "product": "multiply",
    "sum": "add",
    "times": "multiply",
}
"""Words that mean a structure word and are none."""


def check_name(parts: Iterable[str | object], span: Span, what: str) -> Diagnostic | None:
    """What is wrong with a name, if anything. Parts that are no text are indices.

    `what` is the kind of thing that is named, with its article: `a line`.
    """
    text = "".join(part if isinstance(part, str) else "0" for part in parts)
    if text.isdigit() and what == "a line":
        return None
    if not (text.isascii() and text.isidentifier()) or text.startswith("_"):
        return Diagnostic(
            "E301",
            f"`{span.text}` cannot name {what}: it becomes a name in Python",
            span,
            help="use letters, digits and underscores, beginning with a letter",
        )
    owner = owner_of(text)
    if owner is None and text == INPUT and what not in ("a block", "a network"):
        owner = "what enters the block"
    if owner is not None:
        return Diagnostic(
            "E302",
            f"`{text}` belongs to {owner} and cannot name {what}",
            span,
            help=f"write `{_better(text, what)}`, or another word that says what it is",
        )
    return None


def owner_of(text: str) -> str | None:
    """Who has that name already, so that no attribute may have it: Python or torch."""
    if keyword.iskeyword(text):
        return "Python"
    return "nn.Module" if text in MODULE_NAMES else None


def _better(text: str, what: str) -> str:
    kind = what.split()[-1]
    if kind in ("block", "network"):
        return f"{text[0].upper()}{text[1:]}{kind.capitalize()}"
    if kind in ("line", "layer", "member"):
        return _BETTER.get(text, f"{text}_layer")
    return f"{text}_value"


def check_structure_word(label: tree.NameTemplate, is_group: bool) -> Diagnostic | None:
    """Whether a name is a structure word, misspelt. It would silently drop every path.

    `is_group` where the name stands over indented lines; on a line of its own only the very words
    are wrong.
    """
    text = "".join(part for part in label.parts if isinstance(part, str))
    stem = text.lower().rstrip("0123456789").rstrip("_")
    if not is_group:
        if text not in STRUCTURE:
            return None
        return Diagnostic(
            "E303",
            f"`{text}:` is a structure word, and this makes it a name",
            label.span,
            help=f"put what belongs to `{text}:` on indented lines, or write another name",
        )
    meant = _MEANT.get(stem)
    if meant is None:
        meant = next((word for word in STRUCTURE if is_one_slip(stem, word)), None)
    if meant is None:
        return None
    shown = label.span.text
    return Diagnostic(
        "E303",
        f"`{shown}:` over indented lines reads like `{meant}:`, but is only a name",
        label.span,
        help=f"write `{meant}:`, or give the group a name that is not so close to it",
    )


def is_one_slip(wrong: str, right: str) -> bool:
    """Whether one letter added, dropped, changed or swapped turns one word into the other."""
    wrong = wrong.lower()
    if wrong == right:
        return True
    if len(wrong) > len(right):
        return is_one_slip(right, wrong) if len(wrong) == len(right) + 1 else False
    start = next(
        (i for i, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), len(wrong)
    )
    if len(wrong) + 1 == len(right):
        return wrong[start:] == right[start + 1 :]
    if len(wrong) != len(right):
        return False
    swapped = wrong[:start] + wrong[start : start + 2][::-1] + wrong[start + 2 :]
    return wrong[start + 1 :] == right[start + 1 :] or swapped == right


def layer_name(word: str, suffix: tree.NameTemplate | None) -> tree.NameTemplate | None:
    """`MAX POOL1` is `pool1`: the last word and the suffix, in small letters."""
    if suffix is None:
        return None
    first, *rest = (part.lower() if isinstance(part, str) else part for part in suffix.parts)
    base = word.split()[-1].lower()
    if isinstance(first, str):
        return tree.NameTemplate((base + first, *rest), suffix.span)
    return tree.NameTemplate((base, first, *rest), suffix.span)
