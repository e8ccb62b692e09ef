// Made from the types of the server: a test compares them, and says how to write it anew.

/** What the client sends. */
export interface ClientToServerEvents {
  rooms: (ack: (answer: Array<Listed>) => void) => void;
  join: (data: RoomName, ack: (answer: Joined | Failed) => void) => void;
  leave: (data: RoomName, ack: (answer: Nothing | Failed) => void) => void;
  say: (data: Say, ack: (answer: Receipt | Failed) => void) => void;
  typing: (data: Typing) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  said: (data: Said) => void;
  joined: (data: Move) => void;
  left: (data: Move) => void;
  typing: (data: IsTyping) => void;
  room: (data: Listed) => void;
}

/** The client's `auth`. */
export type Auth = Door;

export type Code = { code: string, };

export type Door = { name: string | null, };

/** Why an event was not handled: `error` is for programs, `message` for people. */
export type Failed = { error: string, message?: string, };

export type IsTyping = { room: RoomName, who: Person, typing: boolean, };

export type Joined = { room: RoomName, here: Array<Person>, };

/** A line in the list of rooms. */
export type Listed = { name: string, people: number, };

/** Somebody who comes into a room, or leaves it. */
export type Move = { room: string, who: Person, };

/** A person's name: 1 to 24 characters, without space around it. */
export type Name = string;

export type Nothing = Record<symbol, never>;

/** A person as others see them. */
export type Person = { id: string, name: Name, };

export type Receipt = { id: string, at: number, };

/** `error.data` of a `connect_error`. */
export type Refusal = Code;

/**
 * A room's name: 1 to 32 letters, digits, spaces, `-` or `_`, beginning with a letter or digit and not ending
 * with a space.
 */
export type RoomName = string;

export type Said = { room: RoomName, id: string, from: Person, text: Text, at: number, };

export type Say = { room: RoomName,
  /**
   * Made by the sender, so that a message that is sent again is known again.
   */
  id: string, text: Text, };

/** A message: 1 to 4000 characters. */
export type Text = string;

export type Typing = { room: RoomName, typing: boolean, };
