// What the views see of the core: the state of the page, and what a person can do. Both are made in main.js and
// given to every view: `(parlor, store) => (now) => void`. Views read the state and change it by actions alone.
//
// The core speaks no English: what it tells people of itself is a `Problem` with a `code`, for which words.js has words.
// What the server says in words comes in `Problem.message`; words.js goes before it where it knows the code.
//
// Besides the state and the actions, views may use: names.js `nameProblem(name)`, `roomProblem(name)` (a Problem or null), `idOf(name)` (of a public
// room), `initials(name)`, `tint(name)` (0 to 7); files.js `isPicture(file)`; route.js `addressOf(room id or null)`. A click on a link whose
// address is one of `addressOf` needs no handler: route.js sees to it. main.js imports `views` (a View[], in order) from view/all.js.
//
// Changes:
// - Connection.nextTry is gone: the client does not tell.
// - The types of the events are the server's own now: events.d.ts, notification-events.d.ts.
// - New codes: `written long ago` (an unsent message that is older than a day waits to be retried by hand), `nothing there`.
// - Token: there are no quotes; a `block` stands alone in its lines.

import type { Card, File, Kind, Person, Present, Quote as Reply, Reaction } from "./events.js";
import type { Announcement, Notice } from "./notification-events.js";

export type { Announcement, Card, File, Kind, Notice, Person, Present, Reaction, Reply };

// ── The state ────────────────────────────────────────────────────────────────────────────────────

export interface State {
  /** `id` is null until the server has said who we are (which it does anew after each connection; the id stays). */
  me: { id: string | null; name: string };

  /** At the door: choosing a name, the first time or anew. Else in the house. */
  atDoor: boolean;
  door: Door;

  connection: Connection;

  /** The house does not want us: a screen of its own. By `parlor.again()` one may try. */
  shutOut: { kind: "sent away" | "banned"; why: string } | null;

  /** Why one may not speak, in the words of a moderator. Reading goes on. */
  muted: string | null;

  /** The public rooms and how many people are in each, by id. `listed` is false until the list has come once. */
  list: Map<string, Listed>;
  listed: boolean;

  /** The rooms that we are in, by id: public, private and direct ones (`card.kind`). */
  rooms: Map<string, Room>;

  /** The id of the room that is shown; null: none is (the welcome). It may be one that one cannot enter: see `Room.state`. */
  current: string | null;
  /** The room that is shown. */
  readonly room: Room | null;

  /** The search in a room, while its panel is open. */
  search: Search | null;

  /** What was addressed to us, newest first: mentions, direct messages, invitations. Seen ones stay for a while. */
  notices: NoticeItem[];
  bell: Bell;

  /** What moderators told everyone, newest first, until dismissed. */
  announcements: Announcement[];

  /** Files that are being fetched, or were, by the file's id. */
  downloads: Map<string, Download>;

  /** What did not work just now, in a line that goes away by itself (`parlor.dismiss()` sooner). `what` is the action. */
  flash: Flash | null;

  /** For the title's badge: messages that were not read, in all rooms, and those of them that are about us. */
  readonly unread: { messages: number; forMe: number };
}

export interface Store extends State {
  /** The views are called once a turn, however often this is said. */
  changed(): void;
  /** Returns what ends it. */
  subscribe(listener: (now: Store) => void): () => void;
}

export type View = (parlor: Parlor, store: Store) => (now: Store) => void;

/**
 * Why something did not work. Codes of the core:
 * `offline` not connected, `timeout` no answer came, `left` the message's room was left, `file too large`, `file empty`, `file lost` (the page
 * was loaded anew before it was uploaded, or it cannot be read any more), `too many files`, `no name`, `name too long`, `no room name`, `room name too long`, `bad room name`, `too long`, `nothing to say`.
 * Those of the server are in its contract (`name taken`, `bad name`, `banned`, `muted`, `slow down`, `closed`, `no such room`, `not for you`, …).
 */
export interface Problem {
  code: string;
  /** The server's own words, or "". */
  message: string;
}

export interface Flash extends Problem {
  /** Which action, e.g. "topic", "invite", "react"; "said" for news like `{code: "link copied"}` that a view asked to show. */
  what: string;
  /** The name of the room or person it is about, or "". */
  about: string;
}

export interface Door {
  /** Why we stand at the door, or what is wrong with the name. */
  problem: Problem | null;
  /** A name was said, and we wait to be let in. */
  entering: boolean;
  /** One may go back in as one was ("Keep my name"). */
  mayStay: boolean;
}

export interface Connection {
  /**
   * `idle` no name yet; `connecting` for the first time; `online`; `reconnecting` was online before; `offline` the browser says
   * that there is no network; `refused` the server does not let us in (`problem`; at the door, or shut out, or try `again()`).
   */
  state: "idle" | "connecting" | "online" | "reconnecting" | "offline" | "refused";
  /** When this state began. Short ones need not be told: a reconnection within two seconds, say. */
  since: number;
  /** How often connecting failed in a row. */
  tries: number;
  /** Connected, but the oldest unanswered request waits for more than three seconds. */
  slow: boolean;
  problem: Problem | null;
}

export interface Listed {
  card: Card;
  people: number;
}

export interface Room {
  id: string;
  /** Until the server has told it, made up from the id (`known: false`). */
  card: Card;
  known: boolean;
  /**
   * `waiting` for the connection; `joining`; `in`; `refused` the server does not let us in (`problem`: `no such room`, `not for you`,
   * `closed`, `too many rooms`, …): what was loaded stays readable.
   */
  state: "waiting" | "joining" | "in" | "refused";
  problem: Problem | null;

  people: Map<string, Present>;
  /** Others who are typing, by id. */
  typing: Map<string, Person>;

  /** Everything to show, in order: stored messages by seq with notes between, then those on their way. */
  items: Item[];
  /** Messages have come at least once (else show a skeleton, not "nothing said yet"). */
  loaded: boolean;
  /** There are older messages on the server. */
  more: boolean;
  /** Older ones are being fetched; or why that failed (a button "again"; nothing asks by itself after a failure). */
  older: "idle" | "loading" | Problem;

  /** The seq of the newest message, and of the last one that was read (on any device). */
  newest: number;
  read: number;
  /** How many messages of others were not read; how many of these mention us (in a direct room: all). */
  unread: number;
  mentions: number;
  /** "New since": the line stands after the message with this seq. Set when the room is shown with something unread, until it is shown next time. */
  newAfter: number | null;

  draft: Draft;
}

export type Item = Message | Note;

export interface Message {
  kind: "message";
  /** Stable from the moment of sending: the message's id. */
  key: string;
  /** 0: not stored yet. */
  seq: number;
  from: Person;
  mine: boolean;
  /** ms; while on its way: when it was written. */
  at: number;
  text: string;
  tokens: Token[];
  reply: Reply | null;
  files: File[];
  /** Of one's own while on its way: files with progress. Then `files` holds them. */
  attachments: Attachment[];
  mentions: Person[];
  /** It mentions us. */
  forMe: boolean;
  edited: number | null;
  removed: "author" | "moderator" | null;
  reactions: ReactionGroup[];
  /** `sending` (or waiting for the connection), `stored`, `failed` (retry or discard; see `problem`). Those of others are `stored`. */
  state: "sending" | "stored" | "failed";
  problem: Problem | null;
  /** An edit or removal of it is under way, or failed last time. */
  changing: "edit" | "remove" | null;
  /** Grows with every change of this message, so that views need not compare. */
  version: number;
}

export interface ReactionGroup {
  emoji: string;
  /** Who, in the order in which they did. */
  by: Person[];
  /** We are among them. */
  mine: boolean;
}

/** "Ada came in", "Ada left", "Ada stepped out and came back", "Ada is now called Bo". */
export interface Note {
  kind: "note";
  key: string;
  what: "joined" | "left" | "back" | "renamed";
  name: string;
  /** Of `renamed`. */
  newName: string;
  at: number;
}

/** A piece of a message's text (text.js). A block stands alone; the others run on, and text may have line ends in it. */
export type Token =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "code"; text: string }
  | { kind: "block"; text: string; language: string }
  | { kind: "mention"; text: string; person: Person; me: boolean }
  | { kind: "strong"; tokens: Token[] }
  | { kind: "em"; tokens: Token[] };

export interface Draft {
  text: string;
  /** The message that is replied to. */
  reply: Reply | null;
  /** The seq of one's own message that is being edited; then `text` is its new text. What was drafted before comes back after it. */
  editing: number | null;
  attachments: Attachment[];
  /** Grows when `text` was changed by the core and not by the field (sent, edit begun, other room): then set the field. */
  version: number;
}

export interface Attachment {
  key: string;
  name: string;
  type: string;
  size: number;
  /** A blob URL, if it may be shown as a picture. */
  preview: string | null;
  /** 0 to 1. */
  progress: number;
  state: "waiting" | "uploading" | "ready" | "failed";
  problem: Problem | null;
  /** Once ready. */
  file: File | null;
}

export interface Download {
  state: "loading" | "ready" | "failed";
  /** 0 to 1. */
  progress: number;
  /** A blob URL once ready. For an `img` if `isPicture(file)` (files.js), else for an `a download` only. */
  url: string | null;
  problem: Problem | null;
}

export interface Search {
  room: string;
  words: string;
  state: "empty" | "searching" | "found" | "failed";
  /** Newest first. */
  found: Message[];
  /** There may be more: `parlor.searchMore()`. */
  more: boolean;
  problem: Problem | null;
}

export interface NoticeItem extends Notice {
  id: string;
  seen: boolean;
}

export interface Bell {
  /** What the browser allows. `unsupported` too where the page may not ask. */
  permission: "default" | "granted" | "denied" | "unsupported";
  /** The person wants browser notifications (kept). */
  wanted: boolean;
  /** Do not disturb: notices wait on the server until it is off (kept). */
  quiet: boolean;
  /** Notices that were not seen. */
  unseen: number;
}

// ── What a person can do ─────────────────────────────────────────────────────────────────────────

/**
 * None of these throws. Those that answer a promise answer `null` when it worked, unless it says otherwise, and the Problem when not: show
 * it where the person is looking. Those without a promise tell of problems in the state.
 */
export interface Parlor {
  // The door
  /** Comes in with this name, or takes another one. What is wrong with it is in `door.problem`. */
  enter(name: string): void;
  /** To the door, to take another name. */
  toDoor(): void;
  /** Back from the door as one was. */
  stay(): void;
  /** The name is being typed anew: what was wrong is forgotten. */
  clearDoor(): void;
  /** Forgets who one is, drafts and unsent messages in this browser: a shared computer. */
  forgetMe(): void;
  /** Connects now, without waiting for the next try. */
  again(): void;

  // Rooms
  /** Shows a room, joining it first if need be; null: the welcome. Changes the address. */
  show(room: string | null): void;
  /** Opens a new room and shows it. A public name that is taken: problem `taken` (offer to join it: `show(idOf(name))` of names.js). */
  open(room: { name: string; topic: string; private: boolean }): Promise<Problem | null>;
  leave(room: string): void;
  topic(room: string, topic: string): Promise<Problem | null>;
  /** Opens the talk with one person, and shows it. */
  direct(person: string): Promise<Problem | null>;
  /** By exact name. `nobody` if there is none. */
  find(name: string): Promise<Person | Problem>;
  invite(room: string, person: string): Promise<Problem | null>;
  /** The address to copy. */
  linkTo(room: string): string;
  refreshList(): void;
  /** Tries again to get into a room that refused us. */
  rejoin(room: string): void;

  // Reading
  /** The view says whether the end of the shown room is in sight; with the page visible that means: read. */
  atEnd(isAtEnd: boolean): void;
  /** Fetches 50 older messages, if there are any and none are being fetched. */
  older(room: string): void;
  /** Makes sure that a message is in `items`, so that one can scroll to it; false if it cannot be had. */
  reveal(room: string, seq: number): Promise<boolean>;
  /** The line "new since" is not needed any more. */
  clearNew(room: string): void;

  // Writing. All of it is kept through reloads, room by room.
  /** What stands in the field. Says "typing" too. */
  type(room: string, text: string): void;
  /** Sends the draft (text, reply, attachments, or the edit). False if there was nothing to send or it is too long. */
  send(room: string): boolean;
  reply(room: string, seq: number | null): void;
  /** Begins to edit one's own message in the field; null: leaves off. */
  edit(room: string, seq: number | null): void;
  /** For the key "up" in an empty field: edits one's last message; false if there is none. */
  editLast(room: string): boolean;
  attach(room: string, files: Iterable<globalThis.File>): void;
  detach(room: string, key: string): void;
  retryAttachment(room: string, key: string): void;
  retry(room: string, key: string): void;
  discard(room: string, key: string): void;
  remove(room: string, seq: number): Promise<Problem | null>;
  react(room: string, seq: number, emoji: string, on: boolean): void;
  /** Who could be meant by what is typed after an `@`: people of the room, and authors; best first, at most 8. */
  complete(room: string, typed: string): Person[];

  // Files
  /** Fetches a file; see `downloads`. Again is fine. */
  download(file: File): void;
  /** Fetches a file and has the browser save it: resolves with a blob URL for an `a download`. */
  fileUrl(file: File): Promise<string | Problem>;

  // Search
  openSearch(room: string): void;
  /** Searches as one types (waits a little). */
  searchFor(words: string): void;
  searchMore(): void;
  closeSearch(): void;

  // Notices
  /** Asks the browser for its permission: only in a click. */
  wantNotifications(wanted: boolean): Promise<void>;
  quiet(quiet: boolean): void;
  /** The list was looked at. */
  sawNotices(): void;
  /** Goes where it happened. */
  followNotice(id: string): void;
  dismissNotice(id: string): void;
  dismissAnnouncement(id: string): void;

  // The line of news
  flash(what: string, problem: Partial<Problem>, about?: string): void;
  dismiss(): void;
}
