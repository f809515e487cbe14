//! A new build of the pages is a new program.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist/office");
}
