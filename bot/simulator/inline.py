"""Inline queries: what a bot offers when its name is typed in any chat."""

import re
from typing import Any

from bot.simulator import limits
from bot.simulator.content import checked_text
from bot.simulator.markup import check
from bot.simulator.model import Model
from bot.simulator.parameters import Parameters
from bot.simulator.queries import Result
from bot.simulator.refusals import bad_request

_PAYLOAD = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.START_PAYLOAD}}}")


def answer_inline_query(model: Model, parameters: Parameters) -> bool:
    """Carry out `answerInlineQuery`; this Telegram knows results of the type `article` only."""
    raw = parameters.json("results", "inline query results")
    if not isinstance(raw, list):
        raise bad_request("Expected an Array of inline query results")
    if len(raw) > limits.INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(item) for item in raw]
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    button = parameters.json("button", "inline query results button")
    if isinstance(button, dict) and not _PAYLOAD.fullmatch(str(button.get("start_parameter") or "")):
        raise bad_request("START_PARAM_INVALID")
    query = model.inline_queries.take(parameters.text("inline_query_id"), model.clock.now().timestamp())
    query.answer = results
    query.personal = parameters.boolean("is_personal")
    query.cache_seconds = parameters.integer("cache_time", 300)
    query.start_parameter = str(button.get("start_parameter")) if isinstance(button, dict) else ""
    model.events.wake()
    return True


def _result(raw: object) -> Result:
    if not isinstance(raw, dict):
        raise _error("Inline query result must be an object")
    if raw.get("type") != "article":
        raise _error("this local Telegram knows the type article only")
    result_id, title = _text(raw, "id"), _text(raw, "title")
    if not 0 < len(result_id.encode("utf-8", "surrogatepass")) <= limits.INLINE_RESULT_ID:
        raise bad_request("RESULT_ID_INVALID")
    if not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = raw.get("input_message_content")
    if not isinstance(content, dict):
        raise _error("Input message content is not specified")
    body = checked_text(
        str(content.get("message_text") or ""),
        str(content.get("parse_mode") or ""),
        content.get("entities"),
        "MESSAGE_TOO_LONG",
    )
    markup = check(raw.get("reply_markup"), private=True)
    if markup.reply is not None or markup.force_reply:
        raise bad_request("inline keyboard expected")
    description = str(raw.get("description") or "")
    preview = content.get("link_preview_options")
    return Result(result_id, title, description, body, markup, preview if isinstance(preview, dict) else None)


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise _error(f'Field "{name}" must be of type String')
    return value


def _error(reason: str) -> Exception:
    return bad_request(f"can't parse inline query result: {reason}")
