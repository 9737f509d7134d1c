/** The candidate most like `name`, for "did you mean"; undefined when nothing is close. Case does not count. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
	return nearestFew(name, candidates, 1)[0];
}

/** Up to `count` candidates that are like `name`, the likest first. */
export function nearestFew(name: string, candidates: Iterable<string>, count: number): readonly string[] {
	const wanted = name.toLowerCase();
	const allowed = Math.max(1, Math.floor(wanted.length / 3));
	const close: { readonly candidate: string; readonly score: number }[] = [];
	for (const candidate of candidates) {
		const score = likeness(wanted, candidate.toLowerCase(), allowed);
		if (score !== undefined) close.push({ candidate, score });
	}
	close.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
	return close.slice(0, count).map((each) => each.candidate);
}

/** Lower is liker; a name that contains the other counts as close, as `developers` for `jira-developers`. */
function likeness(wanted: string, candidate: string, allowed: number): number | undefined {
	if (Math.abs(wanted.length - candidate.length) <= allowed) {
		const edits = editDistance(wanted, candidate);
		if (edits <= allowed) return edits;
	}
	const shorter = Math.min(wanted.length, candidate.length);
	if (shorter >= 3 && (wanted.includes(candidate) || candidate.includes(wanted)))
		return allowed + Math.abs(wanted.length - candidate.length);
	return undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, beforeLast[j - 2]! + 1);
			row.push(least);
		}
		beforeLast = last;
		last = row;
	}
	return last[b.length]!;
}
