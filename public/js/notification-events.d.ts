// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  quiet: (data: boolean, ack: (answer: Failed | undefined) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  notice: (data: Waiting, ack: () => void) => void;
  announcement: (data: Announcement) => void;
}

/** Something for everyone, from a moderator. */
export type Announcement = { id: string, text: string, by: Person, at: number, };

/** The client's `auth`. */
export type Auth = Reader;

/** A room as people see it. */
export type Card = { id: RoomId, name: string, topic: Topic, kind: Kind, };

/** Why somebody may not come in, for the page. */
export type Code = { code: string, };

/** Why an event was not handled: `error` is for programs, `message` for people. */
export type Failed = { error: string, message?: string, };

/** What kind of room it is. */
export type Kind = "public" | "private" | "direct";

/** A person's name: 1 to 24 characters, without space around it. */
export type Name = string;

export type Notice = { kind: NoticeKind,
  /**
   * As the reader sees it.
   */
  room: Card,
  /**
   * The number of the message; 0 of an invitation.
   */
  seq: number, from: Person, text: string, at: number, };

export type NoticeKind = "mention" | "direct" | "invitation";

/** A person as others see them. */
export type Person = { id: string, name: Name, };

export type Reader = { token: string,
  /**
   * Notices wait until they are wanted again: as the event `quiet`, from the beginning.
   */
  quiet?: boolean, };

/** `error.data` of a `connect_error`. */
export type Refusal = Code;

/**
 * A room: a public one by its name in lower case; a private one by `~` and what nobody guesses; that of two people by `@`
 * and their ids, in order, with a dot between.
 */
export type RoomId = string;

/** What a room is about: up to 200 characters. */
export type Topic = string;

/** A notice as the queue hands it out. */
export type Waiting = { id: number, data: Notice,
  /**
   * How often it was handed out.
   */
  attempt: number, };
