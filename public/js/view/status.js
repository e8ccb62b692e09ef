// The state of the connection, in words; and what did not work just now. Quiet while all is well.

import { words } from "../words.js";
import { setText, the } from "./dom.js";

/** @import { Connection, View } from "../types.js" */

const WORTH_A_WORD = 2; // tries that failed

/** @type {View} */
export function statusView(parlor) {
  const app = the("#app");
  const status = the("#status");
  const [said, again] = [the("span", status), the("button", status)];
  const notice = the("#notice");

  again.addEventListener("click", () => parlor.again());
  the("button", notice).addEventListener("click", () => parlor.dismiss());

  return (now) => {
    const { connection, atDoor, shutOut, flash } = now;
    app.dataset.connection = connection.state;
    status.dataset.state = connection.state;
    status.dataset.slow = String(connection.slow);
    const saidElsewhere = connection.state === "refused" && (atDoor || shutOut !== null);
    const fine = (connection.state === "online" && !connection.slow) || connection.state === "idle";
    status.dataset.quiet = String(fine || saidElsewhere);
    setText(said, saidElsewhere ? "" : connectionWords(connection));
    const mayAsk = connection.state === "refused" || (connection.tries >= WORTH_A_WORD && connection.state !== "offline");
    again.hidden = fine || saidElsewhere || !mayAsk;

    setText(the("span", notice), flash ? words.flash(flash) : "");
    notice.hidden = flash === null;
  };
}

/** @param {Connection} connection */
function connectionWords({ state, tries, slow, problem }) {
  if (state === "idle") return "";
  if (state === "online") return slow ? words.slow : words.connected;
  if (state === "offline") return words.offline;
  if (state === "refused") return problem ? words.problem(problem) : words.refusedConnection;
  if (state === "reconnecting") return words.reconnecting;
  return tries > 1 ? words.noAnswer : words.connecting;
}
