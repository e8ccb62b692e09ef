//! The command line.
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::exit;
use std::str::FromStr;

const USAGE: &str = "load SCENARIO --url ws://127.0.0.1:PORT/socket.io/ [options]
 SCENARIO       echo       each client sends again when its ack is there
                broadcast  all clients in one room, a sender sends again when all others have its message
                rooms      as broadcast, in many rooms
                connect    handshakes by WebSocket, each with a clean close
                upgrade    handshakes as in a browser: polling, then an upgrade, an echo, a clean close
                idle       connections that do nothing
                wake       a room that nobody has said anything in for --settle seconds, and then somebody does
                publish    messages to the history of one room, that all clients are in
                queue      jobs, pushed by --senders connections of their own, done by --clients consumers
 --clients N    clients; connect, upgrade: at most so many in all       [100; publish 10, queue 8]
 --room-size M  rooms: members of a room (clients / M rooms)            [5]
 --senders S    broadcast, publish: senders in the room; rooms: how
                many rooms have a sender; queue: producers              [1; rooms all; publish, queue 8]
 --window W     closed loop: messages outstanding per sender;
                connect, upgrade: how many are on their way at once     [1; publish, queue 4; connect, upgrade 16]
 --rate R       echo, broadcast, rooms: R messages a second in all, on schedule; latency counts from
                when a message was due                                  [0: closed loop]
 --seconds T    measured time; connect, upgrade: at most so long        [3]
 --warmup T     time before the measured time                           [0.5]
 --settle T     idle: wait before the memory is read; wake: how long
                nobody says anything, the server included               [2; wake 14]
 --repeat R     wake: so many times                                     [1]
 --payload B    bytes of a payload, at least 24                         [64]
 --pid P        the server's process: CPU time and RSS of it and its children are reported
 --timeout T    give up when nothing has arrived for so many seconds    [5]
 --help         print this
Prints one line of JSON. Exit status: 0 fine, 1 the run failed, 2 a wrong option.";

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scenario {
    Echo,
    Broadcast,
    Rooms,
    Connect,
    Upgrade,
    Idle,
    Wake,
    Publish,
    Queue,
}

const SCENARIOS: [(&str, Scenario); 9] = [
    ("echo", Scenario::Echo),
    ("broadcast", Scenario::Broadcast),
    ("rooms", Scenario::Rooms),
    ("connect", Scenario::Connect),
    ("upgrade", Scenario::Upgrade),
    ("idle", Scenario::Idle),
    ("wake", Scenario::Wake),
    ("publish", Scenario::Publish),
    ("queue", Scenario::Queue),
];

impl Scenario {
    pub fn name(self) -> &'static str {
        SCENARIOS.iter().find(|(_, scenario)| *scenario == self).map_or("", |(name, _)| name)
    }
}

#[derive(Debug)]
pub struct Options {
    pub scenario: Scenario,
    pub addr: SocketAddrV4,
    /// Without a query.
    pub path: String,
    pub clients: usize,
    pub room_size: usize,
    pub senders: usize,
    pub window: usize,
    pub rate: f64,
    pub seconds: f64,
    pub warmup: f64,
    pub settle: f64,
    pub repeat: usize,
    pub payload: usize,
    pub pid: Option<i32>,
    pub timeout: f64,
}

impl Options {
    /// Those of this process, which ends if they are wrong.
    pub fn from_args() -> Options {
        let args: Vec<String> = std::env::args().skip(1).collect();
        if args.iter().any(|arg| arg == "--help") {
            println!("{USAGE}");
            exit(0)
        }
        Options::read(&args).unwrap_or_else(|why| {
            eprintln!("load: {why}; --help lists the options");
            exit(2)
        })
    }

    fn read(args: &[String]) -> Result<Options, String> {
        let (name, rest) = args.split_first().ok_or("no scenario")?;
        let known = SCENARIOS.iter().find(|(known, _)| known == name);
        let (_, scenario) = *known.ok_or_else(|| format!("no such scenario: {name}"))?;
        let mut given = Given(HashMap::new());
        for pair in rest.chunks(2) {
            let [key, value] = pair else { return Err(format!("{} wants a value", pair[0])) };
            given.0.insert(key.clone(), value.clone());
        }
        let (addr, path) = address(&given.0.remove("--url").ok_or("no --url")?)?;

        let (many, all, window) = match scenario {
            Scenario::Publish => (10, 8, 4),
            Scenario::Queue => (8, 8, 4),
            Scenario::Rooms => (100, usize::MAX, 1),
            Scenario::Connect | Scenario::Upgrade => (100, 1, 16),
            _ => (100, 1, 1),
        };
        let clients = given.count("--clients", many)?;
        let room_size = given.count("--room-size", 5)?;
        let room_size = match scenario {
            Scenario::Rooms => room_size,
            Scenario::Broadcast | Scenario::Wake | Scenario::Publish => clients,
            _ => 1,
        };
        if scenario == Scenario::Rooms && (room_size < 2 || !clients.is_multiple_of(room_size)) {
            return Err("--clients has to be a multiple of --room-size, which is at least 2".into());
        }
        if matches!(scenario, Scenario::Broadcast | Scenario::Wake) && clients < 2 {
            return Err(format!("{name} wants two clients"));
        }
        let most = match scenario {
            Scenario::Broadcast | Scenario::Publish => clients,
            Scenario::Queue => usize::MAX,
            Scenario::Echo | Scenario::Rooms => clients / room_size,
            _ => 1,
        };
        let all = if scenario == Scenario::Echo { clients } else { all };
        let options = Options {
            senders: given.count("--senders", all)?.min(most),
            window: given.count("--window", window)?,
            rate: given.number("--rate", 0.0)?,
            seconds: given.number("--seconds", 3.0)?,
            warmup: given.number("--warmup", 0.5)?,
            settle: given.number("--settle", if scenario == Scenario::Wake { 14.0 } else { 2.0 })?,
            repeat: given.count("--repeat", 1)?,
            payload: given.count("--payload", 64)?.max(24),
            pid: Some(given.read("--pid", 0, "the number of a process")?).filter(|pid| *pid > 0),
            timeout: given.number("--timeout", 5.0)?,
            scenario,
            addr,
            path,
            clients,
            room_size,
        };
        match given.0.keys().min() {
            Some(key) => Err(format!("unknown option {key}")),
            None => Ok(options),
        }
    }
}

struct Given(HashMap<String, String>);

impl Given {
    fn read<T: FromStr>(&mut self, key: &str, default: T, what: &str) -> Result<T, String> {
        match self.0.remove(key) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("{key} wants {what}, not {text:?}")),
        }
    }

    fn count(&mut self, key: &str, default: usize) -> Result<usize, String> {
        match self.read(key, default, "a whole number")? {
            0 => Err(format!("{key} has to be at least 1")),
            count => Ok(count),
        }
    }

    fn number(&mut self, key: &str, default: f64) -> Result<f64, String> {
        let number = self.read(key, default, "a number")?;
        if number.is_finite() && number >= 0.0 {
            Ok(number)
        } else {
            Err(format!("{key} has to be at least 0"))
        }
    }
}

/// Of ws://A.B.C.D[:PORT]/PATH, where the address is a loopback one.
fn address(url: &str) -> Result<(SocketAddrV4, String), String> {
    let rest = url.strip_prefix("ws://").ok_or("--url has to start with ws://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (ip, port) = host.split_once(':').unwrap_or((host, "80"));
    let ip: Ipv4Addr = ip.parse().map_err(|_| format!("--url wants an IPv4 address, not {ip:?}"))?;
    let port: u16 = port.parse().map_err(|_| format!("--url has a bad port: {port:?}"))?;
    if !ip.is_loopback() {
        return Err("only loopback addresses are accepted".into());
    }
    if path.contains('?') {
        return Err("--url must not have a query".into());
    }
    let path = if path.is_empty() { "/socket.io/" } else { path };
    Ok((SocketAddrV4::new(ip, port), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn defaults_are_those_of_the_scenario() {
        let o = read("queue --url ws://127.0.0.1:3000").unwrap();
        assert_eq!((o.clients, o.senders, o.window, o.path.as_str()), (8, 8, 4, "/socket.io/"));
        let o = read("rooms --url ws://127.0.0.2:3000/x/ --clients 20").unwrap();
        assert_eq!((o.room_size, o.senders, o.addr.port(), o.path.as_str()), (5, 4, 3000, "/x/"));
        let o = read("echo --url ws://127.0.0.1:3000 --clients 7 --rate 0.5 --pid 12").unwrap();
        assert_eq!((o.senders, o.rate, o.pid), (7, 0.5, Some(12)));
        let o = read("broadcast --url ws://127.0.0.1:3000 --clients 7 --senders 9").unwrap();
        assert_eq!((o.senders, o.room_size, o.pid), (7, 7, None));
        assert_eq!(read("wake --url ws://127.0.0.1:3000").unwrap().settle, 14.0);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, words) in [
            ("dance", "no such scenario: dance"),
            ("echo", "no --url"),
            ("echo --url", "--url wants a value"),
            ("echo --url ws://127.0.0.1:1 --clients ten", "--clients wants a whole number, not \"ten\""),
            ("echo --url ws://127.0.0.1:1 --clients 0", "--clients has to be at least 1"),
            ("echo --url ws://127.0.0.1:1 --rate -1", "--rate has to be at least 0"),
            ("echo --url ws://127.0.0.1:1 --wat 1", "unknown option --wat"),
            ("echo --url ws://10.0.0.1:1", "only loopback addresses are accepted"),
            ("rooms --url ws://127.0.0.1:1 --clients 7", "--clients has to be a multiple"),
        ] {
            let why = read(line).unwrap_err();
            assert!(why.starts_with(words), "{line}: {why}");
        }
    }
}
