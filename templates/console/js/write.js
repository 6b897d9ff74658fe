// Choose and Write, where scripts run: the same forms as without, sent from here, with the mail drawn again beside them.
import { listen as acts } from "./writing/acts.js";
import { begin as beginFrame } from "./writing/mail.js";
import { begin as beginOrder } from "./writing/order.js";
import { begin as beginPanel, open } from "./writing/panel.js";
import { begin as beginPresence } from "./writing/presence.js";
import { remembered } from "./writing/kept.js";
import { say } from "./writing/saying.js";

document.documentElement.classList.add("scripted");
acts();
beginPanel();
beginFrame();
beginOrder();
beginPresence();
for (const one of remembered()) {
  say("Something that you typed is not saved yet.", [["Open it", () => open(one.path, { language: one.language })]], 0);
}
