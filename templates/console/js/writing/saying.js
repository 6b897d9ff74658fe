// What is said after an act, with a way back; and what is said to those who listen.
let line, timer;

export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

// `buttons`: words and what they do. `for_`: milliseconds; 0: until something else is said.
export function say(text, buttons = [], for_ = 12000) {
  hush();
  line = document.createElement("div");
  line.className = "said";
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = text;
  line.append(words);
  for (const [name, act] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => { hush(); act(); });
    line.append(button);
  }
  document.body.append(line);
  if (for_) {
    const wait = () => { timer = setTimeout(() => line?.matches(":hover, :focus-within") ? wait() : hush(), for_); };
    wait();
  }
}

export function hush() {
  clearTimeout(timer);
  line?.remove();
  line = undefined;
}
