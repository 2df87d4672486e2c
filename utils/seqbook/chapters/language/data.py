"""A small English: a diary about people and their animals, written by a grammar.

Which word comes next is often decided several words back. The animal decides what it is taken out
for and what it eats, the person decides *my*, *her* or *his*, and the time of day at the start of
a sentence decides the meal at its end. Each sentence can be made in one way only, so the grammar
knows its exact probability, and with it the loss that no model can go below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

PEOPLE: dict[str, tuple[str, str]] = {
    "I": ("my", "I"), "we": ("our", "we"),
    "Anna": ("her", "she"), "Ella": ("her", "she"), "Nora": ("her", "she"),
    "Ruth": ("her", "she"),
    "Ben": ("his", "he"), "Leo": ("his", "he"), "Omar": ("his", "he"), "Paul": ("his", "he"),
}  # fmt: skip
"""Who writes or is written about, with the word for "belonging to" and the pronoun."""

KINDS: dict[str, dict[str, dict[str, float]]] = {
    "pets": {
        "animals": {"cat": 0.3, "dog": 0.3, "kitten": 0.2, "puppy": 0.2},
        "outings": {"walk": 0.6, "stroll": 0.25, "run": 0.15},
        "foods": {"meat": 0.5, "milk": 0.3, "cheese": 0.2},
        "places": {"park": 0.4, "garden": 0.4, "street": 0.2},
        "beds": {"basket": 0.5, "kitchen": 0.3, "armchair": 0.2},
    },
    "mounts": {
        "animals": {"horse": 0.3, "pony": 0.3, "donkey": 0.2, "mule": 0.2},
        "outings": {"ride": 0.7, "gallop": 0.3},
        "foods": {"hay": 0.5, "oats": 0.3, "carrots": 0.2},
        "places": {"forest": 0.4, "meadow": 0.4, "valley": 0.2},
        "beds": {"stable": 0.5, "barn": 0.3, "shed": 0.2},
    },
    "birds": {
        "animals": {"duck": 0.3, "goose": 0.3, "swan": 0.2, "drake": 0.2},
        "outings": {"swim": 0.7, "bath": 0.3},
        "foods": {"bread": 0.5, "corn": 0.3, "seeds": 0.2},
        "places": {"lake": 0.4, "pond": 0.4, "river": 0.2},
        "beds": {"nest": 0.5, "reeds": 0.3, "grass": 0.2},
    },
}
"""Three kinds of animals, and the habits of each with their probabilities."""

PARTS = {  # part of the day: how a sentence begins, without and with a day; the meal
    "morning": ("this morning", "on {} morning", "breakfast"),
    "noon": ("today at noon", "on {} at noon", "lunch"),
    "evening": ("this evening", "on {} evening", "supper"),
}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
LOOKS = ["big", "old", "small", "young"]
MOODS = {"took": ["bored", "restless"], "fed": ["hungry", "thin"], "slept": ["sleepy", "tired"]}

CLASSES: dict[str, list[str]] = {
    "person": [name for name in PEOPLE if name[0] != "w" and name != "I"],
    **{
        singular: [word for kind in KINDS.values() for word in kind[plural]]
        for singular, plural in [("animal", "animals"), ("outing", "outings"), ("food", "foods"),
                                 ("place", "places"), ("bed", "beds")]
    },
    "day": DAYS,
    "part of the day": list(PARTS),
    "meal": [meal for _, _, meal in PARTS.values()],
    "look": LOOKS,
    "mood": [mood for moods in MOODS.values() for mood in moods],
}
"""Words by meaning, for judging what a model has made of them. Small words are left out."""


class _Writer:
    """A sentence in the making, and the logarithm of the probability of the choices so far."""

    def __init__(self, rng: np.random.Generator):
        self.rng, self.words, self.log_p = rng, [], 0.0

    def pick(self, options: Mapping[str, float] | Sequence[str]) -> str:
        if not isinstance(options, Mapping):
            options = {option: 1 / len(options) for option in options}
        names, p = list(options), list(options.values())
        choice = min(int(np.searchsorted(np.cumsum(p), self.rng.random(), "right")), len(p) - 1)
        self.log_p += float(np.log(p[choice]))
        return names[choice]

    def chance(self, p: float) -> bool:
        return self.pick({"yes": p, "no": 1 - p}) == "yes"

    def say(self, text: str) -> None:
        self.words += text.split()


def _sentence(w: _Writer) -> None:
    part = w.pick(list(PARTS))
    bare, dated, meal = PARTS[part]
    timed = w.chance(0.8)
    if timed:
        w.say(bare if w.chance(0.5) else dated.format(w.pick(DAYS)))
    kind = KINDS[w.pick(list(KINDS))]
    verb = w.pick({"took": 0.4, "fed": 0.25, "slept": 0.2, "saw": 0.15})
    names = CLASSES["person"]
    person = w.pick(names) if verb == "slept" else w.pick({"I": 0.2, "we": 0.1} | {
        name: 0.7 / len(names) for name in names
    })
    own, pronoun = PEOPLE[person]
    animal = w.pick(kind["animals"])
    if verb == "took":
        look = f"{w.pick(LOOKS)} " if w.chance(0.25) else ""
        w.say(f"{person} took {own} {look}{animal} for a {w.pick(kind['outings'])}")
        if w.chance(0.4):
            w.say(f"in the {w.pick(kind['places'])}")
    elif verb == "fed":
        w.say(f"{person} fed {own} {animal} some {w.pick(kind['foods'])}")
    elif verb == "slept":
        w.say(f"the {animal} of {person} slept in the {w.pick(kind['beds'])}")
    else:
        w.say(f"{person} saw the {w.pick(LOOKS)} {animal} in the {w.pick(kind['places'])}")
    if verb != "saw" and w.chance(0.35):
        w.say(f"because the {animal} was {w.pick(MOODS[verb])}")
    # Without a time, the part of the day shows only in the meal; with neither, not at all.
    if w.chance(0.45):
        w.say(f"and then {pronoun} had {meal}")
        if w.chance(0.3):
            w.say(f"with {w.pick([name for name in names if name != person])}")
    elif not timed:
        w.log_p -= float(np.log(1 / len(PARTS)))
    w.say(".")


def diary(number: int, *, seed: int = 0) -> tuple[list[list[str]], np.ndarray]:
    """Sentences of 7 to 30 words that end with ".", and the natural logarithm of the probability
    of each under the grammar, shape (number,)."""
    rng = np.random.default_rng(seed)
    sentences, log_p = [], []
    for _ in range(number):
        writer = _Writer(rng)
        _sentence(writer)
        sentences.append(writer.words)
        log_p.append(writer.log_p)
    return sentences, np.array(log_p)
