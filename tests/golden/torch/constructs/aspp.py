# Written by archdsl from aspp.arch with branches=3, pyramid=yes.
# Spec 2e7545de2f28b43f, code 328adfece7061b81: the hash of all that follows this line.
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Aspp"]


class Aspp(nn.Module):
    """Numbers of paths that depend on parameters, paddings, poolings.

    (N, 3, 24, 24) -> (N, 7)
    """

    def __init__(self, branches: int = 3, pyramid: bool = True) -> None:
        super().__init__()
        self.branches = branches
        self.pyramid = pyramid
        self.conv = nn.Conv2d(3, 6, kernel_size=3, padding=1)
        self.b0 = nn.Sequential(nn.Conv2d(6, 4, kernel_size=1), nn.ReLU())
        self.aspp1 = nn.Sequential(
            nn.Conv2d(6, 4, kernel_size=3, padding=1), nn.BatchNorm2d(4)
        )
        self.aspp2 = nn.Sequential(
            nn.Conv2d(6, 4, kernel_size=3, padding=2, dilation=2), nn.BatchNorm2d(4)
        )
        self.aspp3 = nn.Sequential(
            nn.Conv2d(6, 4, kernel_size=3, padding=3, dilation=3), nn.BatchNorm2d(4)
        )
        if pyramid:
            self.p = nn.Sequential(
                nn.AvgPool2d(
                    kernel_size=3, stride=1, padding=1, count_include_pad=False
                ),
                nn.Conv2d(6, 2, kernel_size=1),
            )
        for i in range(1, branches + 1):
            self.add_module(
                f"head{i}", nn.Conv2d(18 if pyramid else 16, 2 * i, kernel_size=1)
            )
        for i in range(1, branches + 1):
            self.add_module(
                f"c{i}",
                nn.Conv2d(sum(2 * i for i in range(1, branches + 1)), 5, kernel_size=1),
            )
        self.identity5 = nn.Conv2d(
            sum(2 * i for i in range(1, branches + 1)), 5, kernel_size=3, padding=1
        )
        self.conv9 = nn.Conv2d(5, 3, kernel_size=(3, 1), stride=(2, 1))
        self.conv10 = nn.Conv2d(3, 3, kernel_size=4, groups=3)
        self.conv11 = nn.Conv2d(3, 3, kernel_size=3, padding=1, groups=3)
        self.norm = nn.LocalResponseNorm(3, alpha=0.1, beta=0.5)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.pool_2 = nn.AvgPool2d(
            kernel_size=(2, 3), stride=2, padding=1, ceil_mode=True
        )
        self.pool_3 = nn.AdaptiveAvgPool2d((2, 3))
        self.fc = nn.Linear(18, 7, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))  # (N, 6, 24, 24)
        paths: list[Tensor] = [self.b0(x), self.aspp1(x), self.aspp2(x), self.aspp3(x)]
        if self.pyramid:
            paths.append(self.p(x))
        x = torch.cat(paths, dim=1)  # (N, 18, 24, 24)
        del paths
        # (N, 12, 24, 24)
        x = torch.cat(
            [getattr(self, f"head{i}")(x) for i in range(1, self.branches + 1)], dim=1
        )
        paths2: list[Tensor] = []
        for i in range(1, self.branches + 1):
            paths2.append(getattr(self, f"c{i}")(x))
        paths2.append(self.identity5(x))
        x = torch.stack(paths2).mean(dim=0)  # (N, 5, 24, 24)
        del paths2
        x = self.conv9(F.pad(x, (1, 0, 1, 0)))  # (N, 3, 12, 25)
        x = self.conv10(F.pad(x, (2, 1, 1, 2)))  # (N, 3, 12, 25)
        x = self.conv11(x)  # (N, 3, 12, 25)
        x = self.norm(x)  # (N, 3, 12, 25)
        x = self.pool(x)  # (N, 3, 6, 12)
        x = self.pool_2(x)  # (N, 3, 4, 7)
        x = self.pool_3(x)  # (N, 3, 2, 3)
        output: Tensor = self.fc(torch.flatten(x, 1))  # (N, 7)
        return output
