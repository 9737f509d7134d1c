const named = (object: object, name: string): string | undefined =>
	Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());

/** Values of an attribute by its path (RFC 7644 section 3.10): `userName`, `name.givenName`, `urn:…:User:department`. */
export function attributeAt(resource: object, path: string): readonly unknown[] {
	const urn = urnIn(resource, path);
	if (urn !== undefined) {
		const within = (resource as Record<string, unknown>)[urn];
		const rest = path.slice(urn.length + 1);
		return rest === "" ? [within] : within instanceof Object ? attributeAt(within, rest) : [];
	}
	const [head = "", ...rest] = path.split(".");
	const key = named(resource, head);
	const value = key === undefined ? undefined : (resource as Record<string, unknown>)[key];
	const all = (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null && one !== "");
	return rest.length === 0 ? all : all.flatMap((one) => (one instanceof Object ? attributeAt(one, rest.join(".")) : []));
}

const urnIn = (resource: object, path: string): string | undefined =>
	Object.keys(resource).find(
		(key) => key.includes(":") && (path.toLowerCase() === key.toLowerCase() || path.toLowerCase().startsWith(`${key.toLowerCase()}:`)),
	);

/** `attributes`: only these, and what is always sent. `excludedAttributes`: everything but these (RFC 7644 section 3.9). */
export function projected(
	resource: Readonly<Record<string, unknown>>,
	wish: { readonly attributes: readonly string[] | undefined; readonly excluded: readonly string[] },
): Readonly<Record<string, unknown>> {
	const always = ["id", "schemas"];
	if (wish.attributes === undefined) {
		const out = { ...resource };
		for (const path of wish.excluded) {
			const key = named(out, path);
			if (key !== undefined && !always.includes(key)) delete out[key];
		}
		return out;
	}
	const out: Record<string, unknown> = {};
	for (const name of always) if (resource[name] !== undefined) out[name] = resource[name];
	for (const path of wish.attributes) pick(resource, path, out);
	return out;
}

function pick(from: Readonly<Record<string, unknown>>, path: string, to: Record<string, unknown>): void {
	const urn = urnIn(from, path);
	const [head, rest] = urn === undefined ? split(path) : [urn, path.slice(urn.length + 1)];
	const key = named(from, head);
	if (key === undefined) return;
	const value = from[key];
	if (rest === "" || !(value instanceof Object)) to[key] = value;
	else if (Array.isArray(value)) to[key] = value.map((one, at) => part(one, rest, (to[key] as unknown[] | undefined)?.[at]));
	else to[key] = part(value, rest, to[key]);
}

const split = (path: string): readonly [string, string] => {
	const dot = path.indexOf(".");
	return dot < 0 ? [path, ""] : [path.slice(0, dot), path.slice(dot + 1)];
};

function part(value: unknown, path: string, before: unknown): unknown {
	if (!(value instanceof Object)) return value;
	const out: Record<string, unknown> = before instanceof Object ? { ...before } : {};
	pick(value as Readonly<Record<string, unknown>>, path, out);
	return out;
}
