//! engine-io
