//! Whole logins on one core, compared with RSA signatures on the same core: a login needs one
//! signature, which is the limit. The two alternate, because the speed of a machine changes with its
//! load.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use mock_provider::MockProvider;
use tokio::runtime::Builder;

fn logins(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let mut group = criterion.benchmark_group("one core");
    group.throughput(Throughput::Elements(1));

    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let (random, mut signature) = (SystemRandom::new(), vec![0; key.public_modulus_len()]);
    // As long as the header and claims of an ID token.
    let message = [b'a'; 700];
    let mut sign = || {
        key.sign(&RSA_PKCS1_SHA256, &random, black_box(&message), &mut signature)
            .expect("a signature");
    };
    group.bench_function("limit: RSA-2048 signature", |bencher| bencher.iter(&mut sign));

    let automatic =
        MockProvider::builder().settings(|settings| settings.auto_login = Some("alice".into()));
    let automatic = runtime.block_on(automatic.start());
    let login = support::Login::at(&automatic);
    let name = "login: authorize, token, userinfo";
    compare_with_limit(&mut group, name, &mut sign, || runtime.block_on(login.without_page()));

    let provider = runtime.block_on(MockProvider::start());
    let login = support::Login::at(&provider);
    let name = "login: sign-in page, sign-in, token, userinfo";
    compare_with_limit(&mut group, name, &mut sign, || runtime.block_on(login.with_page()));
    group.finish();
}

/// Measures logins, and prints how close they come to the limit.
fn compare_with_limit(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut limit: impl FnMut(),
    mut login: impl FnMut(),
) {
    let (mut limits, mut logins) = (Duration::ZERO, Duration::ZERO);
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let before = logins;
            for _ in 0..times {
                limits += timed(&mut limit);
                logins += timed(&mut login);
            }
            logins - before
        });
    });
    if !logins.is_zero() {
        let share = 100.0 * limits.as_secs_f64() / logins.as_secs_f64();
        println!("{name}: {share:.1} % of the rate of signatures");
    }
}

fn timed(act: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

fn start(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    criterion.bench_function("MockProvider::start and drop", |bencher| {
        bencher.iter(|| runtime.block_on(MockProvider::start()));
    });
}

criterion_group!(benches, logins, start);
criterion_main!(benches);
