//! What compiles as a handler, and what the compiler says of what does not: `ui/`. After a change of its words
//! `TRYBUILD=overwrite cargo test -p parlor --test ui` writes them anew; read them before you commit them.
#![allow(clippy::print_stdout, reason = "in a test")]

use std::process::Command;

/// Other compilers have other words around ours.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn handlers() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("-V").output().map(|output| output.stdout).unwrap_or_default();
    match String::from_utf8_lossy(&version) {
        known if known.starts_with(COMPILER) => {
            cases.compile_fail("tests/ui/fail/*.rs");
            #[cfg(feature = "typescript")]
            cases.compile_fail("tests/ui/typescript/*.rs");
        }
        other => println!("its words are not compared: this is {other}, they are those of {COMPILER}x"),
    }
}
