// Passkeys: made on the account page, used on the page to sign in. A form carries what the browser answers; without
// this script, or where the browser knows no passkeys, its place says so.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

let waiting = null; // the quiet offer in the address field, which ends when somebody presses the button

async function asked(form) {
  const csrf = form.elements.csrf ? form.elements.csrf.value : "";
  const answer = await fetch(form.dataset.ask, {
    method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ csrf }),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || "Too many tries from here. Wait an hour, or have a link sent to you.");
  return told;
}

async function made(form) {
  const told = await asked(form);
  const publicKey = {
    ...told, challenge: bytes(told.challenge), user: { ...told.user, id: bytes(told.user.id) },
    excludeCredentials: named(told.excludeCredentials),
  };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  const { clientDataJSON, attestationObject } = response;
  return { id, rawId: words(rawId), type, response: { clientDataJSON: words(clientDataJSON), attestationObject: words(attestationObject) } };
}

async function used(form, options = {}) {
  const told = await asked(form);
  const publicKey = { ...told, challenge: bytes(told.challenge), allowCredentials: named(told.allowCredentials) };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey, ...options });
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    id, rawId: words(rawId), type,
    response: {
      clientDataJSON: words(clientDataJSON), authenticatorData: words(authenticatorData), signature: words(signature),
      userHandle: userHandle ? words(userHandle) : null,
    },
  };
}

function carry(form, answer) {
  form.elements.credential.value = JSON.stringify(answer);
  form.submit();
}

function told(error) {
  if (error.name === "NotAllowedError") return "It was broken off, or took too long. Try again when you like.";
  if (error.name === "InvalidStateError") return "This device has a passkey for you already.";
  if (error.name === "SecurityError") return "Passkeys only work at the address that mails lead to. Open the console there.";
  return error.message;
}

async function pressed(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  if (waiting) waiting.abort();
  try {
    carry(form, await (form.dataset.passkey === "make" ? made(form) : used(form)));
  } catch (error) {
    trouble.textContent = told(error);
    trouble.hidden = false;
  }
}

async function offered(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting = new AbortController();
  try {
    carry(form, await used(form, { mediation: "conditional", signal: waiting.signal }));
  } catch {
    // Nobody took the offer: the button is there.
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.parentElement.querySelector("[data-without]").hidden = true;
    form.addEventListener("submit", pressed);
    if (form.dataset.passkey === "use") offered(form);
  }
}
