// One person's phone: the chat with the bot, and what the person can do in it.

import { api } from "./api.js";
import { Composer } from "./composer.js";
import { ask, openDialog, openMenu, toast } from "./dialogs.js";
import { avatar, fill, h, icon } from "./dom.js";
import { askForLocation, askForPerson } from "./forms.js";
import { inlineQuery, tapKey } from "./keys.js";
import { meaning, startText } from "./links.js";
import { Log } from "./log.js";
import { actionWords } from "./words.js";

export class Phone {
  /** `app` gives {store, say, language, lastTouched, touched(phone), hide(person), others(person), startAs(person, text)}. */
  constructor(app, person) {
    this.app = app;
    this.person = person;
    this.say = app.say;
    this.chat = app.store.chat(person.chat_id);
    this.log = new Log(this, this.#on(), () => this.composer.focus());
    this.composer = new Composer(this);
    this.#build();
    this.update();
    this.log.draw();
    app.store.load(this.chat.id).catch((error) => this.fail(error));
  }

  get bot() {
    return this.app.store.bot;
  }

  /** The bot's name as this person's Telegram shows it. */
  get nameOfBot() {
    return this.bot.names[this.person.language_code] ?? this.bot.first_name;
  }

  #build() {
    this.plate = h("header.plate");
    this.botName = h("b");
    this.subtitle = h("span.subtitle");
    this.more = h("button.round", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.#personMenu() }, icon("more"));
    this.shelf = h("div.shelf", { role: "status" });
    this.footer = h("footer.footer", this.composer.element);
    this.screen = h("div.screen",
      h("div.chatbar", avatar(this.nameOfBot, this.bot.id), h("div.who", this.botName, this.subtitle), this.more),
      h("div.middle", this.log.scroller, this.log.toBottom, this.shelf), this.footer);
    const touched = () => this.app.touched(this);
    this.element = h("section.phone", { "data-person": this.person.id, onpointerdown: touched, onfocusin: touched }, this.plate, this.screen);
  }

  /** Bring everything but the messages in line with the person, the bot and the chat. */
  update() {
    this.person = this.app.store.people.get(this.person.id) ?? this.person;
    const { say, person } = this;
    this.element.setAttribute("aria-label", say("phoneOf", { name: person.first_name }));
    this.more.setAttribute("aria-label", say("personMenu", { name: person.first_name }));
    this.more.title = say("personMenu", { name: person.first_name });
    this.botName.textContent = this.nameOfBot;
    fill(this.plate, avatar(person.first_name, person.id), h("b", person.first_name), h("span.chip", person.language_code),
      person.crowd ? h("span.chip.sim", say("simulated")) : null);
    this.#showAction();
    this.#showFooter();
    this.composer.update();
  }

  /** Take note of a change in the chat: "loaded", "message", "edit", "delete" or "action". */
  changed(kind, message) {
    if (kind === "action") return this.#showAction();
    this.update();
    this.log.draw(kind === "message" ? message : null);
    const asking = kind === "message" ? message : kind === "loaded" ? this.chat.last() : null;
    if (asking?.force_reply) this.#forceReply(asking);
  }

  #forceReply(message) {
    this.composer.reply(message, message.force_reply.placeholder ?? null);
    // With several phones on the page, only the one in use may take the focus.
    if (this.app.lastTouched === this) this.composer.focus();
  }

  #showAction() {
    const { say, chat, person } = this;
    this.subtitle.classList.toggle("busy", chat.action !== null);
    if (chat.action === null) fill(this.subtitle, say(person.blocked ? "blockedBot" : "bot"));
    else fill(this.subtitle, actionWords(say, chat.action), h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")));
  }

  /** Blocked: a button to unblock. Nothing said yet: the start button. Else the input. */
  #showFooter() {
    const { chat, person, say } = this;
    const big = person.blocked ? [say("unblock"), () => this.#change({ blocked: false })]
      : chat.loaded && chat.messages.size === 0 ? [say("start"), () => this.send({ text: "/start" })] : null;
    this.composer.element.hidden = big !== null;
    const old = this.footer.querySelector(".big");
    if (big !== null && old?.textContent === big[0]) return;
    const hadFocus = old !== null && old === document.activeElement;
    old?.remove();
    if (big !== null) this.footer.append(h("button.big", { type: "button", onclick: big[1] }, big[0]));
    else if (hadFocus) this.composer.focus();
  }

  #on() {
    return {
      say: this.say,
      language: () => this.app.language,
      botName: () => this.nameOfBot,
      botUsername: () => this.bot.username,
      personName: () => this.person.first_name,
      find: (id) => this.chat.messages.get(id) ?? null,
      tapping: () => this.chat.tapping,
      link: (url) => this.openLink(url),
      command: (text) => this.send({ text }),
      copy: (text) => this.copy(text),
      press: (message, row, column) => this.#press(message, row, column),
      reply: (message) => this.#reply(message),
      more: (message, anchor) => this.#messageMenu(message, anchor),
      photo: (message) => this.#showPhoto(message),
      jump: (id) => this.log.jump(id),
    };
  }

  nameOf(message) {
    return message.from === "person" ? this.say("you") : this.nameOfBot;
  }

  // ---- what a person does

  /** Send to the bot; `undo` puts back what was typed if that fails. */
  async send(what, undo = () => {}) {
    try {
      await api.send(this.chat.id, what);
    } catch (error) {
      undo();
      this.fail(error);
    }
  }

  #reply(message) {
    this.composer.reply(message);
    this.composer.focus();
  }

  async #press(message, row, column) {
    const button = message.keyboard[row][column];
    if (button.url) return this.openLink(button.url);
    if (button.copy_text) return this.copy(button.copy_text.text);
    if (inlineQuery(button) !== null) return this.composer.write(`@${this.bot.username} ${inlineQuery(button)}`);
    const key = tapKey(message, row, column);
    if (this.chat.tapping.has(key)) return;
    this.chat.tapping.add(key);
    this.log.key(message.id, row, column)?.setAttribute("aria-busy", "true");
    try {
      await this.#answered(await api.tap(this.chat.id, message.id, row, column));
    } catch (error) {
      this.fail(error);
    } finally {
      this.chat.tapping.delete(key);
      this.log.key(message.id, row, column)?.removeAttribute("aria-busy");
    }
  }

  #answered(answer) {
    if (!answer.answered) return toast(this.shelf, this.say("unanswered"));
    if (answer.url) return this.openLink(answer.url);
    if (!answer.text) return undefined;
    if (!answer.alert) return toast(this.shelf, answer.text);
    ask(this.screen, { text: [answer.text], buttons: [[this.say("ok"), true]] });
    return undefined;
  }

  async askLocation() {
    const location = await askForLocation(this.screen, this.say);
    if (location) await this.send({ location });
    this.composer.focus();
  }

  async openLink(url) {
    const { say } = this;
    const what = meaning(url, this.bot.username);
    if (what.kind === "start") return this.send({ text: startText(what.payload) });
    if (what.kind === "dead") return toast(this.shelf, say("unsupported"));
    if (what.kind === "share") return this.#share(what);
    const answer = await ask(this.screen, { title: say("openLink"), text: [what.url, say("openLinkHint")], role: "dialog",
      buttons: [[say("cancel"), null], [say("copyLink"), "copy"], [say("open"), "open"]] });
    if (answer === "copy") return this.copy(what.url);
    if (answer === "open") window.open(what.url, "_blank", "noopener,noreferrer");
    return undefined;
  }

  async #share({ url, text }) {
    const { say } = this;
    const shared = meaning(url, this.bot.username);
    const others = shared.kind === "start" ? this.app.others(this.person) : [];
    const answer = await ask(this.screen, { title: say("share"), text: [text, url, say("shareHint")].filter(Boolean), role: "dialog",
      buttons: [...others.map((person) => [say("openAs", { name: person.first_name }), person]), [say("cancel"), null], [say("copyLink"), "copy"]] });
    if (answer === "copy") await this.copy([text, url].filter(Boolean).join("\n"));
    else if (answer !== null) await this.app.startAs(answer, startText(shared.payload));
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast(this.shelf, this.say("copied"));
    } catch {
      toast(this.shelf, this.say("notCopied")); // the page is not in front, or the browser forbids it
    }
  }

  #showPhoto(message) {
    openDialog(this.screen, { title: null, build: (close) =>
      h("button.whole-picture", { type: "button", "aria-label": this.say("close"), onclick: () => close(null) },
        h("img", { src: message.photo, alt: message.caption || this.say("photo") })) });
  }

  /** Tell that the simulator refused or did not answer. */
  fail(error) {
    if (!("status" in error)) throw error;
    toast(this.shelf, error.status === 0 ? this.say("failed") : this.say("refused", { why: error.message }));
  }

  // ---- menus

  #messageMenu(message, anchor) {
    const { say } = this;
    const text = message.text || message.caption;
    openMenu(anchor, this.screen, [
      { words: say("reply"), icon: "reply", act: () => this.#reply(message) },
      !message.protected && text && { words: say("copyText"), icon: "copy", act: () => this.copy(text) },
      { words: say("remove"), icon: "trash", danger: true, act: () => api.remove(this.chat.id, message.id).catch((error) => this.fail(error)) },
    ].filter(Boolean));
  }

  #personMenu() {
    const { say, person } = this;
    openMenu(this.more, this.screen, [
      { words: say("rename"), icon: "edit", act: () => this.#rename() },
      !person.blocked && { words: say("sendPhoto"), icon: "photo", act: () => this.send({ photo: true }) },
      { words: say(person.blocked ? "unblock" : "block"), icon: person.blocked ? "check" : "block", danger: !person.blocked,
        act: () => this.#change({ blocked: !person.blocked }) },
      { words: say("hide"), icon: "hide", act: () => this.app.hide(person) },
    ].filter(Boolean));
  }

  async #rename() {
    const change = await askForPerson(this.screen, this.say, this.person);
    if (change) await this.#change(change);
  }

  async #change(change) {
    try {
      await api.changePerson(this.person.id, change);
    } catch (error) {
      this.fail(error);
    }
  }
}
