"""Every code, its title and why it exists. Errors are `E`, warnings `W`; the tests hold a bad spec for each."""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """A code's title and the paragraph that `archdsl explain` prints."""

    title: str
    text: str


CODES: dict[str, Explanation] = {
    # E1: the text cannot be read
    "E101": Explanation("unreadable line", "The words are known, but not in this order. The caret stands where reading stopped."),
    "E102": Explanation("tab in the indentation", "A tab's width differs from editor to editor, so indentation is spaces only."),
    "E103": Explanation(
        "indentation that matches nothing",
        "A line that steps back must line up with a line above it that it continues. A deeper line is "
        "only alignment, unless the line before it ends in a colon.",
    ),
    "E104": Explanation("nothing under a colon", "A line that ends in a colon opens a list of deeper lines; none follows."),
    "E105": Explanation("unreadable expectation", "A line of `expect:` is a number, what it counts, and at most a tolerance."),
    "E106": Explanation("section said twice, or out of place", "`network` and `about:` stand once in a spec, at its top level."),
    "E107": Explanation(
        "a line of `about:` without a key",
        "Each entry of `about:` is `key: text`; a deeper line carries on the text above it.",
    ),
    "E108": Explanation(
        "a name without a layer",
        "A name is the author's and does not say what is computed: a layer word or a block follows "
        "it. Only a layer word in capitals, as in `CONV1: 96 11x11 filters`, is both at once.",
    ),
    "E109": Explanation(
        "a name inside a chain",
        "A name opens a line. After an arrow only a layer word's own suffix can name a layer, as "
        "in `-> BN1`.",
    ),
    "E110": Explanation(
        "a path that is more than its lines",
        "`path:` makes several lines one path of a merge. It has no options, and it is no member "
        "that could have a name.",
    ),
    "E111": Explanation(
        "something behind a colon that opens lines",
        "What belongs to `if`, `for`, `block` and the like stands on lines of its own, indented "
        "under the colon.",
    ),
}
