//! The README lists and counts what the program has.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_readme_lists_every_setting_and_no_other() {
    let help = Command::new(env!("CARGO_BIN_EXE_mock-provider")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, settings) = help.split_once("Settings:\n").unwrap();
    let options = settings.lines().filter_map(|line| line.strip_prefix("      --"));
    let option = |line: &str| line.split(['[', ' ']).next().unwrap_or_default().replace('-', "_");
    let options: BTreeSet<_> = options.map(option).collect();

    let readme = include_str!("../../../README.md");
    let (_, table) = readme.split_once("| setting | what it does |").unwrap();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with("|"));
    let rows = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<_> = rows.map(str::to_owned).collect();

    assert!(options.len() > 10, "{options:?}");
    assert_eq!(listed, options);
}

#[test]
fn the_readme_states_the_right_number_of_failures() {
    let count = mock_provider::failure::modes().count();
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&format!("[{count} named ways]")), "there are {count}");
}

/// The numbers are those of the platform that CI runs on: others need other crates.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_readme_states_how_many_crates_each_feature_builds() {
    let readme = include_str!("../../../README.md");
    for (row, features) in [
        ("| none |", ""),
        ("| `cli` |", "cli"),
        ("| `control` |", "control"),
        ("| `brotli` |", "brotli"),
        ("| all |", "cli,control,brotli"),
    ] {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--package=mock-provider", "--edges=normal,build"])
            .args(["--prefix=none", "--no-dedupe", "--no-default-features", "--features", features])
            .output()
            .unwrap();
        let tree = String::from_utf8(tree.stdout).unwrap();
        let crates: BTreeSet<_> = tree.lines().filter(|line| !line.is_empty()).collect();
        assert!(crates.len() > 50, "{crates:?}");
        let stated = readme.lines().find(|line| line.starts_with(row)).unwrap();
        let stated = stated.trim_end_matches(" |").rsplit("| ").next().unwrap();
        assert_eq!(stated, crates.len().to_string(), "crates with the features `{features}`");
    }
}
