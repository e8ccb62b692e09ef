//! Load on a Socket.IO server (protocol v5 over Engine.IO v4, text frames). One thread, raw epoll and framing by hand, so
//! that the client's cost of a message is small and the same for every server. One run is one scenario against one loopback
//! address, and prints one line of JSON.
mod contract;
mod course;
mod http;
mod latency;
mod net;
mod options;
mod process;
mod report;
mod scenarios;
mod swarm;
mod websocket;

use options::Options;

fn main() {
    let options = Options::from_args();
    raise_file_limit();
    let report = scenarios::run(&options);
    println!("{}", report.line());
    std::process::exit(if report.ok() { 0 } else { 1 });
}

/// Each connection is a file.
fn raise_file_limit() {
    // SAFETY: the calls are given a valid struct, which lives as long as they do.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
    }
}
