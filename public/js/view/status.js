// The state of the connection, in words; and what did not work just now. Quiet while all is well.

import { words } from "../words.js";
import { setText, the } from "./dom.js";

/** @import { Connection, View } from "../types.js" */

const WORTH_A_WORD_MS = 3_000; // until the next try

/** @type {View} */
export function statusView(parlor, store) {
  const app = the("#app");
  const status = the("#status");
  const [said, again] = [the("span", status), the("button", status)];
  const notice = the("#notice");
  let timer = 0;

  again.addEventListener("click", () => parlor.again());
  the("button", notice).addEventListener("click", () => parlor.dismiss());

  /** How long it takes until the next try is for the eyes only: nobody wants a number read out each second. */
  function countDown() {
    const { connection } = store;
    const left = connection.nextTry === null ? 0 : connection.nextTry - Date.now();
    const counts = connection.state === "reconnecting" && left > 0;
    again.hidden = !(counts && left > WORTH_A_WORD_MS) && connection.state !== "refused";
    if (counts) said.dataset.next = words.nextTry(Math.ceil(left / 1000));
    else delete said.dataset.next;
    clearTimeout(timer);
    if (counts) timer = setTimeout(countDown, 1000);
  }

  return (now) => {
    const { connection, atDoor, shutOut, flash } = now;
    app.dataset.connection = connection.state;
    status.dataset.state = connection.state;
    status.dataset.slow = String(connection.slow);
    const saidElsewhere = connection.state === "refused" && (atDoor || shutOut !== null);
    const fine = (connection.state === "online" && !connection.slow) || connection.state === "idle";
    status.dataset.quiet = String(fine || saidElsewhere);
    setText(said, saidElsewhere ? "" : connectionWords(connection));
    countDown();

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
