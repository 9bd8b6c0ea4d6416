//! Sees whether a process group has ended.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::patience::until;

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until no process of a group is left.
///
/// # Errors
///
/// When there still is one; the message names it.
pub async fn wait_until_gone(group: u32) -> Result<()> {
    until(PATIENCE, async || members(group).is_empty()).await.with_context(|| {
        format!("the browser left processes behind: {}", members(group).join(", "))
    })
}

/// The living processes of a group, each as name and number. Linux tells; elsewhere none are seen.
pub fn members(group: u32) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .filter_map(|stat| member(&stat, group))
        .collect()
}

/// Reads `number (name) state parent group …`, where the name may hold anything, so that its end
/// is the last parenthesis (proc_pid_stat(5)). A dead process that nobody has waited for is none.
fn member(stat: &str, group: u32) -> Option<String> {
    let (start, rest) = stat.rsplit_once(')')?;
    let (number, name) = start.split_once(" (")?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    let its_group: u32 = fields.nth(1)?.parse().ok()?;
    (its_group == group && !matches!(state, "Z" | "X")).then(|| format!("{name} {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_hides_no_process() {
        let stat = "4711 (a) S (b) S 1 4700 4700 0 -1";
        assert_eq!(member(stat, 4700).as_deref(), Some("a) S (b 4711"));
        assert_eq!(member(stat, 4711), None);
    }

    #[test]
    fn a_dead_process_is_none() {
        assert_eq!(member("4711 (chrome) Z 1 4700 4700 0", 4700), None);
    }
}
