"""Settings, from the environment or `.env`, all with the prefix `BOT_`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX = "BOT_"
TELEGRAM = "https://api.telegram.org/bot"


class SettingsError(Exception):
    """A setting is wrong or unknown; the message is one line that says what to change."""


class Settings(BaseModel):
    """Everything an operator can set; each field's description is what README shows."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: SecretStr | None = Field(None, description="Telegram's token; without it the local chat page runs")
    api_url: str = Field(TELEGRAM, description="base to which token and method are appended")
    data_dir: Path = Field(
        Path("data"), description="where the database and, for the local chat, the key live"
    )
    database_url: SecretStr | None = Field(
        None, description="`postgresql+asyncpg://…`; default SQLite in the data dir"
    )
    key_file: Path | None = Field(
        None, description="the secret key; with a token it must lie outside the data dir"
    )
    key_in_data_dir: bool = Field(False, description="allow the key inside the data dir even with a token")
    webhook_url: str | None = Field(
        None, description="public https address for a webhook; without it polling"
    )
    webhook_secret: SecretStr | None = Field(
        None, description="what Telegram must send with each webhook call"
    )
    listen: str = Field(
        "127.0.0.1:8080", description="host:port of the local chat page, or of webhook and health"
    )
    moderators: Annotated[
        frozenset[int], Field(description="user ids of moderators, separated by commas")
    ] = frozenset()
    messages_per_second: float = Field(
        28,
        gt=0,
        allow_inf_nan=False,
        description="how many messages a second we send at most; beside alerts up to two replies more",
    )

    @field_validator("moderators", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("must be host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        # A Bot API server of one's own on the same machine may call without encryption; Telegram never does.
        if value is not None and not value.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("must begin with https://, as Telegram calls nothing else")
        return value

    @field_validator("api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("database_url")
    @classmethod
    def _engine(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("sqlite+aiosqlite:///", "postgresql+asyncpg://")
        ):
            raise ValueError("must begin with postgresql+asyncpg:// or sqlite+aiosqlite:///")
        if value is not None and not _leads_somewhere(value.get_secret_value()):
            raise ValueError(
                "must be postgresql+asyncpg://user:password@host:port/name or sqlite+aiosqlite:////path/to/file"
            )
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.webhook_url and not self.token:
            raise ValueError(
                "BOT_WEBHOOK_URL: needs BOT_TOKEN as well; without a token the local chat page runs"
            )
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("BOT_WEBHOOK_SECRET: set it too, so that only Telegram can call the webhook")
        if (
            self.token
            and not self.key_in_data_dir
            and self.key_path.resolve().is_relative_to(self.data_dir.resolve())
        ):
            raise ValueError(
                "BOT_KEY_FILE: set it to a path outside BOT_DATA_DIR, so that a stolen database cannot be "
                "read (or BOT_KEY_IN_DATA_DIR=1 to accept that)"
            )
        return self

    @property
    def local(self) -> bool:
        """Whether the bot runs on the local chat page instead of on Telegram."""
        return self.token is None

    @property
    def key_path(self) -> Path:
        """Where the secret key is."""
        return self.key_file or self.data_dir / "key"

    @property
    def database(self) -> str:
        """The database's address; simulated reports never share a file with real ones."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        name = "local-chat.sqlite3" if self.local else "provodnik.sqlite3"
        return f"sqlite+aiosqlite:///{(self.data_dir / name).absolute()}"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def _leads_somewhere(address: str) -> bool:
    """Tell whether a database's address names a server's port by a number, or a file that is kept."""
    if address.startswith("sqlite"):
        return address.partition("///")[2].partition("?")[0] not in ("", ":memory:")
    try:
        return (urlsplit(address).port or 1) > 0
    except ValueError:
        return False


def load(environment: Mapping[str, str] = os.environ, env_file: Path = Path(".env")) -> Settings:
    """Read the settings; what the environment says wins over `.env`.

    Raises `SettingsError` for the first setting that is wrong or that nobody knows, and for a file that is
    no text.
    """
    try:
        written = dotenv_values(env_file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    given = {key: value for key, value in written.items() if value is not None} | dict(environment)
    values = {key: value for key, value in given.items() if key.startswith(PREFIX) and value != ""}
    names = {PREFIX + name.upper(): name for name in Settings.model_fields}
    for key in values:
        if key not in names:
            raise SettingsError(f"{key}: no such setting; the settings are {', '.join(sorted(names))}")
    try:
        return Settings.model_validate({names[key]: value for key, value in values.items()})
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        where = PREFIX + str(first["loc"][0]).upper() + ": " if first["loc"] else ""
        raise SettingsError(where + message) from None
