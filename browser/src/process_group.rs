//! Checks whether a process group has ended.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::patience::until;

/// How long killed processes may take to disappear.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Waits until no process of a group is left.
///
/// # Errors
///
/// When a process is left; the message names it.
pub async fn wait_until_gone(group: u32) -> Result<()> {
    until(MAX_WAIT, async || members(group).is_empty()).await.with_context(|| {
        format!("the browser left processes behind: {}", members(group).join(", "))
    })
}

/// The living processes of a group, each as name and process ID. Empty on systems other than Linux.
pub fn members(group: u32) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .filter_map(|stat| member(&stat, group))
        .collect()
}

/// Parses `ID (name) state parent group …`. The name may contain anything, so it ends at the last
/// parenthesis (proc_pid_stat(5)). A zombie does not count.
fn member(stat: &str, group: u32) -> Option<String> {
    let (start, rest) = stat.rsplit_once(')')?;
    let (id, name) = start.split_once(" (")?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    let own_group: u32 = fields.nth(1)?.parse().ok()?;
    (own_group == group && !matches!(state, "Z" | "X")).then(|| format!("{name} {id}"))
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
    fn a_zombie_does_not_count() {
        assert_eq!(member("4711 (chrome) Z 1 4700 4700 0", 4700), None);
    }
}
