// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  overview: (ack: (answer: Overview | Failed) => void) => void;
  queue: (data: string, ack: (answer: Waiting | Failed) => void) => void;
  messages: (data: Look, ack: (answer: Earlier | Failed) => void) => void;
  log: (data: Before, ack: (answer: Log | Failed) => void) => void;
  "empty queue": (data: string, ack: (answer: number | Failed) => void) => void;
  "rename room": (data: Rename, ack: (answer: Failed | undefined) => void) => void;
  "close room": (data: Close, ack: (answer: Failed | undefined) => void) => void;
  "open room": (data: Which, ack: (answer: Failed | undefined) => void) => void;
  "remove message": (data: TakeDown, ack: (answer: Failed | undefined) => void) => void;
  mute: (data: ForTime, ack: (answer: Failed | undefined) => void) => void;
  unmute: (data: Whom, ack: (answer: Failed | undefined) => void) => void;
  kick: (data: Kick, ack: (answer: Failed | undefined) => void) => void;
  ban: (data: ForTime, ack: (answer: Failed | undefined) => void) => void;
  unban: (data: Whom, ack: (answer: Failed | undefined) => void) => void;
  forget: (data: string, ack: (answer: Failed | undefined) => void) => void;
  announce: (data: Text, ack: (answer: Failed | undefined) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  did: (data: Did) => void;
}

/** The client's `auth`. */
export type Auth = Moderator;

export type Ban = { id: string, name: Name, until: number, why: Topic, };

export type Before = { before?: number, };

/** Who has removed a message. */
export type By = "author" | "moderator";

/** A room as people see it. */
export type Card = { id: RoomId, name: string, topic: Topic, kind: Kind, };

export type Close = { room: RoomId, why: Topic, };

/** Why somebody may not come in, for the page. */
export type Code = { code: string, };

export type Did = { seq: number, data: Entry, };

export type Earlier = { messages: Array<Told>,
  /**
   * Whether there are older ones.
   */
  more: boolean, };

/** Something that a moderator did. */
export type Entry = { by: Person, at: number,
  /**
   * The event's name.
   */
  what: string, whom?: Person, room?: RoomId, why?: Topic,
  /**
   * Ms since 1970.
   */
  until?: number, };

/** Why an event was not handled: `error` is for programs, `message` for people. */
export type Failed = { error: string, message?: string, };

/** A file as a message names it. Who knows its id may have it. */
export type File = {
  /**
   * The id of whose it is, `-`, and 22 characters that nobody guesses.
   */
  id: string, name: string,
  /**
   * Its media type.
   */
  type: string,
  /**
   * In bytes.
   */
  size: number, parts: number, };

export type ForTime = { id: string, name: Name, minutes: number, why: Topic, };

export type Guest = { id: string, name: Name, away: boolean, rooms: Array<string>, connections: number,
  /**
   * Until when they may not speak, if so.
   */
  muted: number | null, };

export type Kick = { id: string, name: Name, why: Topic, };

/** What kind of room it is. */
export type Kind = "public" | "private" | "direct";

export type Log = {
  /**
   * Oldest first.
   */
  entries: Array<Did>, more: boolean, };

export type Look = { room: RoomId, before?: number, };

/** A message as it is stored, and as everybody in the room gets it. */
export type Message = { room: RoomId,
  /**
   * Made by the sender.
   */
  id: string, from: Person,
  /**
   * When it was written, ms since 1970.
   */
  at: number, text: Text, reply?: Quote, files: Array<File>,
  /**
   * Who is mentioned in the text.
   */
  mentions: Array<Person>,
  /**
   * When it was changed.
   */
  edited?: number, removed?: By,
  /**
   * Not of a live one.
   */
  reactions: Array<Reaction>, };

export type Moderator = { token: string, key: string, };

/** A person's name: 1 to 24 characters, without space around it. */
export type Name = string;

export type Overview = {
  /**
   * The public ones, and those that somebody is in.
   */
  rooms: Array<Seen>, people: Array<Guest>,
  /**
   * Sockets in the chat, in the notifications, and of moderators.
   */
  connections: number, notifications: number, moderators: number, bans: Array<Ban>, };

/** A person as others see them. */
export type Person = { id: string, name: Name, };

/** The message that another one replies to. */
export type Quote = { seq: number, from: Person, text: string, };

export type Reaction = {
  /**
   * The person's id.
   */
  by: string, name: Name, emoji: string, };

/** `error.data` of a `connect_error`. */
export type Refusal = Code;

export type Rename = { room: RoomId, name: RoomName, };

/**
 * A room: a public one by its name in lower case; a private one by `~` and what nobody guesses; that of two people by `@`
 * and their ids, in order, with a dot between.
 */
export type RoomId = string;

/** What a room is called: 1 to 32 characters. */
export type RoomName = string;

export type Seen = { room: Card, people: number,
  /**
   * Why it is closed, if it is.
   */
  closed: Topic | null, };

export type TakeDown = { room: RoomId, seq: number, why: Topic, };

/** A message: up to 4000 characters. */
export type Text = string;

/** A message with its number, and with the reactions to it. */
export type Told = { seq: number, data: Message, };

/** What a room is about: up to 200 characters. */
export type Topic = string;

/** What waits for a person. */
export type Waiting = { ready: number, held: number, dead: number, };

export type Which = { room: RoomId, };

export type Whom = { id: string, name: Name, };
