// The order of the mail: by the handle, or with Alt and the arrow keys; arrows alone walk through the list.
import { act } from "./acts.js";
import { isOpen } from "./desk.js";

const list = () => document.getElementById("list");
const form = (item) => item.querySelector("form[action$='/place']");

export function begin() {
  document.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const name = event.target.closest?.("#list .thing .name");
    if (!name) return;
    const down = event.key === "ArrowDown";
    event.preventDefault();
    if (event.altKey) nudge(name.closest(".thing"), down);
    else walk(name, down);
  });
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.(".grip");
    if (grip && event.button === 0 && isOpen()) carry(event, grip.closest(".thing"));
  });
}

function walk(name, down) {
  const every = [...document.querySelectorAll("#list a.name, #list .adding a")].filter((one) => one.checkVisibility());
  every[every.indexOf(name) + (down ? 1 : -1)]?.focus();
}

function nudge(item, down) {
  if (!item.dataset.item || item.classList.contains("lead")) return;
  move(item, { act: down ? "down" : "up" });
}

function move(item, more) {
  const id = item.id;
  act(form(item), null, more, { focus: `#${CSS.escape(id)} .name`, said: () => where(id) });
}

function where(id) {
  const item = document.getElementById(id);
  if (!item) return "";
  const row = [...item.parentElement.querySelectorAll(".thing[data-item]")];
  const group = item.closest(".group").querySelector("h2").textContent.trim();
  return `${item.dataset.name}: now ${row.indexOf(item) + 1} of ${row.length} in ${group}.`;
}

function carry(start, item) {
  start.preventDefault();
  const grip = start.target;
  const slot = Object.assign(document.createElement("li"), { className: "slot" });
  let aim = null, moved = false;
  grip.setPointerCapture(start.pointerId);
  document.body.classList.add("carrying");

  const follow = (event) => {
    if (!moved && Math.abs(event.clientY - start.clientY) < 4) return;
    moved = true;
    item.classList.add("carried");
    item.style.transform = `translateY(${event.clientY - start.clientY + scrollY - began}px)`;
    edge(event.clientY);
    slot.remove();
    aim = under(event.clientY, item);
    if (aim) aim.row.insertBefore(slot, aim.before);
  };
  const end = (event) => {
    for (const [name, what] of [["pointermove", follow], ["pointerup", end], ["pointercancel", end]]) grip.removeEventListener(name, what);
    removeEventListener("keydown", stop, true);
    document.body.classList.remove("carrying");
    slot.remove();
    item.classList.remove("carried");
    item.style.transform = "";
    if (event?.type === "pointerup" && moved && aim) drop(item, aim);
  };
  const stop = (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); end(); } };
  const began = scrollY;
  grip.addEventListener("pointermove", follow);
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  addEventListener("keydown", stop, true);
}

function edge(y) {
  if (y < 60) scrollBy(0, -14);
  else if (y > innerHeight - 60) scrollBy(0, 14);
}

// The row and the item before which it would stand.
function under(y, carried) {
  const groups = [...list().querySelectorAll(".group[data-group]")];
  const group = groups.find((one) => y < one.getBoundingClientRect().bottom) ?? groups.at(-1);
  if (!group) return null;
  const row = group.querySelector(".things");
  const items = [...row.querySelectorAll(":scope > .thing[data-item]")].filter((one) => one !== carried);
  const before = items.find((one) => { const box = one.getBoundingClientRect(); return y < box.top + box.height / 2; });
  const last = items.at(-1);
  return { group: group.dataset.group, row, before: before ?? last?.nextElementSibling ?? row.querySelector(":scope > .block"), next: before, last };
}

function drop(item, aim) {
  if (aim.group === "") { if (!item.classList.contains("lead")) move(item, { act: "lead" }); return; }
  if (aim.next) move(item, { act: "move", before: aim.next.dataset.item });
  else if (aim.last) move(item, { act: "move", after: aim.last.dataset.item });
  else move(item, { act: "move", section: aim.group });
}
