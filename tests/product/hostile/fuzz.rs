//! Messages made of valid ones of both eras, spoilt by a seeded sequence: the same seed makes the same messages.

use serde_json::{Value, json};

/// The era that names everything in each request.
pub const NEWER: &str = "2026-07-28";
/// The era that opens a session.
pub const OLDER: &str = "2025-11-25";
/// How many of the newest ids may be used again or cancelled.
const IDS_KEPT: u64 = 32;

/// A fixed sequence (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).expect("below a usize")
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Makes messages for one server.
pub struct Fuzzer {
    pub random: Random,
    era: &'static str,
    /// The eras of messages that come from elsewhere; none when all keep to one.
    others: &'static [&'static str],
    next_id: u64,
}

impl Fuzzer {
    /// Messages of one era for the most part.
    pub fn new(seed: u64, era: &'static str) -> Self {
        Self { random: Random::new(seed), era, others: &[OLDER, NEWER], next_id: 1 }
    }

    /// Messages of one era only.
    pub fn of_one_era(seed: u64, era: &'static str) -> Self {
        Self { others: &[], ..Self::new(seed, era) }
    }

    /// A message without its line's end. One in four is as it should be, so that the others meet a server at work.
    pub fn message(&mut self) -> Vec<u8> {
        let mut message = self.valid();
        if self.random.one_in(4) {
            return message.to_string().into_bytes();
        }
        for _ in 0..self.random.below(3) {
            self.spoil(&mut message);
        }
        let mut text = message.to_string();
        if self.random.one_in(3) {
            text = self.spoil_text(text);
        }
        let mut bytes = text.into_bytes();
        if self.random.one_in(3) {
            self.spoil_bytes(&mut bytes);
        }
        bytes
    }

    /// A message of the protocol, nothing wrong with it but perhaps its moment.
    fn valid(&mut self) -> Value {
        let id = self.id();
        let recent = self.recent();
        match self.random.below(24) {
            0 => return json!({ "jsonrpc": "2.0", "id": recent, "result": {} }),
            1 => return json!({ "jsonrpc": "2.0", "id": recent, "error": { "code": -1, "message": "no" } }),
            2 | 3 => return json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": recent, "reason": "changed my mind" } }),
            4 => return json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            5 => return json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": recent, "progress": 1.5 } }),
            6 => return json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" }),
            _ => {}
        }
        let (method, mut params) = self.request();
        let era = if !self.others.is_empty() && self.random.one_in(12) { *self.random.pick(self.others) } else { self.era };
        if era == NEWER {
            params["_meta"] = meta();
        }
        if self.random.one_in(6) {
            let odd = self.odd();
            set(&mut params, &["_meta", "progressToken"], odd);
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    }

    fn id(&mut self) -> Value {
        // One in twenty is used again.
        if self.random.one_in(20) {
            return self.recent();
        }
        self.next_id += 1;
        if self.random.one_in(5) { json!(format!("id-{}", self.next_id)) } else { json!(self.next_id) }
    }

    fn recent(&mut self) -> Value {
        json!(self.next_id.saturating_sub(self.random.next() % IDS_KEPT))
    }

    /// Reading for the most part, and cheap; what would write lacks what it needs.
    fn request(&mut self) -> (&'static str, Value) {
        let call = |name: &str, arguments: Value| ("tools/call", json!({ "name": name, "arguments": arguments }));
        match self.random.below(40) {
            0 => ("tools/list", json!({})),
            1..=3 => ("ping", json!({})),
            4 => ("resources/list", json!({})),
            5 => ("resources/templates/list", json!({})),
            6 | 7 => ("resources/read", json!({ "uri": "mlwright://tables/flowers.csv" })),
            8 => ("resources/read", json!({ "uri": "mlwright://reports/%2e%2e/metadata.db" })),
            9 => ("prompts/list", json!({})),
            10 => ("prompts/get", json!({ "name": "explore", "arguments": { "table": "flowers.csv" } })),
            11 => {
                let argument = json!({ "name": "table", "value": "flo" });
                ("completion/complete", json!({ "ref": { "type": "ref/prompt", "name": "explore" }, "argument": argument }))
            }
            12 => ("resources/subscribe", json!({ "uri": "mlwright://tables/flowers.csv" })),
            13 => ("resources/unsubscribe", json!({ "uri": "mlwright://tables/flowers.csv" })),
            14 => ("tasks/get", json!({ "taskId": "none" })),
            15 => ("tasks/cancel", json!({ "taskId": "none" })),
            16 => ("skills/list", json!({})),
            17 => ("server/discover", json!({})),
            18 => ("un/heard", json!({ "of": [1, 2, 3] })),
            19 => ("initialize", opening()),
            20 => ("logging/setLevel", json!({ "level": "debug" })),
            21 => call("train", json!({ "table": "none.csv" })),
            22 => call("stop_endpoint", json!({ "endpoint": "none" })),
            23 => call("query", json!({ "sql": "SELECT kind, COUNT(*) AS n FROM 'flowers.csv' GROUP BY kind" })),
            24 => call("un_heard", json!({ "of": {} })),
            25 => call("predict", json!({ "model": "models:/none/1", "rows": [{ "petal": 1.5 }] })),
            26..=29 => call("list_runs", json!({ "limit": 5 })),
            30..=33 => call("list_tables", json!({})),
            34..=36 => call("describe_table", json!({ "table": "flowers.csv" })),
            _ => call("list_jobs", json!({})),
        }
    }

    /// Something that nobody expects in that place.
    fn odd(&mut self) -> Value {
        let length = 1 << self.random.below(13);
        match self.random.below(16) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1),
            3 => json!(u64::MAX),
            4 => json!(i64::MIN),
            5 => json!(1e308),
            6 => json!(0.1),
            7 => json!(""),
            8 => json!("x".repeat(length)),
            9 => json!("ünï\u{0}\u{7f}\u{200b}\u{1F600}"),
            10 => json!([]),
            11 => json!({}),
            12 => json!(vec![0; length]),
            13 => (0..self.random.below(100)).fold(json!(1), |inner, _| json!([inner])),
            14 => (0..self.random.below(100)).fold(json!(1), |inner, _| json!({ "a": inner })),
            _ => json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }),
        }
    }

    /// Changes the message as a whole, or one place in it.
    fn spoil(&mut self, message: &mut Value) {
        let odd = self.odd();
        match self.random.below(14) {
            0 => set(message, &["id"], odd),
            1 => set(message, &["jsonrpc"], odd),
            2 => set(message, &["method"], odd),
            3 => set(message, &["params"], odd),
            4 => set(message, &["method"], json!(*self.random.pick(&["tools/list", "tools/call", "initialize", "notifications/initialized", "resources/read", "", "/"]))),
            5 => set(message, &["params", "_meta"], odd),
            6 => set(message, &["params", "_meta", "io.modelcontextprotocol/protocolVersion"], json!(*self.random.pick(&["1999-01-01", "2024-11-05", "2099-12-31", ""]))),
            7 => set(message, &["params", "_meta", "io.modelcontextprotocol/clientCapabilities"], odd),
            8 => set(message, &["params", "arguments"], odd),
            9 => *message = json!([message.clone(), message.clone()]),
            10 => set(message, &["result"], odd),
            11 => {
                if let Some(fields) = message.as_object_mut() {
                    let nth = self.random.below(fields.len());
                    if let Some(name) = fields.keys().nth(nth).cloned() {
                        fields.remove(&name);
                    }
                }
            }
            _ => {
                let depth = self.random.below(6);
                *self.place(message, depth) = odd;
            }
        }
    }

    /// A place at most so deep in a value.
    fn place<'v>(&mut self, value: &'v mut Value, depth: usize) -> &'v mut Value {
        if depth == 0 || !matches!(&*value, Value::Object(fields) if !fields.is_empty()) {
            return value;
        }
        let fields = value.as_object_mut().expect("an object");
        let at = self.random.below(fields.len());
        let inner = fields.values_mut().nth(at).expect("one of them");
        self.place(inner, depth - 1)
    }

    /// What only text can hold: numbers beyond all types, names twice, half characters, nesting without end.
    fn spoil_text(&mut self, text: String) -> String {
        let nested = self.random.below(2_000);
        match self.random.below(10) {
            0 => text.replacen(":1", ":1e999999", 1),
            1 => text.replacen(":\"", ":123456789012345678901234567890123456789012345678901234567890,\"x\":\"", 1),
            2 => text.replacen('{', "{\"method\":\"tools/list\",\"id\":7,", 1),
            3 => text.replacen('{', "{\"jsonrpc\":\"2.0\",\"params\":{},", 1),
            4 => text.replacen("flo", "\\ud83d", 1),
            5 => text.replacen(":\"", ":\"\\udc00\\ud800", 2),
            6 => format!("{}{text}{}", "[".repeat(nested), "]".repeat(nested)),
            7 => text.replacen(":{", &format!(":{}", "{\"a\":".repeat(nested + 1)), 1),
            8 => format!("\u{feff}{text}"),
            _ => format!("{text}{text}"),
        }
    }

    fn spoil_bytes(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(bytes.len().max(1));
            match self.random.below(6) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] ^= 1 << self.random.below(8),
                2 if !bytes.is_empty() => bytes[at] = u8::try_from(self.random.below(256)).expect("a byte"),
                3 => {
                    let broken: [&[u8]; 5] = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\0", b"\r\n"];
                    let broken = *self.random.pick(&broken);
                    bytes.splice(at.min(bytes.len())..at.min(bytes.len()), broken.iter().copied());
                }
                4 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                _ => {
                    let tail = bytes.split_off(at.min(bytes.len()));
                    bytes.extend_from_slice(&tail[tail.len() / 2..]);
                }
            }
        }
    }
}

/// Puts a value into a place, unless there is no object where one would have to be.
fn set(whole: &mut Value, path: &[&str], value: Value) {
    let place = path.iter().try_fold(whole, |place, name| {
        if place.is_null() {
            *place = json!({});
        }
        Some(place.as_object_mut()?.entry(*name).or_insert(Value::Null))
    });
    if let Some(place) = place {
        *place = value;
    }
}

/// What a client of the newer era says of itself in each request.
pub fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": NEWER,
        "io.modelcontextprotocol/clientInfo": { "name": "hostile", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// What a client of the older era opens its session with.
pub fn opening() -> Value {
    json!({ "protocolVersion": OLDER, "capabilities": {}, "clientInfo": { "name": "hostile", "version": "1" } })
}

#[test]
fn the_same_seed_makes_the_same_messages_and_most_of_them_are_spoilt() {
    let made = |seed| (0..2_000).map(move |_| ()).scan(Fuzzer::new(seed, NEWER), |fuzzer, ()| Some(fuzzer.message())).collect::<Vec<_>>();
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
    let all = made(3);
    let n_json = all.iter().filter(|bytes| serde_json::from_slice::<Value>(bytes).is_ok()).count();
    assert!((all.len() / 4..all.len() * 9 / 10).contains(&n_json), "{n_json} of {} are JSON", all.len());
}
