// Every text of the chat, for people to read, in one place: translate this file, and the page speaks another language.
// What has no parameters is also for the page's HTML (view/furnish.js).

/** @typedef {{code: string, message: string}} Problem */

export const LANGUAGE = "en";

const locale = typeof navigator === "undefined" ? LANGUAGE : navigator.language;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const date = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
const shortDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const number = new Intl.NumberFormat(locale);
const list = new Intl.ListFormat(LANGUAGE, { type: "conjunction" });

/** @param {number} n @param {string} one @param {string} many */
const plural = (n, one, many) => `${number.format(n)} ${n === 1 ? one : many}`;
/** What somebody wrote, as a sentence of ours. @param {string} text */
const sentence = (text) => (/[.!?…]$/.test(text) ? text : `${text}.`);
/** @param {number} a @param {number} b */
const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();
/** @param {number} ms how long ago, in days of the calendar @param {number} now */
const isYesterday = (ms, now) => sameDay(ms, new Date(now).setHours(0, 0, 0, 0) - 1);

/** What did not work, for codes that the page itself tells, or tells better than the server. @type {Record<string, string>} */
const PROBLEMS = {
  offline: "You are not connected.",
  timeout: "No answer came. Please try again.",
  left: "You left the room before this was sent.",
  "file too large": "That file is too large: 10 MB at most.",
  "file empty": "That file is empty.",
  "file lost": "That file cannot be read any more. Please attach it again.",
  "written long ago": "This was written a while ago and never sent.",
  "too many files": "That is too many files for one message.",
  "no name": "Please tell us a name.",
  "name too long": "That name is too long: 24 characters at most.",
  "no room name": "Please give the room a name.",
  "room name too long": "That is too long for a room: 32 characters at most.",
  "bad room name": "A room's name has letters, digits, spaces, - and _, and starts with a letter or digit.",
  "too long": "That is too long for one message: 4,000 characters at most.",
  "nothing to say": "There is nothing to send yet.",
  "name taken": "Somebody here has that name already. Please take another one.",
  "bad token": "We do not know you any more. Please tell us a name.",
  "no such room": "There is no such room. Perhaps the link is not complete.",
  "not for you": "This room is not for you.",
  "too many rooms": "You are in very many rooms. Leave one, then come in here.",
  "bad room": "That is no room's address.",
  nobody: "Nobody here has that name.",
  taken: "There is a room of that name already.",
  "out of reach": "That message is out of reach.",
  "no clipboard": "The browser does not let us copy. Here it is:",
};

/** @type {Record<string, string>} */
const EXPLAINED = {
  invite: "The invitation did not go out.",
  react: "The reaction did not get through.",
  edit: "The message could not be changed.",
  remove: "The message could not be removed.",
  topic: "The topic could not be changed.",
  direct: "That talk could not be opened.",
  leave: "The room could not be told that you left.",
  download: "The file could not be fetched.",
};

/** @type {Record<string, (about: string) => string>} */
const NEWS = {
  "link copied": () => "Link copied.",
  "text copied": () => "Text copied.",
  invited: (name) => `${name} has been invited.`,
  "topic changed": () => "The topic is changed.",
  "saved": (name) => `${name} is saved.`,
};

export const words = {
  // ── The house ──────────────────────────────────────────────────────────────────────────────
  parlor: "Parlor",
  tagline: "Rooms to talk in.",
  close: "Close",
  cancel: "Cancel",
  again: "Try again",

  // ── At the door ────────────────────────────────────────────────────────────────────────────
  askName: "What should people call you?",
  yourName: "Your name",
  comeIn: "Come in",
  comingIn: "Coming in…",
  takeName: "Take this name",
  keepName: "Keep my name",
  nameIsPublic: "No password, no e-mail. This browser remembers you.",
  /** @param {string} room */
  seatKept: (room) => `A seat is kept for you in “${room}”.`,
  invitedPrivately: "You are invited to a private room.",

  // ── Sent away, banned ──────────────────────────────────────────────────────────────────────
  sentAway: "You were asked to leave",
  banned: "The door stays shut",
  // The server's words, which follow, say that it was a moderator, and why.
  sentAwayLead: "You may come back in when you like.",
  bannedLead: "The house is closed to you for a while.",
  comeBackIn: "Come back in",

  // ── Rooms ──────────────────────────────────────────────────────────────────────────────────
  rooms: "Rooms",
  closeRooms: "Close the list of rooms",
  youAreIn: "You are in",
  talks: "Between two",
  openDoors: "Open doors",
  openRoom: "Open a room",
  noDoors: "The list of rooms comes as soon as you are connected.",
  /** @param {number} n */
  people: (n) => plural(n, "person", "people"),
  /** @param {number} n */
  here: (n) => (n === 0 ? "nobody yet" : plural(n, "person here", "people here")),
  onlyYou: "Only you",
  /** @param {number} n */
  unread: (n) => `${number.format(n)} unread`,
  /** @param {number} n */
  unreadForYou: (n) => `${number.format(n)} for you`,
  /** @param {number} n */
  badge: (n) => (n > 99 ? "99+" : String(n)),
  hasDraft: "unsent draft",
  privateRoom: "private",
  /** What a room is called; of one that one was not let into, the name is not known. @param {{name: string, kind: string}} card */
  roomName: ({ name, kind }) => name || (kind === "direct" ? "A talk between two" : "A private room"),

  welcome: "Where would you like to sit?",
  welcomeLead: "Take a seat in a room, or open one of your own. You can be in several at once.",
  openOwn: "Open a room of your own",
  openOwnLead: "For all, or by invitation",

  newRoom: "Open a room",
  newRoomName: "Name",
  roomNameHint: "Letters, digits, spaces, - and _.",
  roomTopic: "Topic",
  roomTopicHint: "What is it for? You may leave this empty.",
  whoMayCome: "Who may come in?",
  everyone: "Everyone",
  everyoneLead: "It stands in the list of open doors.",
  invitedOnly: "Whoever has the link",
  invitedOnlyLead: "Nobody else can find it.",
  openIt: "Open the room",
  opening: "Opening…",
  /** @param {string} name */
  joinInstead: (name) => `Go into “${name}”`,

  // ── The talk's heading ─────────────────────────────────────────────────────────────────────
  searchHere: "Search in this room",
  copyLink: "Copy a link to this room",
  aboutRoom: "About this room",
  whoIsHere: "Who is here",
  closePeople: "Close the list of people",
  joining: "Joining…",
  notConnected: "Not connected",
  talkForTwo: "Only the two of you can read this",
  away: "away",

  // ── About a room ───────────────────────────────────────────────────────────────────────────
  topicLabel: "Topic",
  noTopic: "No topic yet",
  save: "Save",
  saving: "Saving…",
  saved: "Saved. Everyone in the room sees it.",
  linkLabel: "Link",
  copy: "Copy",
  copied: "Copied",
  linkPublic: "Everyone who has it can come in.",
  linkPrivate: "Whoever has it can come in: it is the key to this room.",
  inviteLabel: "Invite somebody",
  inviteHint: "Their exact name",
  invite: "Invite",
  inviting: "Inviting…",
  /** @param {string} name */
  inviteSent: (name) => `${name} is told of it, wherever they are.`,
  leave: "Leave this room",
  /** @param {string} kind */
  leaveLead: (kind) => kind === "private" ? "You need the link to come back." : "You can come back whenever you like.",

  // ── Messages ───────────────────────────────────────────────────────────────────────────────
  messages: "Messages",
  loading: "Opening the door…",
  firstHere: "You are the first here",
  firstHereLead: "Send someone the link, or say something into the quiet.",
  empty: "Nothing was said yet",
  emptyLead: "What is said here stays. Say hello.",
  /** @param {string} name */
  emptyDirect: (name) => `A quiet corner with ${name}`,
  emptyDirectLead: "What you say here is for the two of you.",
  older: "Earlier messages",
  loadingOlder: "Fetching earlier messages…",
  olderFailed: "Earlier messages did not come.",
  /** @param {string} room */
  beginning: (room) => `This is where “${room}” begins.`,
  beginningDirect: "This is where your talk begins.",
  newSince: "New since you were here",
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  edited: "edited",
  sending: "sending",
  waits: "waits to be sent",
  stored: "Sent",
  notSent: "not sent",
  retry: "Try again",
  discard: "Throw away",
  removing: "removing…",
  changing: "changing…",
  removedByYou: "You removed this message.",
  removedByAuthor: "This message was removed.",
  removedByModerator: "A moderator removed this message.",
  /** @param {number} n */
  newMessages: (n) => plural(n, "new message", "new messages"),
  toEnd: "To the newest",
  goToReplied: "Show the message that this replies to",
  messageActions: "What to do with this message",
  react: "React",
  reply: "Reply",
  edit: "Edit",
  remove: "Remove",
  copyText: "Copy the text",
  reallyRemove: "Remove this message?",
  reallyRemoveLead: "Everyone will see that a message was here.",
  /** @param {string[]} names @param {boolean} mine */
  reactedBy: (names, mine) => `by ${list.format(mine ? ["you", ...names] : names)}`,
  /** @param {string} name @param {string} text */
  spoken: (name, text) => `${name}: ${text}`,
  /** @param {string} name */
  spokenFile: (name) => `${name} sent a file`,
  copyCode: "Copy",

  /** @type {Record<"joined" | "left" | "back" | "renamed", (name: string, newName: string) => string>} */
  notes: {
    joined: (name) => `${name} came in`,
    left: (name) => `${name} left`,
    back: (name) => `${name} stepped out and came back`,
    renamed: (name, newName) => `${name} is now called ${newName}`,
  },

  // ── Files ──────────────────────────────────────────────────────────────────────────────────
  attach: "Attach pictures or files",
  dropHere: "Let go to attach",
  /** @param {string} name */
  detach: (name) => `Take ${name} out`,
  picture: "Picture",
  /** @param {string} name */
  openPicture: (name) => `Look at ${name}`,
  /** @param {string} name */
  saveFile: (name) => `Save ${name}`,
  loadPicture: "Show the picture",
  noPicture: "This is no picture that can be shown. It can be saved.",
  fetching: "Fetching…",
  previous: "Previous picture",
  next: "Next picture",
  /** @param {number} bytes */
  size: (bytes) => bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${number.format(Math.round(bytes / 1000))} kB` : `${number.format(Math.round(bytes / 1e5) / 10)} MB`,

  // ── Writing ────────────────────────────────────────────────────────────────────────────────
  message: "Message",
  /** @param {string} room */
  sayIn: (room) => `Say something in ${room}`,
  /** @param {string} name */
  sayTo: (name) => `Write to ${name}`,
  waitHere: "Messages wait here until you are back",
  send: "Send",
  saveEdit: "Save the change",
  emoji: "Put in an emoji",
  /** @param {string} name */
  replyingTo: (name) => `Replying to ${name}`,
  editing: "Changing your message",
  stopReply: "Do not reply",
  stopEdit: "Leave it as it was",
  /** @param {number} n */
  charactersLeft: (n) => (n < 0 ? plural(-n, "character too many", "characters too many") : plural(n, "character left", "characters left")),
  /** @param {string} why */
  muted: (why) => `${why ? sentence(why) : "A moderator has asked you to be silent for now."} You can read on.`,
  refused: "You cannot come in here",
  leaveIt: "Leave",
  completion: "People to mention",
  emojiCompletion: "Emoji",

  /** @param {string[]} names */
  typing(names) {
    if (names.length === 0) return "";
    if (names.length === 1) return `${names[0]} is typing`;
    if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
    return "Several people are typing";
  },

  // ── Emoji ──────────────────────────────────────────────────────────────────────────────────
  emojiPicker: "Emoji",
  findEmoji: "Find an emoji",
  noEmoji: "There is none of that name.",

  // ── People ─────────────────────────────────────────────────────────────────────────────────
  yourself: "you",
  isAway: "away",
  isTyping: "typing",
  isHere: "here",
  isGone: "not here at the moment",
  /** @param {string} name */
  aboutPerson: (name) => `About ${name}`,
  writeTo: "Write in private",
  mention: "Mention here",
  changeName: "Change your name",

  // ── Oneself ────────────────────────────────────────────────────────────────────────────────
  youMenu: "You and this page",
  quiet: "Do not disturb",
  quietLead: "Notices wait until you turn this off.",
  browserNotices: "Notices of the browser",
  browserNoticesLead: "When the page is not in sight.",
  browserDenied: "This browser is told not to show them. Its settings can change that.",
  browserUnsupported: "This browser has none.",
  keys: "Keys",
  forgetMe: "Forget me in this browser",
  reallyForget: "Forget you in this browser?",
  reallyForgetLead: "Your name becomes free for others after a while, and what was not sent yet is lost. What you said stays.",
  forget: "Forget me",

  // ── Notices ────────────────────────────────────────────────────────────────────────────────
  notices: "What concerns you",
  /** @param {number} n */
  noticesNew: (n) => (n === 0 ? "What concerns you" : `What concerns you: ${plural(n, "new notice", "new notices")}`),
  noNotices: "Nothing for now. Mentions, private messages and invitations come here.",
  /** @type {Record<"mention" | "direct" | "invitation", (from: string, room: string) => string>} */
  notice: {
    mention: (from, room) => `${from} mentioned you in ${room}`,
    direct: (from) => `${from} wrote to you`,
    invitation: (from, room) => `${from} invites you to ${room}`,
  },
  dismiss: "Take away",
  /** @param {string} name @param {string} when */
  announcementBy: (name, when) => `${name}, to everyone, ${when}`,

  // ── Search ─────────────────────────────────────────────────────────────────────────────────
  search: "Search",
  /** @param {string} room */
  searchIn: (room) => `Search in ${room}`,
  searchHint: "Words that were said",
  searching: "Searching…",
  nothingFound: "Nothing was found.",
  /** @param {number} n @param {boolean} more */
  found: (n, more) => (more ? `${plural(n, "message", "messages")}, and there are more` : plural(n, "message", "messages")),
  moreFound: "Show more",

  // ── Going about ────────────────────────────────────────────────────────────────────────────
  goTo: "Go to a room",
  goToHint: "Room or person",
  /** @param {string} name */
  openNamed: (name) => `Go into “${name}”`,
  nowhere: "No room of that name is open.",
  keysTitle: "Keys",
  /** What does what. Mod is Ctrl, or ⌘ on a Mac. @type {[keys: string, does: string][]} */
  keyList: [
    ["Mod+K", "go to a room or a person"],
    ["Mod+Shift+F", "search in this room"],
    ["Alt+↑  Alt+↓", "the room above, the room below"],
    ["Enter", "send"],
    ["Shift+Enter", "a new line"],
    ["↑", "in an empty field: change your last message"],
    ["Escape", "close, or leave off"],
    ["↑  ↓", "among messages, lists and rooms"],
    ["R  E  +  Delete", "on a message: reply, edit, react, remove"],
    ["@  :", "while you write: people, emoji"],
  ],

  // ── The connection ─────────────────────────────────────────────────────────────────────────
  connected: "Connected.",
  connecting: "Connecting…",
  noAnswer: "Parlor does not answer. Trying again…",
  reconnecting: "The connection broke off. Reconnecting… What you write waits here.",
  offline: "You are offline. What you write waits here and is sent when you are back.",
  slow: "The connection is slow today. Nothing is lost, it only takes longer.",
  refusedConnection: "Parlor does not let us in.",
  tryNow: "Try now",

  // ── Problems and news ──────────────────────────────────────────────────────────────────────
  /** @param {Problem | null | undefined} problem */
  problem(problem) {
    if (!problem) return "";
    return PROBLEMS[problem.code] ?? (problem.message || "That did not work. Please try again.");
  },

  /** @param {Problem & {what: string, about: string}} flash */
  flash(flash) {
    const news = NEWS[flash.code];
    if (news) return news(flash.about);
    const why = words.problem(flash);
    const what = EXPLAINED[flash.what];
    return [what, why, flash.code === "no clipboard" ? flash.about : ""].filter(Boolean).join(" ");
  },

  // ── Time ───────────────────────────────────────────────────────────────────────────────────
  /** @param {number} ms */
  time: (ms) => clock.format(ms),
  /** @param {number} ms */
  moment: (ms) => moment.format(ms),
  /** @param {number} ms */
  day(ms, now = Date.now()) {
    if (sameDay(ms, now)) return words.today;
    if (isYesterday(ms, now)) return words.yesterday;
    return now - ms < 300 * 86_400_000 ? weekday.format(ms) : date.format(ms);
  },
  /** @param {number} ms */
  when(ms, now = Date.now()) {
    if (sameDay(ms, now)) return clock.format(ms);
    return isYesterday(ms, now) ? `${words.yesterday}, ${clock.format(ms)}` : `${shortDate.format(ms)}, ${clock.format(ms)}`;
  },

  // ── The title ──────────────────────────────────────────────────────────────────────────────
  /** @param {string|null} room @param {number} unread @param {boolean} forMe */
  title(room, unread, forMe) {
    const where = room ? `${room} · Parlor` : "Parlor";
    return unread > 0 ? `(${forMe ? "!" : ""}${unread}) ${where}` : where;
  },
};
