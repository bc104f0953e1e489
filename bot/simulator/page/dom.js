// Elements are built here and nowhere else. Strings become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Build an element: `h("button.send", {type: "button", onclick: f}, icon("send"), "Send")`.
 * Names beginning with "on" are listeners; `null`, `undefined` and `false` leave an attribute or a child out.
 */
export function h(selector, ...rest) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const attributes = isAttributes(rest[0]) ? rest.shift() : {};
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  append(element, rest);
  return element;
}

function isAttributes(value) {
  return value !== null && typeof value === "object" && !(value instanceof Node) && !Array.isArray(value);
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Replace all children. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

const PATHS = {
  send: "M3.4 20.4 21 12 3.4 3.6 5.6 11l8.4 1-8.4 1z",
  reply: "M10 8V4l-7 7 7 7v-4.1c5 0 8.5 1.6 11 5.1-1-5-4-10-11-11z",
  more: "M12 7.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zm0 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zm0 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  pin: "M12 2a7 7 0 0 0-7 7c0 5.2 7 13 7 13s7-7.8 7-13a7 7 0 0 0-7-7zm0 9.6A2.6 2.6 0 1 1 12 6.4a2.6 2.6 0 0 1 0 5.2z",
  close: "m18.3 7.1-1.4-1.4L12 10.6 7.1 5.7 5.7 7.1l4.9 4.9-4.9 4.9 1.4 1.4 4.9-4.9 4.9 4.9 1.4-1.4-4.9-4.9z",
  plus: "M13 5h-2v6H5v2h6v6h2v-6h6v-2h-6z",
  arrow: "M8 6v2h6.6L6 16.6 7.4 18 16 9.4V16h2V6z",
  inline: "m14 4-1.4 1.4L17.2 10H4v2h13.2l-4.6 4.6L14 18l7-7z",
  menu: "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z",
  keyboard: "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7c0-1.1.900-2 2-2zm1 3v2h2V8zm4 0v2h2V8zm4 0v2h2V8zm4 0v2h2V8zM5 11.5v2h2v-2zm4 0v2h2v-2zm4 0v2h2v-2zm4 0v2h2v-2zM7.5 15v1.5h9V15z",
  down: "M7.4 8.6 12 13.2l4.6-4.6L18 10l-6 6-6-6z",
  copy: "M16 2H5a2 2 0 0 0-2 2v13h2V4h11zm3 4H9a2 2 0 0 0-2 2v12c0 1.1.900 2 2 2h10a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2zm0 14H9V8h10z",
  trash: "M6 19a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V7H6zM8 9h8v10H8zm7.5-5-1-1h-5l-1 1H5v2h14V4z",
  edit: "m3 17.25V21h3.75L17.8 9.9l-3.7-3.7zM20.7 7a1 1 0 0 0 0-1.4l-2.3-2.3a1 1 0 0 0-1.4 0l-1.8 1.8 3.7 3.7z",
  photo: "M20 4h-3.2L15 2H9L7.2 4H4a2 2 0 0 0-2 2v12c0 1.1.900 2 2 2h16a2 2 0 0 0 2-2V6a2 2 0 0 0-2-2zm0 14H4V6h4.05l1.83-2h4.24l1.83 2H20zM12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zm0 8a3 3 0 1 1 0-6 3 3 0 0 1 0 6z",
  people: "M9 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0 2c-3.3 0-8 1.6-8 4.5V20h16v-1.5C17 15.6 12.3 14 9 14zm7-2.2a4 4 0 0 0 .5-7.8 6 6 0 0 1-1.5 7.4c.3.3.6.4 1 .4zm2 2.7c1.2 1 2 2.3 2 4V20h3v-1.5c0-1.900-2.2-3.3-5-4z",
  file: "M6 2a2 2 0 0 0-2 2v16c0 1.1.9 2 2 2h12a2 2 0 0 0 2-2V8l-6-6zm7 7V3.5L18.5 9z",
  block: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM4 12a8 8 0 0 1 12.9-6.3L5.7 16.9A8 8 0 0 1 4 12zm8 8a8 8 0 0 1-4.9-1.7L18.3 7.1A8 8 0 0 1 12 20z",
  hide: "M4 11h16v2H4z",
  check: "m9 16.2-4.2-4.2-1.4 1.4L9 19 21 7l-1.4-1.4z",
  mute: "M12 22a2 2 0 0 0 2-2h-4c0 1.1.900 2 2 2zm6-6v-5c0-3.1-1.6-5.6-4.5-6.3V4a1.5 1.5 0 0 0-3 0v.7c-.5.1-1 .3-1.4.500L18 14.2zM3.4 4.8 6.6 8A7.3 7.3 0 0 0 6 11v5l-2 2v1h13.6l2 2 1.3-1.3L4.7 3.5z",
  light: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4zM4.2 5.6l1.4-1.4 2.9 2.8L7 8.5zm11.3 11.3 1.4-1.4 2.9 2.9-1.5 1.4zM4.2 18.4 7 15.5l1.5 1.4-2.9 2.9zM15.5 7l2.9-2.8 1.4 1.4L16.9 8.5z",
  dark: "M12.3 3a9 9 0 1 0 8.7 11.4A7.2 7.2 0 0 1 12.3 3z",
  auto: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2v16a8 8 0 0 1 0-16z",
};

/** Draw an icon in the colour of the text around it. */
export function icon(name, size = 22) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon" })) {
    svg.setAttribute(key, String(value));
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Draw a round picture with the first letters of a name; `seed` chooses one of Telegram's seven colours. */
export function avatar(name, seed) {
  const letters = name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
  return h("span.avatar", { "data-colour": Math.abs(seed) % 7, "aria-hidden": "true" }, letters || "?");
}
