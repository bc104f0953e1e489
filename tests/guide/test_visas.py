"""The table of countries is made of what is known of each, and cites it."""

from pathlib import Path

from bot.guide.model import Language
from bot.guide.preview import plain
from bot.guide.render import render
from tests.guide.builder import TODAY, Content, kazakhstan, texts

DATASET = {
    "source": "Dataset",
    "url": "https://dataset.example/",
    "as_of": "2026-03-01",
    "checked": "2026-11-20",
    "mark": "M",
}


def _with_countries(folder: Path) -> Content:
    content = kazakhstan(folder)
    for id, ru, en, visa in (
        ("am", "Армения", "Armenia", {"state": "free", "days": 180}),
        ("pe", "Перу", "Peru", {"state": "free", "days": 180}),
        ("rs", "Сербия", "Serbia", {"state": "free", "days": 30, "note": {"ru": "загран", "en": "passport"}}),
        ("eg", "Египет", "Egypt", {"state": "on-arrival"}),
        ("il", "Израиль", "Israel", {"state": "permit", "days": 90, "source": "ETA", "url": None}),
    ):
        content.dump(f"countries/{id}.yaml", {"name": {"ru": ru, "en": en}, "visa": DATASET | visa})
    text = "**Без визы** [^law]\n\n{visa:free}\n\n**На границе**\n\n{visa:on-arrival}\n\n{visa:permit}"
    return content.answer("kz-car", text, text.replace("Без визы", "No visa").replace("На границе", "There"))


def _shown(content: Content, language: Language) -> list[str]:
    guide = content.guide()
    html = render(guide, guide.answers["kz-car"], {}, texts()[language], TODAY)
    return plain(html).splitlines()


def test_countries_are_grouped_by_how_long_one_may_stay(tmp_path: Path) -> None:
    lines = _shown(_with_countries(tmp_path), Language.RU)
    assert "• 180 дней: Армения, Перу²." in lines
    assert "• 30 дней: Сербия (загран)²." in lines
    assert "• Египет²." in lines
    assert "• 90 дней: Израиль³." in lines


def test_each_language_has_its_own_names(tmp_path: Path) -> None:
    lines = _shown(_with_countries(tmp_path), Language.EN)
    assert "• 180 days: Armenia, Peru²." in lines
    assert "• 30 days: Serbia (passport)²." in lines


def test_the_check_is_content_with_it(tmp_path: Path) -> None:
    assert _with_countries(tmp_path).codes() == ["G606"]  # of its neighbours, which are not in bold


def test_a_country_without_a_name_is_told(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).dump("countries/am.yaml", {"visa": DATASET | {"state": "free"}})
    assert content.codes() == ["G104"]


def test_a_state_that_does_not_exist_is_told(tmp_path: Path) -> None:
    visa = DATASET | {"state": "easy"}
    content = kazakhstan(tmp_path).dump(
        "countries/am.yaml", {"name": {"ru": "Армения", "en": "Armenia"}, "visa": visa}
    )
    assert content.codes() == ["G110"]
