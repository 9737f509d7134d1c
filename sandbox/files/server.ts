import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Effect, type Fault, type FaultCount, Faults } from "../kit/faults.ts";
import type { Sandbox } from "../kit/server.ts";
import type { Company } from "../world/company.ts";
import { csvOf, groupRows, membershipRows, personRows } from "./export.ts";

/** A folder with an export in it, as a personnel system writes one every night: three files, then their checksums. */
export interface FilesSandbox extends Sandbox {
	readonly folder: string;
	/** Replaces the export. */
	load(company: Company): void;
}

const NAMES = ["people.csv", "groups.csv", "memberships.csv"] as const;
const SUMS = "SHA256SUMS";

/** There is no server and no request: what goes wrong, goes wrong with the files themselves, as soon as the fault is added. */
export async function startFiles(options: { readonly folder?: string } = {}): Promise<FilesSandbox> {
	const folder = options.folder ?? mkdtempSync(join(tmpdir(), "rollcall-export-"));
	mkdirSync(folder, { recursive: true });
	const files = new ExportFolder(folder);
	return {
		url: pathToFileURL(folder).href,
		folder,
		faults: files,
		exchanges: [],
		busiest: 0,
		onExchange: () => undefined,
		load: (company) => files.load(company),
		close: async () => {
			// A folder of somebody's own stays.
			if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
		},
	};
}

class ExportFolder extends Faults {
	readonly #folder: string;
	readonly #good = new Map<string, string>();

	constructor(folder: string) {
		super();
		this.#folder = folder;
	}

	load(company: Company): void {
		const texts = [csvOf(personRows(company)), csvOf(groupRows(company)), csvOf(membershipRows(company))];
		for (const [index, name] of NAMES.entries()) this.#good.set(name, texts[index]!);
		const sums = NAMES.map((name) => `${createHash("sha256").update(this.#good.get(name)!).digest("hex")}  ${name}\n`);
		this.#good.set(SUMS, sums.join(""));
		this.#restore();
	}

	/** `skip` counts files: people, groups, memberships. */
	override add(fault: Fault): FaultCount {
		const name = NAMES[Math.min(fault.skip ?? 0, NAMES.length - 1)]!;
		this.#write(name, spoiled(this.#good.get(name) ?? "", fault.effect));
		return { hits: 1 };
	}

	override clear(): void {
		super.clear();
		this.#restore();
	}

	#restore(): void {
		for (const [name, text] of this.#good) this.#write(name, text);
	}

	/** Under another name first, as an export should: nobody sees half of it. */
	#write(name: string, text: string): void {
		const path = join(this.#folder, name);
		writeFileSync(`${path}.new`, text, { mode: 0o600 });
		renameSync(`${path}.new`, path);
	}
}

function spoiled(text: string, effect: Effect): string {
	if (effect.kind === "html" || effect.kind === "status")
		return "<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Please log in</form></body></html>\n";
	const lines = text.split("\n");
	if (effect.kind === "short-page") return [...lines.slice(0, Math.max(1, lines.length - 1 - effect.drop)), ""].join("\n");
	return text.slice(0, text.length >> 1);
}

/** One `kind: files` source for this folder; there is no credential. */
export function configOf(sandbox: FilesSandbox): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } {
	const path = (name: string) => JSON.stringify(join(sandbox.folder, name));
	const yaml = [
		"kind: files",
		`people: [${path("people.csv")}]`,
		`groups: [${path("groups.csv")}]`,
		`memberships: [${path("memberships.csv")}]`,
		"columns: { id: personnel_no, username: login, email: mail, givenName: first_name, familyName: last_name, active: status }",
		"groupColumns: { id: unit, name: title, parents: parent_unit }",
		"membershipColumns: { group: unit, member: personnel_no }",
		'activeWhen: ["A"]',
		'inactiveWhen: ["L"]',
		'listSeparator: "|"',
		`checksums: ${path(SUMS)}`,
		"# Written and renamed in one go: nothing to wait for.",
		"quietFor: 0s",
		"maxAge: 26h",
	];
	return { yaml: `${yaml.join("\n")}\n`, secrets: {} };
}
