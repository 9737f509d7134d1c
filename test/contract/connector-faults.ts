import type { GroupId, PersonId, Snapshot } from "../../core/model.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import type { Deviation, DirectoryTruth, FaultyServer, OpenDirectory } from "./connector-harness.ts";

/** Ways in which one request fails for good. */
export const PERSISTENT: readonly Effect[] = [
	{ kind: "status", status: 500, body: { error: "unknown_error" } },
	{ kind: "status", status: 401, body: { error: "HTTP 401 Unauthorized" } },
	{ kind: "status", status: 403, body: { error: "HTTP 403 Forbidden" } },
	{ kind: "status", status: 404, body: { error: "not found" } },
	{ kind: "cut" },
	{ kind: "reset" },
	{ kind: "html" },
	{ kind: "glued" },
	{ kind: "wrong-json", body: null },
	{ kind: "wrong-json", body: { error: "not what was asked for" } },
	{ kind: "wrong-json", body: [] },
	{ kind: "short-page", drop: 1 },
];

/** Ways in which one request fails once and is well the next time: nobody should notice. */
export const TRANSIENT: readonly Effect[] = [
	{ kind: "status", status: 500 },
	{ kind: "status", status: 503 },
	{ kind: "cut" },
	{ kind: "reset" },
];

/** What the truth has and the snapshot lacks, unless it is held. Empty: nothing shrank. */
export function lostIn(snapshot: Snapshot, truth: DirectoryTruth): readonly string[] {
	const rejected = new Set(snapshot.rejects.map((r) => `${r.kind}:${r.id}`));
	const lost: string[] = [];
	for (const person of truth.people) {
		if (!snapshot.people.has(person.id as PersonId) && !rejected.has(`person:${person.id}`)) lost.push(`person ${person.username}`);
	}
	for (const group of truth.groups) {
		const found = snapshot.groups.get(group.id as GroupId);
		if (found === undefined) {
			if (!rejected.has(`group:${group.id}`)) lost.push(`group ${group.name}`);
			continue;
		}
		const inner = new Set<string>(found.groups);
		// Where members and inner groups come in one answer, neither is known of a held group; the core holds whoever may be in it.
		const unknown = found.held !== undefined && inner.size === 0;
		if (!unknown) lost.push(...group.groups.filter((id) => !inner.has(id)).map((id) => `edge ${group.name} > ${id}`));
		if (found.held !== undefined) {
			if (!rejected.has(`group:${group.id}`)) lost.push(`the reject of the held group ${group.name}`);
			continue;
		}
		const members = new Set<string>(found.people);
		lost.push(...group.people.filter((id) => !members.has(id)).map((id) => `membership ${group.name} > ${id}`));
	}
	return lost;
}

interface Reading {
	readonly directory: OpenDirectory;
	readonly pageSize: number;
	readonly deviations: readonly Deviation[];
}
interface Found {
	readonly tried: number;
	/** Requests whose failure made the snapshot smaller. */
	readonly shrunk: readonly string[];
	/** Requests whose failure was noticed, where it should not have been. */
	readonly failed: readonly string[];
}

/** One reading for every request that a reading makes, in which that very request fails. */
export async function failEachRequest(reading: Reading, effect: Effect, how: { readonly once?: boolean } = {}): Promise<Found> {
	const { directory } = reading;
	const server = directory.server!;
	const requests = await requestsOf(reading, server);
	const shrunk: string[] = [];
	const failed: string[] = [];
	for (const { exchange, target, before } of requests) {
		server.faults.clear();
		const fault = server.faults.add({
			method: exchange.method,
			path: target,
			skip: before,
			effect,
			...(how.once === true ? { times: 1 } : {}),
		});
		const connector = directory.connector({ pageSize: reading.pageSize });
		const name = `${exchange.method} ${target.source} (${before + 1}.)`;
		try {
			const snapshot = await connector.snapshot({ attributes: new Set() }, new AbortController().signal);
			const lost = lostIn(snapshot, directory.truth);
			if (how.once === true && snapshot.rejects.length > 0) failed.push(name);
			const deviation = reading.deviations.find((d) => d.applies(exchange, effect));
			if (lost.length > 0 && deviation === undefined) shrunk.push(`${name}: ${lost.join(", ")}`);
			if (lost.length > 0 && deviation !== undefined) deviation.seen = (deviation.seen ?? 0) + 1;
		} catch (error) {
			if ((error as Error).name !== "SyncError") throw error;
			failed.push(name);
		} finally {
			await connector.close();
		}
		if (fault.hits === 0) throw new Error(`${name} did not come again, so its failure was not tried`);
	}
	server.faults.clear();
	return { tried: requests.length, shrunk, failed };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

interface OneRequest {
	readonly exchange: Exchange;
	/** Matches this request's path and query. */
	readonly target: RegExp;
	/** The same request came so many times before. */
	readonly before: number;
}

async function requestsOf(reading: Reading, server: FaultyServer): Promise<readonly OneRequest[]> {
	server.faults.clear();
	const start = server.exchanges.length;
	const connector = reading.directory.connector({ pageSize: reading.pageSize });
	await connector.snapshot({ attributes: new Set() }, new AbortController().signal);
	await connector.close();
	const times = new Map<string, number>();
	return server.exchanges.slice(start).map((exchange) => {
		const query = new URLSearchParams(
			Object.entries(exchange.query).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as [string, string])),
		).toString();
		// A name like $select and a comma may travel as they are.
		const asSent = escaped(`?${query}`)
			.replaceAll("%24", "(?:%24|\\$)")
			.replaceAll("%2C", "(?:%2C|,)")
			// Another one for each request.
			.replaceAll(/client-request-id=[^&]+?(?=&|$)/g, "client-request-id=[^&]+");
		const source = `^${escaped(exchange.path)}/?${query === "" ? "" : asSent}$`;
		const key = `${exchange.method} ${source}`;
		const before = times.get(key) ?? 0;
		times.set(key, before + 1);
		return { exchange, target: new RegExp(source), before };
	});
}
