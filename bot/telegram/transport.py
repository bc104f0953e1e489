"""How a call of the Bot API travels: PTB's requests over aiohttp."""

import io
import json
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, FormData, TCPConnector
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

# aiohttp repeats no POST by itself, so an idle connection that the server has closed meanwhile costs a failed
# call: we close ours first.
IDLE_SECONDS = 20


class AiohttpRequest(BaseRequest):
    """Carry PTB's requests over one aiohttp session with connections kept alive.

    Use one instance for getUpdates and another for the rest, as PTB does: each has its own connections, so
    that long polls never hold those that replies need. Timeouts are in seconds, None means for ever; a call
    may override each.

    Whatever goes wrong on the way is a `NetworkError` or `TimedOut` that names the kind of failure only.
    aiohttp's own messages hold the URL, and the URL holds the token, so they are not even kept as the error's
    cause or context.
    """

    def __init__(
        self,
        *,
        connections: int = 128,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        media_write_timeout: float | None = 20.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
    ) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._media_write_timeout = media_write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """How many seconds a call waits for the answer if it doesn't say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; does nothing if it is open."""
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(
                    limit=self._connections, keepalive_timeout=IDLE_SECONDS, ttl_dns_cache=300
                ),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; does nothing if it is closed."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request and return its status and body.

        Raises `TimedOut` when a timeout passed and `NetworkError` for any other failure; the request may have
        arrived in both cases.
        """
        if self._session is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        body = _body(request_data)
        files = isinstance(body, FormData)
        read = _seconds(read_timeout, self._read_timeout)
        write = _seconds(write_timeout, self._media_write_timeout if files else self._write_timeout)
        connect = _seconds(connect_timeout, self._connect_timeout)
        queued = _add(_seconds(pool_timeout, self._pool_timeout), connect)
        # aiohttp knows no timeout for writing; the sum bounds a body that the server doesn't take.
        total = _add(queued, write, read)
        failure: TelegramError
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=body,
                headers={"Content-Type": "application/json"} if isinstance(body, bytes) else None,
                timeout=ClientTimeout(total, connect=queued, sock_read=read, sock_connect=connect),
                allow_redirects=False,  # would send the token elsewhere
            ) as response:
                answer = await response.read()
                return response.status, answer if response.status < 300 else _only_telegrams(answer)
        except TimeoutError as error:
            failure = TimedOut(f"Timed out ({type(error).__name__})")
        except (ClientError, OSError) as error:
            failure = NetworkError(type(error).__name__)
        except Exception as error:  # PTB would quote its repr, and so the URL, in a NetworkError of its own
            failure = NetworkError(f"Unknown error in HTTP implementation ({type(error).__name__})")
        raise failure  # out here, where it has no __context__

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer's JSON object; raises `TelegramError` if it is none.

        PTB's own logs the whole answer at ERROR if it cannot be read: other people's messages.
        """
        answer = answer_of(payload)
        if answer is None:
            raise TelegramError("Invalid server response")
        return answer


def _body(data: RequestData | None) -> bytes | FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return json.dumps(data.parameters).encode()
    form = FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in data.multipart_data.items():
        # aiohttp warns about large bytes, which it writes at once; a stream goes in pieces.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mime_type)
    return form


def _only_telegrams(body: bytes) -> bytes:
    # An error page that isn't Telegram's can echo the path, token and all; PTB quotes what it cannot parse.
    return b"{}" if answer_of(body) is None else body


def answer_of(payload: bytes) -> dict[str, Any] | None:
    """Return the JSON object that Telegram answered; None if this is none."""
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _seconds(given: object, default: float | None) -> float | None:
    if given is BaseRequest.DEFAULT_NONE:
        return default
    return float(given) if isinstance(given, (int, float)) else None


def _add(*seconds: float | None) -> float | None:
    return None if None in seconds else sum(part for part in seconds if part is not None)
