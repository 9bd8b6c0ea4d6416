//! Whole logins on one core, beside the RSA signatures that the same core makes: a login needs one
//! signature, so that is the limit.

mod support;

use std::hint::black_box;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
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
    group.bench_function("limit: RSA-2048 signature", |bencher| {
        bencher.iter(|| {
            key.sign(&RSA_PKCS1_SHA256, &random, black_box(&message), &mut signature)
                .expect("a signature");
        });
    });

    let automatic =
        MockProvider::builder().settings(|settings| settings.auto_login = Some("alice".into()));
    let automatic = runtime.block_on(automatic.start());
    let login = support::Login::at(&automatic);
    group.bench_function("login: authorize, token, userinfo", |bencher| {
        bencher.iter(|| runtime.block_on(login.without_page()));
    });

    let provider = runtime.block_on(MockProvider::start());
    let login = support::Login::at(&provider);
    group.bench_function("login: sign-in page, sign-in, token, userinfo", |bencher| {
        bencher.iter(|| runtime.block_on(login.with_page()));
    });
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    criterion.bench_function("MockProvider::start and drop", |bencher| {
        bencher.iter(|| runtime.block_on(MockProvider::start()));
    });
}

criterion_group!(benches, logins, start);
criterion_main!(benches);
