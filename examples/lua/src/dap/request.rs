//! A [`Request`] → its answer, and what it changes in the session.

use serde_json::{Value as Json, json};

use super::code::Breakpoint;
use super::frame::levels;
use super::step::{Place, Step};
use super::variables;
use super::wire::Request;
use super::{Session, whole_path};
use crate::embed::Scope;
use crate::ops::ops::Vm;

impl Session {
    /// Answers a request.
    pub(super) fn answer(&self, vm: &mut Vm, request: &Request) {
        let answer = self.serve(vm, request);
        let is_done = answer.is_ok();
        self.client.respond(request, answer);
        match &*request.command {
            // From here on, the client sends its configuration.
            "initialize" => self.client.event("initialized", json!({})),
            "continue" | "next" | "stepIn" | "stepOut" if is_done => {
                self.client.event("continued", json!({ "threadId": 1, "allThreadsContinued": true }));
            }
            // The program is interrupted.
            "terminate" => self.stopped.set(None),
            "disconnect" => {
                self.stopped.set(None);
                self.has_left.set(true);
            }
            _ => {}
        }
    }

    fn serve(&self, vm: &mut Vm, request: &Request) -> Result<Json, String> {
        let arguments = &request.arguments;
        match &*request.command {
            "initialize" => Ok(capabilities()),
            "launch" => self.launch(arguments),
            "configurationDone" => {
                self.is_configured.set(true);
                Ok(json!({}))
            }
            "setBreakpoints" => self.set_breakpoints(vm, arguments),
            "setExceptionBreakpoints" => {
                let filters = arguments["filters"].as_array().map_or(&[][..], |filters| filters);
                self.stops_at_errors.set(filters.iter().any(|filter| filter == "uncaught"));
                Ok(json!({}))
            }
            "threads" => Ok(json!({ "threads": [{ "id": 1, "name": "main" }] })),
            "disconnect" | "terminate" => Ok(json!({})),
            "pause" => {
                if self.stopped.get().is_none() {
                    self.step.set(Step::Pause);
                }
                Ok(json!({}))
            }
            command => self.serve_stopped(vm, command, arguments),
        }
    }

    /// Answers a request for which the program must be stopped.
    fn serve_stopped(&self, vm: &mut Vm, command: &str, arguments: &Json) -> Result<Json, String> {
        let place = self.stopped.get().ok_or_else(|| "the program is not stopped".to_owned());
        match command {
            "continue" => self.resume(place?, |_| Step::Run),
            "next" => self.resume(place?, Step::Over),
            "stepIn" => self.resume(place?, Step::In),
            "stepOut" => self.resume(place?, Step::Out),
            "stackTrace" => place.map(|_| self.stack_trace(vm, arguments)),
            "scopes" => place.and_then(|_| variables::scopes(self, vm, arguments)),
            "variables" => place.and_then(|_| variables::variables(self, vm, arguments)),
            "setVariable" => place.and_then(|_| variables::set_variable(self, vm, arguments)),
            "evaluate" => place.and_then(|_| self.serve_evaluate(vm, arguments)),
            _ => Err(format!("the request '{command}' is not supported")),
        }
    }

    fn launch(&self, arguments: &Json) -> Result<Json, String> {
        if !arguments["program"].is_string() {
            return Err("'program' must name a file".to_owned());
        }
        if let Some(folder) = arguments["cwd"].as_str() {
            // Before breakpoints are set, whose files may be named from there.
            std::env::set_current_dir(folder).map_err(|error| format!("cannot change to {folder}: {error}"))?;
        }
        *self.launch.borrow_mut() = Some(arguments.clone());
        Ok(json!({}))
    }

    fn set_breakpoints(&self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let path = arguments["source"]["path"].as_str().ok_or("the source has no path")?;
        let wanted = arguments["breakpoints"].as_array().into_iter().flatten().filter_map(|wanted| {
            let line = u32::try_from(wanted["line"].as_u64()?).ok()?;
            let condition = wanted["condition"].as_str().filter(|condition| !condition.is_empty());
            Some((line, condition.map(str::to_owned)))
        });
        let set = self.code.borrow_mut().set_breakpoints(vm, &whole_path(path), wanted.collect());
        Ok(json!({ "breakpoints": set.iter().map(shown_breakpoint).collect::<Vec<_>>() }))
    }

    fn resume(&self, place: Option<Place>, step: impl FnOnce(Place) -> Step) -> Result<Json, String> {
        // After an error that nothing catches, the program ends.
        self.step.set(place.map_or(Step::Run, step));
        self.stopped.set(None);
        Ok(json!({ "allThreadsContinued": true }))
    }

    fn stack_trace(&self, vm: &Vm, arguments: &Json) -> Json {
        // An error is reported by a builtin, which is not part of the program.
        let skipped = usize::from(self.stopped.get() == Some(None));
        let levels = levels(self, vm);
        let levels = levels.get(skipped..).unwrap_or_default();
        let start = arguments["startFrame"].as_u64().unwrap_or(0) as usize;
        let count = arguments["levels"].as_u64().filter(|&count| count > 0).map_or(usize::MAX, |count| count as usize);
        let frames: Vec<Json> = levels
            .iter()
            .skip(start)
            .take(count)
            .map(|level| {
                let mut frame = json!({
                    "id": level.index + 1, "name": level.name, "line": level.line.unwrap_or(0), "column": 1,
                });
                match level.closure() {
                    Some(closure) => {
                        let chunk = closure.prototype().chunk();
                        let (source, name) = (&chunk.parts().source, &chunk.parts().name);
                        frame["source"] = match source.strip_prefix(b"@") {
                            Some(path) => {
                                let path = whole_path(&String::from_utf8_lossy(path));
                                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                                json!({ "name": name, "path": path.to_string_lossy() })
                            }
                            None => json!({ "name": String::from_utf8_lossy(name) }),
                        };
                    }
                    None => frame["presentationHint"] = "subtle".into(),
                }
                frame
            })
            .collect();
        json!({ "stackFrames": frames, "totalFrames": levels.len() })
    }

    fn serve_evaluate(&self, vm: &mut Vm, arguments: &Json) -> Result<Json, String> {
        let text = arguments["expression"].as_str().unwrap_or("");
        let level = variables::level(self, vm, &arguments["frameId"])?;
        let values = self.evaluate(vm, level.as_ref(), text)?;
        let mut shown = Vec::new();
        for value in &values {
            let bits = Scope::new(vm).bits(value);
            shown.push(variables::show(self, vm, bits));
        }
        let texts: Vec<&str> = shown.iter().filter_map(|shown| shown["value"].as_str()).collect();
        let text = texts.join(", ");
        let mut answer = if shown.is_empty() { json!({ "variablesReference": 0 }) } else { shown[0].clone() };
        answer["result"] = text.into();
        Ok(answer)
    }
}

fn capabilities() -> Json {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsConditionalBreakpoints": true,
        "supportsEvaluateForHovers": true,
        "supportsSetVariable": true,
        "supportsTerminateRequest": true,
        "supportsVariablePaging": true,
        "exceptionBreakpointFilters": [{ "filter": "uncaught", "label": "Uncaught errors", "default": true }],
    })
}

/// Returns what the client shows of a breakpoint.
pub(super) fn shown_breakpoint(breakpoint: &Breakpoint) -> Json {
    let line = breakpoint.actual.unwrap_or(breakpoint.line);
    json!({ "id": breakpoint.id, "verified": breakpoint.actual.is_some(), "line": line })
}
