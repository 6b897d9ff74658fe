// The small forms: sent from here, answered in a line with a way back.
import { address, anyway, learn, posted, renew, write } from "./desk.js";
import { refresh as refreshList } from "./list.js";
import { refresh as refreshMail } from "./mail.js";
import { close, current, lay, reload } from "./panel.js";
import { announce, say } from "./saying.js";

export function listen() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-act]")) { event.preventDefault(); act(form, event.submitter); }
    else if (form.matches(".panel [data-panel]")) { event.preventDefault(); look(form); }
  });
}

export async function act(form, submitter, more = {}, { focus = "", said = null } = {}) {
  form.setAttribute("aria-busy", "true");
  let answer = await posted(form, submitter, more);
  if (answer.status === 403 && await renew().catch(() => false)) answer = await posted(form, submitter, more);
  form.removeAttribute("aria-busy");
  if (answer.ok) return done(form, answer, focus, said);
  if (answer.anyway) return say(answer.error, [["Change it anyway", () => { anyway(); act(form, submitter, more, { focus, said }); }], ["Leave it", () => {}]], 0);
  if (answer.conflict) {
    const who = answer.conflict[0];
    return say(answer.error, [["Do it all the same", () => act(form, submitter, { ...more, base: answer.revision }, { focus, said })], ["Leave it", () => refreshList()]], who ? 0 : 12000);
  }
  const why = answer.problems?.length ? `${answer.error} ${answer.problems.join(" ")}` : answer.error;
  say(answer.lost ? "Not done: no connection. Nothing was changed." : `Not done. ${why || ""}`, answer.lost ? [["Try again", () => act(form, submitter, more, { focus, said })]] : []);
}

async function done(form, answer, focus, said) {
  const inPanel = form.closest(".panel");
  form.closest("details.deeds")?.removeAttribute("open");
  if (answer.said && answer.activity) say(answer.said, [["Undo", () => undo(answer.activity)]]);
  else if (answer.said) say(answer.said);
  else if (answer.activity === null) say("Nothing was different.", [], 4000);
  await refreshList(focus);
  if (said) announce(said());
  refreshMail();
  if (inPanel && form.matches("[data-closes]")) close(true);
  else if (current()) reload();
}

function undo(activity) {
  const form = document.createElement("form");
  form.setAttribute("action", `${write}/undo`);
  for (const [name, value] of [["csrf", document.querySelector("input[name=csrf]").value], ["activity", activity]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  act(form);
}

// A form whose answer is the form again, filled in.
async function look(form) {
  const button = form.querySelector("button");
  const waits = form.querySelector("[data-waits]");
  button.disabled = true;
  if (waits) waits.hidden = false;
  try {
    const answer = await fetch(address(current().path, { part: "form" }), { method: "POST", body: new URLSearchParams([...new FormData(form)]), headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || answer.redirected) throw new Error();
    lay(fresh, current().path, current().language, "", current().opener);
    document.getElementById("f-ptitle")?.focus();
  } catch {
    button.disabled = false;
    if (waits) waits.textContent = "That did not work. Try again.";
  }
  learn(0);
}
