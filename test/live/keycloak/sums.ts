import type { Snapshot } from "../../../core/model.ts";
import { sumOf, type Truth } from "./realm.ts";

/** The sums of what was read, to be compared with those of the truth. */
export function sumsOf(snapshot: Snapshot): Truth["sha256"] {
	const groups = [...snapshot.groups.values()];
	const parentOf = new Map(groups.flatMap((group) => group.groups.map((child) => [child as string, group.id as string])));
	return {
		people: sumOf(
			[...snapshot.people.values()].map((p) => [
				p.id,
				p.username,
				p.active ? "1" : "0",
				p.email ?? "-",
				p.givenName ?? "-",
				p.familyName ?? "-",
			]),
		),
		groups: sumOf(groups.map((g) => [g.id, parentOf.get(g.id) ?? "-", g.name])),
		memberships: sumOf(groups.flatMap((g) => g.people.map((p) => [g.id, p]))),
	};
}
