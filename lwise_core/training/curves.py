"""The curves of a training run as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from lwise_core.training.trainer import Epoch

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 640, 360, 56, 24, 150, 44
# Okabe & Ito's palette; the dashes tell the lines apart without colour too.
_LINES = (
    ("clean, set aside", "clean_accuracy", "#0072B2", ""),
    ("under attack, set aside", "robust_accuracy", "#D55E00", "6 3"),
    ("under attack, training", "attacked_accuracy", "#009E73", "2 3"),
)


def curves_svg(epochs: Sequence[Epoch]) -> str:
    """Return the accuracies of ``epochs`` over the epochs as an SVG picture; the scale is always 0–100%."""
    last = max((e.number for e in epochs), default=1)
    parts = [_axes(last)]
    for i, (label, name, colour, dashes) in enumerate(_LINES):
        points = " ".join(f"{_x(e.number, last):.1f},{_y(getattr(e, name)):.1f}" for e in epochs)
        style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        top = _TOP + 14 + 20 * i
        right = _WIDTH - _RIGHT
        parts.append(f'<polyline points="{points}" {style}/>')
        parts.append(f'<line x1="{right + 8}" x2="{right + 28}" y1="{top - 4}" y2="{top - 4}" {style}/>')
        parts.append(f'<text x="{right + 32}" y="{top}">{label}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><title>Accuracy after each epoch</title><rect width="{_WIDTH}" height="{_HEIGHT}" '
        f'fill="white"/>\n{body}\n</svg>\n'
    )


def _x(epoch: float, last: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * epoch / last


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def _axes(last: int) -> str:
    marks = [
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(s):.1f}" y2="{_y(s):.1f}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 6}" y="{_y(s) + 4:.1f}" text-anchor="end">{s:.0%}</text>'
        for s in (0, 0.25, 0.5, 0.75, 1)
    ]
    every = max(1, last // 10)
    marks += [
        f'<text x="{_x(e, last):.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{e}</text>'
        for e in range(0, last + 1, every)
    ]
    marks.append(f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">epoch</text>')
    return "\n".join(marks)
