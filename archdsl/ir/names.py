"""Which names an author may give: they become attributes and keys as they are."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from archdsl.diagnostics import Diagnostic
from archdsl.syntax import tree
from archdsl.syntax.source import Span

MODULE_NAMES = frozenset(
    """
    add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extend extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half insert ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters pop register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()
)
"""What `nn.Module` and `nn.Sequential` own; a test compares it with torch."""

STRUCTURE = ("concat", "add", "multiply", "join", "path", "else")
MEANT = {
    "sum": "add",
    "plus": "add",
    "mean": "join",
    "average": "join",
    "cat": "concat",
    "concatenate": "concat",
    "mul": "multiply",
    "times": "multiply",
    "parallel": "concat",
    "branch": "path",
}
"""Words that mean a structure word and are none."""


def check_name(parts: Iterable[str | object], span: Span, what: str) -> Diagnostic | None:
    """What is wrong with a name, if anything. Parts that are no text are indices."""
    text = "".join(part if isinstance(part, str) else "0" for part in parts)
    if text.isdigit():
        return None
    if not (text.isascii() and text.isidentifier()):
        return Diagnostic(
            "E301",
            f"`{span.text}` cannot name {what}: it becomes an attribute of the module",
            span,
            help="use letters, digits and underscores, beginning with a letter",
        )
    if keyword.iskeyword(text) or text in MODULE_NAMES or text.startswith("__"):
        owner = "Python" if keyword.iskeyword(text) or text.startswith("__") else "nn.Module"
        return Diagnostic(
            "E302",
            f"`{text}` belongs to {owner} and cannot name {what}",
            span,
            help=f"write `{text.strip('_')}_1`, or a word that says what it is",
        )
    return None


def check_structure_word(label: tree.NameTemplate) -> Diagnostic | None:
    """Whether a group's name is a structure word, misspelt. It would silently drop every path."""
    text = "".join(part for part in label.parts if isinstance(part, str))
    meant = MEANT.get(text.lower())
    if meant is None:
        meant = next((word for word in STRUCTURE if text != word and is_one_slip(text, word)), None)
    if meant is None:
        return None
    return Diagnostic(
        "E303",
        f"`{text}:` over indented lines reads like `{meant}:`, but is only a name",
        label.span,
        help=f"write `{meant}:`, or give the group another name",
    )


def is_one_slip(wrong: str, right: str) -> bool:
    """Whether one letter added, dropped, changed or swapped turns one word into the other."""
    wrong = wrong.lower()
    if wrong == right:
        return True
    if len(wrong) > len(right):
        return is_one_slip(right, wrong) if len(wrong) == len(right) + 1 else False
    start = next((i for i, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), len(wrong))
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
