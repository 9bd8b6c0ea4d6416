//! The time from the start of the program to its first response, and the memory that it then uses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

/// A running program, which is stopped when this is dropped.
struct Program(Child);

impl Program {
    /// Starts the program on a free port, and returns once it has sent its metadata.
    fn start() -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_mock-provider"))
            .args(["--listen", "127.0.0.1:0", "--log", "off"])
            .stdout(Stdio::piped())
            .spawn();
        let mut program = Self(child.expect("the program starts"));
        let output = program.0.stdout.take().expect("its output is piped");
        let address = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.trim().strip_prefix("listening").map(|it| it.trim().to_owned()));
        discover(&address.expect("the program says where it listens"));
        program
    }

    /// Resident memory in KiB, from `/proc` (Linux).
    fn resident_kib(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()));
        let status = status.expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.expect("VmRSS").trim().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().expect("the program runs until it is stopped");
        self.0.wait().expect("the program ends");
    }
}

fn discover(address: &str) {
    let mut stream = TcpStream::connect(address).expect("the program listens");
    let request = "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\
                   Connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn start(criterion: &mut Criterion) {
    println!("idle memory after the first answer: {}", Program::start().resident_kib());
    criterion.bench_function("program: start to first answer", |bencher| {
        bencher.iter_custom(|times| {
            let mut total = Duration::ZERO;
            for _ in 0..times {
                let begun = Instant::now();
                let program = Program::start();
                total += begun.elapsed();
                drop(program);
            }
            total
        });
    });
}

criterion_group!(benches, start);
criterion_main!(benches);
