"""Random specs that mean something: most of them compile, and all constructs occur.

Maps keep their size inside blocks, merges and loops, so that paths fit; weighted layers have names
of their own wherever names are keys.
"""

from __future__ import annotations

from random import Random

PARAMETERS = {"n": [1, 2, 3], "w": [2, 3, 4], "flag": ["yes", "no"], "rate": ["0.25", "0.5"]}
SMALL = ["CONV", "BN", "RELU", "TANH", "SILU", "GELU", "SIGMOID", "HARD SWISH", "LEAKY RELU"]
SMALL += ["LAYER NORM", "SCALE initially 0.5", "CHANNELS 0", "FC 3 neurons, at every pixel"]
SMALL += ["ATTENTION 1 head", "POSITION"]
MERGES = ["add", "concat", "multiply", "join"]


class RandomSpec:
    """One spec, the same for the same seed. `used` names the constructs in it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0
        self.used: set[str] = set()
        self.blocks: list[str] = []
        self.lines: list[str] = []
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
                "FC: 5 neurons",
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
        kind = self.random.choice(["plain", "plain", "line", "recursive"])
        if kind == "recursive":
            self._say("recursion")
            merge = self.random.choice(["add", "join"])
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
            self._say("line as an argument")
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
        kind, name = self.random.choice(self.blocks).split()
        if kind == "line":
            return f"{name}({self._number(names)}, skip = {line})" if line else None
        self._say("block")
        if kind == "recursive":
            return f"{name}({self.random.choice(['1', '2', self.random.choice(names)])}, 3)"
        second = self.random.choice(["", f", w = {self._number(names)}"])
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
        for _ in range(self.random.randint(1, 3 if depth else 2)):
            choice = self.random.random()
            if depth == 0 or choice < 0.35:
                name = self._new("c")
                lines.append(f"{name}{index}: {self._chain(names)}")
                if not index:
                    known.append(name)
            elif choice < 0.55:
                lines += self._merge(depth - 1, names, flag, inside, index)
            elif choice < 0.65:
                self._say("if")
                lines.append(f"if {self._condition(names, flag, inside)}:")
                lines += _deeper(self._body(depth - 1, names, flag, inside, index=index))
                if self.random.random() < 0.6:
                    lines.append("else:")
                    lines += _deeper(self._body(depth - 1, names, flag, inside, index=index))
            elif choice < 0.72 and not index:
                self._say("for")
                variable = self.random.choice(["i", "j"])
                ends = self.random.choice([f"1..{self._number(names)}", "0..2", "1, 3"])
                lines.append(f"for {variable} in {ends}:")
                inner = self._body(0, [*names], flag, inside, index=f"_{{{variable}}}")
                lines += _deeper(inner)
            elif choice < 0.8:
                self._say("group")
                lines.append(f"{self._new('g')}{index}:")
                lines += _deeper(self._group(names))
            elif choice < 0.9:
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
            if at_top and self.random.random() < 0.15:
                known.clear()
                lines.append("MAX POOL: 2x2 filters at stride 2, ceil")
        return lines or [f"{self._new('c')}{index}: {self._chain(names)}"]

    def _chain(self, names: list[str]) -> str:
        filters = self._number(names)
        size, pad = self.random.choice([("1x1", "0"), ("3x3", "1"), ("1x3", "0x1"), ("5x5", "2")])
        end = self.random.choice(["", ", no bias", ", linear"])
        chain = f"CONV {{{filters}}} {size} filters, pad {pad}{end}"
        for _ in range(self.random.randint(0, 2)):
            chain += f" -> {self.random.choice(SMALL[1:])}"
        return chain

    def _group(self, names: list[str]) -> list[str]:
        lines = [self._chain(names)]
        for _ in range(self.random.randint(0, 2)):
            lines.append(
                self.random.choice(
                    [
                        "PRELU",
                        "NORM: 3 channels",
                        f"{{{self._number(names)}}} x CONV 3 1x1 filters",
                        "AVG POOL: 3x3 filters, pad 1",
                        "SUBSAMPLE: 3x3 windows, pad 1",
                        "SCALE",
                        "9: BN",
                    ]
                )
            )
        if self.random.random() < 0.3:
            self._say("merge in a group")
            lines += ["add:", "    identity", "    SCALE by 0.5"]
        return lines if sum("9:" in line for line in lines) < 2 else lines[:1]

    def _merge(
        self, depth: int, names: list[str], flag: str, inside: bool, index: str
    ) -> list[str]:
        word = self.random.choice(MERGES)
        self._say(word)
        channels = self._number(names)

        def path() -> list[str]:
            if word == "concat" and self.random.random() < 0.3:
                return ["identity"]
            last = f"{self._new('p')}{index}: CONV {{{channels}}} 1x1 filters"
            if depth and self.random.random() < 0.4:
                body = self._body(depth - 1, names, flag, inside, index=index)
                return ["path:", *_deeper([*body, last])]
            return [last]

        lines = [f"{word}:", *_deeper(path())]
        for _ in range(self.random.randint(0, 2)):
            lines += _deeper(path())
        choice = self.random.random()
        if choice < 0.25:
            self._say("if among paths")
            lines.append(f"    if {self._condition(names, flag, inside)}:")
            lines += _deeper(_deeper(path()))
            if self.random.random() < 0.5:
                lines.append("    else:")
                lines += _deeper(_deeper(path()))
        elif choice < 0.45 and not index:
            self._say("for among paths")
            lines.append(f"    for k in 1..{self._number(names)}:")
            lines.append(f"        {self._new('q')}_{{k}}: CONV {{{channels}}} 1x1 filters")
        return lines


def _deeper(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
