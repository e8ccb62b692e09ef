//! CPU time and memory of the server's process tree, and CPU time of this process.
use std::fs;

fn tree(pid: i32) -> Vec<i32> {
    let mut all = vec![pid];
    let mut k = 0;
    while k < all.len() {
        for task in fs::read_dir(format!("/proc/{}/task", all[k])).into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|c| c.parse::<i32>().ok()));
        }
        k += 1;
    }
    all
}

pub fn rss_kib(pid: i32) -> u64 {
    let of = |p: i32| -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{p}/status")).ok()?;
        status.lines().find(|l| l.starts_with("VmRSS"))?.split_whitespace().nth(1)?.parse().ok()
    };
    tree(pid).into_iter().filter_map(of).sum()
}

/// User and system time in microseconds, from schedstat, which counts in nanoseconds (stat counts in ticks).
pub fn cpu_us(pid: i32) -> u64 {
    let mut sum = 0;
    for p in tree(pid) {
        for task in fs::read_dir(format!("/proc/{p}/task")).into_iter().flatten().flatten() {
            let s = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            sum += s.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0) / 1000;
        }
    }
    sum
}

pub fn own_cpu_us() -> u64 {
    // SAFETY: the call is given a valid struct, which lives as long as it does.
    unsafe {
        let mut t: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t);
        t.tv_sec as u64 * 1_000_000 + t.tv_nsec as u64 / 1000
    }
}

/// Time spent since `start`, by the server (when its pid is known) and by this process.
pub struct CpuMark {
    pid: Option<i32>,
    server: u64,
    own: u64,
}

impl CpuMark {
    pub fn start(pid: Option<i32>) -> CpuMark {
        CpuMark { pid, server: pid.map_or(0, cpu_us), own: own_cpu_us() }
    }
    pub fn server_us(&self) -> Option<f64> {
        self.pid.map(|p| cpu_us(p).saturating_sub(self.server) as f64)
    }
    pub fn own_us(&self) -> f64 {
        (own_cpu_us() - self.own) as f64
    }
}
