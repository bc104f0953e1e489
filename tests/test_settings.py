"""Settings: what an operator gets wrong is said in one line."""

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load

NO_FILE = Path("/nonexistent/.env")


def refused(**environment: str) -> str:
    with pytest.raises(SettingsError) as error:
        load(environment, NO_FILE)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_without_any_setting_the_local_chat_runs_with_everything_in_the_data_folder() -> None:
    settings = load({}, NO_FILE)
    assert settings.local
    assert settings.key_path == Path("data/key")
    assert settings.database.startswith("sqlite+aiosqlite:///")
    assert settings.database.endswith("/data/local-chat.sqlite3")
    assert settings.address == ("127.0.0.1", 8080)


def test_real_and_simulated_reports_never_share_a_database() -> None:
    real = load({"BOT_TOKEN": "1:x", "BOT_KEY_FILE": "/keys/key"}, NO_FILE)
    assert real.database != load({}, NO_FILE).database


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("BOT_MODERATORS", "12,a"),
        ("BOT_LISTEN", "8080"),
        ("BOT_LISTEN", "localhost:99999"),
        ("BOT_WEBHOOK_URL", "http://example.org"),
        ("BOT_MESSAGES_PER_SECOND", "0"),
        ("BOT_API_URL", "ftp://example.org"),
        ("BOT_MESSAGES_PER_SECOND", "inf"),
        ("BOT_DATABASE_URL", "mysql://example.org"),
        ("BOT_DATABASE_URL", "postgresql+asyncpg://bot:password@host:five/name"),
        ("BOT_DATABASE_URL", "sqlite+aiosqlite:///"),
        ("BOT_DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
        ("BOT_TOKN", "1:x"),
    ],
)
def test_a_wrong_or_unknown_setting_is_named(setting: str, value: str) -> None:
    told = refused(**{setting: value})
    assert told.startswith(setting + ":")
    assert "password@host:five" not in told


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("BOT_TOKEN=ключ".encode("utf-16"))
    with pytest.raises(SettingsError, match=r"\.env: cannot be read"):
        load({}, file)


def test_an_unknown_setting_tells_which_there_are() -> None:
    assert "BOT_TOKEN" in refused(BOT_TOKN="1:x")


def test_with_a_token_the_key_must_lie_outside_the_data_folder() -> None:
    assert "BOT_KEY_FILE" in refused(BOT_TOKEN="1:x")
    assert "BOT_KEY_FILE" in refused(BOT_TOKEN="1:x", BOT_KEY_FILE="data/deeper/key")
    assert load({"BOT_TOKEN": "1:x", "BOT_KEY_IN_DATA_DIR": "1"}, NO_FILE).key_path == Path("data/key")


def test_a_webhook_needs_a_token_and_a_secret() -> None:
    assert "BOT_TOKEN" in refused(BOT_WEBHOOK_URL="https://example.org/")
    environment = {"BOT_TOKEN": "1:x", "BOT_KEY_FILE": "/keys/key", "BOT_WEBHOOK_URL": "https://example.org/"}
    assert "BOT_WEBHOOK_SECRET" in refused(**environment)


def test_a_secret_is_never_shown() -> None:
    settings = load({"BOT_TOKEN": "12345:hunter2", "BOT_KEY_FILE": "/keys/key"}, NO_FILE)
    assert "hunter2" not in repr(settings) + str(settings)
    assert "hunter2" not in refused(BOT_DATABASE_URL="mysql://me:hunter2@host/db")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BOT_LISTEN=127.0.0.1:1\nBOT_MODERATORS=5, 6\nOTHER=1\n")
    settings = load({"BOT_LISTEN": "127.0.0.1:2"}, file)
    assert settings.address[1] == 2
    assert settings.moderators == {5, 6}


def test_every_setting_is_documented() -> None:
    readme = Path("README.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`BOT_{name.upper()}`" not in readme]
    assert not missing
