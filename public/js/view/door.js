// At the door: choosing a name, the first time or anew. And the door that is shut: sent away, or banned.

import { words } from "../words.js";
import { setAttribute, setText, the } from "./dom.js";

/** @import { Store, View } from "../types.js" */

/** @type {View} */
export function doorView(parlor) {
  const door = the("#door");
  const house = the("#house");
  const form = the("#name-form");
  const input = the("input", form);
  const submit = the("button", form);
  const cancel = the("#name-cancel");
  const problem = the("#name-problem");
  const invitation = the("#invitation");
  let wasAtDoor = false;
  let told = "";

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    parlor.enter(input.value.trim());
  });
  input.addEventListener("input", () => parlor.clearDoor());
  cancel.addEventListener("click", () => parlor.stay());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !cancel.hidden) parlor.stay();
  });

  return (now) => {
    const atDoor = now.atDoor && !now.shutOut;
    door.hidden = !atDoor;
    house.hidden = now.atDoor || now.shutOut !== null;
    if (atDoor) {
      setText(invitation, invitationWords(now));
      const wrong = words.problem(now.door.problem);
      setText(problem, wrong);
      setAttribute(input, "aria-invalid", wrong ? "true" : null);
      cancel.hidden = !now.door.mayStay;
      setText(submit, now.door.entering ? words.comingIn : now.door.mayStay ? words.takeName : words.comeIn);
      if (wrong && wrong !== told) input.focus();
      told = wrong;
    }
    if (atDoor && !wasAtDoor) {
      input.value = now.me.name;
      input.select();
      input.focus();
    }
    wasAtDoor = atDoor;
  };
}

/** @param {Store} now */
function invitationWords({ current, room, door }) {
  if (current === null || door.mayStay || current.startsWith("@")) return words.tagline;
  return current.startsWith("~") ? words.invitedPrivately : words.seatKept(room?.card.name ?? current);
}

/** @type {View} */
export function shutOutView(parlor) {
  const screen = the("#shut-out");
  const [heading, lead, why, back] = [the("h1", screen), the(".lead", screen), the("blockquote", screen), the("button", screen)];
  back.addEventListener("click", () => parlor.again());

  return ({ shutOut }) => {
    const appears = screen.hidden && shutOut !== null;
    screen.hidden = shutOut === null;
    if (!shutOut) return;
    const banned = shutOut.kind === "banned";
    setText(heading, banned ? words.banned : words.sentAway);
    setText(lead, banned ? words.bannedLead : words.sentAwayLead);
    setText(why, shutOut.why);
    why.hidden = shutOut.why === "";
    setText(back, banned ? words.again : words.comeBackIn);
    if (appears) heading.focus();
  };
}
