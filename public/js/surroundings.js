// What the page wants of the browser, in one place, so that everything else runs in a test as well.

import { lasting, tab } from "./storage.js";

/**
 * @import { Memory } from "./storage.js"
 * @typedef {object} Surroundings
 * @property {Memory} lasting
 * @property {Memory} tab
 * @property {() => boolean} looked            somebody may see the page
 * @property {(tell: () => void) => void} onLook   it is looked at, or not any more
 * @property {() => boolean} onLine            what the browser thinks of its network
 * @property {(tell: () => void) => void} onNetwork
 * @property {(tell: () => void) => void} onLeave  the page is closed or loaded anew: the last chance to keep something
 * @property {(hear: (message: any) => void) => (message: any) => void} channel   to this person's other tabs
 * @property {(id: string) => void} hold       holds a name among the tabs as long as this one lives
 * @property {() => Promise<string[]|null>} held   the names that are held; null: this browser cannot say
 * @property {() => "default"|"granted"|"denied"|"unsupported"} permission
 * @property {() => Promise<unknown>} askPermission
 * @property {(notice: {title: string, body: string, tag: string, chosen: () => void}) => void} notify
 * @property {(count: number) => void} badge   on the icon of an installed page
 * @property {(blob: Blob) => string} urlOf
 * @property {(url: string) => void} dropUrl
 */

/** @returns {Surroundings} */
export function browserSurroundings() {
  return {
    lasting,
    tab,
    looked: () => !document.hidden,
    onLook: (tell) => document.addEventListener("visibilitychange", tell),
    onLine: () => navigator.onLine,
    onNetwork(tell) {
      window.addEventListener("online", tell);
      window.addEventListener("offline", tell);
    },
    onLeave(tell) {
      window.addEventListener("pagehide", tell);
      document.addEventListener("visibilitychange", () => document.hidden && tell());
    },
    channel(hear) {
      if (!("BroadcastChannel" in window)) return () => {};
      const channel = new BroadcastChannel("parlor");
      channel.onmessage = ({ data }) => hear(data);
      return (message) => channel.postMessage(message);
    },
    hold(id) {
      // Never resolved: the browser lets go of it when the tab is gone.
      navigator.locks?.request(id, () => new Promise(() => {})).catch(() => {});
    },
    async held() {
      const { held } = (await navigator.locks?.query()) ?? {};
      return held?.map(({ name }) => name ?? "") ?? null;
    },
    permission: () => ("Notification" in window && window.isSecureContext ? Notification.permission : "unsupported"),
    askPermission: () => Notification.requestPermission(),
    notify({ title, body, tag, chosen }) {
      try {
        const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
        shown.onclick = () => {
          window.focus();
          chosen();
          shown.close();
        };
      } catch {
        // Some browsers (on phones) show none for a page: the title and the list of notices tell it too.
      }
    },
    badge(count) {
      if (!("setAppBadge" in navigator)) return;
      (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
    },
    urlOf: (blob) => URL.createObjectURL(blob),
    dropUrl: (url) => URL.revokeObjectURL(url),
  };
}
