// Made from the types of the server: a test compares them, and says how to write it anew.

import type { Card, Failed, Person } from "./events.js";

/** What the client sends. */
export interface ClientToServerEvents {
  quiet: (data: boolean, ack: (answer: null | Failed) => void) => void;
}

/** What the server sends. */
export interface ServerToClientEvents {
  notice: (data: Delivery, ack: (answer: null) => void) => void;
  announcement: (data: Announcement) => void;
}

/** The client's `auth`. */
export type Auth = { token: string, };

export type Announcement = { id: string, text: string, by: Person, at: number, };

export type Delivery = { id: string, data: Notice, attempt: number, };

export type Notice = { kind: "mention" | "direct" | "invitation", room: Card, seq: number, from: Person, text: string, at: number, };
