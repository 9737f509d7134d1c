import type { Call } from "../kit/http.ts";
import { refuse } from "./refusals.ts";
import { bodyOf, type Json } from "./view.ts";

export interface PatchOperation {
	readonly op: "add" | "remove" | "replace";
	readonly path: string | undefined;
	readonly value: unknown;
}

/** The operations of a PatchOp message (RFC 7644 section 3.5.2). Member names have no case, nor have the verbs (Entra ID writes `Replace`). */
export function operationsIn(call: Call): readonly PatchOperation[] {
	const body = bodyOf(call);
	const list = memberOf(body, "operations");
	const urn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
	if (!Array.isArray(memberOf(body, "schemas")) || !(memberOf(body, "schemas") as unknown[]).includes(urn))
		throw refuse(400, `schemas must hold ${urn}.`, "invalidValue");
	if (!Array.isArray(list) || list.length === 0) throw refuse(400, "Operations is required.", "invalidValue");
	return list.map((one: unknown) => {
		const operation = typeof one === "object" && one !== null ? (one as Json) : {};
		const op = String(operation.op).toLowerCase();
		if (op !== "add" && op !== "remove" && op !== "replace") throw refuse(400, `There is no operation ${op}.`, "invalidSyntax");
		return { op, path: typeof operation.path === "string" ? operation.path : undefined, value: operation.value };
	});
}

const memberOf = (body: Json, name: string): unknown => Object.entries(body).find(([key]) => key.toLowerCase() === name)?.[1];
