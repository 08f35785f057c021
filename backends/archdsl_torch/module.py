"""The whole file: header, imports, helper classes, a class a block, the network's class."""

from __future__ import annotations

import hashlib
import re

from archdsl.ir.evaluate import show
from archdsl.network import Network
from archdsl_torch.file import File
from archdsl_torch.heads import output_class
from archdsl_torch.helper_text import helper_text
from archdsl_torch.towers import TowerFile


def emit_module(network: Network, devices: tuple[str, ...] = ()) -> str:
    """The source text of the network as a PyTorch module: for one device, or a tower on each.

    Raises `Unwritable` for a spec that no class with parameters can say.
    """
    file = TowerFile(network, devices) if devices else File(network)
    classes = file.classes()
    file.refuse_unknown()
    exported = [file.main.class_name]
    if file.output_class:
        classes.insert(-1, output_class(file))
        exported.append(file.output_class)
    helpers = [helper_text(name) for name in sorted(file.helpers)]
    body = "\n\n\n".join([*helpers, *classes]) + "\n"
    imports = ["from torch import Tensor, nn"]
    if re.search(r"\bF\.", body):
        imports.insert(0, "import torch.nn.functional as F")
    if re.search(r"\btorch\.", body):
        imports.insert(0, "import torch")
    if file.output_class:
        imports.insert(0, "from typing import NamedTuple\n")
    listed = ", ".join(f'"{name}"' for name in exported)
    body = "\n".join(imports) + f"\n\n__all__ = [{listed}]\n\n\n" + body
    return _header(network, body, devices) + body


def _header(network: Network, body: str, devices: tuple[str, ...]) -> str:
    """Where the file comes from, and two hashes: of the spec with all it uses, and of this file."""
    options = ", ".join(f"{name}={show(value)}" for name, value in network.values.items())
    options = f" with {options}" if options else ""
    options += f" for {', '.join(devices)}" if devices else ""
    name = "".join(char for char in network.name if char.isprintable())
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return (
        f"# Written by archdsl from {name}.arch{options}.\n"
        f"# Spec {network.fingerprint}, code {digest}: the hash of all that follows this line.\n"
    )
