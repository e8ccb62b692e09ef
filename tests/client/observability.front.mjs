// The lab with a data set of Analytics Engine, which keeps what is written to it. (workerd has none.)
import * as lab from "index.js";

const points = [];
const METRICS = { writeDataPoint: (point) => void points.push(point) };

export class Gateway extends lab.Gateway {
  constructor(context, env) {
    super(context, { ...env, METRICS });
  }
}
export { Queue, Room } from "index.js";

export default class extends lab.default {
  fetch(request) {
    return new URL(request.url).pathname === "/points" ? Response.json(points) : super.fetch(request);
  }
}
