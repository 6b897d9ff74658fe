// Who else is here: asked now and then; what others changed is drawn anew.
import { isOpen, learn, revision, write } from "./desk.js";
import { refresh as refreshList } from "./list.js";
import { refresh as refreshMail } from "./mail.js";

const EVERY = 15000;
let here = "", timer;

// Where this person is at work now.
export function place(where) {
  if (here === where) return;
  here = where;
  clearTimeout(timer);
  timer = setTimeout(ask, 300);
}

export function begin() {
  if (!isOpen()) return;
  timer = setTimeout(ask, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
}

async function ask() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY);
  const csrf = document.querySelector("input[name=csrf]")?.value;
  if (document.hidden || !csrf) return;
  let said;
  try {
    const answer = await fetch(`${write}/present`, { method: "POST", body: new URLSearchParams({ csrf, place: full(here) }), headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    said = await answer.json();
  } catch { return; }
  draw(said.others);
  if (said.revision > revision()) { learn(said.revision); refreshList(); refreshMail(); }
}

// A place of the issue, as the server calls it: the words of an item are in a language.
function full(where) {
  const words = document.querySelector(".panel form[data-auto] [name=language]")?.value;
  const [kind, id, part] = where.split(":");
  if (kind === "item" && words && ["title", "summary", "action"].includes(part)) return `item:${id}:${words}:${part}`;
  return kind === "subject" ? where : [kind, id].filter(Boolean).join(":");
}

function draw(others) {
  const line = document.getElementById("others");
  line.replaceChildren(...others.map((one) => Object.assign(document.createElement("span"), { textContent: one.said })));
  const warning = document.querySelector(".panel [data-presence]");
  if (!warning) return;
  const mine = warning.dataset.presence;
  const same = others.filter((one) => one.place && (one.place === mine || one.place.startsWith(`${mine}:`) || mine.startsWith(`${one.place}:`)));
  warning.hidden = !same.length;
  warning.textContent = same.length ? `${same.map((one) => one.said).join(" ")} Whoever comes second is asked whose words stand.` : "";
}
