// Saves while one types: compared with what others did, tried again when the line is down, never lost.
import { anyway, posted, renew, write } from "./desk.js";
import { forget, keep, kept } from "./kept.js";
import { refresh as refreshList } from "./list.js";
import { refresh as refreshMail } from "./mail.js";
import { differ } from "./differing.js";

const PAUSE = 700, LONGEST = 15000;
let forms = [];

export const isWaiting = () => forms.some((one) => one.form.isConnected && (one.differs || (one.dirty && !one.refused)));

// Everything that is typed, saved now.
export async function flush() {
  for (const one of forms.filter((each) => each.form.isConnected)) if (one.dirty && !one.differs) await one.save();
  forms = forms.filter((one) => one.form.isConnected);
}

export function attach(form, path, language) {
  const one = new Saving(form, path, language);
  forms.push(one);
  return one;
}

class Saving {
  constructor(form, path, language) {
    Object.assign(this, { form, path, language, name: form.getAttribute("action"), dirty: false, differs: false, wait: 2000 });
    this.shown = this.values();
    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => { if (this.dirty) this.soon(0); });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.typed(0); });
    const before = kept(path, this.key(), this.name);
    if (before) this.restore(before);
  }

  key() { return this.form.elements.language?.value ?? this.language; }

  values() {
    return Object.fromEntries([...this.form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "file").map((one) => [one.name, one.value]));
  }

  restore({ values, base }) {
    for (const [name, value] of Object.entries(values)) if (this.form.elements[name]) this.form.elements[name].value = value;
    this.form.elements.base.value = base;
    this.typed(0);
  }

  typed(pause = PAUSE) {
    this.dirty = true;
    this.refused = false;
    keep(this.path, this.key(), this.name, this.values(), this.form.elements.base.value);
    if (!this.differs) { this.tell("Saving…"); this.soon(pause); }
  }

  soon(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.running) { await this.running; if (!this.dirty || this.differs) return; }
    this.running = this.send().finally(() => { this.running = undefined; });
    await this.running;
  }

  async send() {
    if (!this.form.isConnected) return;  // the form that took its place has what was typed
    const sent = this.values();
    const answer = await posted(this.form);
    if (answer.ok) return this.saved(sent, answer);
    if (answer.conflict) return this.conflicts(answer);
    if (answer.anyway) return this.asks(answer);
    if (answer.status === 403 && await renew().catch(() => false) && !this.renewed) {
      this.renewed = true;
      return this.send();
    }
    this.tell(`Not saved: ${answer.error || "something went wrong"}${answer.lost || answer.status === 401 ? " — trying again" : ""}`, true);
    if (answer.lost || answer.status === 401 || answer.status === 403) {
      this.soon(this.wait);
      this.wait = Math.min(LONGEST, this.wait * 1.6);
    } else this.refused = true;
  }

  saved(sent, answer) {
    this.wait = 2000;
    this.renewed = false;
    this.form.elements.base.value = answer.revision;
    for (const [name, text] of Object.entries(answer.texts ?? {})) {
      const field = this.form.elements[name];
      if (!field || field.type === "hidden" || field.value !== sent[name]) continue;
      const own = sent[name] !== this.shown[name];
      if (field.value !== text && !(own && field === document.activeElement)) field.value = text;
      this.shown[name] = text;
    }
    const title = document.querySelector("#form-title span");
    if (title && answer.texts?.title) title.textContent = answer.texts.title;
    const now = this.values();
    this.dirty = Object.keys(now).some((name) => now[name] !== sent[name] && now[name] !== answer.texts?.[name]);
    if (this.dirty) { keep(this.path, this.key(), this.name, now, answer.revision); this.soon(PAUSE); }
    else {
      forget(this.path, this.key(), this.name);
      this.tell(`Saved ${answer.at}`);
    }
    if (answer.changed?.length) { refreshList(); refreshMail(); }
  }

  conflicts(answer) {
    this.differs = true;
    this.tell("Not saved: two of you wrote here.", true);
    differ(this.form, answer.conflict, {
      mine: () => { this.differs = false; this.form.elements.base.value = answer.revision; this.typed(0); },
      theirs: () => { this.differs = this.dirty = false; forget(this.path, this.key(), this.name); },
    });
  }

  asks(answer) {
    this.differs = true;
    this.tell("Not saved yet.", true);
    differ(this.form, [], {
      said: answer.error,
      mine: () => { this.differs = false; anyway(); this.typed(0); },
      theirs: () => { this.differs = this.dirty = false; forget(this.path, this.key(), this.name); },
    });
  }

  tell(text, trouble = false) {
    for (const id of ["told", "saved"]) {
      const line = document.getElementById(id);
      if (!line) continue;
      line.textContent = id === "saved" ? text.charAt(0).toLowerCase() + text.slice(1) : text;
      line.classList.toggle("trouble", trouble);
    }
    if (trouble && text.includes("signed out")) {
      const link = Object.assign(document.createElement("a"), { href: `${write.split("/issues/")[0]}/sign-in`, target: "_blank", rel: "noopener", textContent: "Sign in" });
      document.getElementById("told")?.append(" ", link);
    }
  }
}

addEventListener("focus", () => { for (const one of forms) if (one.form.isConnected && one.dirty && !one.differs && !one.refused) one.soon(0); });
addEventListener("online", () => { for (const one of forms) if (one.form.isConnected && one.dirty && !one.differs) one.soon(0); });
addEventListener("pagehide", () => { for (const one of forms) if (one.form.isConnected && one.dirty && !one.differs && !one.refused) one.save(); });
addEventListener("beforeunload", (event) => { if (isWaiting()) event.preventDefault(); });
