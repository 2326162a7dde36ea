"""Which arithmetic a machine computes in natively; one that has to be imitated is many times slower."""

from __future__ import annotations

import torch


def native_bf16(device: torch.device) -> bool:
    """Return whether ``device`` multiplies bfloat16 matrices itself.

    A processor without AVX-512 imitates them: measured on one with AVX2, 1 GFLOP/s against 50 in float32.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
