"""The codes E6: how a network is put together."""

from __future__ import annotations

from archdsl.diagnostics.explanation import Explanation

STRUCTURE = {
    "E601": Explanation(
        "a network without its input",
        "The first line of a network is INPUT, alone, with the images' height x width x channels: "
        "everything else is computed from it. A file of blocks only is no network, but others can "
        "`use` it.",
        "CONV1: 64 7x7 filters",
        "[224x224x3] INPUT\nCONV1: 64 7x7 filters",
    ),
    "E602": Explanation(
        "`identity` where no empty path is",
        "`identity` is the empty path of a merge: what comes in goes out. It is a whole path, has "
        "no name, and nothing follows it. (IDENTITY in capitals is a layer like any other.)",
        "add:\n    CONV 8 1x1 filters\n    identity -> RELU",
        "add:\n    CONV 8 1x1 filters\n    RELU",
    ),
    "E603": Explanation(
        "`path:` outside a merge",
        "`path:` makes several lines one path, so it stands directly in `concat:`, `add:`, "
        "`multiply:` or `join:`.",
    ),
    "E604": Explanation(
        "`from` inside a chain",
        "`from NAME` opens a chain at that line's output. Behind an arrow it would throw away what "
        "the chain computed so far.",
        "CONV1: 8 1x1 filters -> from input",
        "from input -> CONV1: 8 1x1 filters",
    ),
    "E605": Explanation(
        "something that `after` cannot add",
        "`after CONV, FC: RELU` adds one layer behind each such line, without changing a name. So "
        "the layer has no weights, which would need keys, and no name, which only one can have.",
        "after CONV: BN",
        "after CONV: RELU",
    ),
    "E606": Explanation(
        "INPUT where nothing comes in",
        "INPUT is the first line of a network. What flows into a block is there without a line, "
        "and is called `input`.",
    ),
    "E607": Explanation(
        "two activations, one of them from `after`",
        "`after CONV: RELU` adds RELU directly behind CONV, and this chain goes on with a "
        "normalization or an activation of its own. `linear` says that the line gets none from "
        "`after`.",
        "after CONV: RELU\nCONV 8 1x1 filters -> BN",
        "after CONV: RELU\nCONV 8 1x1 filters, linear -> BN",
    ),
    "E608": Explanation(
        "a network without layers",
        "INPUT alone computes nothing.",
    ),
    "E609": Explanation(
        "a merge without a path",
        "Every `if` in it chose nothing, or a `for` had no round. A merge left with one path is "
        "that path, but without any there is nothing to go on from.",
    ),
    "E610": Explanation(
        "class scores that something follows",
        "`(class scores)` says that the line is the network's output, which never gets an "
        "activation; here another line goes on after it.",
        "FC 10 neurons (class scores) -> RELU",
        "FC 10 neurons (class scores)",
    ),
    "E611": Explanation(
        "a layer that leads nowhere",
        "What a layer computes must reach the output. A line that opens with `from` leaves what "
        "stood before it, and nothing else uses that.",
        "CONV1: 8 1x1 filters\nfrom input -> CONV2: 8 1x1 filters",
        "CONV1: 8 1x1 filters -> CONV2: 8 1x1 filters",
    ),
    "E612": Explanation(
        "a file that does not exist",
        "`use` looks beside the file that says it, then among the specs that come with archdsl. "
        "Its path says the way from there: a path from the root would mean another file on every "
        "machine, and could name any file of its reader's.",
    ),
    "E613": Explanation(
        "files that use each other in a circle",
        "One of them would have to be read before itself.",
    ),
    "E614": Explanation(
        "a file without that block",
        "`use` names blocks that the file defines itself, at its top level.",
    ),
    "E615": Explanation(
        "class scores that are maps",
        "Class scores are one number a class, and a loss takes them as a vector. What a pooling or "
        "a convolution gives are maps, even where they are [1x1xC]: `FLATTEN` makes the vector.",
        "GLOBAL AVG POOL (class scores)",
        "GLOBAL AVG POOL -> FLATTEN (class scores)",
    ),
    "E616": Explanation(
        "a side head without layers",
        "What an `auxiliary` computes is its own: a line of the network is an output already.",
        "auxiliary aux from conv1, weight 0.3: from input",
        "auxiliary aux from conv1, weight 0.3: FC 10 neurons (class scores)",
    ),
    "E617": Explanation(
        "a `split` that governs no whole network",
        "`split over 2 gpus` divides the maps of every layer between two devices or more, so it "
        "stands once, above all layers. Only INPUT, which lies whole on every device, may stand "
        "above it.",
        "CONV1: 8 1x1 filters\nsplit over 2 gpus",
        "split over 2 gpus\nCONV1: 8 1x1 filters",
    ),
    "E618": Explanation(
        "what cannot be divided between gpus",
        "Below `split over 2 gpus` every device holds its share of the maps of every layer, and a "
        "layer sees those of its own device. So each number of filters, neurons and groups comes "
        "out even, and no layer but one that says `across gpus` makes a map of the maps of several "
        "devices.",
        "split over 2 gpus\nCONV1: 97 1x1 filters",
        "split over 2 gpus\nCONV1: 98 1x1 filters",
    ),
    "E619": Explanation(
        "`across gpus` that says nothing, or the opposite",
        "`across gpus` lets a layer of a split network see the maps of all devices. Without a "
        "split there is one device, and a layer in groups sees some of the maps only.",
        "CONV1: 8 1x1 filters, across gpus",
        "split over 2 gpus\nCONV1: 8 1x1 filters\nCONV2: 8 1x1 filters, across gpus",
    ),
}
