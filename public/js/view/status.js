// The state of the connection, in words; and short notices. Quiet while all is well.

import { el, setText } from "./dom.js";

export function statusView(parlor) {
  const app = document.getElementById("app");
  const status = document.getElementById("status");
  const notice = document.getElementById("notice");
  const words = el("span");
  status.append(words);

  return ({ connection, atDoor, notice: said }) => {
    app.dataset.connection = connection.state;
    status.dataset.state = connection.state;
    setText(words, connection.words);

    const canAsk = connection.state === "refused" && !atDoor;
    status.querySelector("button")?.remove();
    if (canAsk) status.append(el("button", { type: "button", onclick: () => parlor.again() }, "Try again"));

    setText(notice, said);
    notice.hidden = said === "";
  };
}
