"""Specs are short: what makes a network different, and nothing else."""

from __future__ import annotations

from pathlib import Path

from archdsl import zoo


def _length(path: Path) -> int:
    """Lines that are neither blank nor a comment."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sum(1 for line in lines if line and not line.startswith("#"))


def _of_papers(repository: Path) -> list[Path]:
    specs = repository / "specs"
    return sorted([*specs.glob("*.arch"), *specs.glob("blocks/*.arch")])


def test_the_papers_networks_fit_in_900_lines(repository: Path) -> None:
    lengths = {path.name: _length(path) for path in _of_papers(repository)}
    assert len(lengths) > 40
    assert sum(lengths.values()) <= 900, lengths


def test_googlenet_fits_in_60_lines(repository: Path) -> None:
    assert _length(repository / "specs" / "googlenet.arch") <= 60


def test_every_spec_says_its_paper_and_expects_its_parameters() -> None:
    for name in zoo.names():
        path = zoo.path_of(name)
        assert path is not None
        text = path.read_text(encoding="utf-8")
        assert "\n    paper: " in text, name
        assert " parameters" in text.partition("\nexpect")[2], name
