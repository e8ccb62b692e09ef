// At the door: choosing a name, the first time or anew.

import { nameProblem } from "../names.js";
import { roomInAddress } from "../route.js";
import { setText } from "./dom.js";

export function doorView(parlor, store) {
  const door = document.getElementById("door");
  const house = document.getElementById("house");
  const form = document.getElementById("name-form");
  const input = document.getElementById("name");
  const submit = form.querySelector("[type=submit]");
  const cancel = document.getElementById("name-cancel");
  const problem = document.getElementById("name-problem");
  const invitation = document.getElementById("invitation");
  let wasAtDoor = null;

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
      input.value = me.name ?? "";
      input.select();
      input.focus();
    }
    wasAtDoor = atDoor;
  };
}
