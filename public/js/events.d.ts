// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  rename: (data: Name, ack: (answer: Renamed | Failed) => void) => void;
  find: (data: string, ack: (answer: Person | Failed) => void) => void;
  away: (data: boolean) => void;
  rooms: (ack: (answer: Array<Listed> | Failed) => void) => void;
  open: (data: Open, ack: (answer: Card | Failed) => void) => void;
  join: (data: RoomOnly, ack: (answer: Joined | Failed) => void) => void;
  leave: (data: RoomOnly, ack: (answer: null | Failed) => void) => void;
  topic: (data: Topic, ack: (answer: Card | Failed) => void) => void;
  read: (data: ReadTo, ack: (answer: null | Failed) => void) => void;
  older: (data: Older, ack: (answer: Page | Failed) => void) => void;
  search: (data: Search, ack: (answer: Found | Failed) => void) => void;
  direct: (data: To, ack: (answer: Card | Failed) => void) => void;
  invite: (data: Invite, ack: (answer: null | Failed) => void) => void;
  typing: (data: Typing) => void;
  say: (data: Say, ack: (answer: Receipt | Failed) => void) => void;
  edit: (data: Edit, ack: (answer: null | Failed) => void) => void;
  remove: (data: Remove, ack: (answer: null | Failed) => void) => void;
  react: (data: React, ack: (answer: null | Failed) => void) => void;
  upload: (data: Upload, ack: (answer: null | Failed) => void) => void;
  download: (data: Download, ack: (answer: ArrayBuffer | Failed) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  welcome: (data: Welcome) => void;
  said: (data: Told) => void;
  changed: (data: Changed) => void;
  reacted: (data: Reacted) => void;
  joined: (data: CameIn) => void;
  left: (data: WentOut) => void;
  presence: (data: Presence) => void;
  person: (data: Renaming) => void;
  typing: (data: IsTyping) => void;
  room: (data: RoomChanged) => void;
  people: (data: Counted) => void;
  closed: (data: Closed) => void;
  read: (data: ReadTo) => void;
  mine: (data: Mine) => void;
  "not mine": (data: RoomOnly) => void;
  "sent away": (data: SentAway) => void;
}

/** The client's `auth`. */
export type Auth = { token?: string, name?: string, seed?: string, };

/** What a room is: its id is in its link. */
export type Card = { id: RoomId, name: string, topic: string, kind: Kind, };

export type CameIn = { room: RoomId, who: Present, };

export type Changed = { room: RoomId, seq: number, data: Message, };

export type Closed = { room: RoomId, why: string, };

/** `error.data` of a `connect_error`. */
export type Code = { code: string, };

export type Counted = { room: RoomId, people: number, };

export type Download = { file: string, part: number, };

export type Edit = { room: RoomId, seq: number, text: string, };

/** Why an event was not handled: `error` is for programs, `message` for people. */
export type Failed = { error: string, message?: string, wait?: number, };

export type File = { id: string, name: string, type: string, size: number, parts: number, };

export type Found = { messages: Array<Told>, next: number | null, };

export type Invite = { room: RoomId, to: string, };

export type IsTyping = { room: RoomId, who: Person, typing: boolean, };

export type Joined = { room: Card, people: Array<Present>, messages: Array<Told>, newest: number, more: boolean, };

export type Kind = "public" | "private" | "direct";

/** A line in the list of rooms. */
export type Listed = { room: Card, people: number, };

export type Message = { room: RoomId, id: string, from: Person, at: number, text: string, reply?: Reply, files: Array<File>, mentions: Array<Person>, edited?: number, removed?: "author" | "moderator", reactions: Array<Reaction>, };

/** A room that one is in, and up to where one has read it. */
export type Mine = { room: Card, read: number, };

/** A person's name: 1 to 24 printable characters. */
export type Name = string;

export type Older = { room: RoomId, before: number, };

export type Open = { name: string, topic: string, private: boolean, seed: string, };

export type Page = { messages: Array<Told>, more: boolean, };

/** A person as others see them. */
export type Person = { id: string, name: Name, };

export type Presence = { who: Present, };

export type Present = { id: string, name: Name, away: boolean, };

export type React = { room: RoomId, seq: number, emoji: string, on: boolean, };

export type Reacted = { room: RoomId, seq: number, by: string, name: Name, emoji: string, on: boolean, };

export type Reaction = { by: string, name: Name, emoji: string, };

export type ReadTo = { room: RoomId, seq: number, };

export type Receipt = { seq: number, at: number, };

export type Remove = { room: RoomId, seq: number, };

export type Renamed = { me: Person, token: string, };

export type Renaming = { who: Person, };

export type Reply = { seq: number, from: Person, text: string, };

export type RoomChanged = { room: Card, };

/** A public room's name in lower case, `~` and a secret, or `@` and two people. */
export type RoomId = string;

export type RoomOnly = { room: RoomId, };

export type Say = { room: RoomId, id: string, text: string, reply?: number, files: Array<File>, };

export type Search = { room: RoomId, words: string, before?: number, };

export type SentAway = { why: string, };

export type To = { to: string, };

export type Told = { seq: number, data: Message, };

export type Topic = { room: RoomId, topic: string, };

export type Typing = { room: RoomId, typing: boolean, };

export type Upload = { file: string, part: number, bytes: ArrayBuffer, };

export type Welcome = { me: Person, token: string, rooms: Array<Mine>, muted?: string, };

export type WentOut = { room: RoomId, who: Person, };
