// One message as Telegram draws it.

import { h, icon } from "./dom.js";
import { inlineKeyboard } from "./keys.js";
import { richText } from "./richtext.js";
import { timeOfDay } from "./words.js";

const TOUCH = matchMedia("(hover: none)");

/**
 * Build the element of a message. `on` is what its parts do: {say, language, link, command, copy, press, reply,
 * more, photo, jump, tapping, find, botName, botUsername, personName}.
 */
export function bubble(message, on) {
  const out = message.from === "person";
  const card = h(media(message) ? "div.bubble.media" : "div.bubble", sender(out, on), via(message, on), quoted(message, on), content(message, on));
  const body = h("div.body", card, message.keyboard?.length ? inlineKeyboard(message, on) : null);
  const element = h(`article.message.${out ? "out" : "in"}`, { "data-id": message.id, tabindex: -1 }, body, actions(message, on));
  if (message.keyboard?.length) element.classList.add("with-keyboard");
  if (message.protected) element.classList.add("protected");
  const own = (event) => event.target.closest("a, button, [role=button], code, pre") || String(getSelection());
  // As in Telegram's apps: a double click answers; on a touch screen a tap opens the menu.
  card.addEventListener("dblclick", (event) => !event.target.closest("a, button, [role=button]") && on.reply(message));
  card.addEventListener("click", (event) => TOUCH.matches && !own(event) && on.more(message, element));
  return element;
}

function media(message) {
  return message.photo !== null || message.location !== null;
}

/** Whose message this is, for those who do not see on which side it stands. */
function sender(out, on) {
  return h("span.unseen", `${out ? on.say("you") : on.botName()}: `);
}

function via(message, on) {
  return message.via_bot ? h("div.via", on.say("via", { name: on.botUsername() })) : null;
}

function content(message, on) {
  const meta = times(message, on);
  if (message.document) return [file(message.document, on), h("div.text", richText(message.caption_html, on), meta)];
  if (message.location) return [place(message, on), h("div.text", on.say("geo"), ". ", coordinates(message.location), meta)];
  if (message.photo) {
    const picture = h("button.picture", { type: "button", "aria-label": on.say("photo"), onclick: () => on.photo(message) },
      h("img", { src: message.photo, alt: "", decoding: "async" }));
    if (!message.caption_html) {
      meta.classList.add("over");
      return [picture, meta];
    }
    return [picture, h("div.text", richText(message.caption_html, on), meta)];
  }
  return [h("div.text", richText(message.html, on), meta)];
}

function file({ name, size, url }, on) {
  return h("a.file", { href: url, download: name, "aria-label": `${on.say("file")}: ${name}` }, icon("file", 26), h("b", name), h("span", `${Math.ceil(size / 1024)} KB`));
}

function times(message, on) {
  const out = message.from === "person";
  return h("span.meta",
    message.silent && !out ? [icon("mute", 13), h("span.unseen", on.say("silent"))] : null,
    // Telegram keeps quiet about edits of what carries buttons: menus change all the time.
    message.edit_date && !message.keyboard?.length ? h("span.edited", on.say("edited")) : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOfDay(message.date, on.language())),
    out ? [icon("check", 15), h("span.unseen", on.say("sent"))] : null);
}

function coordinates(location) {
  return h("span.coordinates", `${location.lat.toFixed(4)}, ${location.lon.toFixed(4)}`);
}

/** A drawn map: the page fetches nothing from outside, so it shows no real one. */
function place(message, on) {
  return h("div.map", { role: "img", "aria-label": on.say("geo") }, icon("pin", 40));
}

function quoted(message, on) {
  if (message.reply_to === null) return null;
  const original = on.find(message.reply_to);
  const name = original === null ? "" : original.from === "person" ? on.personName() : on.botName();
  return h("button.quoted", { type: "button", onclick: () => on.jump(message.reply_to) },
    name ? h("b", name) : null, h("span", original === null ? on.say("deletedMessage") : summary(original, on.say)));
}

/** Say in one line what a message holds. */
export function summary(message, say) {
  if (message.location) return say("geo");
  const text = (message.text || message.caption || "").replace(/\s+/g, " ").trim();
  if (message.document) return text || message.document.name;
  if (message.photo) return text ? `${say("photo")}, ${text}` : say("photo");
  return text;
}

function actions(message, on) {
  return h("div.acts",
    h("button.act", { type: "button", "data-act": "reply", "aria-label": on.say("reply"), title: on.say("reply"), onclick: () => on.reply(message) }, icon("reply", 18)),
    h("button.act", { type: "button", "data-act": "more", "aria-label": on.say("messageActions"), title: on.say("messageActions"), "aria-haspopup": "menu",
      onclick: (event) => on.more(message, event.currentTarget) }, icon("more", 18)));
}
