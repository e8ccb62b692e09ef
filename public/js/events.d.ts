// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  rename: (data: Name, ack: (answer: Renamed | Failed) => void) => void;
  find: (data: Name, ack: (answer: Person | Failed) => void) => void;
  away: (data: boolean) => void;
  rooms: (ack: (answer: Array<Listed> | Failed) => void) => void;
  open: (data: Open, ack: (answer: Card | Failed) => void) => void;
  join: (data: Join, ack: (answer: Joined | Failed) => void) => void;
  leave: (data: Which, ack: (answer: Failed | undefined) => void) => void;
  topic: (data: About, ack: (answer: Card | Failed) => void) => void;
  read: (data: Read, ack: (answer: Failed | undefined) => void) => void;
  direct: (data: With, ack: (answer: Card | Failed) => void) => void;
  invite: (data: Invite, ack: (answer: Failed | undefined) => void) => void;
  typing: (data: Typing) => void;
  say: (data: Say, ack: (answer: Receipt | Failed) => void) => void;
  edit: (data: Edit, ack: (answer: Failed | undefined) => void) => void;
  remove: (data: Nth, ack: (answer: Failed | undefined) => void) => void;
  react: (data: React, ack: (answer: Failed | undefined) => void) => void;
  older: (data: Older, ack: (answer: Earlier | Failed) => void) => void;
  search: (data: Search, ack: (answer: Found | Failed) => void) => void;
  upload: (data: Upload, ack: (answer: Failed | undefined) => void) => void;
  download: (data: Download, ack: (answer: ArrayBuffer | Failed) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  welcome: (data: Welcome) => void;
  muted: (data: Muted) => void;
  "sent away": (data: SentAway) => void;
  said: (data: Said) => void;
  changed: (data: Altered) => void;
  reacted: (data: Reacted) => void;
  joined: (data: Came) => void;
  left: (data: Left) => void;
  person: (data: Called) => void;
  presence: (data: Looks) => void;
  typing: (data: IsTyping) => void;
  people: (data: Heads) => void;
  room: (data: Changed) => void;
  closed: (data: Closed) => void;
  mine: (data: Mine) => void;
  "not mine": (data: NotMine) => void;
  read: (data: Read) => void;
}

export type About = { room: RoomId, topic: Topic, };

/** A message that is not as it was. */
export type Altered = { room: RoomId, seq: number, data: Message, };

/** The client's `auth`. */
export type Auth = Door;

/** Who has removed a message. */
export type By = "author" | "moderator";

/** Somebody with a new name. */
export type Called = { who: Person, };

/** Somebody has come into a room. */
export type Came = { room: RoomId, who: Present, };

/** A room as people see it. */
export type Card = { id: RoomId, name: string, topic: Topic, kind: Kind, };

/** A room has another name or topic. */
export type Changed = { room: Card, };

/** A room is closed; in the words in which who comes later is told of it. */
export type Closed = { room: RoomId, why: string, };

/** Why somebody may not come in, for the page. */
export type Code = { code: string, };

/** What somebody shows at the door. */
export type Door = {
  /**
   * From an earlier visit.
   */
  token?: string,
  /**
   * What they want to be called.
   */
  name?: string,
  /**
   * Of a newcomer: random, 16 to 64 characters, kept until a token has come.
   */
  seed?: string, };

export type Download = { file: string, part: number, };

export type Earlier = { messages: Array<Told>,
  /**
   * Whether there are older ones.
   */
  more: boolean, };

export type Edit = { room: RoomId, seq: number, text: Text, };

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

export type Found = {
  /**
   * Newest first.
   */
  messages: Array<Told>,
  /**
   * To go on with as `before`; `null` at the room's beginning.
   */
  next: number | null, };

/** How many people are in a public room. */
export type Heads = { room: RoomId, people: number, };

export type Invite = { room: RoomId,
  /**
   * The person's id.
   */
  to: string, };

export type IsTyping = { room: RoomId, who: Person, typing: boolean, };

export type Join = {
  /**
   * Its id, as somebody may have typed it.
   */
  room: string, };

export type Joined = { room: Card, people: Array<Present>,
  /**
   * The newest, oldest first.
   */
  messages: Array<Told>,
  /**
   * The number of the newest.
   */
  newest: number,
  /**
   * Whether there are older ones.
   */
  more: boolean, };

/** What kind of room it is. */
export type Kind = "public" | "private" | "direct";

/** Somebody has left a room. */
export type Left = { room: string, who: Person, };

/** A line in the list of rooms. */
export type Listed = { room: Card, people: number, };

/** Somebody is away, or looks again. */
export type Looks = { who: Present, };

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

/** One of a person's rooms, and the number of the last message that they have read in it. */
export type Mine = { room: Card, read: number, };

/** What is said to who may not speak; `null` once they may. */
export type Muted = { why: string | null, };

/** A person's name: 1 to 24 characters, without space around it. */
export type Name = string;

/** A room that is not a person's any more. */
export type NotMine = { room: RoomId, };

export type Nth = { room: RoomId, seq: number, };

export type Older = { room: RoomId,
  /**
   * A number.
   */
  before: number, };

export type Open = { name: RoomName, topic: Topic, private: boolean,
  /**
   * Random, 16 to 64 characters: again with the same seed it is the same private room.
   */
  seed: string, };

/** A person as others see them. */
export type Person = { id: string, name: Name, };

/** A person in a room; `away` is who looks at none of their tabs. */
export type Present = { id: string, name: Name, away: boolean, };

/** The message that another one replies to. */
export type Quote = { seq: number, from: Person, text: string, };

export type React = { room: RoomId, seq: number, emoji: string, on: boolean, };

/** Somebody likes a message, or does not any more. */
export type Reacted = { room: RoomId, seq: number,
  /**
   * The person's id.
   */
  by: string, name: Name, emoji: string, on: boolean, };

export type Reaction = {
  /**
   * The person's id.
   */
  by: string, name: Name, emoji: string, };

/** How far a person has read. */
export type Read = { room: RoomId, seq: number, };

/** That a message is stored. */
export type Receipt = { seq: number, at: number, };

/** `error.data` of a `connect_error`. */
export type Refusal = Code;

export type Renamed = { me: Person, token: string, };

/**
 * A room: a public one by its name in lower case; a private one by `~` and what nobody guesses; that of two people by `@`
 * and their ids, in order, with a dot between.
 */
export type RoomId = string;

/** What a room is called: 1 to 32 characters. */
export type RoomName = string;

/** A message as it is published: its number, and what it is. */
export type Said = { seq: number, data: Message, };

export type Say = { room: RoomId,
  /**
   * Made by the sender, so that a message that is sent again is known again.
   */
  id: string, text: Text,
  /**
   * The number of the message that it replies to.
   */
  reply?: number, files: Array<File>, };

export type Search = { room: RoomId, words: string,
  /**
   * A number: look before it.
   */
  before?: number, };

/** What is said to who is sent away. */
export type SentAway = { why: string, };

/** A message: up to 4000 characters. */
export type Text = string;

/** A message with its number, and with the reactions to it. */
export type Told = { seq: number, data: Message, };

/** What a room is about: up to 200 characters. */
export type Topic = string;

export type Typing = { room: RoomId, typing: boolean, };

export type Upload = { file: string,
  /**
   * From 0.
   */
  part: number, bytes: ArrayBuffer, };

/** What who comes in is told first. */
export type Welcome = { me: Person, token: string, rooms: Array<Mine>,
  /**
   * Why this person may not speak, if so.
   */
  muted: string | null, };

export type Which = { room: RoomId, };

export type With = {
  /**
   * The person's id.
   */
  to: string, };
