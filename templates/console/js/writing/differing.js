// Two texts side by side, and whose stands; or a question that comes before a change.
import { reload } from "./panel.js";

export function differ(form, texts, { said = "", mine, theirs }) {
  form.querySelector(".conflict")?.remove();
  const box = element("section", "conflict");
  box.setAttribute("role", "alert");
  box.append(element("p", "", said || "Somebody else changed this while you wrote. Yours is not saved yet; nothing is lost."));
  for (const one of texts) {
    const two = element("div", "two");
    two.append(side(`${one.by}, ${one.at}`, one.theirs), side("You, not saved yet", one.mine));
    box.append(element("p", "what", one.what), two);
  }
  const row = element("div", "row");
  row.append(
    button(said ? "Change it anyway" : "Keep mine", () => { box.remove(); mine(); }, "go"),
    button(said ? "Leave it" : "Take theirs", () => { theirs(); reload(); }),
  );
  box.append(row);
  form.prepend(box);
  box.scrollIntoView({ block: "nearest" });
}

function side(who, text) {
  const one = document.createElement("div");
  const words = element("p", "whole", text || "(nothing)");
  words.dir = "auto";
  one.append(element("h3", "", who), words);
  return one;
}

function element(tag, kind, text = "") { return Object.assign(document.createElement(tag), { className: kind, textContent: text }); }

function button(text, act, kind = "") {
  const made = Object.assign(element("button", kind, text), { type: "button" });
  made.addEventListener("click", act);
  return made;
}
