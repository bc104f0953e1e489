"""Whatever a bot sends to whatever method, it is carried out or refused in words: never a crash."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.limits import Limits
from bot.simulator.methods import METHODS
from bot.simulator.model import Model
from bot.simulator.parameters import Parameters, Upload
from bot.simulator.people import Account
from bot.simulator.picture import draw
from bot.simulator.refusals import Refused
from tests.clock import ManualClock

KEYBOARDS = [
    {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    {"inline_keyboard": [[{"text": "a", "url": "x", "copy_text": 5}]]},
    {"keyboard": [["a", {"text": "b", "request_location": True}]]},
    {"force_reply": True},
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
likely = {
    "chat_id": st.just(1_000_001),
    "message_id": st.integers(1, 4),
    "message_ids": st.lists(st.integers(1, 4) | anything, max_size=3),
    "text": st.sampled_from(["x", "<b>x</b>", "<b", "👍" * 3000]),
    "caption": st.sampled_from(["x", "<i>x</i>", "x" * 1025]),
    "parse_mode": st.sampled_from(["HTML", "html", "", "Markdown"]),
    "entities": st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(["bold", "odd"]),
                "offset": st.integers(-1, 2),
                "length": st.integers(-1, 2),
            }
        ),
        max_size=2,
    ),
    "reply_markup": st.sampled_from([*KEYBOARDS, *map(json.dumps, KEYBOARDS), "{"]),
    "reply_parameters": st.fixed_dictionaries({"message_id": st.integers(0, 4) | anything}),
    "link_preview_options": st.just({"is_disabled": True}),
    "photo": st.sampled_from(["attach://file", "AgACAgIAAxkDAAI0000010", "x"]),
    "document": st.sampled_from(["attach://file", "x"]),
    "media": st.fixed_dictionaries(
        {
            "type": st.sampled_from(["photo", "document", "odd"]),
            "media": st.sampled_from(["attach://file", "x"]),
        }
    ),
    "latitude": st.floats(),
    "longitude": st.floats(),
    "action": st.sampled_from(["typing", "odd"]),
    "callback_query_id": st.text(max_size=3),
    "inline_query_id": st.text(max_size=3),
    "results": st.lists(st.fixed_dictionaries({"type": st.just("article"), "id": anything}), max_size=2),
    "commands": st.lists(st.fixed_dictionaries({"command": anything, "description": anything}), max_size=2),
    "scope": st.fixed_dictionaries({"type": st.sampled_from(["default", "chat"]) | anything}),
    "language_code": st.sampled_from(["ru", "", "rus"]),
    "menu_button": st.just({"type": "commands"}),
    "file_id": st.text(max_size=3),
    "name": st.text(max_size=70),
}
parameters = st.fixed_dictionaries({}, optional={name: values | anything for name, values in likely.items()})


@settings(max_examples=200, deadline=None)  # the machine may be busy
@given(method=st.sampled_from(sorted(METHODS)), values=parameters)
def test_carried_out_or_refused(method: str, values: dict[str, object]) -> None:
    model = Model(ManualClock(), Account.of("1:x", "bot"), Limits.off())
    anna = model.add_person("Anna")
    model.start(anna)
    files = {"file": Upload("x.png", "image/png", draw())}
    try:
        first = METHODS["sendmessage"](model, Parameters({"chat_id": anna.id, "text": "x"}))
        assert first["message_id"] == 2
        result = METHODS[method](model, Parameters(values, files))
    except Refused:
        return
    json.dumps(result)
