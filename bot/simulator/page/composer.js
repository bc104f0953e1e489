// Where a person writes: the input with its buttons, the reply bar, commands, inline queries, the bot's reply keyboard.

import { api } from "./api.js";
import { summary } from "./bubble.js";
import { fill, h, icon } from "./dom.js";
import { replyKeyboard } from "./keys.js";
import { Suggest } from "./suggest.js";

const INLINE_PAUSE = 250; // ms without typing before an inline query is sent

/**
 * The lower end of a phone. `phone` gives {chat, person, say, bot, send(what), askLocation(), fail(error), log}.
 */
export class Composer {
  #inlineTimer = 0;
  #inlineAsked = "";
  #keyboardOf = null;

  constructor(phone) {
    this.phone = phone;
    const { say, chat } = phone;
    const id = `suggest-${chat.id}`;
    this.input = h("textarea.input", {
      rows: 1, maxlength: 4096, placeholder: say("message"), "aria-label": say("message"), autocomplete: "off",
      role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", value: chat.draft,
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: (event) => this.#left(event),
    });
    this.suggest = new Suggest(id, this.input);
    this.menuButton = h("button.round.menu-button", { type: "button", "aria-label": `${say("menu")}: ${say("commands")}`, title: say("commands"), "aria-haspopup": "listbox",
      onclick: () => this.#toggleCommands() }, icon("menu"), h("span.menu-words", say("menu")));
    this.keyboardButton = h("button.round.toggle-keyboard", { type: "button", hidden: true, onclick: () => this.#toggleKeyboard() }, icon("keyboard"));
    this.sendButton = h("button.round.send", { type: "submit", "aria-label": say("send"), title: say("send") }, icon("send"));
    this.replyBar = h("div.reply-bar", { hidden: true });
    this.keyboard = h("div.keyboard-place", { hidden: true });
    this.element = h("form.composer", { onsubmit: (event) => {
      event.preventDefault();
      this.#send();
    } }, this.suggest.element, this.replyBar,
    h("div.bar", this.menuButton, this.input, this.keyboardButton,
      h("button.round.locate", { type: "button", "aria-label": say("location"), title: say("location"), onclick: () => phone.askLocation() }, icon("pin")),
      this.sendButton),
    this.keyboard);
    this.update();
  }

  /** Bring everything in line with the chat's state. */
  update() {
    const { chat, say } = this.phone;
    this.menuButton.hidden = this.#commands().length === 0;
    const original = chat.replyTo === null ? null : chat.messages.get(chat.replyTo) ?? null;
    this.replyBar.hidden = original === null;
    if (original === null) chat.placeholder = null;
    else fill(this.replyBar, icon("reply", 20), h("div.reply-words", h("b", say("replyTo", { name: this.phone.nameOf(original) })), h("span", summary(original, say))),
      h("button.round", { type: "button", "aria-label": say("cancelReply"), title: say("cancelReply"), onclick: () => {
        this.#cancelReply();
        this.focus();
      } }, icon("close", 20)));
    const bringer = chat.replyKeyboard();
    this.input.placeholder = chat.placeholder || say("message");
    this.#showKeyboard(bringer);
    this.#fit();
  }

  #showKeyboard(bringer) {
    const { chat, say } = this.phone;
    if (bringer !== this.#keyboardOf) {
      this.#keyboardOf = bringer;
      fill(this.keyboard, bringer && replyKeyboard(bringer.reply_keyboard, say, (button) => this.#pressed(button)));
    }
    const shown = bringer !== null && !chat.keyboardHidden;
    this.keyboard.hidden = !shown;
    this.keyboardButton.hidden = bringer === null;
    const words = say(shown ? "hideKeyboard" : "showKeyboard");
    this.keyboardButton.setAttribute("aria-label", words);
    this.keyboardButton.setAttribute("aria-expanded", String(shown));
    this.keyboardButton.title = words;
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  /** Begin a reply to a message; `placeholder` is what a force_reply asks for. */
  reply(message, placeholder = null) {
    this.phone.chat.replyTo = message.id;
    this.phone.chat.placeholder = placeholder;
    this.update();
  }

  /** Put text into the input, as a button of inline mode does. */
  write(text) {
    this.input.value = text;
    this.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.#typed();
  }

  #send() {
    const text = this.input.value.trim();
    if (!text) return this.focus();
    const { chat } = this.phone;
    const what = chat.replyTo === null ? { text } : { text, reply_to: chat.replyTo };
    this.input.value = "";
    this.suggest.hide();
    this.#cancelReply();
    this.#typed();
    this.phone.send(what, () => {
      if (!this.input.value) this.input.value = text; // nothing typed is lost
      this.#typed();
    });
    this.focus();
  }

  #pressed(button) {
    if (button.request_location) this.phone.askLocation();
    else this.phone.send({ text: button.text });
  }

  #toggleKeyboard() {
    this.phone.chat.keyboardHidden = !this.phone.chat.keyboardHidden;
    this.update();
  }

  #cancelReply() {
    this.phone.chat.replyTo = null;
    this.phone.chat.placeholder = null;
    this.update();
  }

  #key(event) {
    if (this.suggest.key(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && this.phone.chat.replyTo !== null) {
      event.preventDefault();
      this.#cancelReply();
    } else if (event.key === "ArrowUp" && this.input.value === "") {
      event.preventDefault();
      this.phone.log.enter();
    }
  }

  #left(event) {
    if (!this.suggest.element.contains(event.relatedTarget)) setTimeout(() => {
      // A click on a line of the list comes after the blur.
      if (document.activeElement !== this.input && !this.suggest.element.contains(document.activeElement)) this.suggest.hide();
    }, 150);
  }

  #typed() {
    const text = this.input.value;
    this.phone.chat.draft = text;
    this.#fit();
    const query = inlineText(text, this.phone.bot.username);
    if (query !== null) return this.#inline(query);
    this.#inlineAsked = "";
    clearTimeout(this.#inlineTimer);
    if (/^\/\w*$/.test(text)) this.#suggestCommands(text.slice(1).toLowerCase());
    else if (/^@\w*$/.test(text) && `@${this.phone.bot.username}`.toLowerCase().startsWith(text.toLowerCase())) this.#suggestBot();
    else this.suggest.hide();
  }

  /** Grow with the text up to what the style sheet allows. */
  #fit() {
    this.sendButton.classList.toggle("ready", this.input.value.trim() !== "");
    // Before measuring: it makes the menu button narrower, and the input wider.
    this.element.classList.toggle("writing", this.input.value !== "");
    this.input.style.height = "auto";
    if (this.input.scrollHeight) this.input.style.height = `${this.input.scrollHeight}px`;
  }

  #commands() {
    const { bot, person } = this.phone;
    const own = bot.commands[person.language_code];
    return own?.length ? own : bot.commands[""] ?? []; // as Telegram does: no menu of their language, so the general one
  }

  #toggleCommands() {
    if (this.suggest.open) return this.suggest.hide();
    this.#suggestCommands("");
    this.suggest.element.focus({ preventScroll: true });
  }

  #suggestCommands(prefix) {
    const commands = this.#commands().filter((command) => command.command.startsWith(prefix));
    if (!commands.length) return this.suggest.hide();
    this.suggest.show(commands.map(({ command, description }) => ({
      content: [h("b", `/${command}`), h("span", description)],
      choose: () => {
        this.input.value = "";
        this.#typed();
        this.phone.send({ text: `/${command}` });
      },
      complete: () => this.write(`/${command} `),
    })), { label: this.phone.say("commands") });
  }

  #suggestBot() {
    const { bot, nameOfBot } = this.phone;
    const write = () => this.write(`@${bot.username} `);
    this.suggest.show([{ content: [h("b", `@${bot.username}`), h("span", nameOfBot)], choose: write, complete: write }], { label: this.phone.say("inlineResults") });
  }

  #inline(query) {
    if (query === this.#inlineAsked && this.suggest.open) return;
    this.#inlineAsked = query;
    clearTimeout(this.#inlineTimer);
    this.#inlineTimer = setTimeout(async () => {
      try {
        const found = await api.inline(this.phone.chat.id, query);
        if (this.#inlineAsked === query && inlineText(this.input.value, this.phone.bot.username) === query) this.#showFound(found);
      } catch (error) {
        this.phone.fail(error);
      }
    }, INLINE_PAUSE);
  }

  #showFound(found) {
    const { say, chat } = this.phone;
    this.suggest.show(found.map((result) => ({
      content: [h("b", result.title || result.id), result.description ? h("span", result.description) : null],
      choose: async () => {
        this.input.value = "";
        this.#typed();
        try {
          await api.chooseInline(chat.id, result.id);
        } catch (error) {
          this.phone.fail(error);
        }
      },
    })), { label: say("inlineResults"), note: say("noResults") });
  }
}

/** The query in "@botname query", or null where the text is no inline query. */
export function inlineText(text, username) {
  const mention = `@${username} `.toLowerCase();
  return text.toLowerCase().startsWith(mention) ? text.slice(mention.length) : null;
}
