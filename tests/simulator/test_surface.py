"""What the chat page gets, and who may ask."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.simulator.people import Person
from bot.simulator.picture import draw
from tests.simulator.api import Api
from tests.waiting import PATIENCE


async def refusal(api: Api, method: str, path: str, headers: dict[str, str]) -> int:
    status, _ = await api.page(method, path, {"first_name": "A", "language_code": "ru"}, headers)
    return status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"])
async def test_a_foreign_name_is_refused_everywhere(api: Api, host: str) -> None:
    headers = {"Host": host, "X-Provodnik": "page"}
    for path in ("/", "/page/page.js", "/api/state", "/api/events", f"/bot{api.simulator.token}/getMe"):
        assert await refusal(api, "GET", path, headers) == 403
    assert await refusal(api, "POST", "/api/people", headers) == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:9", "[::1]:80", "LOCALHOST"])
async def test_names_of_this_machine_are_served(api: Api, host: str) -> None:
    assert await refusal(api, "GET", "/api/state", {"Host": host}) == 200


async def test_only_the_page_changes_things(api: Api, anna: Person) -> None:
    for method, path in (
        ("POST", "/api/people"),
        ("PATCH", f"/api/people/{anna.id}"),
        ("POST", "/api/groups"),
        ("POST", f"/api/chats/{anna.id}/send"),
        ("POST", f"/api/chats/{anna.id}/tap"),
        ("POST", f"/api/chats/{anna.id}/inline"),
        ("POST", f"/api/chats/{anna.id}/inline/choose"),
        ("DELETE", f"/api/chats/{anna.id}/messages/1"),
        ("POST", "/api/faults"),
        ("DELETE", "/api/faults"),
        ("POST", "/api/load"),
    ):
        assert await refusal(api, method, path, {}) == 403
        assert await refusal(api, method, path, {"X-Provodnik": "no"}) == 403
    assert len(api.simulator.model.people) == 1


async def test_web_pages_cannot_call_the_bot_api(api: Api) -> None:
    path = f"/bot{api.simulator.token}/getMe"
    assert await refusal(api, "GET", path, {"Sec-Fetch-Site": "cross-site"}) == 403
    assert await refusal(api, "POST", path, {"Origin": "https://evil.example"}) == 403
    assert await refusal(api, "POST", path, {"Origin": "null"}) == 403
    assert await refusal(api, "POST", path, {}) == 200


async def test_the_page_comes_with_a_strict_policy(api: Api) -> None:
    for path, kind in (("", "text/html"), ("page/page.js", "text/javascript"), ("page/page.css", "text/css")):
        async with api.session.get(api.simulator.page_url + path) as answer:
            assert (answer.status, answer.content_type) == (200, kind)
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["../server.py", "%2e%2e/server.py", "..%2fserver.py", "none.js", ".hidden.js"]
)
async def test_nothing_but_the_page_s_files_is_served(api: Api, path: str) -> None:
    status, _ = await api.page("GET", f"/page/{path}")
    assert status == 404


async def test_people_join_and_change(api: Api) -> None:
    _, person = await api.page("POST", "/api/people", {"first_name": "Анна", "language_code": "ru"})
    number = person["id"]
    assert person == {
        "id": number,
        "first_name": "Анна",
        "language_code": "ru",
        "chat_id": number,
        "blocked": False,
        "crowd": False,
    }
    change = {"language_code": "en", "blocked": True}
    _, changed = await api.page("PATCH", f"/api/people/{number}", change)
    assert changed == person | change
    _, state = await api.page("GET", "/api/state")
    assert state["people"] == [changed]
    assert (state["simulated"], state["limits"]) == (True, False)
    assert state["bot"]["username"] == "provodnik_local_bot"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/people", {}, 400),
        ("POST", "/api/people", {"first_name": " ", "language_code": "ru"}, 400),
        ("POST", "/api/people", ["x"], 400),
        ("PATCH", "/api/people/5", {}, 404),
        ("PATCH", "/api/people/{anna}", {"blocked": "yes"}, 400),
        ("GET", "/api/chats/5/messages", None, 404),
        ("POST", "/api/chats/{anna}/send", {"text": " "}, 400),
        ("POST", "/api/chats/{anna}/send", {"text": "x", "reply_to": 99}, 400),
        ("POST", "/api/chats/{anna}/send", {"location": {"lat": "a", "lon": 1}}, 400),
        ("POST", "/api/chats/{anna}/send", {"location": {"lat": 91, "lon": 1}}, 400),
        ("POST", "/api/chats/{anna}/tap", {"message_id": 99, "row": 0, "column": 0}, 404),
        ("POST", "/api/chats/{anna}/tap", {"message_id": 1, "row": 0, "column": 0}, 400),
        ("POST", "/api/chats/{anna}/tap", {"message_id": 1}, 400),
        ("POST", "/api/chats/{anna}/inline/choose", {"result_id": "x"}, 404),
        ("DELETE", "/api/chats/{anna}/messages/99", None, 404),
        ("POST", "/api/groups", {"title": "x", "people": [5]}, 404),
        ("POST", "/api/faults", {"what": 1}, 400),
        ("POST", "/api/faults", {"times": "often"}, 400),
        ("POST", "/api/load", {"count": "many"}, 400),
        ("POST", "/api/load", {"texts": []}, 400),
        ("POST", "/api/chats/{anna}/send", {"text": "x", "reply_to": "1"}, 400),
        ("GET", "/api/files/none", None, 404),
        ("POST", "/api/people", {"first_name": "half an emoji: \ud83d", "language_code": "ru"}, 400),
        ("POST", "/api/chats/{anna}/send", {"text": "\ud83d"}, 400),
        ("POST", "/api/chats/{anna}/tap", {"message_id": "1" * 5_000, "row": 0, "column": 0}, 404),
    ],
)
async def test_what_makes_no_sense_is_told(
    api: Api, anna: Person, method: str, path: str, body: Any, status: int
) -> None:
    got, answer = await api.page(method, path.replace("{anna}", str(anna.id)), body)
    assert (got, "error" in answer) == (status, True)
    assert (await api.page("GET", "/api/state"))[0] == 200
    assert (await api.page("GET", f"/api/chats/{'1' * 5_000}/messages"))[0] == 404


async def test_a_person_writes_locates_and_sends_a_photo(api: Api, anna: Person) -> None:
    path = f"/api/chats/{anna.id}/send"
    _, said = await api.page("POST", path, {"text": "<b> /help", "reply_to": 1})
    assert (said["from"], said["html"], said["reply_to"]) == (
        "person",
        '&lt;b&gt; <a data-command="/help">/help</a>',
        1,
    )
    _, place = await api.page("POST", path, {"location": {"lat": 42.7, "lon": 44.6}})
    assert place["location"] == {"lat": 42.7, "lon": 44.6}
    _, photo = await api.page("POST", path, {"photo": True, "caption": "Очередь"})
    assert photo["caption_html"] == "Очередь"
    async with api.session.get(api.simulator.page_url.rstrip("/") + photo["photo"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", draw())
    assert len(await api.ok("getUpdates")) == 3
    _, messages = await api.page("GET", f"/api/chats/{anna.id}/messages")
    assert messages[1:] == [said, place, photo]
    await api.page("DELETE", f"/api/chats/{anna.id}/messages/{said['id']}")
    assert said["id"] not in api.simulator.model.chats[anna.id].messages


async def test_what_could_be_a_page_is_only_downloaded(api: Api, anna: Person) -> None:
    stored = api.simulator.model.files.add_document("x.html", "text/html", b"<script>")
    async with api.session.get(f"{api.simulator.page_url}api/files/{stored.path}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"


async def test_a_tap_waits_for_the_bot(api: Api, anna: Person) -> None:
    rows = [[{"text": "a", "callback_data": "x"}, {"text": "b", "url": "https://e.com"}]]
    sent = await api.ok("sendMessage", chat_id=anna.id, text="t", reply_markup={"inline_keyboard": rows})
    tap = {"message_id": sent["message_id"], "row": 0, "column": 0}
    path = f"/api/chats/{anna.id}/tap"
    async with asyncio.TaskGroup() as group:
        task = group.create_task(api.page("POST", path, tap))
        (update,) = await api.ok("getUpdates", timeout=5)
        query = update["callback_query"]["id"]
        await api.ok("answerCallbackQuery", callback_query_id=query, text="Готово", show_alert=True)
    answered = {"answered": True, "text": "Готово", "alert": True, "url": None}
    assert await task == (200, answered)
    _, link = await api.page("POST", path, tap | {"column": 1})
    assert link["url"] == "https://e.com"


async def test_an_inline_query_of_the_page(api: Api, anna: Person) -> None:
    path = f"/api/chats/{anna.id}/inline"
    async with asyncio.TaskGroup() as group:
        task = group.create_task(api.page("POST", path, {"query": "ларс"}))
        (update,) = await api.ok("getUpdates", timeout=5)
        content = {"message_text": "<b>Ларс</b>", "parse_mode": "HTML"}
        result = {"type": "article", "id": "lars", "title": "Ларс", "input_message_content": content}
        number = update["inline_query"]["id"]
        await api.ok("answerInlineQuery", inline_query_id=number, results=[result])
    assert await task == (
        200,
        [{"id": "lars", "title": "Ларс", "description": "", "html": "<b>Ларс</b>"}],
    )
    _, said = await api.page("POST", f"{path}/choose", {"result_id": "lars"})
    assert (said["html"], said["via_bot"]) == ("<b>Ларс</b>", True)


async def test_a_group_of_the_page(api: Api, anna: Person) -> None:
    _, group = await api.page("POST", "/api/groups", {"title": "Попутчики", "people": [anna.id]})
    assert group["people"] == [anna.id]
    _, said = await api.page(
        "POST", f"/api/chats/{group['chat_id']}/send", {"text": "/help", "person": anna.id}
    )
    assert said["from_name"] == "Anna"
    _, state = await api.page("GET", "/api/state")
    assert state["groups"] == [group]


class Stream:
    """Reads `/api/events` as a browser does."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last_id = ""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            data = ""
            while line := (await self.answer.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                if name == "data":
                    data = value
            event = json.loads(data)
            assert isinstance(event, dict)
            return event


async def test_the_page_follows_what_happens_and_resumes(api: Api, anna: Person) -> None:
    url = f"{api.simulator.page_url}api/events"
    model = api.simulator.model
    async with api.session.get(url) as answer:
        assert answer.content_type == "text/event-stream"
        stream = Stream(answer)
        message = model.send(anna, "hello")
        sent = await api.ok("sendMessage", chat_id=anna.id, text="<b>hi</b>", parse_mode="HTML")
        first, second = await stream.next(), await stream.next()
        assert (first["type"], first["message"]["text"]) == ("message", "hello")
        assert (second["chat_id"], second["message"]["html"]) == (anna.id, "<b>hi</b>")
        await api.ok("sendChatAction", chat_id=anna.id, action="typing")
        assert await stream.next() == {"type": "action", "chat_id": anna.id, "action": "typing"}
        model.delete(message)
        assert await stream.next() == {"type": "delete", "chat_id": anna.id, "message_id": message.id}
        model.change_person(anna, first_name="Ann")
        assert (await stream.next())["person"]["first_name"] == "Ann"
        await api.ok("setMyCommands", commands=[])
        assert (await stream.next())["type"] == "commands"
    # Missed while away: an edit, and a message that is gone again.
    await api.ok("editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="bye")
    model.delete(model.send(anna, "oops"))
    async with api.session.get(url, headers={"Last-Event-ID": stream.last_id}) as answer:
        resumed = Stream(answer)
        edit, delete = await resumed.next(), await resumed.next()
        assert (edit["type"], edit["message"]["text"]) == ("edit", "bye")
        assert delete["type"] == "delete"
    for stranger in ("1-5", "nonsense", f"{stream.last_id}99999"):
        async with api.session.get(url, headers={"Last-Event-ID": stranger}) as answer:
            assert await Stream(answer).next() == {"type": "reload"}


async def test_a_crowd_for_benches(api: Api) -> None:
    status, load = await api.page("POST", "/api/load", {"people": 3, "count": 7, "texts": ["/a", "/b"]})
    assert status == 200
    updates = await api.ok("getUpdates")
    assert [update["update_id"] for update in updates] == list(
        range(load["first_update_id"], load["next_update_id"])
    )
    assert len({update["message"]["from"]["id"] for update in updates}) == 3
    assert [update["message"]["text"] for update in updates[:3]] == ["/a", "/b", "/a"]
    await api.ok("getUpdates", offset=load["next_update_id"])
    _, counts = await api.page("GET", "/api/counts")
    assert (counts["waiting"], counts["confirmed"], counts["calls"]["getupdates"]) == (0, 7, 2)
