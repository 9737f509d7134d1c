import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnector } from "../../../app/wiring.ts";
import { judgeConfig } from "../../../config/load.ts";
import { SOURCE_KINDS, type SourceConfig } from "../../../config/schema.ts";
import type { DirectoryTraits } from "../../../core/connector.ts";
import { type CompanyDirectory, startDirectory } from "../../../sandbox/directories.ts";
import { type Company, type CompanyGroup, company } from "../../../sandbox/world/company.ts";
import type { Load } from "./card.ts";

/** What one reading of a stand-in took. */
export interface Measured {
	readonly load: Load;
	readonly requests: number;
	readonly traits: DirectoryTraits;
}

/** The demo's company, and one whose lists have several pages. */
const MEASURED = [
	{ people: 200, groups: 40 },
	{ people: 2_000, groups: 300 },
] as const;
/** Foretold by the formula only. */
export const FORETOLD = { people: 10_000, groups: 1_000 } as const;
type Size = { readonly people: number; readonly groups: number };

/** The same company every time. */
export const companyOf = (size: Size): Company => company({ ...size, seed: 7 });

/** Pacing for the vendor's sake changes no number, and would be waited for here. */
const UNHURRIED = { requestsPerMinute: 60_000 };

export type Kind = SourceConfig["kind"];
/** For each directory a reading of each size of `MEASURED`. */
export type Measurements = ReadonlyMap<Kind, readonly Measured[]>;

/** One after the other: some seconds for all of them. */
export async function measureAll(): Promise<Measurements> {
	const all = new Map<Kind, readonly Measured[]>();
	for (const kind of Object.keys(SOURCE_KINDS) as Kind[]) {
		const readings: Measured[] = [];
		for (const size of MEASURED) readings.push(await measure(kind, size));
		all.set(kind, readings);
	}
	return all;
}

/** Reads the stand-in of this directory once, by way of a configuration, one request at a time so that the number is the same every time. */
async function measure(name: string, size: Size): Promise<Measured> {
	const world = companyOf(size);
	const directory = await startDirectory(name, world);
	const folder = await mkdtemp(join(tmpdir(), "rollcall-measure-"));
	try {
		const config = await sourceOf(directory, folder);
		const connector = await openConnector({ ...config, network: { ...config.network, concurrency: 1 } }, undefined);
		await connector.snapshot({ attributes: new Set() }, AbortSignal.timeout(60_000));
		await connector.close();
		return { load: loadOf(world), requests: connector.requests(), traits: connector.traits };
	} finally {
		await rm(folder, { recursive: true });
		await directory.sandbox.close();
	}
}

async function sourceOf({ source }: CompanyDirectory, folder: string): Promise<SourceConfig> {
	await mkdir(join(folder, "credentials"), { mode: 0o700 });
	for (const [name, secret] of Object.entries(source.secrets)) await writeFile(join(folder, "credentials", name), secret, { mode: 0o600 });
	const text = `version: 1\nsources:\n  staff:\n${source.yaml.trimEnd().replace(/^/gm, "    ")}\n${PRODUCT}`;
	const config = await judgeConfig(text, { file: join(folder, "rollcall.yaml"), env: {} });
	const [found] = config.sources.values();
	return "requestsPerMinute" in found! ? { ...found, ...UNHURRIED } : found!;
}

/** A configuration has one; nothing is asked of it. */
const PRODUCT =
	"products:\n  jira: { kind: jira, url: https://jira.example.org, token: '${credential:jira}', posture: observe, adopt: never, people: { from: [staff] } }\n";

export function loadOf({ people, groups }: Company): Load {
	const around = new Map(groups.map((group) => [group.id, group.parentId]));
	const deep = new Map<string, Set<string>>(groups.map(({ id }) => [id, new Set()]));
	for (const person of people)
		for (const direct of person.groups)
			for (let at: string | undefined = direct; at !== undefined; at = around.get(at)) deep.get(at)?.add(person.id);
	const direct = Map.groupBy(
		people.flatMap((person) => person.groups),
		(id) => id,
	);
	const inner = Map.groupBy(groups, ({ parentId }) => parentId);
	const loadOfGroup = ({ id }: CompanyGroup) => ({
		people: direct.get(id)?.length ?? 0,
		groups: inner.get(id)?.length ?? 0,
		deep: deep.get(id)?.size ?? 0,
	});
	return { people: people.length, inactive: people.filter(({ active }) => !active).length, groups: groups.map(loadOfGroup) };
}
