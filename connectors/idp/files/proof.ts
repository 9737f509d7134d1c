import { basename, dirname, resolve } from "node:path";
import { SyncError } from "../../../core/errors.ts";
import { Decoder } from "./decode.ts";
import type { FileFacts } from "./disk.ts";
import { malformed, unfinished } from "./failure.ts";
import type { Listed } from "./rows.ts";
import type { Read, Talk } from "./talk.ts";

/** Proves that files are whole, recent, of one export, and the same from the beginning to the end of a reading. */
export class Proving {
	readonly #talk: Talk;
	readonly #paths: readonly string[];
	readonly #before = new Map<string, FileFacts>();
	#done: { readonly path: string; readonly facts: FileFacts } | undefined;

	constructor(talk: Talk, files: readonly Listed[]) {
		this.#talk = talk;
		this.#paths = [...new Set(files.map(({ path }) => path))];
	}

	/** Age, quiet, marker. Cheap: nothing is opened. */
	async before(signal: AbortSignal): Promise<void> {
		const { done, quietForMs } = this.#talk.settings.proof;
		if (done !== undefined) this.#done = { path: done, facts: await this.#marker(done, signal) };
		for (const path of this.#paths) {
			if (quietForMs > 0) await this.#talk.quiet(path, signal);
			this.#before.set(path, await this.#talk.facts(path, signal));
		}
		this.#judgeAges();
		this.#judgeMarker();
	}

	/** Each file read is the one that was judged before, has the content that was promised, and is still there. */
	async after(reads: readonly Read[], signal: AbortSignal): Promise<void> {
		for (const { path, facts } of reads)
			if (this.#before.get(path)?.identity !== facts.identity) throw unfinished(path, "was replaced before it was read");
		const sums = await this.#judgeChecksums(reads, signal);
		const rest = [...this.#before].filter(([path]) => reads.every((read) => read.path !== path));
		const others = rest.map(([path, facts]) => ({ path, facts }));
		await this.#talk.unchanged([...reads, ...others, ...sums, ...(this.#done === undefined ? [] : [this.#done])], signal);
	}

	async #marker(path: string, signal: AbortSignal): Promise<FileFacts> {
		try {
			return await this.#talk.facts(path, signal);
		} catch (error) {
			if (!(error instanceof SyncError) || error.context.errno !== "ENOENT") throw error;
			throw unfinished(path, "the marker is not there: the export has not been finished");
		}
	}

	#judgeAges(): void {
		const { maxAgeMs, maxSpreadMs } = this.#talk.settings.proof;
		const now = Date.now();
		const files = [...this.#before].sort(([, a], [, b]) => a.modifiedAt - b.modifiedAt);
		const [oldest, newest] = [files[0], files.at(-1)];
		if (oldest === undefined || newest === undefined) return;
		const age = now - oldest[1].modifiedAt;
		if (maxAgeMs !== undefined && age > maxAgeMs)
			throw stale(oldest[0], `was written ${ageText(age)} ago; maxAge allows ${ageText(maxAgeMs)}`, "Look at the job that exports it.");
		const spread = newest[1].modifiedAt - oldest[1].modifiedAt;
		if (maxSpreadMs !== undefined && spread > maxSpreadMs)
			throw stale(
				oldest[0],
				`was written ${ageText(spread)} before ${newest[0]}; maxSpread allows ${ageText(maxSpreadMs)}: they are not of one export`,
				"Look at the job that exports it; a part of it seems to have failed.",
			);
	}

	#judgeMarker(): void {
		if (this.#done === undefined) return;
		for (const [path, facts] of this.#before)
			if (facts.modifiedAt > this.#done.facts.modifiedAt)
				throw unfinished(
					path,
					`is newer than the marker ${this.#done.path}: a new export has been begun and not finished`,
					"Nothing was changed. Let the export take the marker away first and write it last.",
				);
	}

	async #judgeChecksums(reads: readonly Read[], signal: AbortSignal): Promise<readonly Read[]> {
		const { checksums } = this.#talk.settings.proof;
		if (checksums === undefined) return [];
		const lists: Read[] = [];
		const stated = checksums.startsWith("*") ? undefined : await this.#sums(checksums, lists, signal);
		for (const { path, sha256 } of reads) {
			const list = stated === undefined ? `${path}${checksums.slice(1)}` : checksums;
			const sum = (stated ?? (await this.#sums(list, lists, signal))).get(path);
			if (sum === undefined)
				throw malformed({ file: list, line: 1 }, `there is no checksum of ${path}`, {
					code: "source.incomplete",
					retry: "later",
					todo: "Let the export list every file: sha256sum people.csv groups.csv > SHA256SUMS.",
				});
			if (sum !== sha256) throw unfinished(path, `does not have the content that ${list} states: it is half-written, or another export's`);
		}
		return lists;
	}

	/** As `sha256sum` writes them, by absolute path; a line with nothing but a sum is that of the file beside. */
	async #sums(list: string, lists: Read[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
		const decoder = new Decoder({ file: list, encoding: "utf-8", finalNewline: false });
		let text = "";
		const bytes = this.#talk.bytes(list, (read) => lists.push(read), signal);
		for await (const chunk of bytes) text += decoder.push(chunk);
		text += decoder.end();
		const sums = new Map<string, string>();
		for (const [index, line] of text.split(/\r?\n/).entries()) {
			if (line.trim() === "") continue;
			const found = /^\\?([0-9a-f]{64})(?: [ *](.+))?$/i.exec(line.trimEnd());
			if (found === null)
				throw malformed({ file: list, line: index + 1 }, "this is no SHA-256 checksum with a file name", {
					retry: "later",
					todo: "Write it with sha256sum.",
				});
			const name = found[2] ?? basename(list, this.#ending());
			sums.set(resolve(dirname(list), name), found[1]!.toLowerCase());
		}
		return sums;
	}

	#ending(): string {
		const { checksums = "" } = this.#talk.settings.proof;
		return checksums.startsWith("*") ? checksums.slice(1) : "";
	}
}

const stale = (file: string, what: string, todo: string): SyncError =>
	new SyncError("source.incomplete", `${file}: ${what}`, { todo: `Nothing was changed. ${todo}`, context: { file } });

/** Two units at most: "3 d 4 h", "45 s". */
export function ageText(ms: number): string {
	const units = [
		["d", 86_400_000],
		["h", 3_600_000],
		["min", 60_000],
		["s", 1000],
	] as const;
	const first = units.findIndex(([, size]) => ms >= size);
	if (first < 0) return `${Math.round(ms)} ms`;
	let rest = ms;
	return units
		.slice(first, first + 2)
		.flatMap(([unit, size]) => {
			const count = Math.floor(rest / size);
			rest -= count * size;
			return count === 0 ? [] : [`${count} ${unit}`];
		})
		.join(" ");
}
