//! HTTP requests of a session: GET waits for packets, POST brings them. One of each at a time.

use super::{Link, Post, Session};
use crate::{Answer, CloseReason, Config, Frame, Millis, Refusal, Ticket, Version};

impl Session {
    /// A GET came. It waits until there is something to send; one that overlaps another ends the session.
    ///
    /// A pong overdue by then is a ping timeout, whether or not the timer has run.
    pub fn handle_poll(&mut self, config: &Config, ticket: Ticket, now: Millis) {
        self.expire(config, now);
        match &mut self.link {
            Link::Polling { get: get @ None, .. } => *get = Some(ticket),
            Link::Polling { get: Some(_), .. } => {
                self.answer(ticket, Answer::Bare(400));
                self.finish(CloseReason::TransportError);
            }
            Link::WebSocket { .. } => self.answer(ticket, Answer::Refused(Refusal::BadRequest)),
            Link::Closing { .. } if !self.outbox.is_empty() => {
                let frames = self.outbox.take();
                self.answer_payload(ticket, &frames);
            }
            Link::Closing { .. } => {
                self.answer_payload(ticket, &[Frame::close()]);
                self.finish_closing();
            }
            Link::Closed => self.answer(ticket, Answer::Refused(Refusal::UnknownSid)),
        }
    }

    /// The client of a GET that waits has gone: the session ends. No effect when the GET was answered.
    pub fn handle_poll_aborted(&mut self, ticket: Ticket) {
        if let Link::Polling { get, .. } = &mut self.link
            && *get == Some(ticket)
        {
            *get = None;
            self.finish(CloseReason::TransportError);
        }
    }

    /// A POST came, and its body is about to be read; one that overlaps another ends the session, and so does one that
    /// says it is bytes (`application/octet-stream`), which version 4 does not have. Then exactly one of the other
    /// `handle_post…` says how that went. They have no effect once the POST was answered.
    pub fn handle_post_started(&mut self, ticket: Ticket, is_binary: bool) {
        let is_wrong = self.post.is_some() || is_binary && self.dialect.version == Version::V4;
        match self.link {
            Link::Polling { .. } if !is_wrong => self.post = Some(Post { ticket, is_binary }),
            Link::Polling { .. } => {
                self.answer(ticket, Answer::Bare(400));
                self.finish(CloseReason::TransportError);
            }
            Link::WebSocket { .. } => self.answer(ticket, Answer::Refused(Refusal::BadRequest)),
            // The session no longer listens, and the client shall live to read its last packets.
            Link::Closing { .. } => self.answer(ticket, Answer::Ok),
            Link::Closed => self.answer(ticket, Answer::Refused(Refusal::UnknownSid)),
        }
    }

    /// The body of a POST is there. A bad packet ends the session, but those before it count and the answer is `ok`.
    /// Bytes that are not UTF-8 become U+FFFD.
    pub fn handle_post(&mut self, config: &Config, ticket: Ticket, body: &[u8], now: Millis) {
        if body.len() > config.max_payload {
            self.handle_post_too_large(ticket);
            return;
        }
        let Some(post) = self.take_post(ticket) else { return };
        let packets = self.dialect.packets(body, post.is_binary);
        let taken = packets.into_iter().try_for_each(|packet| self.handle_packet(packet, now));
        self.answer(ticket, Answer::Ok);
        if let Err(reason) = taken {
            self.finish(reason);
        }
    }

    /// The body of a POST is longer than [`Config::max_payload`], which the caller may know before it has read it all.
    /// The session lives.
    pub fn handle_post_too_large(&mut self, ticket: Ticket) {
        if self.take_post(ticket).is_some() {
            self.answer(ticket, Answer::Bare(413));
        }
    }

    /// The client of a POST has gone before its body was read: the session ends.
    pub fn handle_post_aborted(&mut self, ticket: Ticket) {
        if self.take_post(ticket).is_some() {
            self.finish(CloseReason::TransportError);
        }
    }

    /// The POST being read, if it is this one; then it no longer is.
    fn take_post(&mut self, ticket: Ticket) -> Option<Post> {
        self.post.take_if(|post| post.ticket == ticket)
    }

    /// What is overdue by now although the timer has not run.
    fn expire(&mut self, config: &Config, now: Millis) {
        match self.link {
            Link::Polling { .. } if self.heartbeat.is_dead(config, self.pace(config), now) => {
                self.finish(CloseReason::PingTimeout)
            }
            Link::Closing { until } if until <= now => self.finish_closing(),
            _ => {}
        }
    }
}
