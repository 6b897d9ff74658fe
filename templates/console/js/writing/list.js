// The list is drawn by the server; here it is put in place anew, without losing what is open, typed or focused.
import { address, fetched } from "./desk.js";

let running, again = false;

export function refresh(focus) {
  if (focus) wanted = focus;
  if (running) { again = true; return running; }
  running = draw().finally(() => {
    running = undefined;
    if (again) { again = false; refresh(); }
  });
  return running;
}

let wanted;

async function draw() {
  let fresh;
  try { fresh = await fetched(address("list")); } catch { return; }
  const here = document.activeElement;
  const inside = here?.closest("#list, #tally");
  const thing = here?.closest(".thing")?.id;
  const again_ = inside && (here.id ? `#${CSS.escape(here.id)}` : thing ? `#${CSS.escape(thing)} .name` : here.closest("#tally") ? "#tally button, #tally a" : "");
  const opened = [...document.querySelectorAll("#list details.tray[open]")].map((one) => one.id);
  const typed = [...document.querySelectorAll("#list input[id]")].filter((one) => one.value !== one.defaultValue).map((one) => [one.id, one.value]);
  const marked = document.querySelector("#list .here")?.id;
  const others = document.getElementById("others").innerHTML;
  for (const id of ["tally", "list", "inbox"]) {
    const now = fresh.getElementById(id);
    if (now) document.getElementById(id).replaceWith(document.adoptNode(now));
  }
  document.getElementById("others").innerHTML = others;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of typed) { const one = document.getElementById(id); if (one) one.value = value; }
  if (marked) document.getElementById(marked)?.classList.add("here");
  const aim = wanted ?? again_;
  wanted = undefined;
  if (aim && !document.getElementById("panel").contains(document.activeElement)) (document.querySelector(aim) ?? document.querySelector("#tally a"))?.focus({ preventScroll: !inside });
}

export function mark(id) {
  for (const one of document.querySelectorAll("#list .here")) one.classList.remove("here");
  if (id) document.getElementById(id)?.classList.add("here");
}
