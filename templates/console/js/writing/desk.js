// What all modules of the screen know: its addresses, its revision, the word that forms bring back.
const desk = document.getElementById("desk");

export const write = desk.dataset.write;
export const isOpen = () => !desk.classList.contains("closed");
export const look = () => new URLSearchParams(desk.dataset.look);
export const revision = () => Number(desk.dataset.revision);
export const learn = (number) => { if (number > revision()) desk.dataset.revision = String(number); };
export const language = () => look().get("in");

export function address(path, more = {}) {
  const [place, query = ""] = path.split("?");
  const asked = new URLSearchParams([...look(), ...new URLSearchParams(query), ...Object.entries(more)]);
  return `${write}/${place}?${asked}`;
}

// An approved issue is changed by those who have said that they want to.
export function anyway() {
  const known = look();
  known.set("anyway", "yes");
  desk.dataset.look = String(known);
}

export async function fetched(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// A form as the server knows forms; what it answers as JSON. `lost`: nobody could be reached.
export async function posted(form, submitter, more = {}) {
  const data = new FormData(form, submitter ?? null);
  if (look().get("anyway")) data.set("anyway", "yes");
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  const files = form.enctype === "multipart/form-data";
  const body = files ? data : new URLSearchParams([...data]);
  let answer;
  try {
    answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "application/json" }, keepalive: !files });
  } catch {
    return { ok: false, lost: true, status: 0, error: "no connection" };
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.revision) learn(said.revision);
  return { ...said, ok: answer.ok, lost: answer.status >= 500, status: answer.status, sent: data };
}

// The word that forms of this session bring back: another one after signing in anew.
export async function renew() {
  const fresh = (await fetched(address("list"))).querySelector("input[name=csrf]");
  if (!fresh) return false;
  for (const one of document.querySelectorAll("input[name=csrf]")) one.value = fresh.value;
  return true;
}
