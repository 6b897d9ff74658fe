// Says of a password while it is typed how good it is. What is refused, the server decides.
const field = document.querySelector("#new-password");
const place = document.querySelector("#new-password-strength");
function said(text) {
  const missing = Number(field.minLength) - [...text].length;
  if (!text) return "";
  if (missing > 0) return missing === 1 ? "One more character." : `${missing} more characters.`;
  const different = new Set(text.toLowerCase()).size;
  if (different < 6) return "Weak: the same few characters again and again.";
  if ([...text].length >= 20 && different >= 9) return "Strong.";
  return different >= 8 ? "Good. A word more makes it strong." : "Fair. A word more makes it good.";
}
if (field && place) field.addEventListener("input", () => { place.textContent = said(field.value); });
