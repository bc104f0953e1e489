"""A crossing as an article: what is known of it from elsewhere. What happens there now only the bot knows."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from bot.crossings.card import answers_about
from bot.crossings.catalogue import About, Admitted, Country, Crossing, Known, Opening, Source
from bot.export.answers import notices, see
from bot.export.page import Edition, joined, link, listed, paragraph, written
from bot.guide.model import Bilingual
from bot.guide.render import notices as holding
from bot.texts import Html, Texts

_ADMITTED = {
    Admitted.YES: "export-modes",
    Admitted.UNCONFIRMED: "card-unconfirmed-modes",
    Admitted.NO: "card-refused-modes",
}
_ABOUT = {
    About.ACCESS: "export-about-access",
    About.HOURS: "export-about-hours",
    About.CLOSURE: "export-about-closure",
    About.WAIT: "export-about-wait",
    About.QUEUE: "export-about-queue",
    About.EQUEUE: "export-about-equeue",
    About.SEASON: "export-about-season",
    About.SERVICES: "export-about-services",
    About.ALTERNATIVE: "export-about-alternative",
    About.THROUGHPUT: "export-about-throughput",
    About.OTHER: "export-about-other",
}
"""What is told of a crossing, in the order of its use to a person on the way."""


def title(crossing: Crossing, texts: Texts) -> str:
    """Return the names of both sides."""
    other = f" → {texts.of(crossing.other_side)}" if crossing.other_side else ""
    return escape(texts.of(crossing.name) + other, quote=False)


def article(edition: Edition, crossing: Crossing, level: int, *, alone: bool) -> str:
    """Return a crossing; `alone` on its page it also tells what holds for all of its country."""
    texts, country = edition.texts, edition.catalogue.countries[crossing.country]
    warned = [*crossing.warnings, *([country.note] if alone and country.note else [])]
    answers = answers_about(crossing, country, edition.guide) if alone else []
    own = [edition.guide.answers[id] for id in crossing.guide if id in edition.guide.answers]
    return joined(
        f'<article id="crossing-{crossing.id}" class="crossing">',
        f"<h{level}>{title(crossing, texts)}</h{level}>",
        paragraph(_place(edition, crossing), "meta"),
        notices(edition, holding(edition.guide, {crossing.id}, edition.made)),
        *(_warning(words, texts) for words in warned),
        paragraph(_status(crossing, texts)),
        *(paragraph(line) for line in _modes(crossing, texts)),
        listed(_notes(crossing, texts)),
        paragraph(texts("card-low-confidence") if crossing.confidence == "low" else "", "aged"),
        *_facts(crossing, texts, level + 1),
        _landmarks(crossing, texts),
        _alternatives(edition, crossing),
        see(edition, answers if alone else own, level + 1),
        "</article>",
    )


def country(edition: Edition, country: Country, level: int, *, heading: str) -> str:
    """Return what holds at all crossings of a country, and the list of them."""
    texts = edition.texts
    answers = [edition.guide.answers[id] for id in country.guide if id in edition.guide.answers]
    return joined(
        f'<h{level} id="country-{country.id}">{heading}</h{level}>',
        notices(edition, holding(edition.guide, {country.id}, edition.made)),
        *(_warning(words, texts) for words in [country.note] if words),
        paragraph(texts("export-live"), "live"),
        listed(_line(edition, crossing) for crossing in edition.catalogue.of(country.id)),
        see(edition, answers, level + 1),
    )


def countries(edition: Edition) -> str:
    """Return the list of countries."""
    texts, catalogue = edition.texts, edition.catalogue
    return listed(
        link(edition.ways.country.format(country.id), escape(texts.of(country.name), quote=False))
        + f": {len(catalogue.of(country.id))}"
        for country in catalogue.countries.values()
    )


def _warning(words: Bilingual, texts: Texts) -> str:
    return paragraph(texts("card-warning", text=texts.of(words)), "notice warning")


def _line(edition: Edition, crossing: Crossing) -> str:
    texts, status = edition.texts, crossing.status
    signs = [
        texts(f"mode-{mode}", short="yes")
        for mode, admission in crossing.modes.items()
        if admission.admitted is Admitted.YES
    ]
    state = texts(f"status-{status.state}")
    name = link(edition.ways.crossing.format(crossing.id), title(crossing, texts))
    return f"{name}: {state} ({_date(status.as_of, texts)}) {' '.join(signs)}".rstrip()


def _place(edition: Edition, crossing: Crossing) -> str:
    texts, at = edition.texts, crossing.position
    country = edition.catalogue.countries[crossing.country]
    parts = [
        link(edition.ways.country.format(country.id), escape(texts.of(country.name), quote=False)),
        escape(texts.of(crossing.region), quote=False),
        texts(f"type-{crossing.type}"),
        *([escape(crossing.name.local, quote=False)] if crossing.name.local else []),
        texts("export-position", at=f"{at.lat:.4f}, {at.lon:.4f}", km=f"{at.within_km:g}"),
    ]
    return " · ".join(parts)


def _status(crossing: Crossing, texts: Texts) -> Html:
    status = crossing.status
    said: list[str] = (
        [texts(f"status-{status.state}")] if not status.text or status.state is not Opening.OPEN else []
    )
    said += [texts.of(status.text)] if status.text else []
    return texts(
        "card-status",
        status=". ".join(said),
        source=_source(status.source, texts),
        date=_date(status.as_of, texts),
    )


def _modes(crossing: Crossing, texts: Texts) -> Iterator[str]:
    for admitted, key in _ADMITTED.items():
        ways = [
            texts(f"mode-{mode}", short="no")
            for mode, admission in crossing.modes.items()
            if admission.admitted is admitted
        ]
        if ways:
            yield texts(key, modes=Html(", ".join(ways)))


def _notes(crossing: Crossing, texts: Texts) -> Iterator[str]:
    for mode, admission in crossing.modes.items():
        if admission.note:
            way = texts(f"mode-{mode}", short="no")
            yield texts("card-mode-note", mode=way, note=texts.of(admission.note))


def _facts(crossing: Crossing, texts: Texts, level: int) -> Iterator[str]:
    order = list(_ABOUT)
    facts = sorted(crossing.facts, key=lambda fact: order.index(fact.about))
    for about, group in groupby(facts, key=lambda fact: fact.about):
        yield f"<h{level}>{texts(_ABOUT[about])}</h{level}>"
        yield listed(_fact(fact, texts) for fact in group)


def _fact(fact: Known, texts: Texts) -> Html:
    return texts(
        "card-known-unconfirmed" if fact.mark.unconfirmed else "card-known-item",
        text=texts.of(fact.text),
        source=_source(fact.source, texts),
        date=_date(fact.as_of, texts),
    )


def _landmarks(crossing: Crossing, texts: Texts) -> str:
    lines = listed(
        texts(
            "card-landmark",
            name=texts.of(landmark.name),
            distance=texts.distance(round(landmark.km * 1000)),
            unconfirmed="yes" if landmark.mark.unconfirmed else "no",
        )
        for landmark in crossing.landmarks
    )
    return joined(paragraph(texts("card-landmarks")), lines) if lines else ""


def _alternatives(edition: Edition, crossing: Crossing) -> str:
    texts = edition.texts
    others = [edition.catalogue.crossings[id] for id in crossing.alternatives]
    links = [link(edition.ways.crossing.format(other.id), title(other, texts)) for other in others]
    return paragraph(texts("export-instead", crossings=Html(", ".join(links)))) if links else ""


def _source(source: Source, texts: Texts) -> Html:
    return Html(written(source if isinstance(source, str) else texts.of(source), texts))


def _date(as_of: str | None, texts: Texts) -> str:
    return texts.partial_date(as_of) if as_of else texts("card-undated")
