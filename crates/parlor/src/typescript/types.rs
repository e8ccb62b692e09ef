//! Types and all that they are made of, by `ts-rs`; and which arguments a payload is.

use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use socket_io::Payload;
use ts_rs::{Config, TS, TypeVisitor};

/// The arguments of an event or of an acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arguments {
    /// One type for each.
    Known(Vec<String>),
    Any,
}

/// Declarations by their names.
#[derive(Debug, Default)]
pub(super) struct Types {
    declared: BTreeMap<String, String>,
    seen: HashSet<TypeId>,
    /// Names that stand for more than one thing.
    clashes: BTreeSet<String>,
}

impl Types {
    /// Declares a type with what it is made of, and gives what it is called.
    pub(super) fn name<T: TS + 'static>(&mut self) -> String {
        self.visit::<T>();
        T::visit_generics(self);
        T::name(&config())
    }

    /// A payload as arguments, as [`Payload::from_args`] makes them: a tuple is several, `()` is none.
    pub(super) fn arguments<T: TS + 'static>(&mut self) -> Arguments {
        let payload = TypeId::of::<T>();
        if payload == TypeId::of::<Payload>() {
            return Arguments::Any;
        }
        if payload == TypeId::of::<()>() {
            return Arguments::Known(Vec::new());
        }
        let shape = match T::output_path() {
            Some(_) => T::inline(&config()),
            None => T::name(&config()),
        };
        match elements(&shape) {
            Some(several) => {
                T::visit_dependencies(self);
                T::visit_generics(self);
                Arguments::Known(several)
            }
            None => Arguments::Known(vec![self.name::<T>()]),
        }
    }

    pub(super) fn declare(&mut self, name: &str, declaration: String) {
        let before = self.declared.insert(name.to_owned(), declaration);
        if before.is_some_and(|before| self.declared.get(name) != Some(&before)) {
            self.clashes.insert(name.to_owned());
        }
    }

    /// Another name for a type, unless that is its own.
    pub(super) fn alias(&mut self, name: &str, docs: &str, of: &str) {
        if name != of {
            self.declare(name, format!("/** {docs} */\nexport type {name} = {of};"));
        }
    }

    /// A name that stands for more than one thing, or that others have already.
    pub(super) fn clash<'a>(&'a self, others: &[&'a str]) -> Option<&'a str> {
        let taken = others.iter().copied().find(|name| self.declared.contains_key(*name));
        taken.or(self.clashes.first().map(String::as_str))
    }

    pub(super) fn declarations(&self) -> impl Iterator<Item = &str> {
        self.declared.values().map(String::as_str)
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let has_name = T::output_path().is_some(); // what has none is written where it is used
        if has_name && self.seen.insert(TypeId::of::<T>()) {
            let docs = T::docs().map(|docs| on_one_line(&docs)).unwrap_or_default();
            let declaration = T::decl(&config());
            let lines: Vec<_> = declaration.lines().map(str::trim_end).collect(); // several where fields have docs
            self.declare(&T::ident(&config()), format!("{docs}export {}", lines.join("\n  ")));
            T::visit_dependencies(self);
        }
    }
}

/// Every number of JSON is one in JavaScript, large ones too.
fn config() -> Config {
    Config::new().with_large_int("number")
}

/// Docs of one line need no more than that.
fn on_one_line(docs: &str) -> String {
    match docs.lines().collect::<Vec<_>>()[..] {
        [begin, line, end] => format!("{begin}{}{end}\n", line.trim_start_matches(" *")),
        _ => docs.to_owned(),
    }
}

/// The elements of a tuple, if it is one and nothing else: not of `[A] | null`.
fn elements(shape: &str) -> Option<Vec<String>> {
    let inside = shape.trim().strip_prefix('[')?.strip_suffix(']')?;
    let (mut elements, mut element) = (Vec::new(), String::new());
    let (mut depth, mut quote) = (0_usize, None);
    for char in inside.chars() {
        match (quote, char) {
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            (None, '[' | '{' | '(' | '<') => depth += 1,
            (None, ']' | '}' | ')' | '>') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if (depth, quote, char) == (0, None, ',') {
            elements.push(std::mem::take(&mut element));
        } else {
            element.push(char);
        }
    }
    elements.push(element);
    let elements = elements.iter().map(|element| element.trim().to_owned());
    Some(elements.filter(|element| !element.is_empty()).collect())
}
