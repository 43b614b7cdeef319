"""Quick products are for learning only."""

from __future__ import annotations

import pytest
import torch

from recluse_export.train.precision import quick_products


@quick_products()
def diverge() -> float:
    during = torch.get_float32_matmul_precision() == "medium"
    return 1 / (0 if during else 1)


def test_products_are_exact_again_after_training_even_when_it_failed():
    before = torch.get_float32_matmul_precision()
    with pytest.raises(ZeroDivisionError):
        diverge()
    assert torch.get_float32_matmul_precision() == before


def test_quick_products_are_within_bfloat16_of_exact_ones():
    random = torch.Generator().manual_seed(1)
    left, right = torch.randn(300, 64, generator=random), torch.randn(64, 500, generator=random)
    exact = left @ right
    with quick_products():
        quick = left @ right
    assert (quick - exact).abs().max() < 2**-7 * (left.abs() @ right.abs()).max()
