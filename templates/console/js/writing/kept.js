// What is typed and not saved yet is kept in this tab, so that no reload and no lost line takes it away.
import { write } from "./desk.js";

const PREFIX = `newsletter ${write} `;

export function keep(path, language, form, values, base) {
  try { sessionStorage.setItem(PREFIX + JSON.stringify([path, language, form]), JSON.stringify({ values, base })); } catch { /* full, or forbidden */ }
}

export function kept(path, language, form) {
  try { return JSON.parse(sessionStorage.getItem(PREFIX + JSON.stringify([path, language, form]))); } catch { return null; }
}

export function forget(path, language, form) {
  try { sessionStorage.removeItem(PREFIX + JSON.stringify([path, language, form])); } catch { /* forbidden */ }
}

export function remembered() {
  const found = [];
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      const [path, language] = JSON.parse(name.slice(PREFIX.length));
      found.push({ path, language });
    }
  } catch { /* forbidden */ }
  return found.slice(0, 1);
}
