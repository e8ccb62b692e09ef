// Before the door: the key, or the way in by the chat for those whom the house does not know.

import { setText, the } from "../../view/dom.js";
import { words } from "../words.js";

/**
 * @import { Desk } from "../desk.js"
 * @import { Store } from "../store.js"
 */

/** @param {Desk} desk @returns {(now: Store) => void} */
export function gateView(desk) {
  const gate = the("#gate");
  const inside = the("#inside");
  const form = the("#key-form");
  const input = the("input", form);
  const submit = the("#key-submit");
  let was = /** @type {Store["gate"]} */ (null);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    desk.enter(input.value.trim());
  });

  return ({ gate: now, gateWords, entering, connection }) => {
    gate.hidden = now === null;
    inside.hidden = now !== null;
    the("#key-part").hidden = now !== "key";
    the("#gate-link").hidden = now !== "token";
    setText(the("#gate-words"), now === "token" ? gateWords : words.askKey);
    // While one waits to be let in, why it takes so long.
    const waits = entering && connection.state !== "refused" ? connection.words : "";
    setText(the("#key-problem"), gateWords || (waits === words.connecting ? "" : waits));
    input.toggleAttribute("aria-invalid", gateWords !== "");
    setText(submit, entering ? words.comingIn : words.comeIn);
    if (now === null) input.value = "";
    if (now !== was && now !== null) (now === "key" ? input : the("#gate-link")).focus();
    if (now !== was && was === "key" && now === null) the("#people-title").focus({ preventScroll: true });
    was = now;
  };
}
