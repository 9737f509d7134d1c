import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { several } from "./support/program.ts";
import { World } from "./support/world.ts";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

interface Request {
	readonly method: string;
	readonly path: string;
	/** `first=0`. */
	readonly parameters: readonly string[];
}

/** Every distinct request that a sync sends to Keycloak. */
async function requestsOfOneReading(): Promise<readonly Request[]> {
	await using world = await World.open();
	await world.inside(["diff"]);
	const requests = world.keycloak.exchanges.map(({ method, path, query }) =>
		JSON.stringify({ method, path, parameters: Object.entries(query).map(([key, value]) => `${key}=${value}`) }),
	);
	return [...new Set(requests)].map((request) => JSON.parse(request) as Request);
}

/** This request and no other, in whatever order its parameters stand. */
const only = ({ path, parameters }: Request): RegExp =>
	new RegExp(
		`^${escaped(path)}/?${parameters.length === 0 ? "$" : "\\?"}${parameters.map((each) => `(?=.*\\b${escaped(each).replaceAll(" ", "(\\+|%20)")}(&|$))`).join("")}`,
	);

const EFFECTS: readonly (readonly [string, Effect])[] = [
	["answers 500", { kind: "status", status: 500, headers: { "retry-after": "0" }, body: { error: "unknown_error" } }],
	["is cut off", { kind: "cut" }],
	["is answered with a log-in page", { kind: "html" }],
];

describe("any single request of the reading that keeps failing, each in turn, through the whole program", () => {
	test.each(EFFECTS)(
		"one that %s: nobody in Jira loses anything",
		async (_, effect) => {
			const requests = await requestsOfOneReading();
			expect(requests.length).toBeGreaterThan(8);
			const ends = await several(requests, 4, async (request) => {
				await using world = await World.open();
				await world.inside(["sync", "--yes"]);
				const before = JSON.stringify(world.jira.population.state());
				const fault = world.keycloak.faults.add({ method: request.method, path: only(request), effect });
				const { code, out, err } = await world.run(["sync", "--yes", "--format", "json"]);
				const hit = fault.hits > 0;
				const unchanged = JSON.stringify(world.jira.population.state()) === before;
				const { rejects = [], operations = [] } = JSON.parse(out || "{}") as { rejects?: { because: string }[]; operations?: unknown[] };
				const members = request.path.endsWith("/members");
				// Only a group whose members cannot be read is held by itself; without any other list there is no reading at all.
				const end = code === 65 ? "stopped" : members && rejects.length === 1 && operations.length === 0 ? "held" : `${code}: ${out}${err}`;
				return { request, hit, unchanged, end };
			});
			for (const one of ends)
				expect(one).toEqual({ request: one.request, hit: true, unchanged: true, end: expect.stringMatching(/^(stopped|held)$/) });
			expect(ends.filter(({ end }) => end === "stopped").length).toBeGreaterThanOrEqual(5);
		},
		300_000,
	);
});
