"""What a bot says about itself: commands, name, descriptions, menu button, by language and by chat."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bot.simulator import limits
from bot.simulator.parameters import Parameters
from bot.simulator.refusals import bad_request

_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_COMMAND = re.compile(r"[a-z0-9_]+")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
DEFAULT = ("default",)
ALL_PRIVATE = ("all_private_chats",)

Scope = tuple[str, ...]
Commands = list[dict[str, str]]


@dataclass(slots=True)
class Profile:
    """The bot's words about itself; the empty language is what everybody else sees."""

    first_name: str
    commands: dict[tuple[Scope, str], Commands] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)  # 0: the default one

    def private_commands(self) -> dict[str, Commands]:
        """Return the menu of a private chat by language."""
        scopes = (ALL_PRIVATE, DEFAULT)
        languages = {language for scope, language in self.commands if scope in scopes} | {""}
        return {
            language: next(
                (self.commands[scope, language] for scope in scopes if (scope, language) in self.commands), []
            )
            for language in sorted(languages)
        }


def language(parameters: Parameters) -> str:
    """Return the language of a call about the profile, empty for all others."""
    code = parameters.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("Invalid language code specified")
    return code


def scope(parameters: Parameters) -> Scope:
    """Return to whom commands are shown."""
    raw = parameters.json("scope", "BotCommandScope")
    if raw is None:
        return DEFAULT
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if any(not raw.get(name) for name in _SCOPES[kind]):
        raise bad_request("can't parse BotCommandScope: Chat identifier is not specified")
    return kind, *(str(raw[name]) for name in _SCOPES[kind])


def set_commands(profile: Profile, parameters: Parameters) -> bool:
    """Carry out `setMyCommands`."""
    raw = parameters.json("commands", "commands")
    if not isinstance(raw, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(raw) > limits.COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    profile.commands[scope(parameters), language(parameters)] = [_command(item) for item in raw]
    return True


def _command(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command, description = raw.get("command"), raw.get("description")
    if not isinstance(command, str) or not isinstance(description, str):
        raise bad_request('can\'t parse BotCommand: Field "command" must be of type String')
    command = command.lstrip("/")
    if not command:
        raise bad_request("Command must be non-empty")
    if len(command) > limits.COMMAND:
        raise bad_request(f"Command length must not exceed {limits.COMMAND}")
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description.strip():
        raise bad_request("Command description must be non-empty")
    if len(description) > limits.COMMAND_DESCRIPTION:
        raise bad_request(f"Command description length must not exceed {limits.COMMAND_DESCRIPTION}")
    return {"command": command, "description": description}


def get_commands(profile: Profile, parameters: Parameters) -> Commands:
    """Carry out `getMyCommands`: exactly what was set there, no fallback."""
    return profile.commands.get((scope(parameters), language(parameters)), [])


def delete_commands(profile: Profile, parameters: Parameters) -> bool:
    """Carry out `deleteMyCommands`."""
    profile.commands.pop((scope(parameters), language(parameters)), None)
    return True


def set_words(words: dict[str, str], name: str, longest: int, parameters: Parameters) -> bool:
    """Carry out `setMyName`, `setMyDescription` and the like; an empty text takes the words back."""
    text = parameters.text(name)
    if len(text) > longest:
        raise bad_request(f"{name} is too long; it must be at most {longest} characters")
    if text:
        words[language(parameters)] = text
    else:
        words.pop(language(parameters), None)
    return True


def get_words(words: dict[str, str], name: str, parameters: Parameters) -> dict[str, str]:
    """Carry out `getMyName` and the like: what that language sees."""
    return {name: words.get(language(parameters), words.get("", ""))}


def set_menu_button(profile: Profile, parameters: Parameters) -> bool:
    """Carry out `setChatMenuButton`."""
    raw = parameters.json("menu_button", "menu button")
    button = {"type": "default"} if raw is None else raw
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    profile.menu_buttons[parameters.integer("chat_id")] = json.loads(json.dumps(button))
    return True


def get_menu_button(profile: Profile, parameters: Parameters) -> dict[str, Any]:
    """Carry out `getChatMenuButton`."""
    default = profile.menu_buttons.get(0, {"type": "commands"})
    return profile.menu_buttons.get(parameters.integer("chat_id"), default)
