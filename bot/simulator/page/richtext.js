// The text of a message: the server's safe HTML, with what Telegram's apps make of it (spoilers, quotes, links, commands).

import { h, icon } from "./dom.js";

const PLAIN = new Map([
  ["B", "b"], ["STRONG", "b"], ["I", "i"], ["EM", "i"], ["U", "u"], ["INS", "u"], ["S", "s"], ["STRIKE", "s"], ["DEL", "s"],
  ["BR", "br"],
]);

/**
 * Build the nodes of a message's text. The server's HTML is safe already; still only what is listed here is taken over,
 * node by node. `on` is {say, link(url), command(text), copy(text)}.
 */
export function richText(html, on) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const fragment = document.createDocumentFragment();
  fragment.append(...children(body, on));
  return fragment;
}

function children(node, on) {
  return [...node.childNodes].flatMap((child) => convert(child, on));
}

function convert(node, on) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const plain = PLAIN.get(node.tagName);
  if (plain) return [h(plain, children(node, on))];
  if (node.tagName === "A") return node.dataset.command ? [command(node, on)] : link(node, on);
  if (node.tagName === "CODE") return [copied(h("code", children(node, on)), on)];
  if (node.tagName === "PRE") return [copied(h("pre", children(node, on)), on)];
  if (node.tagName === "BLOCKQUOTE") return [quote(node, on)];
  if (node.tagName === "TG-SPOILER") return [spoiler(node, on)];
  return children(node, on);
}

/** A command is a button that looks like a link: tapping it sends it. */
function command(node, on) {
  return h("button.command", { type: "button", onclick: () => on.command(node.dataset.command) }, children(node, on));
}

function link(node, on) {
  const url = node.getAttribute("href") ?? "";
  if (!/^(https?:|tg:)/i.test(url)) return children(node, on);
  return [h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: (event) => {
    event.preventDefault();
    on.link(url);
  } }, children(node, on))];
}

/** Let a tap copy it, as Telegram does with code. */
function copied(element, on) {
  element.title = on.say("copyTitle");
  element.addEventListener("click", () => {
    if (!String(getSelection())) on.copy(element.innerText);
  });
  return element;
}

function spoiler(node, on) {
  const inside = h("span.spoiler-text", { "aria-hidden": "true" }, children(node, on));
  const element = h("span.spoiler", { role: "button", "aria-expanded": "false", "aria-label": on.say("spoiler"), tabindex: -1 }, inside);
  const show = (event) => {
    if (element.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    element.classList.add("shown");
    inside.removeAttribute("aria-hidden");
    for (const name of ["role", "aria-label", "aria-expanded"]) element.removeAttribute(name);
  };
  // In the capture phase: a link under a spoiler must not open before it can be read.
  element.addEventListener("click", show, { capture: true });
  onEnter(element, show);
  return element;
}

function quote(node, on) {
  const text = h("div.quote-text", children(node, on));
  const element = h("blockquote", text);
  if (!node.hasAttribute("expandable")) return element;
  element.classList.add("expandable", "collapsed");
  const toggle = h("button.quote-toggle", { type: "button", "aria-expanded": "false", title: on.say("expand"), "aria-label": on.say("expand") }, icon("down", 18));
  toggle.addEventListener("click", (event) => {
    event.stopPropagation();
    const collapsed = element.classList.toggle("collapsed");
    const words = on.say(collapsed ? "expand" : "collapse");
    toggle.setAttribute("aria-expanded", String(!collapsed));
    toggle.setAttribute("aria-label", words);
    toggle.title = words;
  });
  element.append(toggle);
  // Telegram folds only what is longer than three lines; that is known once it is laid out.
  requestAnimationFrame(() => {
    if (element.isConnected && text.scrollHeight > text.clientHeight + 2) return;
    element.classList.remove("collapsed");
    toggle.remove();
  });
  return element;
}

function onEnter(element, act) {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  });
}
