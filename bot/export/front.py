"""What stands first: how old this is, urgent help, and where to go on."""

from html import escape

from bot.export import answers, crossings
from bot.export.contents import Part, contents, folded
from bot.export.page import Edition, joined, link, paragraph
from bot.guide.model import URGENT


def front(edition: Edition, shown: tuple[Part, ...]) -> str:
    """Return the first screen: title, age, urgent help, contents."""
    texts = edition.texts
    return joined(
        f"<h1>{texts('export-name')}</h1>",
        paragraph(texts("export-about")),
        _urgent(edition),
        paragraph(texts("export-ages", date=texts.date(edition.made), version=edition.version), "aged"),
        f'<nav id="contents" aria-labelledby="contents-title">\n'
        f'<h2 id="contents-title">{texts("export-contents")}</h2>',
        contents(edition, shown),
        folded(texts("export-crossings"), crossings.countries(edition)),
        paragraph(link(edition.ways.glossary, texts("export-glossary"))) if edition.guide.glossary else "",
        "</nav>",
    )


def _urgent(edition: Edition) -> str:
    answer = edition.guide.answers.get(URGENT)
    if answer is None:
        return ""
    to, title = edition.ways.answer.format(URGENT), escape(edition.texts.of(answer.title), quote=False)
    return joined(
        '<section class="urgent" aria-labelledby="urgent-title">',
        f'<h2 id="urgent-title">🆘 {link(to, title)}</h2>',
        answers.first_words(edition, answer, to.partition("#")[0]),
        "</section>",
    )
