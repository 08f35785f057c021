# Written by archdsl from repeats.arch with n=3.
# Spec a129c0a1848e0fa2, code 6f346b205092ce60: the hash of all that follows this line.
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Repeats"]


class Repeats(nn.Module):
    """Two computed repeats in a row, each of which may be none.

    (N, 3, 8, 8) -> (N, 32 if n >= 1 else 3, 8, 8)
    """

    def __init__(self, n: int = 3) -> None:
        super().__init__()
        self.a = nn.Sequential(
            *(
                nn.Conv2d(3 if i == 0 else 16, 16, kernel_size=3, padding=1)
                for i in range(n)
            ),
        )
        self.b = nn.Sequential(
            *(
                nn.Conv2d(
                    (16 if n >= 1 else 3) if i == 0 else 32,
                    32,
                    kernel_size=3,
                    padding=1,
                )
                for i in range(n)
            ),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)  # (N, 16, 8, 8)
        x = self.b(x)  # (N, 32, 8, 8)
        output = F.relu(x)  # (N, 32, 8, 8)
        return output
