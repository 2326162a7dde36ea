"""What a viewer need not be sent: what it got, once its script had time to come."""

from __future__ import annotations

from lwise_core.enhancement.viewer_payload import ViewerPayload
from pages.parts.picture.sent_films import WHOLE_FOR_S, Heard
from tests.support.film import film_of, shortened

FILM = film_of(input_size=16, side=40, steps=4)
OTHERS = [film_of(input_size=16, side=side, steps=1) for side in (41, 42)]


def sent(*films: ViewerPayload, at: float = 0.0) -> Heard:
    """Return what is heard of ``films`` that were sent at ``at`` (s), one after the other."""
    heard = Heard()
    for film in films:
        heard = heard.having_sent(film, began=heard.known(film, now=at).began)
    return heard


def test_a_film_is_sent_whole_until_the_viewers_script_had_time_to_come_and_then_only_what_is_new() -> None:
    heard = sent(shortened(FILM, frames=2))
    known = [heard.known(FILM, now=now).frames for now in (0.0, 0.9 * WHOLE_FOR_S, WHOLE_FOR_S)]
    assert known == [0, 0, 2]


def test_the_time_is_that_of_its_first_message() -> None:
    heard = sent(shortened(FILM, frames=2), shortened(FILM, frames=3))
    again = heard.having_sent(FILM, began=heard.known(FILM, now=WHOLE_FOR_S).began)
    assert again.known(FILM, now=WHOLE_FOR_S).frames == FILM.length
    assert heard.known(OTHERS[0], now=9 * WHOLE_FOR_S).frames == 0


def test_no_more_is_known_than_there_is() -> None:
    assert sent(FILM).known(shortened(FILM, frames=3), now=WHOLE_FOR_S).frames == 3


def test_two_films_are_known_the_latest_and_the_one_before() -> None:
    heard = sent(FILM, *OTHERS)
    assert [heard.known(film, now=WHOLE_FOR_S).frames for film in (FILM, *OTHERS)] == [0, 2, 2]


def test_what_is_said_anew_has_a_higher_number_and_the_same_words_keep_theirs() -> None:
    first = Heard().having_said(b"one")
    again, other = first.having_said(b"one"), first.having_said(b"other")
    assert (first.message, again.message, other.message) == (1, 1, 2)
    assert first.origin == other.origin != Heard().origin
