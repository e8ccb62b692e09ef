// The state of the connection, in words; and short notices. Quiet while all is well.

import { el, setText, the } from "./dom.js";

/** @import { View } from "./dom.js" */

/** @type {View} */
export function statusView(parlor) {
  const app = the("#app");
  const status = the("#status");
  const notice = the("#notice");
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
