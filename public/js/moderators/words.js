// Everything that the moderators' page says, in one place. What stands in {braces} is filled in by fill.js.

/** @param {number} count @param {string} one @param {string} more */
const counted = (count, one, more) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

/** @param {string} one @param {string} more @returns {(count: number) => string} */
const either = (one, more) => (count) => (count === 1 ? one : more);

export const words = {
  language: "en", // of durations such as "3 hours ago", which stand in the middle of these words

  title: "Moderators · Parlor",

  /** What stands in moderators.html, by its `data-word` or `data-label`. @type {Record<string, string>} */
  page: {
    heading: "Moderators",
    key: "Key",
    toChat: "Come in by the chat",
    theChat: "To the chat",
    leave: "Put the key away",
    announce: "Announce…",
    parts: "Parts of this page",
    counts: "Counts",
    people: "People",
    rooms: "Rooms",
    bans: "Bans",
    log: "Log",
    find: "Find",
    sortBy: "Sort by",
    byName: "name",
    byConnections: "connections",
    byRooms: "rooms",
    byMuted: "muted first",
    byPeople: "people",
    byClosed: "closed first",
    shut: "Close",
    messages: "Messages",
  },

  /** In the row of counts. */
  counts: {
    people: either("person here", "people here"),
    away: either("is away", "are away"),
    rooms: either("room", "rooms"),
    connections: either("connection", "connections"),
    notifications: either("for notices", "for notices"),
    moderators: either("moderator", "moderators"),
  },

  // ── Coming in ──────────────────────────────────────────────────────────────────────────────
  connecting: "Connecting…",
  noAnswer: "Parlor does not answer. Trying again…",
  online: "Connected.",
  offline: "You are offline. What you see is how it was; nothing can be done from here until you are back.",
  /** @param {string|null} at the time of the last overview */
  lost: (at) => `The connection is lost. Reconnecting…${at ? ` What you see is from ${at}.` : ""}`,
  sentAway: "The server closed the connection. Trying again in a moment…",
  noToken: "Moderators are people of the house. Please come in by the chat first, under your name, then come back to this page.",
  askKey: "The key opens the moderators' room. It is kept for this tab only.",
  emptyKey: "Please type the key.",
  comeIn: "Come in",
  comingIn: "Coming in…",
  /** Why one is not let in, by the server's code. @type {Record<string, string>} */
  refused: {
    "wrong key": "That is not the key.",
    "no key":
      "This house has no key for moderators, so nobody can be one. Who runs it sets the secret MODERATOR_KEY: " +
      "on Cloudflare with “npx wrangler secret put MODERATOR_KEY”, at home as a line in .dev.vars. Then try again.",
    "bad token": "The house does not know you any more. Please come in by the chat again, then come back to this page.",
    banned: "You are banned from this house yourself.",
    "slow down": "Too many tries. Please wait a little, then try again.",
  },
  notLetIn: "The server did not let you in.",

  // ── What goes wrong with a question ────────────────────────────────────────────────────────
  notConnected: "You are not connected.",
  timeout: "No answer came. Whether it was done, the log will say.",
  failed: "That did not work.",
  /** @param {string} why */
  stale: (why) => `The overview could not be brought up to date: ${why}`,

  // ── Overview ───────────────────────────────────────────────────────────────────────────────
  /** @param {number} count */
  people: (count) => counted(count, "person", "people"),
  /** @param {number} count */
  rooms: (count) => counted(count, "room", "rooms"),
  /** @param {number} count */
  connections: (count) => counted(count, "connection", "connections"),
  nobodyHere: "Nobody is here.",
  noRooms: "There are no rooms.",
  noMatch: "Nothing matches.",
  noBans: "Nobody is banned.",
  /** @param {number} count */
  showMore: (count) => `Show ${count.toLocaleString("en")} more`,
  /** @param {number} shown @param {number} all */
  found: (shown, all) => `${shown.toLocaleString("en")} of ${all.toLocaleString("en")}`,
  /** @type {Record<string, string>} */
  kinds: { private: "private", direct: "direct" },
  /** A direct room, by its two people. @param {string} one @param {string} other */
  directOf: (one, other) => `${one} and ${other}`,
  unknownPerson: "somebody",
  away: "away",
  you: "you",
  closed: "closed",
  /** @param {string} why */
  closedBecause: (why) => `Closed: “${why}”`,
  closedNoReason: "Closed. No reason was given.",
  noTopic: "No topic.",
  /** @param {string} names */
  inIt: (names) => `In it: ${names}`,
  /** @param {string} names */
  inRooms: (names) => `In ${names}`,
  inNoRoom: "In no room.",
  /** @param {number} count */
  andMore: (count) => `and ${count.toLocaleString("en")} more`,
  /** @param {string} until */
  mutedUntil: (until) => `muted until ${until}`,
  /** @param {string} until */
  bannedUntil: (until) => `until ${until}`,
  noReason: "No reason was given.",

  // ── Waiting notices ────────────────────────────────────────────────────────────────────────
  lookAtQueue: "Waiting notices",
  looking: "Looking…",
  /** @param {{ready: number, held: number, dead: number}} queue */
  queue: ({ ready, held, dead }) =>
    ready + held + dead === 0
      ? "No notices wait."
      : `${counted(ready, "notice waits", "notices wait")}, ${held.toLocaleString("en")} on the way, ${dead.toLocaleString("en")} given up.`,
  emptyQueue: "Remove them…",
  /** @param {number} count @param {string} name */
  emptied: (count, name) => `${counted(count, "notice", "notices")} for ${name} removed.`,

  // ── Actions: the buttons ───────────────────────────────────────────────────────────────────
  acts: {
    messages: "Messages…",
    rename: "Rename…",
    close: "Close…",
    open: "Open again",
    mute: "Mute…",
    unmute: "Unmute",
    kick: "Send away…",
    ban: "Ban…",
    unban: "Lift the ban",
    remove: "Remove…",
  },
  /** For those who do not see whose row a button is in. @param {string} act @param {string} name */
  actOn: (act, name) => `${act.replace(/…$/, "")}: ${name}`,

  // ── Actions: the questions before ──────────────────────────────────────────────────────────
  cancel: "Leave it",
  doing: "One moment…",
  reason: "Reason",
  reasonHint: "Those it concerns read it, and so does the log.",
  reasons: ["Spam", "Insults", "Off topic", "Private details of somebody", "Calm down, please"],
  forHowLong: "For how long",
  otherTime: "other…",
  minutes: "Minutes",
  badMinutes: "From 1 to 525,600 minutes (a year), in whole ones.",
  ask: {
    rename: {
      title: "Rename “{name}”",
      words: "Only what it is called changes: its link, its messages and its people stay.",
      field: "New name",
      verb: "Rename",
      empty: "Please give it a name.",
    },
    close: {
      title: "Close “{name}”?",
      words: "Everybody in it has to leave, and nobody can come in until you open it again. Its messages stay.",
      verb: "Close the room",
    },
    remove: {
      title: "Remove this message?",
      words: "{name} wrote: “{text}”. Nobody can read it any more, and it does not come back.",
      verb: "Remove the message",
    },
    mute: {
      title: "Mute {name}?",
      words: "They can read on, but not write, in any room.",
      verb: "Mute",
    },
    kick: {
      title: "Send {name} away?",
      words: "All their connections are closed. They may come back at once.",
      verb: "Send away",
    },
    ban: {
      title: "Ban {name}?",
      words: "They are sent away and not let in again for so long.",
      verb: "Ban",
    },
    emptyQueue: {
      title: "Remove the notices that wait for {name}?",
      words: "Those that wait and those given up are gone then: {name} will not see them.",
      verb: "Remove them",
    },
    announce: {
      title: "Announce to everyone",
      words: "Everybody in the house sees it at once, whatever room they are in.",
      field: "Announcement",
      verb: "Announce",
      empty: "Please write what is to be announced.",
    },
  },

  // ── Actions: done ──────────────────────────────────────────────────────────────────────────
  done: {
    rename: "“{name}” is now called “{to}”.",
    close: "“{name}” is closed.",
    open: "“{name}” is open again.",
    remove: "The message is removed.",
    mute: "{name} is muted.",
    unmute: "{name} may write again.",
    kick: "{name} was sent away.",
    ban: "{name} is banned.",
    unban: "{name} may come in again.",
    announce: "Announced.",
  },

  // ── Messages of a room ─────────────────────────────────────────────────────────────────────
  /** @param {string} name */
  messagesOf: (name) => `Messages in “${name}”`,
  noMessages: "Nothing has been said here.",
  older: "Older ones",
  /** @type {Record<string, string>} */
  removed: { author: "Removed by its author.", moderator: "Removed by a moderator." },
  edited: "edited",
  /** @param {string} name @param {string} text */
  replyTo: (name, text) => `To ${name}: ${text}`,
  /** @param {string} name @param {string} size */
  file: (name, size) => `File: ${name} (${size})`,

  // ── Log ────────────────────────────────────────────────────────────────────────────────────
  noLog: "Nobody has had to do anything.",
  /** What was done, by the event's name. @type {Record<string, string>} */
  did: {
    "rename room": "{by} renamed {room}",
    "close room": "{by} closed {room}",
    "open room": "{by} opened {room} again",
    "remove message": "{by} removed a message of {whom} in {room}",
    mute: "{by} muted {whom} until {until}",
    unmute: "{by} let {whom} write again",
    kick: "{by} sent {whom} away",
    ban: "{by} banned {whom} until {until}",
    forget: "{by} had somebody forgotten",
    unban: "{by} lifted the ban of {whom}",
    announce: "{by} announced to everyone",
    "empty queue": "{by} removed the waiting notices of {whom}",
  },
  didOther: "{by}: {what}",
  /** What stands in for a name that the log does not have. */
  unknown: { whom: "somebody", room: "a room", until: "further notice" },
};
