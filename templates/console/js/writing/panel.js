// The panel beside the mail: the forms that are pages of their own without a script.
import { address, fetched, isOpen, language as looked } from "./desk.js";
import { mark } from "./list.js";
import { show } from "./mail.js";
import { attach, flush, isWaiting } from "./saving.js";
import { press } from "./crop.js";
import { count } from "./counting.js";
import { place as presentAt } from "./presence.js";
import { say } from "./saying.js";

const panel = document.getElementById("panel");
let at = null;

export const current = () => at;

export async function open(path, { field = "", language = "", place = "", opener = null } = {}, sure = false) {
  if (at && at.path !== path) {
    if (!sure && asks(() => open(path, { field, language, place, opener }, true))) return;
    await flush();
  }
  const asked = { part: "form" };
  if (language) asked.language = language;
  let fresh;
  try { fresh = await fetched(address(path, asked)); } catch {
    location.assign(address(path, language ? { language } : {}));
    return;
  }
  lay(fresh, path, language || looked(), place, opener);
  focus(field);
}

export function reload() { return at ? open(at.path, { language: at.language, place: at.place, opener: at.opener }) : undefined; }

// `fresh`: a document that holds a form.
export function lay(fresh, path, language, place, opener) {
  const before = at;
  at = { path, language, opener: opener ?? before?.opener ?? document.activeElement };
  const scroll = before?.path === path ? panel.scrollTop : 0;
  panel.replaceChildren(bar(), ...document.adoptNode(fresh.body).childNodes);
  for (const head of panel.querySelectorAll("h1")) head.replaceWith(Object.assign(document.createElement("h2"), { className: head.className, id: head.id, innerHTML: head.innerHTML }));
  panel.hidden = false;
  panel.setAttribute("aria-labelledby", "form-title");
  panel.scrollTop = scroll;
  at.place = place || panel.querySelector("[data-place]")?.dataset.place || "";
  document.documentElement.classList.add("paneled");
  for (const form of panel.querySelectorAll("form[data-auto]")) attach(form, path, language);
  for (const form of panel.querySelectorAll("form[data-crop]")) press(form);
  count(panel);
  const [kind, id] = path.split("/");
  if (!place && kind === "item") at.place += ":title";
  mark(/^(item|block)$/.test(kind) ? `${kind}-${id}` : "");
  show(at.place);
  presentAt(at.place);
}

// Whether something was typed that is put in by a button and would be lost; then it is asked about first.
function asks(goOn) {
  const form = unput();
  if (!form) return false;
  say("What you typed is not put in yet.", [["Keep writing", () => form.querySelector("input:not([type=hidden]), textarea").focus()], ["Throw it away", goOn]], 0);
  return true;
}

function unput() {
  const typed = (one) => one.matches("input:not([type=hidden]), textarea") && one.value !== one.defaultValue;
  return [...panel.querySelectorAll("form[data-closes]")].find((form) => [...form.elements].some(typed));
}

export async function close(sure = false) {
  if (!at || (!sure && asks(() => close(true)))) return;
  await flush();
  if (isWaiting()) return;
  const { opener, path } = at;
  at = null;
  panel.hidden = true;
  panel.replaceChildren();
  document.documentElement.classList.remove("paneled");
  mark("");
  show("");
  presentAt("");
  const link = document.querySelector(`[data-edit="${CSS.escape(path)}"]`);
  (opener?.isConnected && opener !== document.body ? opener : link ?? document.getElementById("content")).focus({ preventScroll: Boolean(opener?.isConnected) });
}

function bar() {
  const line = document.createElement("div");
  line.className = "panel-bar";
  const told = Object.assign(document.createElement("span"), { className: "told", id: "told" });
  told.setAttribute("role", "status");
  const button = Object.assign(document.createElement("button"), { className: "little", type: "button", textContent: "Done" });
  button.addEventListener("click", () => close());
  line.append(told, button);
  return line;
}

function focus(field) {
  const found = field && panel.querySelector(`#${CSS.escape(field)}`);
  const first = found || panel.querySelector("input:not([type=hidden]):not([readonly]), textarea:not([readonly])") || panel;
  first.focus({ preventScroll: Boolean(!found) });
  if (found && !found.matches("input, textarea")) { found.scrollIntoView({ block: "start" }); panel.focus(); }
}

export function begin() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[data-edit], .panel a[data-tab]");
    if (!link || link.getAttribute("aria-disabled")) return;
    event.preventDefault();
    link.closest("details.deeds")?.removeAttribute("open");
    if (link.dataset.tab) flush().then(() => open(at.path, { language: link.dataset.tab, place: at.place }));
    else open(link.dataset.edit, { opener: link, language: looked() });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const menu = document.querySelector("details.deeds[open]");
    if (menu) { menu.removeAttribute("open"); menu.querySelector("summary").focus(); } else if (at) close();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.deeds[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
  addEventListener("beforeunload", (event) => { if (unput()) event.preventDefault(); });
  if (!isOpen()) panel.dataset.closed = "";
}
