"""The documentation is executed: its specs compile, its commands and its Python print what it says.

A fenced block says in its first line what it is:

    arch                   a spec that compiles without a complaint
    arch in 28x28x192      the same, after a line `[28x28x192] INPUT` that the page does not show
    arch-warning W202      a spec that compiles with exactly these warnings
    arch-error E201        a spec that fails with exactly these errors
    console                `$ archdsl ...` and `$ python ...`, each with what it prints
    python                 code; what the page's blocks define stays known
    python in FILE         code that the page adds at the end of a file of the project
    diff                   a change of a file of the project
    text                   what the block right above prints; `...` stands for any text

`file NAME` keeps the block under that name in the page's folder, where commands and `use` find it.
A page that adds Python files works in processes of their own, on a copy of the project.
`--update-golden` writes `text` and `console` outputs anew where they hold no `...`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archdsl
from archdsl import SpecError
from archdsl.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
PICTURES = {
    "alexnet.svg": lambda: archdsl.load("alexnet").render("svg"),
    "googlenet.svg": lambda: archdsl.load("googlenet").render("svg"),
    "comparison.svg": lambda: archdsl.draw(archdsl.compare(*map(archdsl.load, COMPARED.split()))),
    "difference.svg": lambda: archdsl.draw(archdsl.diff(*map(archdsl.load, DIFFERING.split()))),
}
"""Picture in docs/pictures -> what draws it."""
DIFFERING = "resnet50 torchvision/resnet50"
COMPARED = (
    "alexnet alexnet_two_gpus bn_alexnet zfnet nin bn_nin enet squeezenet vgg16 vgg19 googlenet "
    "inception_v3 inception_v4 resnet18 resnet34 resnet50 resnet101 resnet152 wide_resnet50_2 "
    "resnext50_32x4d resnext101_64x4d densenet121 densenet169 densenet201 densenet161"
)
"""The networks of the lecture's chart, and those that came after it."""

REWROTE = "rewrote golden file"

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^()\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_CODES = re.compile(r"^(?:error|warning)\[(\w+)\]", re.MULTILINE)
_FILE = re.compile(r"(?:archdsl|backends|specs|tests|docs|benchmarks|\.ci)/[\w./*-]*")
_SHOWN_ONLY = {"", "sh"}


@dataclass
class Block:
    """One fenced block: its first line taken apart, its text, and where it stands in the page."""

    kind: str
    codes: list[str]
    options: dict[str, str]
    body: str
    fence: int
    start: int
    end: int
    line: int


@dataclass
class Run:
    """A page while it is executed. `found` is what is wrong, `changes` what would make it right."""

    page: str
    text: str
    folder: Path
    is_apart: bool
    update: bool
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__docs__"})
    found: list[str] = field(default_factory=list)
    changes: list[tuple[int, int, str]] = field(default_factory=list)
    printed: str = ""
    said: str = ""

    def execute(self, blocks: list[Block]) -> None:
        """Every block in order. An output belongs to the block right above it."""
        end = 0
        for block in blocks:
            if block.kind != "text" or self.text[end : block.fence].strip():
                self.drop_output(block.line)
            getattr(self, f"do_{block.kind.replace('-', '_')}", self.do_other)(block)
            end = block.end
        self.drop_output(self.text.count("\n"))

    def drop_output(self, line: int) -> None:
        """Nobody shows what was printed last, so it must be nothing."""
        if self.printed:
            self.found.append(f"line {line}: nothing above shows this output:\n{self.printed}")
        self.printed = self.said = ""

    def do_other(self, block: Block) -> None:
        if block.kind not in _SHOWN_ONLY:
            self.keep(block)

    def do_text(self, block: Block) -> None:
        output = self.printed or self.said
        if output:
            self.compare(block.body, output, block.start, block.line)
        else:
            self.found.append(f"line {block.line}: nothing right above prints this text")
        self.printed = self.said = ""

    def do_arch(self, block: Block) -> None:
        name = self.keep(block)
        if name.partition("/")[0] == "blocks":
            return
        if self.is_apart:
            text = self.process([sys.executable, "-m", "archdsl", "check", name])
            codes = _CODES.findall(text)
        else:
            try:
                complaints = archdsl.load(name).warnings
            except SpecError as failure:
                complaints = failure.diagnostics
            codes = [diagnostic.code for diagnostic in complaints]
            text = str(SpecError(complaints))
        if sorted(codes) != sorted(block.codes):
            expected = " ".join(block.codes) or "no complaint"
            self.found.append(f"line {block.line}: expected {expected}, found:\n{text or 'none'}")
        # A message may be shown below; the codes are checked anyway.
        self.said = text

    do_arch_warning = do_arch
    do_arch_error = do_arch

    def do_python(self, block: Block) -> None:
        if "in" in block.options or "file" in block.options:
            self.keep(block)
        elif self.is_apart:
            self.printed = self.process([sys.executable, "-c", block.body])
        else:
            out = io.StringIO()
            code = compile("\n" * (block.line - 1) + block.body, self.page, "exec")
            with contextlib.redirect_stdout(out):
                exec(code, self.names)
            self.printed = out.getvalue()

    def do_diff(self, block: Block) -> None:
        head, *lines = block.body.splitlines()
        path = self.folder / head.removeprefix("# ")
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            count = text.count(old)
            self.found.append(f"line {block.line}: {count} places {head} are like this, not one")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def do_console(self, block: Block) -> None:
        start = block.start
        for piece in re.split(r"^(?=\$ )", block.body, flags=re.MULTILINE):
            command, newline, shown = piece.partition("\n")
            if command:
                printed = self.command(shlex.split(command.removeprefix("$ ")))
                line = self.text.count("\n", 0, start) + 1
                self.compare(shown, printed, start + len(command) + len(newline), line)
            start += len(piece)

    def command(self, words: list[str]) -> str:
        """What a command of a `console` block prints, its complaints too."""
        program, *arguments = words
        if program == "python":
            return self.process([sys.executable, *arguments])
        assert program == "archdsl", f"{self.page} runs {program}, which no test runs"
        if self.is_apart:
            return self.process([sys.executable, "-m", "archdsl", *arguments])
        return CliRunner().invoke(main, arguments, prog_name="archdsl").output

    def process(self, command: list[str]) -> str:
        """What a process prints in the page's folder, where its own modules come first."""
        path = os.pathsep.join(map(str, (self.folder, self.folder / "backends")))
        environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return result.stdout

    def keep(self, block: Block) -> str:
        """Write a block into the page's folder; its name there."""
        if target := block.options.get("in"):
            path = self.folder / target
            if block.kind == "python":
                path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{block.body}")
                return target
        name = block.options.get("file", "example.arch")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = f"[{block.options['in']}] INPUT\n" if "in" in block.options else ""
        path.write_text(hidden + block.body, encoding="utf-8")
        if path.name == "pyproject.toml":
            self.install(tomllib.loads(block.body)["project"])
        return name

    def install(self, project: dict[str, Any]) -> None:
        """What an installer writes of a project: how entry points are found."""
        information = self.folder / f"{project['name']}-{project['version']}.dist-info"
        information.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {project['name']}\n"
        (information / "METADATA").write_text(f"{metadata}Version: {project['version']}\n")
        text = ""
        for group, points in project["entry-points"].items():
            text += f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items())
        (information / "entry_points.txt").write_text(text)

    def compare(self, shown: str, printed: str, start: int, line: int) -> None:
        """Complain unless the page shows what was printed; blanks at the ends do not count."""
        shown_lines, printed_lines = _trimmed(shown), _trimmed(printed)
        pattern = ".*?".join(map(re.escape, shown_lines.split("...")))
        if re.fullmatch(pattern, printed_lines, re.DOTALL):
            return
        if self.update and "..." not in shown:
            self.changes.append((start, start + len(shown), f"{printed_lines}\n".lstrip("\n")))
        else:
            message = f"line {line} shows:\n{shown_lines}\nbut this comes:\n{printed_lines}"
            self.found.append(message)

    def updated(self) -> str:
        """The page with the outputs as they are."""
        text = self.text
        for start, end, output in reversed(self.changes):
            text = text[:start] + output + text[end:]
        return text


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    found = []
    for match in _FENCE.finditer(text):
        kind, *words = match["info"].split() or [""]
        codes = [word for word in words if re.fullmatch(r"[EW]\d{3}", word)]
        rest = [word for word in words if word not in codes]
        options = dict(zip(rest[::2], rest[1::2], strict=True))
        start = match.start("body")
        line = text.count("\n", 0, start) + 1
        found.append(
            Block(kind, codes, options, match["body"], match.start(), start, match.end(), line)
        )
    return found


def prose_of(text: str) -> str:
    """A page without its blocks."""
    return _FENCE.sub("", text)


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _is_python_file(block: Block) -> bool:
    return block.kind == "diff" or any(name.endswith(".py") for name in block.options.values())


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_what_happens(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    text = read(page)
    blocks = blocks_of(text)
    is_apart = any(map(_is_python_file, blocks))
    for name in ("specs", "archdsl", "backends") if is_apart else ("specs",):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    run = Run(page, text, tmp_path, is_apart, request.config.getoption("--update-golden"))
    run.execute(blocks)
    if run.changes:
        (ROOT / page).write_text(run.updated(), encoding="utf-8")
        request.node.user_properties.append((REWROTE, page))
    if run.found:
        pytest.fail(f"\n\n{page}, ".join(["", *run.found]), pytrace=False)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_place(page: str) -> None:
    wrong = []
    for link in _LINK.findall(prose_of(read(page))):
        target, _, anchor = link.partition("#")
        if re.match(r"https?:", target):
            continue
        path = (ROOT / page).parent / target if target else ROOT / page
        if not path.exists() or (anchor and anchor not in anchors_of(path)):
            wrong.append(link)
    assert wrong == []


def anchors_of(path: Path) -> set[str]:
    """The places of a page that a link can name, as GitHub makes them of headings."""
    headings = _HEADING.findall(prose_of(path.read_text(encoding="utf-8")))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = [code for code in _CODE.findall(prose_of(read(page))) if _FILE.fullmatch(code)]
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page: str) -> None:
    makefile = read("Makefile")
    for target in re.findall(r"(?:^|`)make ([a-z]+)", read(page), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_of_no_machine(page: str) -> None:
    assert re.findall(r"(?:^|[\s`(\"])/(?:work|tmp|home|root)\b", read(page)) == []


def test_the_readme_begins_with_the_listing_the_commands_the_table_and_the_picture() -> None:
    text = read("README.md")
    listing = [line for line in read("specs/alexnet.arch").splitlines() if line.startswith("[")]
    shown = text.index("[227x227x3] INPUT")
    for line in listing[:-1]:  # The last has the number of classes in braces there.
        shown = text.index(line, shown)
    commands = text.index("$ archdsl compile specs/googlenet.arch")
    table = text.index("AlexNet (specs/alexnet.arch)")
    picture = text.index("](docs/pictures/alexnet.svg)")
    assert shown < commands < table < picture < text.index("\n## ")


@pytest.mark.parametrize("picture", PICTURES)
def test_the_pictures_are_those_that_archdsl_draws(
    picture: str, request: pytest.FixtureRequest
) -> None:
    path = ROOT / "docs" / "pictures" / picture
    drawn = PICTURES[picture]()
    if request.config.getoption("--update-golden"):
        if not path.exists() or path.read_bytes() != drawn:
            path.write_bytes(drawn)
            request.node.user_properties.append((REWROTE, f"docs/pictures/{picture}"))
        return
    assert path.read_bytes() == drawn, f"docs/pictures/{picture} is old: make golden"


def test_every_picture_is_drawn_by_archdsl() -> None:
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} == set(PICTURES)
