from pathlib import Path

import pytest

from bot.guide.editing import UnreadableAnswer, find, sign, stamp
from bot.guide.read_answer import signature
from tests.guide.builder import Content, kazakhstan

CAR = "answers/kz/kz-car.md"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path).answer(
        "kz-car", "Новый текст. [^law]", signed="11111111", translated="11111111"
    )


def test_signing_says_that_the_russian_text_was_checked(content: Content) -> None:
    assert content.codes() == ["G501"]
    assert sign(content.guide_folder / CAR) == signature("Новый текст. [^law]")
    assert content.codes() == ["G502"]


def test_stamping_says_that_the_english_text_follows(content: Content) -> None:
    path = content.guide_folder / CAR
    sign(path)
    assert stamp(path) == signature("Новый текст. [^law]")
    assert content.codes() == []


def test_only_the_hash_changes(content: Content) -> None:
    before = content.read(CAR)
    sign(content.guide_folder / CAR)
    assert content.read(CAR) == before.replace(
        "signed:\n  ru: '11111111'", f"signed: {{ru: {signature('Новый текст. [^law]')}}}"
    )


def test_a_hash_that_was_never_there_is_added(content: Content) -> None:
    content.replace(CAR, "signed:\n  ru: '11111111'\ntranslated:\n  en: '11111111'\n", "")
    assert content.load().drafts["kz-car"].signed is None
    sign(content.guide_folder / CAR)
    stamp(content.guide_folder / CAR)
    assert content.codes() == []


def test_a_hash_on_one_line_is_replaced(content: Content) -> None:
    content.replace(CAR, "signed:\n  ru: '11111111'\n", 'signed: {ru: "00000000"}  # later\n')
    sign(content.guide_folder / CAR)
    stamp(content.guide_folder / CAR)
    assert content.codes() == []


def test_a_hash_is_blind_to_how_lines_are_broken_but_not_to_words() -> None:
    assert signature("один два\n\nтри") == signature("один\nдва три\n")
    assert signature("й") == signature("и\u0306")  # the same letter, composed and not
    assert signature("один") != signature("Один")


def test_a_file_that_is_no_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# ru\nслова\n")
    with pytest.raises(UnreadableAnswer, match="first line"):
        sign(path)
    path.write_text("---\nid: a\n---\n# en\nwords\n")
    with pytest.raises(UnreadableAnswer, match="# ru"):
        sign(path)


def test_an_answer_is_found_by_its_id(content: Content) -> None:
    assert find(content.folder, "kz-car") == content.guide_folder / CAR
    with pytest.raises(UnreadableAnswer, match="no answer kz-cra"):
        find(content.folder, "kz-cra")
