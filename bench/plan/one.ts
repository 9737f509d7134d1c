import { diff } from "../../core/diff/diff.ts";
import { planDigest } from "../../core/plan.ts";
import { encodePlan } from "../../core/plan-file.ts";
import { type Case, desiredOf, directory, inputOf } from "./world.ts";

/**
 * One case in a process of its own, so that the peak memory is its own. Prints one line of JSON; times are milliseconds
 * of processor time of the main thread, which other programs on the machine disturb less than the clock on the wall.
 */
const people = Number(process.argv[2]);
const which = process.argv[3] as Case;
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

const cpuMs = () => {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
};

function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
	const before = cpuMs();
	const value = work();
	return { value, ms: Math.round(cpuMs() - before) };
}

const snapshot = timed(() => directory(people, which));
const desired = timed(() => desiredOf(snapshot.value));
const input = inputOf(people, which, desired.value);
const inputsMb = peakMb();
// A yardstick for machines that differ or are busy: every person wished and every account is turned into JSON once.
const pass = timed(() => {
	let length = 0;
	for (const wish of input.desired.people.values()) length += JSON.stringify(wish).length;
	for (const account of input.actual.accounts.values()) length += JSON.stringify(account).length;
	return length;
});
const plan = timed(() => diff(input));
const planMb = peakMb();
const digest = timed(() => planDigest(plan.value));
if (digest.value !== plan.value.digest) throw new Error("the digest is not the plan's own");
const encoded = timed(() => {
	let bytes = 0;
	for (const chunk of encodePlan(plan.value)) bytes += Buffer.byteLength(chunk);
	return bytes;
});

console.log(
	JSON.stringify({
		people,
		which,
		memberships: snapshot.value.size.memberships,
		operations: plan.value.operations.length,
		holds: plan.value.holds.length,
		snapshotMs: snapshot.ms,
		desiredMs: desired.ms,
		passMs: pass.ms,
		diffMs: plan.ms,
		ratio: Math.round((plan.ms / pass.ms) * 10) / 10,
		digestMs: digest.ms,
		encodeMs: encoded.ms,
		fileMb: Math.round(encoded.value / 1e6),
		inputsMb,
		planMb,
		peakMb: peakMb(),
	}),
);
