// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  overview: (ack: (answer: Overview | Failed) => void) => void;
  queue: (data: PersonId, ack: (answer: Waiting | Failed) => void) => void;
  "empty queue": (data: PersonId, ack: (answer: number | Failed) => void) => void;
  "rename room": (data: RenameRoom, ack: (answer: null | Failed) => void) => void;
  "close room": (data: CloseRoom, ack: (answer: null | Failed) => void) => void;
  "open room": (data: OpenRoom, ack: (answer: null | Failed) => void) => void;
  "remove message": (data: RemoveMessage, ack: (answer: null | Failed) => void) => void;
  messages: (data: LookAt, ack: (answer: Messages | Failed) => void) => void;
  mute: (data: ForATime, ack: (answer: null | Failed) => void) => void;
  unmute: (data: Person, ack: (answer: null | Failed) => void) => void;
  kick: (data: Kick, ack: (answer: null | Failed) => void) => void;
  ban: (data: ForATime, ack: (answer: null | Failed) => void) => void;
  unban: (data: Person, ack: (answer: null | Failed) => void) => void;
  announce: (data: string, ack: (answer: null | Failed) => void) => void;
  log: (data: LogBefore, ack: (answer: Log | Failed) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  did: (data: Did) => void;
}

/** The client's `auth`. */
export type Auth = { token: string, key: string, };

export type Ban = { id: PersonId, name: string, until: number, why: string, };

/** A room, as it is shown. */
export type Card = { id: RoomId, name: string, topic: string, kind: Kind, };

export type CloseRoom = { room: RoomId, why: string, };

export type Code = { code: string, };

/** A line of the log. */
export type Did = { seq: number, data: Entry, };

/** What a moderator did; `what` is the event's name. */
export type Entry = { by: Person, at: number, what: string, whom?: Person, room?: RoomId, why?: string, until?: number, };

/** Why an event was not handled: `error` is for programs, `message` for people. */
export type Failed = { error: string, message?: string, };

export type File = { id: string, name: string, type: string, size: number, parts: number, };

export type ForATime = { id: PersonId, name: string, minutes: number, why: string, };

export type Kick = { id: PersonId, name: string, why: string, };

export type Kind = "public" | "private" | "direct";

export type Log = { entries: Array<Did>, more: boolean, };

export type LogBefore = { before?: number, };

export type LookAt = { room: RoomId, before?: number, };

export type Message = { room: RoomId, id: string, from: Person, at: number, text: string, reply?: Reply, files: Array<File>,
  mentions: Array<Person>, edited?: number, removed?: "author" | "moderator", reactions: Array<Reaction>, };

export type Messages = { messages: Array<Told>, more: boolean, };

export type OpenRoom = { room: RoomId, };

export type Overview = { rooms: Array<OverviewRoom>, people: Array<OverviewPerson>, connections: number, notifications: number,
  moderators: number, bans: Array<Ban>, };

export type OverviewPerson = { id: PersonId, name: string, away: boolean, rooms: Array<RoomId>, connections: number,
  muted?: number, };

export type OverviewRoom = { room: Card, people: number, closed?: string, };

/** A person as others see them. */
export type Person = { id: PersonId, name: string, };

export type PersonId = string;

export type Reaction = { by: PersonId, name: string, emoji: string, };

/** `error.data` of a `connect_error`. */
export type Refusal = Code;

export type RemoveMessage = { room: RoomId, seq: number, why: string, };

export type RenameRoom = { room: RoomId, name: string, };

export type Reply = { seq: number, from: Person, text: string, };

export type RoomId = string;

export type Told = { seq: number, data: Message, };

/** Notices that wait for a person. */
export type Waiting = { ready: number, held: number, dead: number, };
