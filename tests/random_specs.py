"""Random specs that mean something: most of them compile, and all constructs occur.

Maps keep their size inside blocks, merges and loops, so that paths fit; weighted layers have names
of their own wherever names are keys.
"""

from __future__ import annotations

from random import Random

from random_layers import AT_THE_END, ON_MAPS, Place

PARAMETERS = {"n": [1, 2, 3], "w": [2, 3, 4], "flag": ["yes", "no"], "rate": ["0.25", "0.5"]}
MERGES = ["add", "concat", "multiply", "join", "join, drop path 15%, one column 50%"]
CONSTRUCTS = {
    *("block", "recursion", "line as an argument", "default", "call", "repeat"),
    *("if", "for", "from", "group", "claim", "after", "if among paths", "for among paths"),
    *("add", "concat", "multiply", "join", "gate", "side head"),
}
"""What a spec may have besides layers."""


class RandomSpec:
    """One spec, as `random` draws it. `used` names the ops and constructs in it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.side = 12
        self.used: set[str] = set()
        self.blocks: list[str] = []
        self.lines: list[str] = []
        if self._chance(30):
            self._say("after")
            self.lines.append("after UPCONV, FC: TANH")
        for _ in range(self.random.randint(1, 3)):
            self._block()
        head = ", ".join(f"{name} = {values[0]}" for name, values in PARAMETERS.items())
        body = self._body(2, ["n", "w"], "flag", at_top=True)
        self.text = "\n".join(
            [
                f"network Random({head})",
                *self.lines,
                "[12x12x3] INPUT",
                *body,
                "DROPOUT: {rate}",
                *self._end(["n", "w"]),
                "",
            ]
        )

    def parameters(self) -> dict[str, object]:
        """Other values for the network's parameters."""
        return {
            "n": self.random.choice(PARAMETERS["n"]),
            "w": self.random.choice(PARAMETERS["w"]),
            "flag": self.random.choice([True, False]),
            "rate": 0.5,
        }

    def _chance(self, percent: int) -> bool:
        return self.random.randint(1, 100) <= percent

    def _say(self, construct: str) -> None:
        self.used.add(construct)

    def _new(self, base: str) -> str:
        self.count += 1
        return f"{base}{self.count}"

    def _number(self, names: list[str]) -> str:
        """An expression that is at least 1."""
        name, other = self.random.choice(names), self.random.choice(names)
        return self.random.choice(
            [
                str(self.random.randint(1, 5)),
                name,
                f"{name} + 1",
                f"2*{name}",
                f"{name}*{other}",
                f"max({name}, {other})",
                f"({name} + 3)//2",
                f"ceil({name}/2)",
            ]
        )

    def _condition(self, names: list[str], flag: str, inside: bool) -> str:
        name = self.random.choice(names)
        choices = [f"{name} > 1", f"{name} == 2", f"{name} != 3 and {name} < 4"]
        if flag:
            choices += [flag, f"not {flag}", f"{flag} or {name} > 2"]
        if inside:
            choices += [f"in.channels == {name}", "in.channels > 3"]
        return self.random.choice(choices)

    # --- Blocks ---

    def _block(self) -> None:
        name = self._new("Block")
        kind = self.random.choice(["plain", "plain", "line", "line", "recursive"])
        if kind == "recursive":
            merge = self.random.choice(["add", *MERGES[3:]])
            self.lines += [
                f"block {name}(n, w):",
                "    if n <= 1:",
                "        CONV1: {w} 3x3 filters, pad 1 -> RELU",
                "    else:",
                f"        {merge}:",
                "            CONV2: {w} 1x1 filters -> TANH",
                f"            deep: {name}(n - 1, w) -> {name}(n - 1, w)",
            ]
        elif kind == "line":
            self.lines += [
                f"block {name}(w, skip):",
                "    CONV1: {w} 1x1 filters -> RELU",
                "    concat:",
                "        identity",
                "        from skip -> CONV2: {w} 1x1 filters",
            ]
        else:
            default = self.random.choice(["1", "n", "2*n + 1", "in.channels"])
            self.lines.append(f"block {name}(n, w = {default}):")
            inner = self._body(self.random.randint(1, 2), ["n", "w"], "", inside=True)
            self.lines += ["    " + line for line in inner]
        self.blocks.append(f"{kind} {name}")

    def _call(self, names: list[str], line: str | None) -> str | None:
        """A call of a block that is defined already."""
        if not self.blocks:
            return None
        joining = [block for block in self.blocks if block.startswith("line")]
        is_joining = line is not None and joining and self._chance(50)
        kind, name = self.random.choice(joining if is_joining else self.blocks).split()
        if kind == "line":
            if line is None:
                return None
            self._say("line as an argument")
            return f"{name}({self._number(names)}, skip = {line})"
        self._say("block")
        if kind == "recursive":
            self._say("recursion")
            return f"{name}({self.random.choice(['1', '2', self.random.choice(names)])}, 3)"
        second = self.random.choice(["", f", w = {self._number(names)}"])
        if not second:
            self._say("default")
        return f"{name}({self._number(names)}{second})"

    # --- Bodies ---

    def _body(
        self,
        depth: int,
        names: list[str],
        flag: str,
        inside: bool = False,
        at_top: bool = False,
        index: str = "",
    ) -> list[str]:
        """Lines in sequence; `index` stands in the names of what a loop repeats."""
        lines: list[str] = []
        known: list[str] = []
        for _ in range(self.random.randint(1, depth + 2)):
            choice = self.random.randint(1, 100) / 100
            if depth == 0 or choice < 0.35:
                name = self._new("c")
                lines.append(self._line(f"{name}{index}", names, inside))
                if not index:
                    known.append(name)
            elif choice < 0.4:
                lines += self._gate(names, index)
            elif choice < 0.55:
                lines += self._merge(depth - 1, names, flag, inside, index)
            elif choice < 0.62:
                self._say("if")
                lines.append(f"if {self._condition(names, flag, inside)}:")
                lines += _deeper(self._body(depth - 1, names, flag, inside, index=index))
                if self._chance(60):
                    lines.append("else:")
                    lines += _deeper(self._body(depth - 1, names, flag, inside, index=index))
            elif choice < 0.69 and not index:
                self._say("for")
                variable = self.random.choice(["i", "j"])
                ends = self.random.choice([f"1..{self._number(names)}", "0..2", "1, 3"])
                lines.append(f"for {variable} in {ends}:")
                inner = self._body(0, [*names], flag, inside, index=f"_{{{variable}}}")
                lines += _deeper(inner)
            elif choice < 0.75:
                self._say("group")
                lines.append(f"{self._new('g')}{index}:")
                lines += _deeper(self._group(names, inside))
            elif choice < 0.92:
                call = self._call(names, known[-1] if known else None)
                if call is not None and "skip" not in call:
                    count = self.random.choice(["", "2 x ", f"{{{self._number(names)}}} x "])
                    self._say("repeat" if count else "call")
                    lines.append(f"{self._new('r')}{index}: {count}{call}")
                elif call is not None:
                    lines.append(f"{self._new('u')}{index}: {call}")
            elif known:
                self._say("from")
                lines.append("concat:")
                lines += _deeper(["identity", f"from {self.random.choice(known)}"])
            if at_top and known and self._chance(15):
                lines += self._side_head(known[-1], names)
            if at_top and self.side > 3 and self._chance(15):
                known.clear()
                self.side = (self.side + 1) // 2
                lines.append("MAX POOL: 2x2 filters at stride 2, ceil")
        return lines or [self._line(f"{self._new('c')}{index}", names, inside)]

    def _place(self, names: list[str], inside: bool) -> Place:
        size = "{in.height}x{in.width}" if inside else f"{self.side}x{self.side}"
        return Place(self.random, lambda: self._number(names), size)

    def _line(self, name: str, names: list[str], inside: bool) -> str:
        """A chain under a name, or a convolution with a claim before it."""
        if not self._chance(20):
            return f"{name}: {self._chain(names, inside)}"
        self._say("claim")
        filters = self._number(names)
        size = self._place(names, inside).size
        return f"[{size}x{{{filters}}}] {name}: CONV {{{filters}}} 3x3 filters, pad 1 -> RELU"

    def _chain(self, names: list[str], inside: bool) -> str:
        place = self._place(names, inside)
        pieces = [place.convolution()]
        for _ in range(self.random.randint(0, 3)):
            op = self.random.choice(list(ON_MAPS))
            self._say(op)
            pieces.append(ON_MAPS[op](place))
        return " -> ".join(pieces)

    def _gate(self, names: list[str], index: str) -> list[str]:
        """Squeeze and excitation: one number for each map, which it is multiplied with."""
        self._say("gate")
        channels = self._number(names)
        pool = self.random.choice(["GLOBAL AVG POOL", "GLOBAL MAX POOL"])
        return [
            f"{self._new('c')}{index}: CONV {{{channels}}} 1x1 filters",
            "multiply:",
            "    identity",
            "    path:",
            f"        {pool}",
            f"        {self._new('c')}{index}: CONV {{{channels}}} 1x1 filters -> SIGMOID",
        ]

    def _side_head(self, source: str, names: list[str]) -> list[str]:
        self._say("side head")
        return [
            f"auxiliary {self._new('aux')} from {source}, weight 0.3:",
            f"    {self._new('c')}: {self._chain(names, inside=False)}",
            "    GLOBAL AVG POOL",
            "    FC: 5 neurons (class scores)",
        ]

    def _end(self, names: list[str]) -> list[str]:
        """From maps to scores."""
        lines = []
        if self._chance(60):
            op = self.random.choice(list(AT_THE_END))
            self._say(op)
            lines.append(f"last: {AT_THE_END[op](self._place(names, inside=False))}")
        if self._chance(40):
            lines.append("hidden: FC {2*w} neurons, linear -> RELU -> DROPOUT: 50%")
        return [*lines, "FC: 5 neurons (class scores)"]

    def _group(self, names: list[str], inside: bool) -> list[str]:
        lines = [self._chain(names, inside)]
        for _ in range(self.random.randint(0, 2)):
            lines.append(
                self.random.choice(
                    [
                        "PRELU",
                        "NORM: 3 channels",
                        f"{{{self._number(names)}}} x CONV 3 1x1 filters",
                        "AVG POOL: 3x3 filters, pad 1",
                        "9: BN",
                    ]
                )
            )
        if self._chance(30):
            lines += ["add:", "    identity", "    SCALE by 0.5"]
        return lines if sum("9:" in line for line in lines) < 2 else lines[:1]

    def _merge(
        self, depth: int, names: list[str], flag: str, inside: bool, index: str
    ) -> list[str]:
        word = self.random.choice(MERGES)
        self._say(word.partition(",")[0])
        channels = self._number(names)

        def path() -> list[str]:
            if word == "concat" and self._chance(30):
                return ["identity"]
            last = f"{self._new('p')}{index}: CONV {{{channels}}} 1x1 filters"
            if word == "add" and not index and self._chance(30):
                last = f"CONV{self._new('p')} {{{channels}}} 1x1 filters -> "
                last += "STOCHASTIC DEPTH: survive 50%"
            if depth and self._chance(40):
                body = self._body(depth - 1, names, flag, inside, index=index)
                return ["path:", *_deeper([*body, last])]
            return [last]

        lines = [f"{word}:", *_deeper(path())]
        for _ in range(self.random.randint(0, 2)):
            lines += _deeper(path())
        choice = self.random.randint(1, 100)
        if choice <= 25:
            self._say("if among paths")
            lines.append(f"    if {self._condition(names, flag, inside)}:")
            lines += _deeper(_deeper(path()))
            if self._chance(50):
                lines.append("    else:")
                lines += _deeper(_deeper(path()))
        elif choice <= 45 and not index:
            self._say("for among paths")
            lines.append(f"    for k in 1..{self._number(names)}:")
            lines.append(f"        {self._new('q')}_{{k}}: CONV {{{channels}}} 1x1 filters")
        return lines


def tangled(random: Random) -> str:
    """A spec whose merges take what was made anywhere above: few of its edges nest."""
    lines, names, count = ["[8x8x4] INPUT"], list[str](), 0

    def convolution(side: int) -> str:
        nonlocal count
        count += 1
        return f"CONV{count}: 4 {side}x{side} filters, pad {side // 2} -> RELU"

    for number in range(random.randint(4, 9)):
        if len(names) > 1 and random.random() < 0.6:
            lines += ["concat:", f"    {random.choice(['identity', convolution(3)])}"]
            for name in random.sample(names, random.randint(1, 2)):
                path = f" -> {convolution(1)}" if random.random() < 0.6 else ""
                lines.append(f"    from {name}{path}")
            lines.append(convolution(1))
        names.append(f"step{number}")
        lines.append(f"step{number}: {convolution(3)}")
    return "\n".join([*lines, ""])


def _deeper(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
