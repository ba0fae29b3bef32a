//! The source of a file → its [`Mutant`]s, the small changes of its code that a test should notice.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Lit, ReturnType, Stmt, Type, UnOp};

/// The syntax that a mutant changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An expression, which the mutant replaces.
    Expr,
    /// A statement, which the mutant deletes.
    Stmt,
    /// The start of a function's body, where the mutant returns.
    Body,
}

/// A change of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The file, from the root of the tree.
    pub file: String,
    /// The function, with the type that has it.
    pub function: String,
    /// The changed line, without indentation.
    pub line: String,
    /// The change, as `BEFORE => AFTER`.
    pub change: String,
    /// The replaced range, in bytes of the source.
    pub range: Range<usize>,
    /// The replaced syntax.
    pub place: Place,
    /// The new text.
    pub text: String,
}

impl Mutant {
    /// Returns the identity of the mutant, which is stable while the code is.
    pub fn key(&self) -> (&str, &str, &str, &str) {
        (&self.file, &self.function, &self.line, &self.change)
    }
}

/// Returns the mutants of a file. Equal mutants are numbered.
///
/// # Errors
///
/// If the file is not valid Rust.
pub fn mutants(file: &str, source: &str) -> Result<Vec<Mutant>, syn::Error> {
    let tree = syn::parse_file(source)?;
    let mut finder = Finder { file, source, functions: Vec::new(), found: Vec::new() };
    finder.visit_file(&tree);
    let mut found = finder.found;
    found.sort_by_key(|mutant| (mutant.range.start, std::cmp::Reverse(mutant.range.end)));
    let mut seen: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    for mutant in &mut found {
        let count = seen.entry((mutant.function.clone(), mutant.line.clone(), mutant.change.clone())).or_default();
        *count += 1;
        if *count > 1 {
            mutant.change += &format!(" ({count})");
        }
    }
    Ok(found)
}

struct Finder<'a> {
    file: &'a str,
    source: &'a str,
    functions: Vec<String>,
    found: Vec<Mutant>,
}

/// Joins a text into one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Finder<'_> {
    fn text(&self, span: Span) -> &str {
        &self.source[span.byte_range()]
    }

    fn add(&mut self, range: Range<usize>, place: Place, text: String, change: String) {
        let start = self.source[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let end = self.source[range.start..].find('\n').map_or(self.source.len(), |len| range.start + len);
        self.found.push(Mutant {
            file: self.file.to_owned(),
            function: self.functions.join("::"),
            line: flat(&self.source[start..end]),
            change,
            range,
            place,
            text,
        });
    }

    /// Replaces an expression.
    fn replace(&mut self, span: Span, text: String) {
        let change = format!("{} => {}", flat(self.text(span)), flat(&text));
        self.add(span.byte_range(), Place::Expr, text, change);
    }

    /// Replaces the operator between two expressions.
    fn operator(&mut self, whole: Span, operator: Span, by: &str) {
        let (whole_range, at) = (whole.byte_range(), operator.byte_range());
        let (before, after) = (&self.source[whole_range.start..at.start], &self.source[at.end..whole_range.end]);
        let text = format!("{before}{by}{after}");
        self.replace(whole, text);
    }

    fn function(&mut self, name: &str, signature: &syn::Signature, block: &Block) {
        if signature.constness.is_some() {
            return;
        }
        self.functions.push(name.to_owned());
        let at = block.brace_token.span.open().byte_range().end;
        for value in values(&signature.output, block) {
            let change = format!("the body => {}", if value.is_empty() { "nothing" } else { value });
            self.add(at..at, Place::Body, format!("return {value};"), change);
        }
        visit::visit_block(self, block);
        self.functions.pop();
    }

    /// Mutates the condition of a branch. Comparisons, `&&` and `||` have mutants already.
    fn condition(&mut self, condition: &Expr, ends_early: bool) {
        if has_let(condition) {
            return;
        }
        if ends_early {
            self.replace(condition.span(), "false".to_owned());
        }
        match condition {
            Expr::Binary(binary) if replacement(&binary.op).is_some() => {}
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {}
            _ => {
                let text = format!("!({})", self.text(condition.span()));
                self.replace(condition.span(), text);
            }
        }
    }
}

/// Returns the operator that replaces another.
fn replacement(op: &BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Lt(_) => "<=",
        BinOp::Le(_) => "<",
        BinOp::Gt(_) => ">=",
        BinOp::Ge(_) => ">",
        BinOp::Eq(_) => "!=",
        BinOp::Ne(_) => "==",
        BinOp::And(_) => "||",
        BinOp::Or(_) => "&&",
        BinOp::Add(_) => "-",
        BinOp::Sub(_) => "+",
        BinOp::AddAssign(_) => "-=",
        BinOp::SubAssign(_) => "+=",
        _ => return None,
    })
}

/// Returns `true` for a condition with `let`, which is not an expression.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// Returns constant results for a function.
fn values(output: &ReturnType, block: &Block) -> &'static [&'static str] {
    let ReturnType::Type(_, ty) = output else {
        // A single statement has a mutant that deletes it.
        return if block.stmts.len() > 1 { &[""] } else { &[] };
    };
    let Type::Path(path) = &**ty else { return &[] };
    let Some(last) = path.path.segments.last() else { return &[] };
    match last.ident.to_string().as_str() {
        "bool" => &["true", "false"],
        "Option" => &["None"],
        "String" | "Vec" => &["Default::default()"],
        "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => &["0"],
        "Result" => match &last.arguments {
            syn::PathArguments::AngleBracketed(args) => match args.args.first() {
                Some(syn::GenericArgument::Type(Type::Tuple(of))) if of.elems.is_empty() => &["Ok(())"],
                _ => &[],
            },
            _ => &[],
        },
        _ => &[],
    }
}

/// Returns `true` if a block ends by leaving the enclosing loop or function.
fn leaves(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, _)) => matches!(expr, Expr::Return(_) | Expr::Continue(_) | Expr::Break(_)),
        _ => false,
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

/// Returns `true` if the code can compile without the expression.
fn does_something(expr: &Expr) -> bool {
    match expr {
        Expr::Call(_) | Expr::MethodCall(_) | Expr::Assign(_) => true,
        Expr::Binary(binary) => matches!(
            binary.op,
            BinOp::AddAssign(_) | BinOp::SubAssign(_) | BinOp::BitOrAssign(_) | BinOp::BitAndAssign(_)
        ),
        Expr::Try(inner) => does_something(&inner.expr),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident.to_string(), &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident.to_string(), &item.sig, &item.block);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        // Tests do not compare `Debug` output.
        if item
            .trait_
            .as_ref()
            .is_some_and(|(_, path, _)| path.segments.last().is_some_and(|last| last.ident == "Debug"))
        {
            return;
        }
        let Type::Path(path) = &*item.self_ty else { return };
        let name = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        self.functions.push(name);
        visit::visit_item_impl(self, item);
        self.functions.pop();
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    // Constant evaluation cannot check which mutant is active.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_expr_repeat(&mut self, _: &'ast syn::ExprRepeat) {}
    fn visit_type(&mut self, _: &'ast Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        self.visit_expr(&expr.expr);
        for arm in &expr.arms {
            if let Some((_, guard)) = &arm.guard {
                self.condition(guard, true);
                self.visit_expr(guard);
            }
            self.visit_expr(&arm.body);
        }
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        self.condition(&expr.cond, leaves(&expr.then_branch));
        visit::visit_expr_if(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        if matches!(expr.op, UnOp::Not(_)) {
            let text = self.text(expr.expr.span()).to_owned();
            self.replace(expr.span(), text);
        }
        // A negative number is one literal.
        if !matches!(expr.op, UnOp::Neg(_)) {
            visit::visit_expr_unary(self, expr);
        }
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        let is_chain = matches!(expr.op, BinOp::And(_)) && (has_let(&expr.left) || has_let(&expr.right));
        if let (Some(by), false) = (replacement(&expr.op), is_chain) {
            self.operator(expr.span(), expr.op.span(), by);
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_lit(&mut self, expr: &'ast syn::ExprLit) {
        match &expr.lit {
            Lit::Int(int) => {
                if let Ok(value) = int.base10_parse::<u64>() {
                    self.replace(expr.span(), format!("{}{}", value.wrapping_add(1), int.suffix()));
                }
            }
            Lit::Bool(bool) => self.replace(expr.span(), (!bool.value).to_string()),
            _ => {}
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let leaves_out = match statement {
            Stmt::Expr(expr, Some(_)) => does_something(expr),
            Stmt::Macro(of) => {
                of.mac.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("assert"))
            }
            _ => false,
        };
        if leaves_out {
            let change = format!("{} => nothing", flat(self.text(statement.span())));
            self.add(statement.span().byte_range(), Place::Stmt, String::new(), change);
        }
        visit::visit_stmt(self, statement);
    }
}
