import { SyncError } from "../../../core/errors.ts";
import { readList } from "./paging.ts";
import type { PageShape, Question, Talk } from "./talk.ts";
import { type FoundUnit, idFrom, type Known, unitFrom } from "./translate.ts";

export type UnitRows = ReadonlyMap<string, Known<FoundUnit>>;

const UNITS: PageShape = { kind: "admin#directory#orgUnits", rows: "organizationUnits" };

/** Every organisational unit, the topmost included; Google knows no pages here. Throws `source.incomplete` without the topmost. */
export async function readUnits(talk: Talk, signal: AbortSignal): Promise<UnitRows> {
	const fields = "kind,organizationUnits(orgUnitId,name,orgUnitPath,parentOrgUnitId)";
	const rows = await readList(
		talk,
		{ what: "organisational units", shape: UNITS, question: () => unitList(talk, fields), translate: unitFrom },
		signal,
	);
	for (const row of rows.values()) if (row.kind === "good" && row.value.path === "/") return rows;
	throw new SyncError("source.incomplete", `Google lists ${rows.size} organisational units, and not the topmost`, {
		context: { units: rows.size },
		todo: `Give ${talk.actor()} the Admin API privilege Organizational Units > Read for the whole organisation, or take organizationalUnits out of the configuration.`,
	});
}

/** The same list, ids only. */
export const readUnitsAgain = (talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> =>
	readList(
		talk,
		{
			what: "organisational units",
			shape: UNITS,
			question: () => unitList(talk, "kind,organizationUnits(orgUnitId)"),
			translate: idFrom("orgUnitId"),
		},
		signal,
	);

function unitList(talk: Talk, fields: string): Question {
	const ask = { customerId: talk.customer, type: "allIncludingParent", fields };
	return { path: `/customer/${encodeURIComponent(talk.customer)}/orgunits`, ask: (sdk, options) => sdk.orgunits.list(ask, options) };
}
