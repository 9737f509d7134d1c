import { readFileSync, readlinkSync } from "node:fs";
import { codeOf } from "./failure.ts";

/** What makes a process of this machine unmistakable: ids of processes are used again, these four together are not. Linux only. */
interface Birth {
	/** Id of this boot of the kernel (random(4)). */
	readonly boot: string;
	/** Containers on one machine share the boot id, but not the numbering of processes (pid_namespaces(7)). */
	readonly space: string;
	readonly pid: number;
	/** Clock ticks after the boot (proc_pid_stat(5), field 22). */
	readonly started: string;
}

/** JSON of this process's birth, empty where it cannot be told. */
export function bornHere(): string {
	const birth = birthOf(process.pid);
	return birth === undefined ? "" : JSON.stringify(birth);
}

/** True only when it is certain that the process is gone. Anything unclear is false: its lease then runs out by itself. */
export function provablyDead(born: string): boolean {
	const self = birthOf(process.pid);
	const other = parse(born);
	if (self === undefined || other === undefined || other.boot !== self.boot || other.space !== self.space) return false;
	if (!exists(other.pid)) return true;
	const now = birthOf(other.pid);
	return now !== undefined && now.started !== other.started;
}

function birthOf(pid: number): Birth | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// The name in field 2 may hold blanks and brackets: count from behind it.
		const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
		if (started === undefined || !/^\d+$/.test(started)) return undefined;
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
		return { boot, space: readlinkSync("/proc/self/ns/pid"), pid, started };
	} catch {
		// No /proc, or hidden from us: nothing can be proven.
		return undefined;
	}
}

function parse(born: string): Birth | undefined {
	try {
		const { boot, space, pid, started } = JSON.parse(born) as Partial<Birth>;
		return boot !== undefined && space !== undefined && typeof pid === "number" && pid > 1 && started !== undefined
			? { boot, space, pid, started }
			: undefined;
	} catch {
		// Empty, or written by something else.
		return undefined;
	}
}

/** Asks the kernel, not /proc, which may hide the processes of other users (hidepid). */
function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) !== "ESRCH";
	}
}
