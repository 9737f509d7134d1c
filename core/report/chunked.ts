/** Joins small pieces into chunks of about this many characters, so that a writer is not called once per cell. */
const CHUNK = 65_536;

export function* chunked(pieces: Iterable<string>): Iterable<string> {
	let held: string[] = [];
	let size = 0;
	for (const piece of pieces) {
		held.push(piece);
		size += piece.length;
		if (size < CHUNK) continue;
		yield held.join("");
		held = [];
		size = 0;
	}
	if (size > 0) yield held.join("");
}
