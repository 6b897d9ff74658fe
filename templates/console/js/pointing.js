// In the mail's frame on "Choose and Write": words that can be changed show it, and tell the page around which they are.
// No link is followed. The page around asks for a scroll position, or for a place to be shown.
const style = document.createElement("style");
style.textContent = `
  [data-place] { cursor: pointer; border-radius: 2px; }
  [data-place]:hover, [data-place].here { outline: 2px solid #0b63ce; outline-offset: 3px; }
  [data-place].here { background-color: rgba(11, 99, 206, 0.08); }
`;
document.head.append(style);

addEventListener("click", (event) => {
  if (event.target.closest("a")) event.preventDefault();
  const place = event.target.closest("[data-place]") || event.target.querySelector?.("[data-place]");
  tell({ kind: "click", place: place ? place.dataset.place : "", top: place ? place.getBoundingClientRect().top : 0 });
});
addEventListener("keydown", (event) => { if (event.key === "Escape") tell({ kind: "escape" }); });
addEventListener("scroll", () => tell({ kind: "scroll", y: scrollY }), { passive: true });
addEventListener("load", () => tell({ kind: "ready" }));
addEventListener("message", (event) => {
  if (event.source !== parent || !event.data) return;
  if (event.data.kind === "scroll") scrollTo({ top: Number(event.data.y) || 0, behavior: "instant" });
  if (event.data.kind === "show") show(String(event.data.place), event.data.scroll);
});

function tell(what) { parent.postMessage(what, "*"); }

function show(place, scroll) {
  for (const one of document.querySelectorAll(".here")) one.classList.remove("here");
  if (!place) return;
  const all = [...document.querySelectorAll("[data-place]")];
  const found = all.filter((one) => one.dataset.place === place);
  const near = found.length ? found : all.filter((one) => one.dataset.place.startsWith(`${place}:`)).slice(0, 1);
  for (const one of near) one.classList.add("here");
  const first = near[0]?.getBoundingClientRect();
  if (scroll && first && (first.top < 40 || first.bottom > innerHeight - 40)) near[0].scrollIntoView({ block: "center" });
}
