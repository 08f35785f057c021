# Written by archdsl from choices.arch with deep=yes, kind=1.
# Spec 180a679877d0c293, code 6310a6a0d308cfb9: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Choices"]


class Choices(nn.Module):
    """Members of a group behind a choice are called by their position, whatever was
    chosen.

    (N, 4, 8, 8) -> (N, 4, 8, 8)
    """

    def __init__(self, deep: bool = True, kind: int = 1) -> None:
        super().__init__()
        self.deep = deep
        self.kind = kind
        self.features = nn.ModuleDict()
        self.features["0"] = nn.Conv2d(4, 4, kernel_size=1)
        if deep:
            self.features["2"] = nn.Conv2d(4, 6, kernel_size=3, padding=1)
        self.features.add_module(
            f"{4 if deep else 2}", nn.Conv2d(6 if deep else 4, 8, kernel_size=1)
        )
        if kind == 1:
            self.features.add_module(
                f"{(4 if deep else 2) + 2}", nn.Conv2d(8, 8, kernel_size=3, padding=1)
            )
        else:
            self.features.add_module(f"{(4 if deep else 2) + 2}", nn.BatchNorm2d(8))
        self.features.add_module(
            f"{(4 if deep else 2) + 4}", nn.Conv2d(8, 8, kernel_size=1)
        )
        self.conv1 = nn.Conv2d(8, 4, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.features["0"](x))
        if self.deep:
            x = F.relu(self.features["2"](x))
        x = F.relu(self.features[f"{4 if self.deep else 2}"](x))
        if self.kind == 1:
            x = torch.tanh(self.features[f"{(4 if self.deep else 2) + 2}"](x))
        else:
            x = F.relu(self.features[f"{(4 if self.deep else 2) + 2}"](x))
        # (N, 8, 8, 8)
        x = x + F.relu(self.features[f"{(4 if self.deep else 2) + 4}"](x))
        output: Tensor = self.conv1(x)  # (N, 4, 8, 8)
        return output
