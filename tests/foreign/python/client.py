"""python-socketio plays one scenario against the lab: client.py URL TRANSPORT SCENARIO.

It ends with 0 if all was as it should be. ../foreign.test.mjs says what each scenario is, and drives this.
"""

import sys
from queue import Queue

import engineio
import socketio

# The library takes no more than 16 packets out of one poll by default. No server of Socket.IO keeps to that.
engineio.payload.Payload.max_decode_packets = 1000

LIMIT = 20  # seconds, far more than anything takes
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}
NESTED = {"name": "nested", "list": [b"\x00\x01\x1e\xff", {"deep": b""}], "number": 1}


class InOrder(engineio.Client):
    """The library gives each packet a thread of its own, where two can overtake each other, even an attachment the
    packet that announces it. What the server sends has an order, and we want to see it."""

    def _trigger_event(self, event, *args, run_async=False, **kwargs):
        return super()._trigger_event(event, *args, run_async=False, **kwargs)


class Person(socketio.Client):
    """A client, connected; what it hears waits in a queue, as a tuple of the event's name and its arguments."""

    def __init__(self, namespace="/", enter=True):
        super().__init__(reconnection_delay=0.1, reconnection_delay_max=0.5, randomization_factor=0)
        self.namespace = namespace
        self.heard = Queue()
        for event in ("connect", "connect_error", "disconnect"):
            self.on(event, lambda *args, event=event: self.heard.put((event, *args)), namespace=namespace)
        self.on("*", lambda *args: self.heard.put(args), namespace=namespace)
        if enter:
            self.enter()

    def _engineio_client_class(self):
        return InOrder

    def enter(self):
        self.connect(url, auth=AUTH, transports=TRANSPORTS[transport], namespaces=[self.namespace], wait_timeout=LIMIT)
        expect(self.transport(), "polling" if transport == "polling" else "websocket")
        self.hears("connect")

    def hears(self, *expected):
        expect(self.heard.get(timeout=LIMIT), expected)

    def say(self, event, *args):
        self.emit(event, args, namespace=self.namespace)

    def ask(self, event, *args):
        return self.call(event, args, namespace=self.namespace, timeout=LIMIT)

    @property
    def id(self):
        return self.get_sid(self.namespace)


AUTH = {"token": "letmein", "list": [1, "ü😀"]}


def expect(value, expected):
    if value != expected:
        raise AssertionError(f"got {value!r}, expected {expected!r}")


def greeted(namespace="/"):
    person = Person(namespace)
    person.hears("auth", AUTH)
    return person


def connect():
    person = greeted()
    expect(person.ask("rooms"), [person.id])


def events():
    person = greeted()
    person.say("message", 1, "zwei 😀", {"three": [None, True, 3.5]})
    person.hears("message-back", 1, "zwei 😀", {"three": [None, True, 3.5]})
    person.say("no such event", 1)
    person.hears("unknown", "no such event")
    for n in range(100):
        person.say("message", n)
    for n in range(100):
        person.hears("message-back", n)


def acks():
    person = greeted()
    expect(person.ask("echo", {"a": [1]}), {"a": [1]})
    expect(person.ask("message-with-ack", 1, "two"), (1, "two"))
    expect(person.ask("set", "key", "value"), None)
    expect(person.ask("get", "key"), "value")
    expect(person.ask("boom")["error"], "internal")


def binary():
    person = greeted()
    person.say("message", NESTED, b"at the top", "text")
    person.hears("message-back", NESTED, b"at the top", "text")
    expect(person.ask("echo", NESTED), NESTED)
    large = bytes(range(256)) * 1000
    expect(person.ask("echo", large), large)


def custom():
    person = greeted("/custom")
    person.say("message", "hello", NESTED)
    person.hears("message-back", "hello", NESTED)


def refused():
    AUTH["token"] = "guessed"
    person = Person("/members", enter=False)
    try:
        person.enter()
    except socketio.exceptions.ConnectionError:
        person.hears("connect_error", {"message": "unauthorized", "data": {"code": 401}})
    else:
        raise AssertionError("was let in")


def members():
    person = Person("/members")
    expect(person.connected, True)


def rooms():
    a, b = greeted(), greeted()
    if a.id.split(".")[-1] == b.id.split(".")[-1]:
        raise AssertionError(f"both are on one Gateway: {a.id}, {b.id}")
    for person in (a, b):
        expect(person.ask("join", "shared"), None)
    a.say("msg", "shared", "from a")
    b.hears("msg", "from a")
    b.say("all", "shared", NESTED)
    for person in (a, b):
        person.hears("msg", NESTED)  # the first that a hears: `msg` left the sender out
    a.say("whisper", b.id, "psst")
    b.hears("msg", "psst")
    expect(b.ask("leave", "shared"), None)
    a.say("all", "shared", "to the rest")
    a.hears("msg", "to the rest")
    a.say("whisper", b.id, "the end")
    b.hears("msg", "the end")  # and nothing before it


def official():
    person = greeted()
    expect(person.ask("join", "mixed"), None)
    tell("ready")
    person.hears("msg", {"from": "official", "bytes": b"\x00\xff"})
    person.say("msg", "mixed", {"from": "foreign", "bytes": b"\x01\xfe"})
    person.hears("msg", "seen")


def again():
    person = greeted()
    first = person.id
    person.disconnect()
    person.hears("disconnect", person.reason.CLIENT_DISCONNECT)
    person.enter()
    person.hears("auth", AUTH)
    expect(person.id != first, True)
    expect(person.ask("echo", "again"), "again")


def lost():
    person = greeted()
    first = person.id
    expect(person.ask("join", "before"), None)
    tell("ready")  # the connection is cut, unseen by the server's application
    person.hears("disconnect", person.reason.TRANSPORT_ERROR)
    person.hears("connect")
    person.hears("auth", AUTH)
    expect(person.id != first, True)
    expect(person.ask("rooms"), [person.id])


def tell(line):
    print(line, flush=True)


_, url, transport, scenario = sys.argv
SCENARIOS = [connect, events, acks, binary, custom, refused, members, rooms, official, again, lost]
{function.__name__: function for function in SCENARIOS}[scenario]()
print("done", flush=True)
