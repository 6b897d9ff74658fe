// In the mail's frame: no link is followed; what is clicked is told to the page around it, which knows what it is.
addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link) event.preventDefault();
  const place = event.target.closest("[data-place]");
  parent.postMessage({ kind: "click", place: place ? place.dataset.place : "", href: link ? link.href : "" }, "*");
});
const tell = () => parent.postMessage({ kind: "height", height: document.documentElement.scrollHeight }, "*");
addEventListener("load", tell);
new ResizeObserver(tell).observe(document.documentElement);
