// Talks to the simulator: requests, and the stream of what happens.

/** The simulator refused a request, or (`status` 0) did not answer; `why` is its description. */
export class Refused extends Error {
  constructor(status, why) {
    super(why || `status ${status}`);
    this.status = status;
    this.why = why;
  }
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      cache: "no-store",
      // The server asks for this header, so that no other web page can drive the simulator.
      headers: { "X-Provodnik": "page", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, "");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    answer = null; // an error page of a proxy, say; the status tells enough
  }
  if (!response.ok) throw new Refused(response.status, answer?.description ?? answer?.error ?? response.statusText);
  return answer;
}

export const api = {
  state: () => call("GET", "/api/state"),
  messages: (chat) => call("GET", `/api/chats/${chat}/messages`),
  addPerson: (person) => call("POST", "/api/people", person),
  changePerson: (id, change) => call("PATCH", `/api/people/${id}`, change),
  send: (chat, what) => call("POST", `/api/chats/${chat}/send`, what),
  tap: (chat, message_id, row, column) => call("POST", `/api/chats/${chat}/tap`, { message_id, row, column }),
  inline: (chat, query) => call("POST", `/api/chats/${chat}/inline`, { query }),
  chooseInline: (chat, result_id) => call("POST", `/api/chats/${chat}/inline/choose`, { result_id }),
  remove: (chat, id) => call("DELETE", `/api/chats/${chat}/messages/${id}`),
};

const LONGEST_PAUSE = 8000; // ms between two attempts to connect

/**
 * Follow `/api/events` for as long as the page lives. `opened` is called on each (re)connection, `lost` when it breaks,
 * `happened` with each event. The browser itself resumes with Last-Event-ID; where it gives up, we begin anew.
 */
export function follow({ opened, lost, happened }) {
  let pause = 500;
  const connect = () => {
    const source = new EventSource("/api/events");
    source.onopen = () => {
      pause = 500;
      opened();
    };
    source.onmessage = (event) => happened(JSON.parse(event.data));
    source.onerror = () => {
      lost();
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };
  connect();
}
