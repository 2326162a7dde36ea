"""What the guide takes a picture for before a change and after it: whether the change did what it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from lwise_core.enhancement.path import EnhancementPath


@dataclass(frozen=True)
class FirstChoice:
    """A guide's first choice, by its own names, and its probability in [0, 1], for a picture before and after."""

    before: tuple[str, float]
    after: tuple[str, float]

    @classmethod
    def at(cls, path: EnhancementPath, *, step: int) -> FirstChoice:
        """Return it for the first image of ``path``, and for what that shows after ``step`` steps."""
        return cls(_of(path, 0), _of(path, path.best_steps()[step]))

    @property
    def sentence(self) -> str:
        """What the picture is taken for after the change, and what the original is."""
        (before, sure), (after, surer) = self.before, self.after
        return f"The guide takes it for {after} ({surer:.0%}); the original, for {before} ({sure:.0%})."

    def turned(self, towards: str) -> str:
        """Return the sentence that the guide took the picture for ``towards`` not before, or not after the change.

        Empty where it did both times. One probability at most is said: that of the guide, which is none of being right.
        """
        (before, sure), (after, surer) = self.before, self.after
        if after == before == towards:
            return ""
        if after == towards:
            return (
                f"Only since this change does the guide take the picture for {towards}; before, it took it for "
                f"{before} ({sure:.0%})."
            )
        if after != before:
            return f"After this change the guide takes the picture for {after} ({surer:.0%}), not for {towards}."
        if f"{surer:.0%}" != f"{sure:.0%}" and surer > sure:
            return (
                f"The guide still takes the picture for {after}, not for {towards}, and this change made it surer of "
                f"that ({surer:.0%})."
            )
        return f"The guide still takes the picture for {after} ({surer:.0%}), not for {towards}."


def _of(path: EnhancementPath, frame: int) -> tuple[str, float]:
    probability, index = path.frames[frame].logits[0].softmax(dim=0).max(dim=0)
    return path.guide.classes[int(index)], float(probability)
