"""What `archdsl explain` says of one code."""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """A code's title, what it means and why, and a wrong text beside a right one."""

    title: str
    meaning: str
    bad: str = ""
    good: str = ""

    @property
    def text(self) -> str:
        """The whole explanation as one paragraph."""
        pieces = [self.meaning]
        if self.bad:
            pieces.append(f"Wrong: `{_flat(self.bad)}`.")
        if self.good:
            pieces.append(f"Right: `{_flat(self.good)}`.")
        return " ".join(pieces)


def _flat(text: str) -> str:
    return " / ".join(line.strip() for line in text.splitlines())
