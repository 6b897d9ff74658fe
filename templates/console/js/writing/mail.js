// The mail in its frame: drawn again after every change behind the one that is seen, then shown where it was scrolled to.
import { open, close } from "./panel.js";
import { isOpen, language, revision } from "./desk.js";

const holder = document.getElementById("frame");
let shown = holder.querySelector("iframe");
let next, y = 0, place = "", behind = false;

export function refresh() {
  if (next) { behind = true; return; }
  next = document.createElement("iframe");
  next.title = shown.title;
  next.setAttribute("sandbox", "allow-scripts");
  next.className = "next";
  next.tabIndex = -1;
  const from = new URL(shown.src);
  from.searchParams.set("v", `${revision()}-${Date.now()}`);
  next.src = from;
  next.addEventListener("load", () => { if (shown.src.includes("as=text")) swap(); else setTimeout(swap, 1500); });
  holder.append(next);
}

function swap() {
  if (!next) return;
  next.className = "";
  next.removeAttribute("tabindex");
  shown.remove();
  shown = next;
  next = undefined;
  if (behind) { behind = false; refresh(); }
}

// Shows in the mail what is being changed.
export function show(what, scroll = true) {
  place = what;
  tell(shown, { kind: "show", place, scroll });
}

function tell(frame, what) { frame?.contentWindow?.postMessage(what, "*"); }

export function begin() {
  addEventListener("message", (event) => {
    const said = event.data;
    if (!said || typeof said !== "object") return;
    if (next && event.source === next.contentWindow && said.kind === "ready") {
      tell(next, { kind: "scroll", y });
      tell(next, { kind: "show", place, scroll: false });
      setTimeout(swap, 60);
    }
    if (event.source !== shown.contentWindow) return;
    if (said.kind === "scroll") y = Number(said.y) || 0;
    if (said.kind === "ready" && place) tell(shown, { kind: "show", place, scroll: false });
    if (said.kind === "escape") close();
    if (said.kind === "click" && isOpen()) clicked(String(said.place || ""));
  });
}

const FIELDS = new Set(["title", "summary", "action", "text", "heading", "name", "role", "label", "figures", "credit"]);

function clicked(where) {
  const found = /^(item|block|section):([\w-]+)(?::(\w+))?$/.exec(where);
  if (!found) return;
  const [, kind, id, part = ""] = found;
  const field = kind === "section" ? `f-title-${language()}` : part === "picture" ? "picture" : FIELDS.has(part) ? `f-${part}` : "";
  open(`${kind}/${id}`, { field, language: language(), place: where, opener: shown });
}
