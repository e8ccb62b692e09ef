//! socket-io
