// At the door: choosing a name, the first time or anew.

import { nameProblem } from "../names.js";
import { roomInAddress } from "../route.js";
import { setText, the } from "./dom.js";

/** @import { View } from "./dom.js" */

/** @type {View} */
export function doorView(parlor, store) {
  const door = the("#door");
  const house = the("#house");
  const form = the("#name-form");
  const input = the("input", form);
  const submit = the("button", form);
  const cancel = the("#name-cancel");
  const problem = the("#name-problem");
  const invitation = the("#invitation");
  let wasAtDoor = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const wrong = nameProblem(name);
    if (wrong) {
      store.doorWords = wrong;
      store.changed();
      input.focus();
      return;
    }
    parlor.enter(name);
  });
  input.addEventListener("input", () => {
    store.doorWords = "";
    store.changed();
  });
  cancel.addEventListener("click", () => parlor.stay());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !cancel.hidden) parlor.stay();
  });

  return ({ atDoor, doorWords, entering, me, connection }) => {
    door.hidden = !atDoor;
    house.hidden = atDoor;
    if (atDoor) {
      const room = roomInAddress();
      setText(invitation, room ? `A seat is kept for you in “${room}”.` : "Rooms to talk in.");
      setText(problem, doorWords);
      input.toggleAttribute("aria-invalid", doorWords !== "");
      cancel.hidden = me.id === null || connection.state === "refused";
      setText(submit, entering ? "Coming in…" : "Come in");
    }
    if (atDoor && !wasAtDoor) {
      input.value = me.name;
      input.select();
      input.focus();
    }
    wasAtDoor = atDoor;
  };
}
