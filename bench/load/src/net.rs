//! Many TCP connections on one epoll, the clock of the run, and the first thing that went wrong on one of them.
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddrV4, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// How many bytes one read takes.
pub const BUFFER: usize = 16384;

pub enum Input {
    Nothing,
    Bytes(usize),
    /// The connection is over, and why.
    End(String),
}

struct Line {
    stream: Option<TcpStream>,
    /// What the kernel did not take yet.
    output: VecDeque<u8>,
    watches_write: bool,
}

pub struct Net {
    epoll: OwnedFd,
    lines: Vec<Line>,
    addr: SocketAddrV4,
    clock: Instant,
    timeout_ns: u64,
    last_input: u64,
    complaint: Option<String>,
}

impl Net {
    /// A connection without news for `timeout` seconds is nothing; all of them without is a stall.
    pub fn new(addr: SocketAddrV4, timeout: f64) -> Net {
        // SAFETY: a new file descriptor, which nothing else owns; an error would be refused by `from_raw_fd`.
        let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
        let timeout_ns = (timeout * 1e9) as u64;
        Net { epoll, lines: vec![], addr, clock: Instant::now(), timeout_ns, last_input: 0, complaint: None }
    }

    /// Nanoseconds since the start.
    pub fn now(&self) -> u64 {
        self.clock.elapsed().as_nanos() as u64
    }

    /// When something arrived last, on whichever connection.
    pub fn last_input(&self) -> u64 {
        self.last_input
    }

    pub fn stalled(&self) -> bool {
        self.now() - self.last_input > self.timeout_ns
    }

    pub fn not_stalled(&mut self) {
        self.last_input = self.now();
    }

    pub fn complain(&mut self, why: impl Into<String>) {
        if self.complaint.is_none() {
            self.complaint = Some(why.into());
        }
    }

    /// `what`, with the first complaint.
    pub fn because(&self, what: String) -> String {
        match &self.complaint {
            Some(why) => format!("{what}; {why}"),
            None => what,
        }
    }

    /// Starts a connection, and gives its number: 0, 1, 2, and so on.
    pub fn connect(&mut self) -> io::Result<usize> {
        let i = self.lines.len();
        let stream = dial(self.addr, i)?;
        self.control(libc::EPOLL_CTL_ADD, &stream, i, libc::EPOLLIN);
        self.lines.push(Line { stream: Some(stream), output: VecDeque::new(), watches_write: false });
        Ok(i)
    }

    pub fn is_open(&self, i: usize) -> bool {
        self.lines[i].stream.is_some()
    }

    /// Closes it, which also takes it out of the epoll set.
    pub fn close(&mut self, i: usize) {
        self.lines[i].stream = None;
    }

    /// Nothing more is written after this.
    pub fn finish(&mut self, i: usize, last: &[u8]) {
        self.write(i, last);
        if let Some(stream) = &self.lines[i].stream {
            stream.shutdown(Shutdown::Write).ok();
        }
    }

    /// Waits, and puts the numbers of those that have something to read into `readable`.
    pub fn wait(&mut self, wait: Duration, readable: &mut Vec<usize>) {
        const MOST: usize = 128;
        readable.clear();
        // SAFETY: the kernel writes at most MOST events to an array of so many.
        let (events, n) = unsafe {
            let mut events: [libc::epoll_event; MOST] = std::mem::zeroed();
            let milliseconds = wait.as_millis() as i32;
            let n = libc::epoll_wait(self.epoll.as_raw_fd(), events.as_mut_ptr(), MOST as i32, milliseconds);
            (events, n)
        };
        for event in &events[..n.max(0) as usize] {
            let (i, flags) = (event.u64 as usize, event.events as i32);
            if flags & libc::EPOLLOUT != 0 {
                self.flush(i);
            }
            if flags & (libc::EPOLLIN | libc::EPOLLHUP | libc::EPOLLERR) != 0 {
                readable.push(i);
            }
        }
    }

    pub fn read(&mut self, i: usize, buffer: &mut [u8; BUFFER]) -> Input {
        let Some(stream) = &mut self.lines[i].stream else { return Input::Nothing };
        match stream.read(buffer) {
            Ok(0) => Input::End("closed by the server".into()),
            Ok(n) => {
                self.last_input = self.now();
                Input::Bytes(n)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => Input::Nothing,
            Err(e) => Input::End(e.to_string()),
        }
    }

    pub fn write(&mut self, i: usize, mut bytes: &[u8]) {
        let line = &mut self.lines[i];
        let Some(stream) = &mut line.stream else { return };
        if line.output.is_empty() {
            match stream.write(bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return self.complain(format!("connection {i}: {e}")), // it ends at the next read
            }
        }
        line.output.extend(bytes);
        if !line.output.is_empty() && !line.watches_write {
            self.watch_write(i, true);
        }
    }

    fn flush(&mut self, i: usize) {
        let line = &mut self.lines[i];
        let Some(stream) = &mut line.stream else { return };
        while !line.output.is_empty() {
            match stream.write(line.output.as_slices().0) {
                Ok(n) => drop(line.output.drain(..n)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) => {
                    // It ends at the next read, but only this error says why.
                    line.output.clear();
                    self.complain(format!("connection {i}: {e}"));
                    break;
                }
            }
        }
        self.watch_write(i, false);
    }

    fn watch_write(&mut self, i: usize, on: bool) {
        self.lines[i].watches_write = on;
        let Some(stream) = &self.lines[i].stream else { return };
        self.control(libc::EPOLL_CTL_MOD, stream, i, libc::EPOLLIN | if on { libc::EPOLLOUT } else { 0 });
    }

    fn control(&self, operation: i32, stream: &TcpStream, i: usize, events: i32) {
        let mut event = libc::epoll_event { events: events as u32, u64: i as u64 };
        // SAFETY: both descriptors are open, and the event is copied.
        unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), operation, stream.as_raw_fd(), &mut event) };
    }
}

/// A connecting socket. Source addresses are spread, so that ephemeral ports do not run out.
fn dial(to: SocketAddrV4, i: usize) -> io::Result<TcpStream> {
    let size = size_of::<libc::sockaddr_in>() as u32;
    let from = address([127, 0, 0, 2 + (i % 16) as u8], 0);
    let to = address(to.ip().octets(), to.port());
    // SAFETY: the descriptor is new and belongs to the stream; pointers are to values that live here, of the sizes given.
    unsafe {
        let fd = libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK, 0);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        let stream = TcpStream::from_raw_fd(fd);
        stream.set_nodelay(true)?;
        let on: i32 = 1; // the port is chosen at connect, for this destination
        libc::setsockopt(fd, libc::IPPROTO_IP, libc::IP_BIND_ADDRESS_NO_PORT, (&raw const on).cast(), 4);
        libc::bind(fd, (&raw const from).cast(), size);
        if libc::connect(fd, (&raw const to).cast(), size) != 0 {
            let e = io::Error::last_os_error();
            if e.raw_os_error() != Some(libc::EINPROGRESS) {
                return Err(e);
            }
        }
        Ok(stream)
    }
}

fn address(ip: [u8; 4], port: u16) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: port.to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(ip) },
        sin_zero: [0; 8],
    }
}
