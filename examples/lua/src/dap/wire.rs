//! Bytes ↔ the messages of the Debug Adapter Protocol: [`read`], and [`Client`], which writes.

use std::io::{self, BufRead, Read as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};

/// The longest message that is accepted, in bytes.
const MAX_LEN: u64 = 64 << 20;

/// A request of the client.
pub(super) struct Request {
    pub(super) seq: u64,
    pub(super) command: String,
    pub(super) arguments: Json,
}

/// Reads the next request. Returns `None` at the end of the input, and a message to show if there was no request.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Result<Request, String>>> {
    let mut len = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            len = value.trim().parse::<u64>().ok().filter(|&len| len <= MAX_LEN);
        }
    }
    let Some(len) = len else { return Ok(Some(Err("the header has no valid Content-Length".to_owned()))) };
    let mut body = Vec::new();
    if input.take(len).read_to_end(&mut body)? as u64 != len {
        return Ok(None);
    }
    Ok(Some(parse(&body)))
}

fn parse(body: &[u8]) -> Result<Request, String> {
    let mut message: Json =
        serde_json::from_slice(body).map_err(|error| format!("the message is not JSON: {error}"))?;
    match (message["type"].as_str(), message["seq"].as_u64(), message["command"].as_str()) {
        (Some("request"), Some(seq), Some(command)) => {
            let command = command.to_owned();
            Ok(Request { seq, command, arguments: message["arguments"].take() })
        }
        _ => Err("the message is not a request".to_owned()),
    }
}

/// The client, to which every thread can write.
#[derive(Clone)]
pub(super) struct Client(Arc<Mutex<Output>>);

struct Output {
    writer: Box<dyn Write + Send>,
    /// The number of the last message.
    seq: u64,
}

impl Client {
    pub(super) fn new(writer: impl Write + Send + 'static) -> Client {
        Client(Arc::new(Mutex::new(Output { writer: Box::new(writer), seq: 0 })))
    }

    fn send(&self, mut message: Json) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        output.seq += 1;
        message["seq"] = output.seq.into();
        let body = message.to_string();
        let text = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        // A client that does not read any more has also closed the input, which ends the session.
        let _ignored = output.writer.write_all(text.as_bytes()).and_then(|()| output.writer.flush());
    }

    pub(super) fn event(&self, name: &str, body: Json) {
        self.send(json!({ "type": "event", "event": name, "body": body }));
    }

    /// Answers a request with a body or an error.
    pub(super) fn respond(&self, request: &Request, answer: Result<Json, String>) {
        let (seq, command) = (request.seq, &request.command);
        self.send(match answer {
            Ok(body) => json!({
                "type": "response", "request_seq": seq, "command": command, "success": true, "body": body,
            }),
            Err(error) => failed(seq, command, &error),
        });
    }

    /// Answers a message that is not a request.
    pub(super) fn refuse(&self, error: &str) {
        self.send(failed(0, "", error));
    }

    /// Shows text: of the category `stdout`, `stderr` or `console`.
    pub(super) fn show(&self, category: &str, text: &[u8]) {
        self.event("output", json!({ "category": category, "output": String::from_utf8_lossy(text) }));
    }
}

fn failed(seq: u64, command: &str, error: &str) -> Json {
    json!({
        "type": "response", "request_seq": seq, "command": command, "success": false, "message": error,
        "body": { "error": { "id": 1, "format": "{error}", "variables": { "error": error }, "showUser": true } },
    })
}

/// The program's standard output, line by line.
pub(super) struct Stdout {
    pub(super) client: Client,
    pub(super) pending: Vec<u8>,
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if let Some(end) = memchr::memrchr(b'\n', &self.pending) {
            let rest = self.pending.split_off(end + 1);
            self.client.show("stdout", &std::mem::replace(&mut self.pending, rest));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.client.show("stdout", &std::mem::take(&mut self.pending));
        }
        Ok(())
    }
}
