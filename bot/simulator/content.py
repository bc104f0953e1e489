"""What a message of the bot holds: text, caption and files, read from a call and checked."""

from functools import lru_cache
from typing import Any

from bot.simulator import limits
from bot.simulator.entities import EMPTY, Formatted, clean, given, settle, utf16_length
from bot.simulator.files import Files, StoredFile
from bot.simulator.html import Unparsable, parse
from bot.simulator.parameters import Parameters, Upload
from bot.simulator.refusals import bad_request

Photo = tuple[StoredFile, ...]


def formatted(source: str, parse_mode: str, entities: object) -> Formatted:
    """Read a text as the bot formats it, as Telegram stores it.

    HTML and stated entities are understood; Markdown is refused, since this bot has no use for it.
    """
    source = clean(source)
    try:
        if parse_mode.lower() == "html":
            return _html(source)
        if parse_mode.lower() not in ("", "none"):
            raise bad_request("Unsupported parse_mode")
        return settle(Formatted(source, given(source, entities)))
    except Unparsable as problem:
        raise bad_request(f"can't parse entities: {problem}") from None
    except ValueError as problem:
        raise bad_request(str(problem)) from None


@lru_cache(maxsize=1_024)  # a busy card is sent to many people: without this, parsing is what benches measure
def _html(source: str) -> Formatted:
    return settle(parse(source))


def text(parameters: Parameters, too_long: str = "message is too long") -> Formatted:
    """Return the text of a call; `too_long` is how the method words its refusal."""
    source = parameters.text("text")
    mode, entities = parameters.text("parse_mode"), parameters.json("entities", "entities")
    return checked_text(source, mode, entities, too_long)


def checked_text(source: str, mode: str, entities: object, too_long: str) -> Formatted:
    """Return a text that is neither empty nor too long."""
    if not source:
        raise bad_request("Message text is empty")
    body = formatted(source, mode, entities)
    if not body.text:
        raise bad_request("Text must be non-empty")
    if utf16_length(body.text) > limits.TEXT:
        raise bad_request(too_long)
    return body


def caption(parameters: Parameters, too_long: str = "message caption is too long") -> Formatted:
    """Return the caption of a call, possibly empty."""
    entities = parameters.json("caption_entities", "caption entities")
    return checked_caption(parameters.text("caption"), parameters.text("parse_mode"), entities, too_long)


def checked_caption(source: str, mode: str, entities: object, too_long: str) -> Formatted:
    """Return a caption that is not too long."""
    if not source:
        return EMPTY
    body = formatted(source, mode, entities)
    if utf16_length(body.text) > limits.CAPTION:
        raise bad_request(too_long)
    return body


def preview(parameters: Parameters) -> dict[str, Any] | None:
    """Return what the call says of link previews, None if nothing."""
    options = parameters.json("link_preview_options", "link preview options")
    if options is None:
        return {"is_disabled": True} if parameters.boolean("disable_web_page_preview") else None
    if not isinstance(options, dict):
        raise bad_request("Object expected as link preview options")
    return {name: value for name, value in options.items() if value not in (None, False, "")} or None


def photo(files: Files, parameters: Parameters, source: str) -> Photo:
    """Return the photo that `source` names: an upload, or the id of a file that is here already."""
    upload = _upload(parameters, source, "photo")
    if upload is not None:
        return files.add_photo(upload.name, upload.content)
    known = _known(files, source, "photo")
    if not known[-1].width:
        raise bad_request("can't use file of type Document as Photo")
    return known


def document(files: Files, parameters: Parameters, source: str) -> StoredFile:
    """Return the document that `source` names: an upload, or the id of a file that is here already."""
    upload = _upload(parameters, source, "document")
    if upload is not None:
        return files.add_document(upload.name, upload.content_type, upload.content)
    known = _known(files, source, "document")
    if known[-1].width:
        raise bad_request("can't use file of type Photo as Document")
    return known[-1]


def _upload(parameters: Parameters, source: str, field: str) -> Upload | None:
    scheme, _, name = source.partition("attach://")
    upload = parameters.uploads.get(field if not source or scheme else name)
    if upload is not None and not upload.content:
        raise bad_request("file must be non-empty")
    if upload is not None and len(upload.content) > limits.UPLOAD_BYTES:
        raise bad_request("file is too big")
    return upload


def _known(files: Files, source: str, field: str) -> Photo:
    if not source or source.startswith("attach://"):
        raise bad_request(f"there is no {field} in the request")
    if source.startswith(("http://", "https://")):
        # Nothing from outside: what Telegram would fetch, this Telegram does not.
        raise bad_request("failed to get HTTP URL content")
    known = files.by_id(source)
    if known is None:
        raise bad_request("Wrong remote file identifier specified: Wrong string length")
    return known


def media(files: Files, parameters: Parameters) -> tuple[Photo, StoredFile | None, Formatted]:
    """Return photo or document, and caption, of `editMessageMedia`."""
    raw = parameters.json("media", "input media")
    if raw is None:
        raise bad_request('Parameter "media" is required')
    if not isinstance(raw, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    source, kind = raw.get("media"), raw.get("type")
    if not isinstance(source, str) or not source:
        raise bad_request("can't parse InputMedia: media not found")
    body = checked_caption(
        str(raw.get("caption") or ""),
        str(raw.get("parse_mode") or ""),
        raw.get("caption_entities"),
        "MEDIA_CAPTION_TOO_LONG",
    )
    if kind == "photo":
        return photo(files, parameters, source), None, body
    if kind == "document":
        return (), document(files, parameters, source), body
    raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')
