// What the page knows of the simulator: the bot, the people, their chats. Changed only by answers and events.

import { api, follow } from "./api.js";

const ACTION_SECONDS = 5; // Telegram shows "typing…" that long

/** One person's chat with the bot. `draft` and `replyTo` are what is not sent yet. */
class Chat {
  constructor(id) {
    this.id = id;
    this.messages = new Map();
    this.loaded = false;
    this.action = null;
    this.actionEnds = 0;
    this.unread = 0;
    this.draft = "";
    this.replyTo = null;
    this.placeholder = null;
    this.keyboardHidden = false;
    this.tapping = new Set(); // "message:row:column" of taps that the bot has not answered yet
  }

  /** The messages in order, oldest first. */
  list() {
    return [...this.messages.values()].sort((one, other) => one.id - other.id);
  }

  last() {
    return this.list().at(-1) ?? null;
  }

  /** The reply keyboard that is in force, with the message that brought it, or null. */
  replyKeyboard() {
    for (const message of this.list().reverse()) {
      if (message.from !== "bot" || message.reply_keyboard === null) continue;
      return message.reply_keyboard.length ? message : null;
    }
    return null;
  }
}

/** Emits "state" (bot or people changed), "chat" ({chat, kind, message}), "connection" ({up}), "content" ({before}). */
export class Store extends EventTarget {
  bot = null;
  people = new Map();
  chats = new Map();
  content = null; // { version, problems } of what the bot says, once whoever runs it has told us
  up = null; // null until the first connection
  #waiting = null; // events that come while a snapshot is being fetched

  begin() {
    follow({
      opened: () => this.#opened(),
      lost: () => this.#connection(false),
      happened: (event) => (this.#waiting ? this.#waiting.push(event) : this.#apply(event)),
    });
  }

  chat(id) {
    if (!this.chats.has(id)) this.chats.set(id, new Chat(id));
    return this.chats.get(id);
  }

  person(chatId) {
    return [...this.people.values()].find((person) => person.chat_id === chatId) ?? null;
  }

  /** Fetch a chat's messages unless they are here already. */
  async load(chatId) {
    const chat = this.chat(chatId);
    if (chat.loaded) return;
    const messages = await api.messages(chatId);
    // An event may have come meanwhile: it is newer than what we fetched.
    const newer = chat.messages;
    chat.messages = new Map(messages.map((message) => [message.id, message]));
    for (const [id, message] of newer) chat.messages.set(id, message);
    chat.loaded = true;
    this.#tell("chat", { chat, kind: "loaded" });
  }

  async #opened() {
    this.#waiting = [];
    try {
      await this.#snapshot();
    } catch {
      return; // the stream breaks too, and the next connection fetches again
    } finally {
      const waiting = this.#waiting ?? [];
      this.#waiting = null;
      for (const event of waiting) this.#apply(event);
    }
    this.#connection(true);
  }

  async #snapshot() {
    const state = await api.state();
    this.bot = state.bot;
    this.#content(state.content);
    this.people = new Map(state.people.map((person) => [person.id, person]));
    const known = new Set(state.people.map((person) => person.chat_id));
    for (const id of [...this.chats.keys()]) if (!known.has(id)) this.chats.delete(id);
    const again = [...this.chats.values()].filter((chat) => chat.loaded);
    for (const chat of again) {
      chat.loaded = false;
      chat.messages = new Map();
      chat.tapping.clear();
    }
    this.#tell("state");
    await Promise.all(again.map((chat) => this.load(chat.id)));
  }

  #connection(up) {
    if (this.up === up) return;
    const first = this.up === null;
    this.up = up;
    this.#tell("connection", { up, first });
  }

  #apply(event) {
    const apply = {
      message: () => this.#message(event.message, "message"),
      edit: () => this.#message(event.message, "edit"),
      delete: () => this.#deleted(event.chat_id, event.message_id),
      action: () => this.#action(event.chat_id, event.action),
      person: () => {
        this.people.set(event.person.id, event.person);
        this.#tell("state");
      },
      content: () => this.#content(event.content),
      commands: () => this.#snapshot().catch(() => this.#connection(false)),
      reload: () => this.#snapshot().catch(() => this.#connection(false)),
    }[event.type];
    apply?.();
  }

  #content(content) {
    const before = this.content;
    this.content = content;
    if (content !== null) this.#tell("content", { before });
  }

  #message(message, kind) {
    const chat = this.chat(message.chat_id);
    const known = chat.messages.has(message.id);
    chat.messages.set(message.id, message);
    if (message.from === "bot" && !known) chat.action = null;
    if (message.reply_keyboard !== null && !known) chat.keyboardHidden = false;
    this.#tell("chat", { chat, kind: known ? "edit" : kind, message });
  }

  #deleted(chatId, id) {
    const chat = this.chat(chatId);
    const message = chat.messages.get(id);
    if (!chat.messages.delete(id)) return;
    if (chat.replyTo === id) chat.replyTo = null;
    this.#tell("chat", { chat, kind: "delete", message });
  }

  #action(chatId, action) {
    const chat = this.chat(chatId);
    chat.action = action;
    chat.actionEnds = performance.now() + ACTION_SECONDS * 1000;
    this.#tell("chat", { chat, kind: "action" });
    setTimeout(() => {
      if (chat.action === null || performance.now() < chat.actionEnds - 50) return;
      chat.action = null;
      this.#tell("chat", { chat, kind: "action" });
    }, ACTION_SECONDS * 1000);
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
