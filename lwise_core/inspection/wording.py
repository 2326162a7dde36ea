"""Every number of an inspection in words, as the Inspect page and the library say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from operator import attrgetter

from lwise_core._utils.class_names import canonical
from lwise_core._utils.counting import counted
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
    """Return the sentence on how far ε may go before the first flag, or to where the guide was trained for it."""
    clear = no_flag_up_to(risks)
    if clear is None:
        return "The light about evidence cannot judge this picture, so nothing is said about how far ε may go."
    first = next((risk for risk in risks if risk.flagged), None)
    if clear == 0 and first is not None:
        lights = (first.semantic, first.artefact)
        asked = [f"“{light.kind}”" for light in lights if light.state is LightState.FLAGGED]
        return f"Flagged from the smallest change on: {_listed(asked)}"
    trained = next((risk.beyond for risk in risks if risk.beyond is not None), None)
    if trained is not None and trained < clear:
        return f"No flag up to ε = {trained:.2f}, above which the guide increasingly invents: {NOT_SAFETY}."
    return f"No flag up to ε = {clear:.2f}: {NOT_SAFETY}."


_OWN_INVENTION = "At this ε the guide's changes are increasingly its own invention."
_WHAT_IT_WAS_TRAINED_FOR = "That begins above ε = {trained:.2f}, seven times the budget that it was trained with."


def own_invention(trained: float) -> tuple[str, str]:
    """Return the two sentences on changes above ``trained``, from which on a guide increasingly invents them."""
    return _OWN_INVENTION, _WHAT_IT_WAS_TRAINED_FOR.format(trained=trained)


_UNLIKE = "Be careful: the picture is unlike what the guide learnt, so what it says here may mean nothing."
_UNJUDGED = "Nobody can say whether this guide knows pictures of this kind: {because}."
_MAKE_SURE = (
    "It names a class for anything, so make sure that yours is what it learnt, or calibrate it on such pictures."
)


_UNKNOWN = (
    "Whether the picture supports this change cannot be judged: how clearly it shows {towards}, beside other pictures "
    "of {towards}, is not known."
)
_AWAY = "This change takes away from what the guide sees of {towards}, and the lights are about changes that add to it."
_UNDECIDED = "Whether the picture supports this change cannot be judged: {because}"


def verdict_of(risk: Risk, *, towards: str, novelty: Novelty | None = None) -> str:
    """Return whether a change ``towards`` a class can be trusted: the sentences of :func:`verdict_sentences`."""
    return " ".join(verdict_sentences(risk, towards=towards, novelty=novelty))


def verdict_sentences(risk: Risk, *, towards: str, novelty: Novelty | None = None) -> tuple[str, ...]:
    """Return in one to nine sentences, to be read aloud, whether a change ``towards`` a class can be trusted.

    The first is a judgement, with one number at most. ``novelty`` is whether the original is unlike what the guide
    learnt, None where that is said elsewhere. Unless the change is not to be trusted anyway, that comes first where it
    is unlike or cannot be judged, then that the change is larger than what the guide was trained for, and then what the
    guide takes the picture for where that is another class before the change or after it: whatever follows rests on it.
    """
    if risk.step == 0:
        return ("Nothing is changed at this ε.",)
    rests_on, did = _novelty_words(risk, novelty), tuple(_did(risk, towards))
    own: tuple[str, ...] = () if risk.beyond is None else own_invention(risk.beyond)
    said: tuple[str, ...]
    if risk.semantic.state is LightState.FLAGGED:
        said = (_distrust(risk.semantic, towards), _also(risk.artefact, towards), *did, *own, *rests_on)
    elif rests_on:
        said = (*rests_on, *own, *did, *_judgement(risk, towards, otherwise=True))
    elif own or did:
        first, *further = (*own, *did)
        said = (_careful(first), *further, *_judgement(risk, towards, otherwise=True))
    else:
        said = _judgement(risk, towards)
    return tuple(filter(None, (*said, risk.semantic.alike)))


def _did(risk: Risk, towards: str) -> Iterator[str]:
    """Yield what the change did to what the guide sees, where that is not what a change towards a class should do."""
    if risk.gain < 0:
        yield _AWAY.format(towards=towards)
    turned = "" if risk.choice is None else risk.choice.turned(towards)
    if turned:
        yield turned


def _careful(sentence: str) -> str:
    return f"Be careful: {sentence[:1].lower()}{sentence[1:]}"


def _novelty_words(risk: Risk, novelty: Novelty | None) -> tuple[str, ...]:
    if novelty is not None and novelty.unjudged:
        return _UNJUDGED.format(because=novelty.because), _MAKE_SURE
    if novelty is not None and novelty.flagged and risk.semantic.state is not LightState.FLAGGED:
        return (_UNLIKE,)
    return ()


def _distrust(evidence: Light, towards: str) -> str:
    return f"Do not trust this change: {evidence.contradicted or _listed(_signs(evidence, towards))}."


def _also(paint: Light, towards: str) -> str:
    if paint.state is not LightState.FLAGGED:
        return ""
    return f"It also holds artefacts: {_listed(_signs(paint, towards))}."


def _judgement(risk: Risk, towards: str, *, otherwise: bool = False) -> tuple[str, ...]:
    """Return what is said where the light about evidence is not flagged; ``otherwise``: below what comes before."""
    paint, missing = risk.artefact, f"no sign that {towards} was missing before"
    careful = str if otherwise else _careful
    if risk.semantic.state is LightState.CANNOT_JUDGE:
        unknown = _UNDECIDED if risk.semantic.undecided else _UNKNOWN
        said = unknown.format(towards=towards, because=risk.semantic.because)
        return said, _also(paint, towards) or _found_none(paint)
    if paint.state is LightState.FLAGGED:
        marks = _listed(_signs(paint, towards))
        return careful(f"This change holds artefacts: {marks}."), f"There is {missing}."
    if paint.state is LightState.CANNOT_JUDGE:
        return (f"There is {missing}, which does not make this change right; artefacts cannot be judged.",)
    nothing = "Otherwise nothing" if otherwise else "Nothing"
    return (f"{nothing} was found against this change, which does not make it right: {missing}, and no artefacts.",)


def _found_none(paint: Light) -> str:
    return "Artefacts were looked for and not found." if paint.state is LightState.NO_FLAG else ""


def light_words(light: Light, *, towards: str) -> str:
    """Return what stands beside the state of ``light``.

    What was found, with its number and its limit; else what was looked for and not found, or why it cannot judge.
    """
    if light.state is LightState.NO_FLAG:
        return f"Looked for and not found: {_listed([i.measure.looked_for(towards) for i in light.counted])}."
    if light.state is LightState.CANNOT_JUDGE:
        return missing_of(light)
    found = [_found(i, towards) for i in light.counted if i.state is LightState.FLAGGED]
    return f"{_upper('; '.join(filter(None, (light.contradicted, *found))))}."


def _found(indicator: Indicator, towards: str) -> str:
    """Return what a flagged ``indicator`` found, as a share, and from which share on it is flagged."""
    measure, value, limit = indicator.measure, indicator.value, indicator.limit
    if value is None or limit is None:
        return measure.sign_of(towards)
    side = "above" if measure.high_is_bad else "below"
    share, most = _told_apart(value, limit.value)
    return f"{measure.sign_of(towards)}: {share} {measure.share_of(towards)} (flagged {side} {most})"


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Return two shares in percent, with digits enough to tell them apart."""
    pairs = ((f"{one:.{digits}%}", f"{other:.{digits}%}") for digits in range(4))
    return next((pair for pair in pairs if pair[0] != pair[1]), (f"{one:.4%}", f"{other:.4%}"))


def missing_of(light: Light) -> str:
    """Return why ``light`` cannot judge, as a sentence; empty where it can."""
    return _upper(light.because)


def _signs(light: Light, towards: str) -> list[str]:
    return [i.measure.sign_of(towards) for i in light.counted if i.state is LightState.FLAGGED]


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
        return "The change added too little for the class to say where."
    return signed(
        f"Of what the change added for the class, {supported:.0%} lies where the guide saw signs of it before. "
        f"Where it saw none lies {unsupported:.0%}. In all it added {ledger.gained(step):.2f} to the logit at some "
        f"places and took {abs(ledger.lost(step)):.2f} at others."
    )


def look_of(look: PerceptualDifference) -> tuple[tuple[str, str, str], ...]:
    """Return how much a change shows: names, figures, and what is said beside them."""
    return (
        ("RMS", f"{look.rms:.1f} of 255", ""),
        ("Colour, median ΔE2000", f"{look.delta_e:.1f}", f"5% of the pixels differ by more than {look.delta_e_95:.1f}"),
        ("Similarity, SSIM", f"{look.ssim:.3f}", f"5% of the pixels are below {look.ssim_5:.3f}"),
        ("Newly black, white or pure", f"{look.saturated:.1%}", ""),
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


def others_words(opinions: Sequence[Opinion], *, towards: str) -> str:
    """Return which other guides, of whom these are the ``opinions``, take the pictures for the class ``towards``."""
    if not opinions:
        return ""
    before, after = (
        [one.guide for one in opinions if canonical(choice(one)[0]) == canonical(towards)]
        for choice in (attrgetter("before"), attrgetter("after"))
    )
    guides, takes = counted(len(opinions), "other guide"), "takes" if len(after) == 1 else "take"
    return (
        f"Of {guides} {_named(before)} took the original for {towards}, and {_named(after)} {takes} the altered "
        "picture for it."
    )


def _named(guides: Sequence[str]) -> str:
    return f"{len(guides)} ({', '.join(guides)})" if guides else "none"


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


CHANCE_COMES_LAST = "Maps that are no better than chance on this picture come last."


def founded_first(pairs: Sequence[MapPair]) -> tuple[MapPair, ...]:
    """Return the maps with those last that are no better than chance, else in their order."""
    return tuple(sorted(pairs, key=lambda pair: bool(doubt_of(pair))))


def agreement_lines(pairs: Sequence[MapPair]) -> tuple[str, ...]:
    """Return how alike every two methods rank the original's pixels."""
    found = agreement_of(pairs)
    names = [pair.method.title for pair in pairs]
    return tuple(
        f"{names[i]} and {names[j]}: " + ("no order" if (rho := found[i][j]) is None else signed(f"ρ = {rho:.2f}"))
        for i in range(len(names))
        for j in range(i)
    )
