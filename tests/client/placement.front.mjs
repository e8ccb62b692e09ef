// The lab on a platform that has nothing outside of the jurisdiction "eu". (workerd itself knows no jurisdictions.)
import * as lab from "index.js";

/** Named as workerd's class, by which `worker` knows it. */
class DurableObjectNamespace {
  constructor(objects) {
    this.objects = objects;
  }

  jurisdiction(name) {
    if (name !== "eu") throw new Error(`nothing is in ${name}`);
    return this.objects;
  }
}

function within(env) {
  const objects = ["GATEWAY", "ROOM", "QUEUE"].map((name) => [name, new DurableObjectNamespace(env[name])]);
  return { ...env, ...Object.fromEntries(objects) };
}

const placed = (Class) =>
  class extends Class {
    constructor(context, env) {
      super(context, within(env));
    }
  };

export const Gateway = placed(lab.Gateway);
export const Room = placed(lab.Room);
export const Queue = placed(lab.Queue);
export default placed(lab.default);
