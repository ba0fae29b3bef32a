//! Encodings → the interpreter's dispatch loop, into which the author's functions are inlined.

use mimeo_def::op::Scalar;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::encode::{Encoding, Op};
use crate::op::ResultKind;
use crate::set::Set;
use crate::text::ident_of;

pub(super) fn interpret(set: &Set) -> TokenStream {
    let arms = set.ops.iter().enumerate().map(|(index, op)| {
        let opcode = Literal::u16_suffixed(index as u16);
        let body = arm(set, op);
        quote!(#opcode => { #body })
    });
    quote! {
        unsafe fn interpret<const SINGLE: bool>(vm: &mut ::mimeo::Vm<Self>) -> ::mimeo::def::frame::Exit {
            // SAFETY: the code is verified, so each op is decoded and run as `OPS` describes it.
            unsafe {
                let vm = vm.narrowed();
                let mut at = ::mimeo::__private::Cursor::resume(vm);
                loop {
                    match at.opcode() {
                        #(#arms)*
                        _ => ::core::hint::unreachable_unchecked(),
                    }
                }
            }
        }
    }
}

fn arm(set: &Set, op: &Op) -> TokenStream {
    let def = &set.module.ops[op.def];
    let value = set.module.args.value_tokens();
    let function = &def.function.sig.ident;
    let window = op.operands.iter().find(|operand| operand.kind == Encoding::StackWindow);
    let above = window.map_or_else(|| quote!(0u16), |window| unit(1, window.unit));
    let mut decoded = Vec::new();
    let mut arguments = Vec::new();
    for (index, operand) in op.param_operand.iter().enumerate() {
        let Some(operand) = operand else {
            arguments.push(quote!(vm));
            continue;
        };
        let operand = &op.operands[*operand];
        let read = decode(&operand.kind, operand.unit, op.pops, &above, &value);
        let name = format_ident!("operand_{index}");
        decoded.push(quote!(let #name = #read;));
        arguments.push(quote!(#name));
    }
    let pops = usize::from(op.pops);
    let drop = (op.pops > 0 || window.is_some()).then(|| quote!(at.drop(#pops + usize::from(#above));));
    let calls_runtime = set.bodies[op.def].as_ref().is_some_and(|body| set.effects.in_body(body));
    let needs_record = set.bodies[op.def].as_ref().is_some_and(|body| set.effects.needs_record(body));
    let sync = needs_record.then(|| quote!(at.sync(vm);));
    let follow = calls_runtime.then(|| quote!(at.follow(vm);));
    let throw = def.result.fallible.then(|| {
        quote! {
            let result = match result {
                Ok(result) => result,
                Err(thrown) => return at.throw(vm, thrown),
            };
        }
    });
    let (write, flow) = match def.result.kind {
        ResultKind::Flow => (TokenStream::new(), quote!(result)),
        ResultKind::Values(count) => (write(op, count), quote!(::mimeo::Flow::Next)),
        ResultKind::ValuesAndFlow(count) => {
            let (write, flow) = (write(op, count), Literal::usize_unsuffixed(usize::from(count)));
            let split = match count {
                1 => quote!(let (result, flow) = result;),
                _ => quote!(let flow = result.#flow;),
            };
            (quote!(#split #write), quote!(flow))
        }
    };
    let len = usize::from(op.len_units);
    quote! {
        #(#decoded)*
        #sync
        let result = self::#function(#(#arguments),*);
        #follow
        #throw
        #drop
        #write
        if let Some(exit) = at.finish::<Self, SINGLE>(vm, #flow, #len) {
            return exit;
        }
    }
}

/// Writes the results to slots or pushes them.
fn write(op: &Op, count: u16) -> TokenStream {
    let parts = op.operands.iter().take(usize::from(count)).enumerate().map(|(index, operand)| {
        let index = Literal::usize_unsuffixed(index);
        let value = if count == 1 { quote!(result) } else { quote!(result.#index) };
        match operand.kind {
            Encoding::Stack { .. } => quote!(at.push(#value);),
            _ => {
                let unit = usize::from(operand.unit);
                quote!(at.set_slot(#unit, #value);)
            }
        }
    });
    if count == 0 { quote!(let () = result;) } else { quote!(#(#parts)*) }
}

fn decode(encoding: &Encoding, at: u16, pops: u16, above: &TokenStream, value: &TokenStream) -> TokenStream {
    let position = usize::from(at);
    match encoding {
        Encoding::Slot { .. } => quote!(at.slot::<#value>(#position)),
        Encoding::Stack { index, .. } => {
            let below = usize::from(pops - index);
            quote!(at.peek::<#value>(#below + usize::from(#above)))
        }
        Encoding::Immediate { scalar, .. } => {
            let read = unit(scalar.len_units(), at);
            match scalar {
                Scalar::Bool => quote!(#read != 0),
                Scalar::I8 => quote!(#read as i8),
                Scalar::U8 => quote!(#read as u8),
                Scalar::I16 => quote!(#read as i16),
                Scalar::I32 => quote!(#read as i32),
                Scalar::I64 => quote!(#read as i64),
                Scalar::U16 | Scalar::U32 | Scalar::U64 => read,
                Scalar::F32 => quote!(f32::from_bits(#read)),
                Scalar::F64 => quote!(f64::from_bits(#read)),
            }
        }
        Encoding::Constant => quote!(at.constant::<#value>(#position)),
        Encoding::Label => quote!(at.label(#position)),
        Encoding::Labels => quote!(at.labels(#position)),
        Encoding::Window => quote!(at.window(#position)),
        Encoding::StackWindow => quote!(at.stack_window(#position)),
        Encoding::Function => quote!(at.callee(#position)),
        Encoding::Cache { cell, .. } => {
            let cell = ident_of(cell);
            quote!(at.cache::<#cell>(#position))
        }
    }
}

fn unit(len: u16, at: u16) -> TokenStream {
    let at = usize::from(at);
    match len {
        1 => quote!(at.unit(#at)),
        2 => quote!(at.unit2(#at)),
        _ => quote!(at.unit4(#at)),
    }
}
