// The mail follows the colours while they are chosen; without this script, a button does.
const form = document.querySelector("form[data-theme]");
const frames = document.querySelectorAll("iframe[data-look]");
let waiting = 0;
form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const chosen = new URLSearchParams(new FormData(form));
    chosen.delete("csrf");
    for (const frame of frames) {
      chosen.set("look", frame.dataset.look);
      frame.src = `${new URL(frame.src).pathname}?${chosen}`;
    }
  }, 250);
});
