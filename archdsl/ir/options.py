"""A line's description against the phrases of an op: the only reader of a slide's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from archdsl.diagnostics import Diagnostic, SpecError, error, suggest
from archdsl.ir.program import Option
from archdsl.ir.scope import listed
from archdsl.ir.synonyms import meant_word
from archdsl.ops import Input, Op
from archdsl.ops.phrases import Phrase, Slot
from archdsl.syntax import tree
from archdsl.syntax.source import Span

LINEAR = "linear"
ACROSS = "across gpus"


@dataclass
class Description:
    """What a description says: the fields it sets, and whether `linear`, `across gpus`."""

    options: dict[str, Option] = field(default_factory=dict)
    is_meant_linear: bool = False
    is_across: bool = False


def read_description(
    candidates: tuple[type[Op], ...],
    title: str,
    items: tuple[tree.Item, ...],
    span: Span,
    fixed: Mapping[str, Option] = MappingProxyType({}),
    names: frozenset[str] = frozenset(),
) -> tuple[type[Op], Description]:
    """The op, of those that a word can mean, whose phrases say all of the description.

    `fixed` are the fields that are set already, `span` is the layer word, `names` are the
    parameters and indices here. Raises SpecError with the complaints of the op that understood
    most.
    """
    failures = []
    for op in candidates:
        reader = _Reader(op, title, items, span, fixed, names)
        try:
            return op, reader.read()
        except SpecError as failure:
            failures.append((reader, failure))
    best, complaints = max(failures, key=lambda pair: pair[0].understood)
    for other, _ in failures:
        _check_apart(best, other)
    raise complaints


def _check_apart(one: _Reader, other: _Reader) -> None:
    """Complain where each of two ops understands something that the other does not."""
    ours, theirs = one.said(), other.said()
    first = [span for span in ours if span not in theirs]
    second = [span for span in theirs if span not in ours]
    if first and second:
        raise error(
            "E402",
            f"{one.title} says `{first[0].text}` or `{second[0].text}`, never both",
            second[0],
            help="keep one of them",
        )


class _Reader:
    """One op's reading of one description."""

    def __init__(
        self,
        op: type[Op],
        title: str,
        items: tuple[tree.Item, ...],
        span: Span,
        fixed: Mapping[str, Option],
        names: frozenset[str],
    ) -> None:
        self.op, self.title, self.items, self.span = op, title, items, span
        self.names = names
        self.found = Description(dict(fixed))
        self.understood = 0
        """Items that mean something to this op."""

    def read(self) -> Description:
        """What the description says. Raises SpecError with everything that it should not say."""
        wrong: list[Diagnostic] = []
        at = 0
        while at < len(self.items):
            try:
                after = self._step(at)
                self.understood += after - at
            except SpecError as failure:
                wrong.extend(failure.diagnostics)
                after = max(self._next_modifier(at), self._layers_from(at)[1])
            at = after
        if wrong:
            raise SpecError(wrong)
        self._require_all()
        return self.found

    def said(self) -> list[Span]:
        """The phrases of this op, wherever in the description they stand."""
        found = []
        for at, item in enumerate(self.items):
            ends = (match[1] for p in self.op.phrases() if (match := self._match(p, at)))
            if (end := next(ends, None)) is not None:
                found.append(item.span.to(self.items[end - 1].span))
        return found

    def _next_modifier(self, at: int) -> int:
        """The place behind the next comma."""
        while at < len(self.items) and not isinstance(self.items[at], tree.Comma):
            at += 1
        return at + 1

    def _step(self, at: int) -> int:
        """Read one phrase, one word of prose or one comma; the place behind it."""
        item = self.items[at]
        if isinstance(item, tree.Comma):
            return at + 1
        for phrase in self.op.phrases():
            match = self._match(phrase, at)
            if match is not None:
                options, end = match
                self._take(phrase, options, item.span.to(self.items[end - 1].span))
                return end
        if isinstance(item, tree.Word) and item.text == LINEAR and self._can_be_linear:
            if self.found.is_meant_linear:
                raise error(
                    "E404", f"{self.title} says `{LINEAR}` twice", item.span, help="keep one"
                )
            self.found.is_meant_linear = True
            return at + 1
        if self._can_cross and self._words(at, 2) == ACROSS:
            if self.found.is_across:
                raise error(
                    "E404", f"{self.title} says `{ACROSS}` twice", item.span, help="keep one"
                )
            self.found.is_across = True
            return at + 2
        for prose in sorted(self.op.prose, key=len, reverse=True):
            count = len(prose.split())
            if self._words(at, count).lower() == prose:
                return at + count
        raise self._unknown(at)

    def _words(self, at: int, count: int) -> str:
        """The next words, joined by blanks."""
        here = self.items[at : at + count]
        return " ".join(item.text if isinstance(item, tree.Word) else "" for item in here)

    @property
    def _can_be_linear(self) -> bool:
        return self.op.is_linear and self.op.merge is None

    @property
    def _can_cross(self) -> bool:
        return self.op.makes != ""

    def _match(self, phrase: Phrase, at: int) -> tuple[dict[str, Option], int] | None:
        """What fills the slots of a phrase, if it stands here; the place behind it."""
        options = {}
        for part in phrase.parts:
            if isinstance(part, Slot):
                several = self.op.kind(part.field).several
                items = self._filling(at, several)
                if not items:
                    return None
                options[part.field] = _option_of(items, several)
                at += len(items)
            else:
                item = self._item(at)
                if not isinstance(item, tree.Word) or item.text != part:
                    return None
                at += 1
        return options, at

    def _filling(self, at: int, several: bool) -> tuple[tree.Item, ...]:
        """The value in a slot; where it takes several, all of them and the commas between."""
        wanted = tree.Value | tree.Run if several else tree.Value
        if not isinstance(self._item(at), wanted):
            return ()
        end = at + 1
        while (
            several
            and isinstance(self._item(end), tree.Comma)
            and isinstance(self._item(end + 1), wanted)
        ):
            end += 2
        return self.items[at:end]

    def _item(self, at: int) -> tree.Item | None:
        return self.items[at] if at < len(self.items) else None

    def _take(self, phrase: Phrase, options: Mapping[str, Option], span: Span) -> None:
        for name, option in options.items():
            self._set(name, option)
            self._check_percent(name, option)
        for name, fixed in phrase.sets.items():
            self._set(name, Option(span, value=fixed))

    def _set(self, name: str, option: Option) -> None:
        if name in self.found.options:
            raise error(
                "E404",
                f"{self.title} says its {self.op.label(name)} twice",
                option.span,
                note=f"it is {self.found.options[name].span.text} already",
                help="keep one of them",
            )
        self.found.options[name] = option

    def _check_percent(self, name: str, option: Option) -> None:
        """A rate is `50%` or a number in braces, nothing else is a percentage."""
        is_rate = self.op.kind(name).rate
        bare = isinstance(option.expression, tree.Number) and not option.span.text.startswith("{")
        words = f"the {self.op.label(name)}"
        if is_rate and bare and not option.percent:
            assert isinstance(option.expression, tree.Number)
            share = option.expression.value
            percent = f"{float(share * 100 if share <= 1 else share):g}%"
            message, help = f"{words} is a percentage, not {option.span.text}", f"write {percent}"
        elif option.percent and not is_rate:
            message = f"{words} is {self.op.kind(name).name}, not a percentage"
            help = f"write it like `{self.op.example(name)}`"
        else:
            return
        raise error("E403", message, option.span, help=help)

    def _unknown(self, at: int) -> SpecError:
        """Name what is not understood; guess what was meant by the words in it."""
        layers, behind = self._layers_from(at)
        end = (behind or self._next_modifier(at)) - 1
        span = self.items[at].span.to(self.items[end - 1].span)
        items = self.items[at:end]
        words = [item.text for item in items if isinstance(item, tree.Word)]
        meant, near = self._meant(items), self._nearest(words)
        known = listed(self.op.readable())
        computed = next((word for word in words if word in self.names), None)
        if layers:
            help = f"write `-> {' -> '.join(layers)}` behind the description"
        elif computed is not None:
            help = f"write `{{{computed}}}`: what is computed stands in braces"
        elif meant:
            help = f"did you mean `{meant}`?"
        elif near:
            help = near
        else:
            help = f"it knows {known}" if known else "it takes no description"
            if issubclass(self.op, Input):
                help = f"the size of the images stands before it: `[224x224x3] {self.title}`"
        return error("E402", f"{self.title} does not understand `{span.text}`", span, help=help)

    def _layers_from(self, at: int) -> tuple[list[str], int]:
        """The layers that words in small letters name here, comma by comma; the place behind."""
        layers: list[str] = []
        behind = 0
        while at < len(self.items):
            end = self._next_modifier(at)
            words = [i.text if isinstance(i, tree.Word) else "" for i in self.items[at : end - 1]]
            text = " ".join(words) if all(words) else LINEAR
            word = meant_word(text) if text != LINEAR else None
            if word is None:
                break
            layers.append(word)
            at = behind = end
        return layers, behind

    def _meant(self, items: tuple[tree.Item, ...]) -> str | None:
        """The phrase whose words are nearly those that stand here, with the author's own values."""
        for phrase in self.op.phrases():
            here = items[: len(phrase.parts)]
            kinds = (tree.Value if isinstance(p, Slot) else tree.Word for p in phrase.parts)
            if len(here) < len(phrase.parts) or not all(map(isinstance, here, kinds)):
                continue
            meant = " ".join(part for part in phrase.parts if isinstance(part, str))
            if suggest(" ".join(i.text for i in here if isinstance(i, tree.Word)), [meant]):
                own = zip(phrase.parts, here, strict=True)
                return " ".join(i.span.text if isinstance(p, Slot) else p for p, i in own)
        return None

    def _nearest(self, words: Iterable[str]) -> str:
        """What to say of the phrase that has a word like one of these, if there is one."""
        by_word: dict[str, str] = {}
        for phrase in sorted(self.op.phrases(), key=lambda phrase: len(phrase.parts)):
            has_values = any(isinstance(part, Slot) for part in phrase.parts)
            said = "it is written like `{}`" if has_values else "did you mean `{}`?"
            for part in phrase.parts:
                if isinstance(part, str):
                    by_word.setdefault(part, said.format(self.op.spell(phrase)))
        if self._can_be_linear:
            by_word[LINEAR] = f"did you mean `{LINEAR}`?"
        if self._can_cross:
            by_word |= dict.fromkeys(ACROSS.split(), f"did you mean `{ACROSS}`?")
        near = (suggest(word, by_word) for word in words)
        return next((by_word[word] for word in near if word is not None), "")

    def _require_all(self) -> None:
        fields = self.op.model_fields.items()
        missing = [n for n, i in fields if i.is_required() and n not in self.found.options]
        if missing:
            phrases = (p for p in self.op.phrases() if Slot(missing[-1]) in p.parts)
            said = [self.op.spell(phrase) for phrase in phrases]
            them = "them" if len(missing) > 1 else "it"
            raise error(
                "E405",
                f"{self.title} does not say its {' and its '.join(map(self.op.label, missing))}",
                self.span,
                help=f"write {them} like `{said[0]}`" if said else "",
            )


def _option_of(items: tuple[tree.Item, ...], several: bool) -> Option:
    """What fills one slot: a value, or several numbers and runs of numbers."""
    span = items[0].span.to(items[-1].span)
    values = [item for item in items if isinstance(item, tree.Value)]
    is_percent = any(value.percent for value in values)
    if not several:
        return Option(span, values[0].expression, is_percent)
    runs = [
        (item.first, item.last) if isinstance(item, tree.Run) else (item.expression,) * 2
        for item in items
        if not isinstance(item, tree.Word | tree.Comma)
    ]
    return Option(span, percent=is_percent, runs=tuple(runs))
