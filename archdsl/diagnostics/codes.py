"""Every code, its title and why the rule exists: what `archdsl explain` prints.

Errors are `E`, warnings `W`. The first digit says what a code is about: 1 the text, 2 shapes and
claims, 3 names, 4 words, options and calls, 5 numbers and parameters, 6 how a network is put
together; warnings begin with 2 (layers) and 3 (claims and parameters). The tests hold a bad spec
for each code.
"""

from __future__ import annotations

from archdsl.diagnostics.explanation import Explanation
from archdsl.diagnostics.structure_codes import STRUCTURE

_TEXT = {
    "E101": Explanation(
        "a line that cannot be read",
        "The line does not follow the form of one: `[claim] NAME: description (role)`, a name or a "
        "structure word over indented lines, or one of `block`, `if`, `for`, `after`, `use`, "
        "`network`, `split`, `about`, `expect`. The caret stands where reading stopped.",
        "CONV 64 3 x 3 filters",
        "CONV 64 3x3 filters",
    ),
    "E102": Explanation(
        "a tab in the indentation",
        "A tab's width differs from editor to editor, so that two people would see two networks. "
        "Indentation is blanks only.",
    ),
    "E103": Explanation(
        "an indentation that matches nothing",
        "A line that steps back must line up with one above it, or nobody can tell what it belongs "
        "to. A deeper line is only alignment, unless the line before it ends in a colon.",
        "add:\n    RELU\n  BN",
        "add:\n    RELU\n    BN",
    ),
    "E104": Explanation(
        "nothing under a colon",
        "A line that ends in a colon opens a list of deeper lines, and none follows. A merge "
        "without paths or a block without lines would silently be nothing.",
        "add:\nRELU",
        "add:\n    RELU\n    identity",
    ),
    "E105": Explanation(
        "an expectation that cannot be read",
        "A line of `expect:` is a number, what it counts, and at most a tolerance. What can be "
        "counted is layers, parameters, parameters in training, multiply-adds, connections and "
        "neurons: a claim about anything else would pass unchecked.",
        "expect:\n    22 convolutions",
        "expect:\n    22 layers",
    ),
    "E106": Explanation(
        "a section said twice, or out of place",
        "`network`, `about:`, `use` and `expect:` surround the layers, at column 1. There is one "
        "`network` and one `about:`, for a second would contradict the first.",
    ),
    "E107": Explanation(
        "a line of `about:` without a key",
        "Each entry of `about:` is `key: text`; a deeper line carries on the text above it.",
        "about:\n    CVPR 2015",
        "about:\n    paper: CVPR 2015",
    ),
    "E108": Explanation(
        "a name without a layer",
        "A name is the author's and does not say what is computed: a layer word or a block follows "
        "it. Only a layer word in capitals, as in `CONV1: 96 11x11 filters`, is both at once.",
        "stem: 64 7x7 filters",
        "stem: CONV 64 7x7 filters",
    ),
    "E109": Explanation(
        "a name inside a chain",
        "A name opens a line, so that a reader finds names where lines begin. After an arrow only "
        "a layer word's own suffix can name a layer, as in `-> BN1`.",
        "CONV 64 3x3 filters -> norm: BN",
        "CONV 64 3x3 filters -> BN1",
    ),
    "E110": Explanation(
        "a path that is more than its lines",
        "`path:` makes several lines one path of a merge. It has no options, and it is no member "
        "that could have a name: give the lines a name instead.",
        "long: path:",
        "long:",
    ),
    "E111": Explanation(
        "something behind a colon that opens lines",
        "What belongs to `if`, `for`, `block` and the like stands on lines of its own, indented "
        "under the colon.",
        "if deep: RELU",
        "if deep:\n    RELU",
    ),
    "E112": Explanation(
        "a file that is no UTF-8",
        "A spec is text in UTF-8, the encoding that every editor writes today; other bytes would "
        "read differently on different machines.",
    ),
    "E113": Explanation(
        "a published error that cannot be read",
        "Under `error`, `top-1 error` and `top-5 error`, `about:` has figures that networks are "
        "compared by. Each is a percentage with its protocol, that is how it was measured, and, "
        "after a semicolon, its source. `error with n = 9` is that of a network with other "
        "parameters than the defaults.",
        "about:\n    top-1 error: 24.7",
        "about:\n    top-1 error: 24.7% (ImageNet val, one centre crop; paper, table 3)",
    ),
    "E114": Explanation(
        "a protocol that is not known",
        "Errors can be compared only if they were measured alike, so a protocol is one of those "
        "that the language's reference lists, to the letter. What else there is to say of a "
        "figure stands behind the semicolon, with its source.",
        "about:\n    top-1 error: 24.7% (ImageNet, centre crop; paper)",
        "about:\n    top-1 error: 24.7% (ImageNet val, one centre crop; paper)",
    ),
}

_SHAPES = {
    "E201": Explanation(
        "a claim that the layer does not keep",
        "The shape in brackets is a claim about the line's output, height x width x channels, and "
        "the layer gives another one. The sum beside the caret says how: (input + padding - window)"
        "/stride + 1, rounded down unless the line says `ceil`. Either the claim is wrong or the "
        "layer is; both are yours to say, so nothing is corrected silently.",
        "[54x54x96] CONV1: 96 11x11 filters at stride 4, pad 0",
        "[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0",
    ),
    "E202": Explanation(
        "a shape that no image has",
        "Every side of INPUT is 1 or more.",
        "[0x224x3] INPUT",
        "[224x224x3] INPUT",
    ),
    "E203": Explanation(
        "a layer that cannot take its input",
        "The window does not fit into the padded input, the groups do not divide the channels, the "
        "layer needs maps and gets a vector, or paths of different shapes meet in a merge. Nothing "
        "is padded, cropped or stretched unless the line says so.",
        "[5x5x3] INPUT\nCONV 8 7x7 filters",
        "[5x5x3] INPUT\nCONV 8 7x7 filters, pad 1",
    ),
    "E204": Explanation(
        "an expectation that the network does not meet",
        "`expect:` holds the paper's own figures, and the compiler counts another one. Figures are "
        "exact unless `within 10%` says how far they may be off.",
        "expect:\n    21 layers",
        "expect:\n    22 layers",
    ),
}

_NAMES = {
    "E301": Explanation(
        "a name that cannot be one",
        "Names are the same everywhere: in errors, tables, pictures and the state dict. There they "
        "are attributes of a Python class, so they are letters, digits and underscores, beginning "
        "with a letter.",
        "größe: CONV 8 1x1 filters",
        "groesse: CONV 8 1x1 filters",
    ),
    "E302": Explanation(
        "a name that is taken",
        "The name becomes an attribute of the module, and Python or `nn.Module` has one of that "
        "name already; or it is `input`, which means what enters a block.",
        "train: CONV 8 1x1 filters",
        "training_path: CONV 8 1x1 filters",
    ),
    "E303": Explanation(
        "a structure word that is read as a name",
        "A name over indented lines is a group, in which one line follows another. If `add:` is "
        "misspelt, every skip connection would vanish and every claim might still hold; so a name "
        "that is one slip from a structure word, or means the same, is none.",
        "addd:",
        "add:",
    ),
    "E304": Explanation(
        "two members of one name",
        "Layers with weights, blocks and groups are keys of the state dict, so no two of them may "
        "have one name. An unnamed layer is called by its word, an unnamed block by its name; "
        "weightless layers are numbered (`relu`, `relu_2`).",
        "CONV 8 1x1 filters\nCONV 8 1x1 filters",
        "CONV1: 8 1x1 filters\nCONV2: 8 1x1 filters",
    ),
    "E305": Explanation(
        "a layer with two names",
        "A layer is named by the author's name before the colon or by its own suffix. What is "
        "repeated or added by position has no name of its own.",
        "stem: CONV1: 64 7x7 filters",
        "stem: CONV 64 7x7 filters",
    ),
    "E306": Explanation(
        "a line that does not exist",
        "`from` and an argument that stands for a line name a line above, in the same block. What "
        "flows into the block is called `input`.",
        "from conv9",
        "from conv1",
    ),
    "E307": Explanation(
        "a name that several lines have",
        "Names in different groups, and weightless layers, may be equal; then `from` cannot tell "
        "which one is meant.",
    ),
    "E308": Explanation(
        "something defined twice",
        "Two parameters or two blocks of one name, an index that is a parameter already, or a line "
        "that is called like a parameter: whoever reads the name could not tell which is meant, "
        "and in the module both would be one attribute.",
        "block Unit(n, n):",
        "block Unit(n, m):",
    ),
}

_WORDS = {
    "E401": Explanation(
        "a layer that does not exist",
        "Layer words are in capitals, and the compiler knows no such word. It never guesses which "
        "one was meant, and never skips a line.",
        "CONVV: 64 3x3 filters",
        "CONV: 64 3x3 filters",
    ),
    "E402": Explanation(
        "words that the layer does not understand",
        "A description is made of the phrases that the layer knows, in any order, with commas "
        "between. Words without a meaning are an error, or a misspelt option would silently be its "
        "default.",
        "CONV 64 3x3 filters at strid 2",
        "CONV 64 3x3 filters at stride 2",
    ),
    "E403": Explanation(
        "an option with a value that it cannot have",
        "A count is a whole number from 1, a pad from 0, a rate is `50%` or a number from 0 to 1 "
        "in braces, where `%` is the remainder.",
        "DROPOUT: 0.5",
        "DROPOUT: 50%",
    ),
    "E404": Explanation(
        "an option said twice",
        "Of two values the compiler would have to drop one.",
        "CONV 64 3x3 filters, pad 1, pad 2",
        "CONV 64 3x3 filters, pad 1",
    ),
    "E405": Explanation(
        "an option that is missing",
        "What has no sensible default must be said: how many filters, how large the window is, how "
        "many neurons, at which rate.",
        "CONV 3x3 filters",
        "CONV 64 3x3 filters",
    ),
    "E406": Explanation(
        "a role that does not exist",
        "`(class scores)` marks the network's output. There is no other role, and INPUT has none.",
        "FC 10 neurons (classes)",
        "FC 10 neurons (class scores)",
    ),
    "E407": Explanation(
        "a short form that the layer does not have",
        "VGG's tables write `CONV3-64` for 64 3x3 filters with pad 1, and `FC-4096`. No other word "
        "has a short form.",
        "CONV-64",
        "CONV3-64",
    ),
    "E408": Explanation(
        "a block that does not exist",
        "A name directly before parentheses is a use of a block: one that is defined in this file "
        "with `block`, or named in a `use`.",
        "Inceptoin(64)",
        "Inception(64)",
    ),
    "E409": Explanation(
        "an argument that the block does not take",
        "The block has no parameter of that name, or not as many, or it is given twice.",
        "Unit(8, strid = 2)",
        "Unit(8, stride = 2)",
    ),
    "E410": Explanation(
        "an argument that is missing",
        "A parameter without a default needs a value in every use.",
        "Unit()",
        "Unit(8)",
    ),
    "E411": Explanation(
        "a line where a number belongs, or a number where a line belongs",
        "A parameter that `from` names inside the block stands for a line: an argument is then a "
        "line's name, and the parameter has no default and is no number. All others are numbers, "
        "sizes, yes or no.",
        "Up(64, skip = 3)",
        "Up(64, skip = conv1)",
    ),
}

_NUMBERS = {
    "E501": Explanation(
        "a name that stands for nothing here",
        "Expressions know parameters, indices, `in.channels`, `in.height`, `in.width` and the "
        "functions min, max, round, ceil, floor. A block sees its own parameters only, so that it "
        "means the same wherever it is used.",
        "CONV {widht} 3x3 filters",
        "CONV {width} 3x3 filters",
    ),
    "E502": Explanation(
        "a value of another kind",
        "A number, a size such as 7x1, and yes or no are three kinds of value; none stands for "
        "another.",
        "if stride:",
        "if stride == 2:",
    ),
    "E503": Explanation(
        "a number that is not whole, or negative",
        "Filters, sides, repeats and indices are counts. A fraction is never rounded silently: "
        "`//` divides down, and `floor`, `ceil` and `round` say what is meant.",
        "{5/2} x Unit(8)",
        "{5//2} x Unit(8)",
    ),
    "E504": Explanation(
        "a division by zero",
        "`/`, `//` and `%` have no result for a divisor of 0.",
        "CONV {8/(n - 1)} 1x1 filters",
        "CONV {8/n} 1x1 filters",
    ),
    "E505": Explanation(
        "`in` outside a block",
        "`in.channels`, `in.height` and `in.width` are the shape of what flows into a block. The "
        "network's own input is what its INPUT line says.",
    ),
    "E506": Explanation(
        "a function with the wrong arguments",
        "`min` and `max` take two numbers or more, `round`, `ceil` and `floor` one.",
        "{round(n, 2)}",
        "{round(n)}",
    ),
    "E507": Explanation(
        "a block that calls itself without an end",
        "A block may use itself with other arguments, but some `if` must choose a way without "
        "another use.",
        "block Unit(n):\n    Unit(n - 1)",
        "block Unit(n):\n    if n > 0:\n        Unit(n - 1)",
    ),
    "E508": Explanation(
        "more layers than anyone means",
        "All repeats written out, a network has at most 100,000 layers; the deepest published ones "
        "have a few thousand.",
    ),
    "E509": Explanation(
        "a network's parameter that does not exist, or has another kind of value",
        "`--set`, keyword arguments in Python, and `expect with` name parameters of the network "
        "and give them values of their default's kind. A parameter whose default has a decimal "
        "point takes any number.",
        "--set clases=10",
        "--set classes=10",
    ),
    "E510": Explanation(
        "a network's parameter without a value",
        "A parameter that has no default must be set from outside.",
        "network Net(classes)",
        "network Net(classes = 1000)",
    ),
    "E511": Explanation(
        "a parameter without a default after one with a default",
        "Arguments are given by position, so what every use must give comes first; Python, which "
        "the block becomes, has the same rule.",
        "block Unit(stride = 1, width):",
        "block Unit(width, stride = 1):",
    ),
    "E512": Explanation(
        "a number without measure",
        "More than thirty digits, before or behind the decimal point, are a mistake: often a "
        "product in a block that calls itself.",
    ),
}

_WARNINGS = {
    "W201": Explanation(
        "input that no window sees",
        "The windows do not come out even, and rounding down leaves rows or columns of the input, "
        "not only padding, unseen. Frameworks differ in what they do here, so say which is meant: "
        "`floor`, or `ceil` for a pooling.",
        "MAX POOL 3x3 filters at stride 2",
        "MAX POOL 3x3 filters at stride 2, ceil",
    ),
    "W202": Explanation(
        "a network without an activation",
        "Convolutions and fully connected layers with nothing non-linear between them are one "
        "linear layer. The listing names no activation, and the compiler adds none that it was not "
        "told of.",
        "CONV1: ...\nCONV2: ...",
        "after CONV, FC: RELU\nCONV1: ...\nCONV2: ...",
    ),
    "W203": Explanation(
        "two layers that are one",
        "Nothing non-linear stands between these two weighted layers, so together they compute "
        "what one linear layer could. `linear` says that it is meant, as in a bottleneck or a "
        "factorized convolution.",
        "CONV 8 3x1 filters -> CONV 8 1x3 filters",
        "CONV 8 3x1 filters, linear -> CONV 8 1x3 filters",
    ),
    "W204": Explanation(
        "stochastic depth that nothing goes around",
        "In the batches that STOCHASTIC DEPTH drops, all that follows sees zeros: the layer lies "
        "on every way through the network.",
        "add:\n    identity\n    CONV1: ...\nSTOCHASTIC DEPTH: survive 80%",
        "add:\n    identity\n    path:\n        CONV1: ...\n        STOCHASTIC DEPTH: survive 80%",
    ),
    "W301": Explanation(
        "claims that these parameters leave unchecked",
        "A figure without braces holds for the parameters' defaults. With others the compiler "
        "cannot know what the paper would say; `expect with n = 18:` and `{6*n + 2} layers` say "
        "it.",
    ),
    "W302": Explanation(
        "a parameter that nothing uses",
        "Whatever its value is, the network is the same: a number in some line was probably meant "
        "to be this parameter.",
    ),
}

CODES: dict[str, Explanation] = {
    **_TEXT,
    **_SHAPES,
    **_NAMES,
    **_WORDS,
    **_NUMBERS,
    **STRUCTURE,
    **_WARNINGS,
}
