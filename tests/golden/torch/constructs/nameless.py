# Written by archdsl from nameless.arch with n=3, tokens=yes.
# Spec 6be24fa3fdd3e542, code 93ac34a1c3f7345b: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Nameless"]


def with_class_token(x: Tensor, token: Tensor) -> Tensor:
    """One more token in front of a sequence, which is maps of width 1."""
    front = token.mT.unsqueeze(3).expand(len(x), -1, -1, -1)
    return torch.cat([front, x], dim=2)


def with_position(x: Tensor, position: Tensor) -> Tensor:
    """The maps plus a vector at each position, row by row."""
    return x + position.mT.reshape(1, *x.shape[1:])


class Scaled(nn.Module):
    """The spec's block Scaled.

    (N, 4, 4, 2) -> (N, 4, 4, 2)
    """

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n
        if n > 1:
            self.first = nn.Parameter(torch.ones(4, 1, 1))
        self.scale = nn.ModuleDict()
        for i in range(n):
            self.scale.register_parameter(
                f"{i}", nn.Parameter(0.5 * torch.ones(4, 1, 1))
            )

    def forward(self, x: Tensor) -> Tensor:
        if self.n > 1:
            x = x * self.first
        for i in range(self.n):
            x = x * self.scale.get_parameter(f"{i}")
        return x


class Nameless(nn.Module):
    """Weights whose key is the layer's own name: in blocks, choices, repeats, loops,
    groups and paths.

    (N, 4, 4, 2) -> (N, 4)
    """

    def __init__(self, n: int = 3, tokens: bool = True) -> None:
        super().__init__()
        self.n = n
        self.tokens = tokens
        self.repeated = nn.ModuleDict()
        for i in range(n):
            self.repeated.register_parameter(
                f"{i}", nn.Parameter((n / 2) * torch.ones(4, 1, 1))
            )
        for i in range(1, n + 1):
            self.register_parameter(f"loop{i}", nn.Parameter(torch.ones(4, 1, 1)))
        self.b = Scaled(n)
        self.several = nn.Sequential(*(Scaled(2) for _ in range(2)))
        for i in range(1, n + 1):
            self.register_parameter(f"way{i}", nn.Parameter(i * torch.ones(4, 1, 1)))
        if tokens:
            self.here: nn.Parameter = nn.Parameter(
                nn.init.normal_(torch.empty(1, 8, 4), std=0.02)
            )
        else:
            self.here = nn.Parameter(torch.ones(4, 1, 1))
        self.group = nn.ModuleDict()
        self.group.register_parameter("0", nn.Parameter(torch.ones(4, 1, 1)))
        self.group.register_parameter(
            "place", nn.Parameter(nn.init.normal_(torch.empty(1, 8, 4), std=0.02))
        )
        self.group.register_parameter("3", nn.Parameter(torch.ones(4, 1, 1)))
        for i in range(n):
            self.group.register_parameter(
                f"{i + 5}", nn.Parameter(torch.zeros(1, 1, 4))
            )
        self.fc = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        for i in range(self.n):
            x = x * self.repeated.get_parameter(f"{i}")
        for i in range(1, self.n + 1):
            x = x * self.get_parameter(f"loop{i}")
        x = self.b(x)  # (N, 4, 4, 2)
        x = self.several(x)  # (N, 4, 4, 2)
        paths: list[Tensor] = []
        for i in range(1, self.n + 1):
            paths.append(x * self.get_parameter(f"way{i}"))
        paths.append(F.gelu(x))
        x = torch.stack(paths).mean(dim=0)  # (N, 4, 4, 2)
        del paths
        if self.tokens:
            x = with_position(x, self.here)
        else:
            x = x * self.here
        x = F.relu(x * self.group.get_parameter("0"))
        x = with_position(x, self.group.get_parameter("place"))
        x = (x * self.group.get_parameter("3")).flatten(2).unsqueeze(3)
        for i in range(self.n):
            x = with_class_token(x, self.group.get_parameter(f"{i + 5}"))
        x = x[:, :, 0, 0]  # (N, 4)
        output: Tensor = self.fc(x) * self.scale  # (N, 4)
        return output
