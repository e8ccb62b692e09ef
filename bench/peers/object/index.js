// Two servers, chosen by path:
//   /socket.io/  Hub      sends each delivery at once
//   /lead/       LeadHub  the first fan-out of a turn at once, later ones gathered
import { constructed } from "./hub.js";
export { Hub } from "./hub.js";
export { LeadHub } from "./lead-hub.js";

export default {
  fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/healthz") return new Response("ok");
    if (path === "/constructed") return Response.json(constructed);
    if (path.startsWith("/socket.io/")) return env.HUB.get(env.HUB.idFromName("hub")).fetch(request);
    if (path.startsWith("/lead/")) return env.LEAD_HUB.get(env.LEAD_HUB.idFromName("lead-hub")).fetch(request);
    return new Response("not found", { status: 404 });
  },
};
