import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";

/**
 * Microsoft Graph's descriptions as an oracle: addresses, parameters and errors from the OpenAPI slice (2022), types and properties
 * from the CSDL slice (2026), as the notes beside them say. Each method answers the list of disagreements; empty: none.
 */
export interface GraphSpecs {
	request(sent: GraphRequest): readonly string[];
	response(sent: Pick<GraphRequest, "method" | "path">, status: number, body: unknown): readonly string[];
}
export interface GraphRequest {
	readonly method: string;
	/** With the version, without query. */
	readonly path: string;
	readonly query: Readonly<Record<string, string | readonly string[]>>;
}

type Json = Record<string, unknown>;
interface Parameter {
	readonly name: string;
	readonly in?: string;
	readonly schema?: Json;
	readonly $ref?: string;
}
interface OpenApi {
	readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
	readonly components: { readonly parameters: Readonly<Record<string, Parameter>>; readonly schemas: Readonly<Record<string, Json>> };
}
type Property = string | { readonly type: string; readonly nullable?: boolean };
interface EntityType {
	readonly baseType: string | null;
	readonly openType?: string | null;
	readonly properties: Readonly<Record<string, Property>>;
}
interface Csdl {
	readonly entityTypes: Readonly<Record<string, EntityType>>;
	readonly complexTypes: Readonly<Record<string, EntityType>>;
	readonly enumTypes: Readonly<Record<string, unknown>>;
	readonly entitySets: Readonly<Record<string, string>>;
}

/** Not declared in either slice; the vendor's pages on paging speak of it. */
const UNDECLARED = new Set(["$skiptoken"]);
/** What OData itself may put into any answer (OData JSON Format 4.01, section 4.6). */
const ANNOTATIONS = new Set(["@odata.context", "@odata.nextLink", "@odata.count", "@odata.type"]);
const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
	"Edm.String": (value) => typeof value === "string",
	"Edm.Boolean": (value) => typeof value === "boolean",
	"Edm.Int32": Number.isInteger,
	"Edm.DateTimeOffset": (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
};

/** @throws Error without ROLLCALL_SPECS. */
export function graphSpecs(): GraphSpecs {
	const folder = process.env.ROLLCALL_SPECS;
	if (folder === undefined || folder === "") throw new Error("ROLLCALL_SPECS is not set: use describeWithSpecs");
	const text = (name: string) => readFileSync(join(folder, "idp", name), "utf8");
	const openApi = parse(text("msgraph-v1.0-users-groups-slice-2022.openapi.yaml")) as OpenApi;
	return new Slices(openApi, JSON.parse(text("msgraph-v1.0-csdl-slice-2026.json")) as Csdl);
}

class Slices implements GraphSpecs {
	readonly #openApi: OpenApi;
	readonly #csdl: Csdl;
	readonly #ajv = new Ajv({ strict: false, allErrors: true });
	readonly #coercing = new Ajv({ strict: false, coerceTypes: true });

	constructor(openApi: OpenApi, csdl: Csdl) {
		this.#openApi = openApi;
		this.#csdl = csdl;
		this.#ajv.addSchema({ $id: "spec", components: openApi.components });
	}

	request(sent: GraphRequest): readonly string[] {
		const found = this.#find(sent.path);
		if (typeof found === "string") return [found];
		const operation = this.#openApi.paths[found.template]?.[sent.method.toLowerCase()];
		if (operation === undefined) return [`${sent.method} ${found.template} is not described`];
		const described = (operation.parameters ?? []).map((one) =>
			one.$ref === undefined ? one : this.#openApi.components.parameters[one.$ref.split("/").at(-1)!]!,
		);
		const known = new Map(described.map((one) => [one.name, one]));
		return Object.entries(sent.query).flatMap(([name, value]) => {
			if (UNDECLARED.has(name)) return [];
			const parameter = known.get(name);
			if (parameter === undefined) return [`${found.template}: query parameter ${name} is not described`];
			if (name === "$select")
				return String(value)
					.split(",")
					.flatMap((one) => this.#selectable(found.entity, one));
			return this.#fits(parameter.schema ?? {}, String(value))
				? []
				: [`${found.template}: query parameter ${name} cannot be ${String(value)}`];
		});
	}

	response(sent: Pick<GraphRequest, "method" | "path">, status: number, body: unknown): readonly string[] {
		if (status >= 400) return this.#errorProblems(status, body);
		const found = this.#find(sent.path);
		if (typeof found === "string") return [found];
		if (found.one) return this.#rowProblems(found.entity, body);
		const page = body as Json;
		if (!Array.isArray(page.value)) return [`${found.template}: no list in the answer`];
		const odd = Object.keys(page).filter((key) => key !== "value" && !ANNOTATIONS.has(key));
		return [
			...odd.map((key) => `${found.template}: ${key} is not described`),
			...page.value.flatMap((row) => this.#rowProblems(found.entity, row)),
		];
	}

	/** A cast (OData 4.01 part 2, section 4.11) may follow any list whose type has such a descendant. */
	#find(path: string): { readonly template: string; readonly entity: string; readonly one: boolean } | string {
		const parts = path.replace(/^\/v1\.0/, "").split("/");
		const cast = /^microsoft\.graph\.(\w+)$/.exec(parts.at(-1) ?? "")?.[1];
		const plain = cast === undefined ? parts : parts.slice(0, -1);
		const template = Object.keys(this.#openApi.paths).find((one) => {
			const wanted = one.split("/");
			return wanted.length === plain.length && wanted.every((part, at) => part === plain[at] || part.startsWith("{"));
		});
		if (!path.startsWith("/v1.0/") || template === undefined) return `${path} is not described`;
		const last = plain.at(-1)!;
		const set = this.#csdl.entitySets[plain[1]!]?.replace("microsoft.graph.", "");
		const entity = plain.length <= 3 ? set! : "directoryObject";
		if (cast !== undefined && !this.#chain(cast).includes(entity)) return `${path}: ${cast} is no ${entity}`;
		return { template, entity: cast ?? entity, one: plain.length === 3 && last !== "" };
	}

	/** The type and what it descends from. */
	#chain(entity: string): readonly string[] {
		const type = this.#csdl.entityTypes[entity];
		if (type === undefined) return [];
		return [entity, ...(type.baseType === null ? [] : this.#chain(type.baseType.replace("graph.", "")))];
	}

	#property(entity: string, name: string): Property | undefined {
		for (const one of this.#chain(entity)) {
			const properties = this.#csdl.entityTypes[one]!.properties;
			if (Object.hasOwn(properties, name)) return properties[name];
		}
		return undefined;
	}

	#selectable(entity: string, name: string): readonly string[] {
		const extension = /^extension_[\da-f]{32}_\w+$/.test(name) && this.#csdl.entityTypes[entity]?.openType === "true";
		return extension || this.#property(entity, name) !== undefined ? [] : [`${entity} has no property ${name}`];
	}

	#rowProblems(declared: string, row: unknown): readonly string[] {
		if (typeof row !== "object" || row === null) return [`${declared}: not an object`];
		const stated = (row as Json)["@odata.type"];
		const entity = typeof stated === "string" ? stated.replace("#microsoft.graph.", "") : declared;
		if (!this.#chain(entity).includes(declared)) return [`${entity} is no ${declared}`];
		return Object.entries(row).flatMap(([name, value]) => {
			if (ANNOTATIONS.has(name) || /^extension_[\da-f]{32}_/.test(name)) return [];
			const property = this.#property(entity, name);
			if (property === undefined) return [`${entity} has no property ${name}`];
			return this.#isOf(property, value) ? [] : [`${entity}.${name} cannot be ${JSON.stringify(value)}`];
		});
	}

	/** Some properties are a bare type name instead of a description of one. */
	#isOf(property: Property, value: unknown): boolean {
		const { type, nullable = true } = typeof property === "string" ? { type: property } : property;
		if (value === null) return nullable;
		const element = /^Collection\((.+)\)$/.exec(type)?.[1];
		if (element !== undefined) return Array.isArray(value) && value.every((one) => this.#isOf(element, one));
		const primitive = PRIMITIVES[type];
		if (primitive !== undefined) return primitive(value);
		const name = type.replace("graph.", "");
		if (Object.hasOwn(this.#csdl.enumTypes, name)) return typeof value === "string";
		const complex = this.#csdl.complexTypes[name];
		if (complex === undefined || typeof value !== "object") return false;
		return Object.entries(value).every(
			([key, inner]) => complex.properties[key] !== undefined && this.#isOf(complex.properties[key], inner),
		);
	}

	#fits(schema: Json, value: string): boolean {
		return this.#coercing.validate(schema, value);
	}

	/** The slice calls it `innererror` and lets it hold objects only; the vendor's page on errors shows `innerError` with texts. */
	#errorProblems(status: number, body: unknown): readonly string[] {
		const { error } = (body ?? {}) as { error?: Json };
		const { innerError, ...rest } = error ?? {};
		const validate = this.#ajv.compile({ $ref: "spec#/components/schemas/odata.error" });
		if (validate({ ...(body as Json), ...(error === undefined ? {} : { error: rest }) })) return [];
		return (validate.errors ?? []).map((problem) => `${status}: ${problem.instancePath} ${problem.message}`);
	}
}
