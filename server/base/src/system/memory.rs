//! Memory of this process and of the machine, in bytes. Only Linux tells; elsewhere everything is `None`.

/// What this process holds in physical memory (`VmRSS` of `/proc/self/status`, proc_pid_status(5)).
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    kilobytes(&read("/proc/self/status")?, "VmRSS:")
}

/// What this process can still take before others are pushed out: what the machine has (`MemAvailable` of
/// `/proc/meminfo`, proc_meminfo(5)), or what the limits of its control groups leave if that is less.
#[must_use]
pub fn available_bytes() -> Option<u64> {
    let of_machine = kilobytes(&read("/proc/meminfo")?, "MemAvailable:")?;
    Some(left_by_groups().map_or(of_machine, |left| left.min(of_machine)))
}

/// The least that the control groups around this process leave (version 2, as containers and services have);
/// `None` without a limit.
fn left_by_groups() -> Option<u64> {
    let groups = read("/proc/self/cgroup")?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let folders = own.match_indices('/').map(|(at, _)| &own[..at]).chain([own.trim_end_matches('/')]);
    folders
        .filter_map(|folder| {
            let file = |name: &str| read(&format!("/sys/fs/cgroup{folder}/{name}"));
            left(&file("memory.max")?, &file("memory.current")?, &file("memory.stat").unwrap_or_default())
        })
        .min()
}

/// What a group's limit leaves; pages of files that are not in use count as free, since they are given up first.
fn left(max: &str, current: &str, stat: &str) -> Option<u64> {
    let max: u64 = max.trim().parse().ok()?;
    let current: u64 = current.trim().parse().ok()?;
    let files = stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.trim().parse().ok()).unwrap_or(0);
    Some(max.saturating_sub(current.saturating_sub(files)))
}

/// The value of a line such as `VmRSS:     1234 kB`.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn read(path: &str) -> Option<String> {
    if cfg!(target_os = "linux") { std::fs::read_to_string(path).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_writes_is_read() {
        let status = "Name:\tmlwright\nVmPeak:\t  900000 kB\nVmRSS:\t   12345 kB\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(12_345 * 1024));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
        assert_eq!(left("1000\n", "900\n", "anon 5\ninactive_file 300\n"), Some(400));
        assert_eq!(left("1000", "2000", ""), Some(0));
        assert_eq!(left("max\n", "900\n", ""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_holds_some_memory_and_could_take_more() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 16));
        assert!(available_bytes().is_some_and(|bytes| bytes > 1 << 16));
    }
}
