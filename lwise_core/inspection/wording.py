"""Every number of an inspection in words, as the Inspect page and the library say it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from lwise_core.guides.novelty import Novelty
from lwise_core.inspection.evidence import Evidence
from lwise_core.inspection.evidence_ledger import EvidenceLedger
from lwise_core.inspection.examine import MapPair, Opinion, agreement_of
from lwise_core.inspection.folding import FoldedPattern
from lwise_core.inspection.indicators import NOT_SAFETY, Indicator, Light, LightState, Risk, no_flag_up_to
from lwise_core.inspection.perturbation import Lattice, PerceptualDifference


def signed(text: str) -> str:
    """Return ``text`` with the minus sign of typographers instead of hyphens; for numbers only."""
    return text.replace("-", "−")


def facts_of(indicator: Indicator) -> str:
    """Return an indicator's value with its unit, what it would be by chance, and its limit."""
    measure, limit = indicator.measure, indicator.limit
    side = "above" if measure.high_is_bad else "below"
    known = indicator.value is not None
    facts = [
        signed(f"{indicator.value:.3g} ({measure.unit})") if known else f"– {indicator.because}",
        f"by chance {indicator.null}" if indicator.null else "",
        f"flagged {side} {limit.value:.3g}" if limit is not None else "it has no limit",
    ]
    return f"{'; '.join(fact.rstrip('.') for fact in facts if fact)}."


def clear_range(risks: tuple[Risk, ...]) -> str:
    """Return the sentence on how far ε may go before the first flag."""
    clear = no_flag_up_to(risks)
    if clear is None:
        return "The light about evidence cannot judge this picture, so nothing is said about how far ε may go."
    first = next((risk for risk in risks if risk.flagged), None)
    if clear == 0 and first is not None:
        lights = (first.semantic, first.artefact)
        asked = [f"“{light.kind}”" for light in lights if light.state is LightState.FLAGGED]
        return f"Flagged from the smallest change on: {_listed(asked)}"
    return f"No flag up to ε = {clear:.2f}: {NOT_SAFETY}."


_SIGNS = {
    "H1": "the original hardly shows {towards} to this guide",
    "HE": "most of the gain arose where nothing in the original spoke for {towards}",
    "H7": "fine detail where the original is flat",
    "H8": "a regular pattern",
    "H9": "pixels driven to black or white",
    "HF": "fine grain",
    "HS": "fine detail of the original smoothed away",
}
"""What a flagged indicator means, in words that can be read aloud."""


_UNLIKE = "Be careful: the picture is unlike what the guide learnt, so what it says here may mean nothing."
_UNJUDGED = (
    "Nobody can say whether this guide knows pictures of this kind: {because}. It names a class for anything, so make "
    "sure that yours is what it learnt, or calibrate it on such pictures."
)


def verdict_of(risk: Risk, *, towards: str, novelty: Novelty | None = None) -> str:
    """Return in one to six sentences, to be read aloud, whether a change ``towards`` a class can be trusted.

    ``novelty`` is whether the original is unlike what the guide learnt, None where that is said elsewhere. Where it is
    unlike, that comes first, unless the light about evidence says already that the change is not to be trusted; where
    it cannot be judged, that comes first with the reason, always: whatever follows rests on it. Then comes that the
    guide takes the picture for something else after the change, where it does.
    """
    if risk.step == 0:
        return "Nothing is changed at this ε."
    before, nothing = _before_all(risk, novelty)
    missed = "" if risk.choice is None else risk.choice.missed(towards)
    trust = _trust(risk, towards=towards, nothing="Otherwise nothing" if missed else nothing)
    return " ".join(filter(None, (before, missed, trust, risk.semantic.alike)))


def _before_all(risk: Risk, novelty: Novelty | None) -> tuple[str, str]:
    """Return what is said before a verdict, and how the verdict then says that there is nothing against the change."""
    if novelty is not None and novelty.unjudged:
        return _UNJUDGED.format(because=novelty.because), "Otherwise nothing"
    if novelty is not None and novelty.flagged and risk.semantic.state is not LightState.FLAGGED:
        return _UNLIKE, "Nothing else"
    return "", "Nothing"


def _trust(risk: Risk, *, towards: str, nothing: str) -> str:
    evidence, paint = risk.semantic, risk.artefact
    if evidence.contradicted:
        said = f"Do not trust this change: {evidence.contradicted}."
    elif evidence.state is LightState.FLAGGED:
        said = f"Do not trust this change: {_listed(_signs(evidence, towards=towards))}."
    elif evidence.state is LightState.CANNOT_JUDGE:
        said = f"Nobody can say here whether {towards} was there before."
    elif risk.why.seen is False:
        said = (
            f"Hardly anything in the original spoke for {towards}. Some pictures that do show it are like that, so it "
            "is not flagged."
        )
    elif paint.state is LightState.FLAGGED:
        marks = _paint(paint, towards)
        return f"Nothing says that {towards} was missing before, but the change holds artefacts: {marks}."
    else:
        return f"{nothing} speaks against this change towards {towards}, which is no proof that it is right."
    if paint.state is LightState.FLAGGED:
        return f"{said} It also holds artefacts: {_paint(paint, towards)}."
    return said


def missing_of(light: Light) -> str:
    """Return why ``light`` cannot judge, as a sentence; empty where it can."""
    if light.state is not LightState.CANNOT_JUDGE:
        return ""
    reasons = [i.because for i in light.indicators if i.because]
    return _upper(reasons[0]) if reasons else "There are no limits for this guide."


def _signs(light: Light, *, towards: str) -> list[str]:
    flagged = [i.measure for i in light.counted if i.state is LightState.FLAGGED]
    return [_SIGNS.get(m.key, m.name.lower()).format(towards=towards) for m in flagged]


def _paint(light: Light, towards: str) -> str:
    return _listed(_signs(light, towards=towards))


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def overlap_of(evidence: Evidence, *, step: int) -> tuple[str, str]:
    """Return the share of the change on the pixels with the most evidence, and the sentence that goes on from it.

    Both are empty where nothing has changed at this step.
    """
    if not step or not isfinite(evidence.mass[step]):
        return "", ""
    own, others = evidence.mass[step], evidence.mass_of_others[:, step]
    compared = f"; on those of {len(others)} other classes {others.mean():.0%} on average" if len(others) else ""
    return f"{own:.0%}", f" of the change lies on the pixels with the most evidence{compared}."


def where_it_arose(ledger: EvidenceLedger, *, step: int) -> str:
    """Return the sentence on where the gain of the class arose, and on what places lost."""
    supported, unsupported = ledger.supported_share(step), ledger.unsupported_share(step)
    if supported is None or unsupported is None:
        return "Too little was gained to say where it arose."
    return signed(
        f"Of what places gained for the class, {supported:.0%} arose where the original spoke for it and "
        f"{unsupported:.0%} where nothing did; places gained {ledger.gained(step):.2f} and lost "
        f"{abs(ledger.lost(step)):.2f} of the logit."
    )


def look_of(look: PerceptualDifference) -> tuple[tuple[str, str, str], ...]:
    """Return how much a change shows: names, figures, and what is said beside them."""
    return (
        ("RMS", f"{look.rms:.1f} of 255", ""),
        ("Colour, ΔE2000", f"{look.delta_e:.1f}", f"5% of the pixels differ by more than {look.delta_e_95:.1f}"),
        ("Similarity, SSIM", f"{look.ssim:.3f}", f"5% of the pixels are below {look.ssim_5:.3f}"),
        ("Newly saturated", f"{look.saturated:.1%}", ""),
    )


def lattice_row(lattice: Lattice) -> dict[str, str]:
    """Return one row of the table of patterns that repeat."""
    return {
        "Pattern every": f"{lattice.period} px",
        "Peak": f"{lattice.peak_db:.1f} dB above its ring",
        "95% of chance": f"{lattice.null_db:.1f} dB",
        "p": f"{lattice.p:.3f}",
    }


def folded_row(found: FoldedPattern) -> dict[str, str]:
    """Return one row of the table of what repeats when the change is folded."""
    return {
        "Repeats every": f"{found.period} px",
        "Alike in all tiles": f"{found.share:.1%}",
        "95% of chance": f"{found.null:.1%}",
        "p": f"{found.p:.3f}",
    }


def opinion_row(opinion: Opinion, *, class_name: str) -> dict[str, str]:
    """Return one row of the table of what guides say."""
    logits = "does not know this class"
    if opinion.logits is not None:
        before, after = opinion.logits
        logits = signed(f"{before:.2f} → {after:.2f} ({after - before:+.2f})")
    return {
        "Guide": opinion.guide,
        "Original": f"{opinion.before[0]} ({opinion.before[1]:.0%})",
        "Enhanced": f"{opinion.after[0]} ({opinion.after[1]:.0%})",
        f"Logit of {class_name}": logits,
    }


def doubt_of(pair: MapPair) -> str:
    """Return the sentence that a map of the original is no better than chance; empty where it is better, or unknown.

    Chance is a random order of the same pixels, by both ways of asking: pixels taken out, and pixels put back in.
    """
    if pair.faithful is None:
        return ""
    ranked, random = pair.faithful.ranked, pair.faithful.random
    return _NO_BETTER[ranked.deletion.area >= random.deletion.area, ranked.insertion.area <= random.insertion.area]


_NO_BETTER = {
    (False, False): "",
    (True, False): "This map is no better than chance here: taking out the pixels that it ranks highest lowers the "
    "class no sooner than taking out pixels at random.",
    (False, True): "This map is no better than chance here: putting back the pixels that it ranks highest raises the "
    "class no sooner than putting back pixels at random.",
    (True, True): "This map is no better than chance here: neither taking out nor putting back the pixels that it "
    "ranks highest moves the class sooner than pixels at random do.",
}
"""What is said of a map by whether it fails when pixels are taken out, and when they are put back."""


def agreement_lines(pairs: Sequence[MapPair]) -> tuple[str, ...]:
    """Return how alike every two methods rank the original's pixels."""
    found = agreement_of(pairs)
    names = [pair.method.title for pair in pairs]
    return tuple(
        f"{names[i]} and {names[j]}: " + ("no order" if (rho := found[i][j]) is None else signed(f"ρ = {rho:.2f}"))
        for i in range(len(names))
        for j in range(i)
    )
