"""Everyday words for kinds of things: which word means a special kind of what another word means.

Only what people call folders of photographs for teaching by: it proposes, and never decides. The words are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

# General word: its kinds with commas between, the one that people mean by the general word alone first.
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "cat": "house cat, big cat",
        "house cat": "domestic cat, kitten, tabby, tomcat, siamese, persian, maine coon, ragdoll",
        "big cat": "lion, lioness, tiger, leopard, jaguar, cheetah, panther, puma, cougar",
        "dog": "puppy, hound, poodle, terrier, retriever, labrador, spaniel, collie, beagle, pug, husky, dachshund, "
        "bulldog, chihuahua, dalmatian, rottweiler, german shepherd, corgi, boxer",
        "bear": "brown bear, black bear, polar bear, grizzly, panda, giant panda",
        "monkey": "ape, chimpanzee, gorilla, orangutan, baboon, macaque, lemur, gibbon, mandrill, marmoset, capuchin",
        "hoofed animal": "horse, donkey, mule, zebra, cattle, cow, bull, ox, calf, bison, buffalo, yak, sheep, lamb, "
        "goat, deer, antelope, giraffe, camel, llama, alpaca, pig, boar, rhinoceros, rhino, hippopotamus, hippo",
        "horse": "pony, foal, mare, stallion",
        "deer": "stag, doe, fawn, elk, moose, reindeer, caribou",
        "antelope": "gazelle, impala, hartebeest, gnu, wildebeest",
        "bird": "eagle, hawk, falcon, vulture, owl, parrot, macaw, duck, mallard, goose, swan, hen, rooster, chicken, "
        "turkey, penguin, flamingo, sparrow, robin, finch, goldfinch, gull, seagull, pigeon, dove, crow, raven, "
        "magpie, jay, ostrich, peacock, pelican, stork, heron, crane, hummingbird, kingfisher, toucan, "
        "woodpecker, swallow",
        "amphibian": "frog, toad, newt, salamander",
        "frog": "toad, tree frog, bullfrog, tadpole",
        "reptile": "lizard, snake, turtle, crocodile, alligator, dinosaur",
        "lizard": "gecko, iguana, chameleon, monitor, skink, komodo dragon",
        "snake": "python, cobra, viper, adder, boa, rattlesnake, mamba",
        "turtle": "tortoise, terrapin",
        "fish": "shark, ray, goldfish, trout, salmon, tuna, carp, eel, clownfish, pike, perch, cod",
        "crustacean": "lobster, crab, crayfish, shrimp, prawn",
        "lobster": "crayfish",
        "mollusc": "snail, slug",
        "arachnid": "spider, scorpion, tick",
        "spider": "tarantula, black widow, orb weaver, wolf spider",
        "insect": "beetle, bug, butterfly, moth, ant, bee, wasp, fly, dragonfly, damselfly, grasshopper, cricket, "
        "mantis, cockroach, mosquito",
        "bug": "dragonfly, damselfly, grasshopper, cricket, mantis, cockroach, cicada, stick insect, ant, bee, "
        "wasp, fly",
        "beetle": "ladybird, ladybug, weevil, scarab, stag beetle, ground beetle, leaf beetle",
        "butterfly": "monarch, viceroy, painted lady, red admiral, swallowtail, skipper, moth",
        "airplane": "plane, aeroplane, aircraft, airliner, jet, biplane",
        "automobile": "car, motorcar, sedan, convertible, taxi, estate car, sports car",
        "ship": "boat, ferry, yacht, liner, tanker, sailing boat, sailboat",
        "truck": "lorry, fire engine, pickup, dump truck",
        "nevus": "mole, naevus",
    }
)


def more_general(word: str) -> Iterator[str]:
    """Yield what ``word``, in small letters and one of it, is a kind of, the nearest first."""
    waiting, met = list(_above().get(word, ())), set[str]()
    while waiting:
        general = waiting.pop(0)
        if general not in met:
            met.add(general)
            yield general
            waiting += _above().get(general, ())


def place_among_kinds(word: str, general: str) -> int | None:
    """Return how early ``word`` comes to mind as a kind of what ``general`` means; None where it is none directly."""
    kinds = _kinds_of(general)
    return kinds.index(word) if word in kinds else None


@cache
def _above() -> Mapping[str, tuple[str, ...]]:
    """Return word → what it is directly a kind of."""
    found: dict[str, tuple[str, ...]] = {}
    for general in _KINDS:
        for word in _kinds_of(general):
            found[word] = (*found.get(word, ()), general)
    return found


@cache
def _kinds_of(general: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in _KINDS.get(general, "").split(",") if word.strip())
