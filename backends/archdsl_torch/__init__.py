"""Graph -> a readable PyTorch module, as a good engineer would have written it."""

from __future__ import annotations

from archdsl.backend import BackendError
from archdsl.lowering import NoRule
from archdsl.network import Network


class TorchBackend:
    """Writes one Python file that imports torch and nothing else."""

    formats = ("py",)

    def emit(self, network: Network, format: str, *, devices: tuple[str, ...] = ()) -> bytes:
        """The file; with devices, of a split network, a tower on each.

        Raises `BackendError` for a spec that no class with parameters can say.
        """
        from archdsl_torch.module import emit_module
        from archdsl_torch.signatures import Unwritable

        try:
            return emit_module(network, devices).encode()
        except (Unwritable, NoRule) as failure:
            raise BackendError(
                f"{network.class_name} cannot be written in PyTorch: {failure}"
            ) from None


BACKEND = TorchBackend()
