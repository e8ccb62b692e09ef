//! parlor-worker
