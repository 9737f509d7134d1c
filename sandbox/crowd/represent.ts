import type { ApplicationView, SeenUser } from "./application.ts";
import type { CrowdQuirks } from "./quirks.ts";
import type { CrowdGroup } from "./records.ts";

/** What answers are made with. */
export interface Rendering {
	/** `http://127.0.0.1:port/crowd/rest/usermanagement/1` */
	readonly base: string;
	readonly quirks: CrowdQuirks;
	/** Of the stand-in; `[6, 3]`. */
	readonly version: readonly [number, number];
}

export type Expand = ReadonlySet<string>;

const enc = encodeURIComponent;
export const shown = ({ quirks }: Rendering, name: string): string => (quirks.lowerCase ? name.toLowerCase() : name);

export function userEntity(seen: SeenUser, how: Rendering, attributes: boolean): Record<string, unknown> {
	const { user, directory } = seen;
	const name = shown(how, user.name);
	return {
		expand: "attributes",
		link: { href: `${how.base}/user?username=${enc(name)}`, rel: "self" },
		name,
		"first-name": user.firstName,
		"last-name": user.lastName,
		"display-name": user.displayName,
		email: user.email,
		password: { link: { href: `${how.base}/user/password?username=${enc(name)}`, rel: "edit" } },
		...(how.quirks.keys ? { key: directory.keyOf(user) } : {}),
		active: user.active,
		attributes: attributesEntity(`${how.base}/user/attribute?username=${enc(name)}`, attributes ? user.attributes : {}, how),
	};
}

/** Not expanded, a list looks like an empty one. */
export function attributesEntity(
	href: string,
	attributes: Readonly<Record<string, readonly string[]>>,
	how: Rendering,
): Record<string, unknown> {
	const rows = Object.entries(attributes).map(([name, values]) => ({
		link: { href: `${href}&attributename=${enc(name)}`, rel: "self" },
		name,
		values,
	}));
	return { link: { href, rel: "self" }, [how.quirks.singular ? "attribute" : "attributes"]: rows };
}

export function groupEntity(group: CrowdGroup, how: Rendering, attributes: boolean): Record<string, unknown> {
	const name = shown(how, group.name);
	return {
		expand: "attributes",
		link: { href: `${how.base}/group?groupname=${enc(name)}`, rel: "self" },
		name,
		description: group.description,
		type: "GROUP",
		active: group.active,
		attributes: attributesEntity(`${how.base}/group/attribute?groupname=${enc(name)}`, attributes ? group.attributes : {}, how),
	};
}

/** Without expansion there are names only. */
export function userList(users: readonly SeenUser[], how: Rendering, expand: Expand): Record<string, unknown> {
	const rows = users.map((seen) =>
		expand.has("user")
			? userEntity(seen, how, expand.has("attributes") && how.quirks.expands)
			: { link: { href: `${how.base}/user?username=${enc(seen.user.name)}`, rel: "self" }, name: shown(how, seen.user.name) },
	);
	return { expand: "user", [how.quirks.singular ? "user" : "users"]: rows };
}

export function groupList(groups: readonly CrowdGroup[], how: Rendering, expand: Expand): Record<string, unknown> {
	const rows = groups.map((group) =>
		expand.has("group")
			? groupEntity(group, how, expand.has("attributes"))
			: { link: { href: `${how.base}/group?groupname=${enc(group.name)}`, rel: "self" }, name: shown(how, group.name) },
	);
	return { expand: "group", [how.quirks.singular ? "group" : "groups"]: rows };
}

const escaped = (text: string): string => text.replace(/[&<>"\n\t\r]/g, (mark) => `&#${mark.codePointAt(0)};`);

/** All memberships, each group with its users and the groups inside; always XML. Written while it is looked up, so that an error comes too late for a status. */
export function membershipDocument(view: ApplicationView, how: Rendering): string {
	const lines = [`${how.quirks.prolog}<memberships>`];
	for (const { name } of view.groups()) {
		if (how.quirks.silent.has(name.toLowerCase())) continue;
		lines.push(` <membership group="${escaped(shown(how, name))}">`, "  <users>");
		const left = how.quirks.ghosts.group === name.toLowerCase() ? how.quirks.ghosts.users : [];
		for (const member of [...view.members(name), ...left]) lines.push(`   <user name="${escaped(shown(how, member))}"/>`);
		if (how.quirks.breaksAt === name.toLowerCase()) return lines.join("\n");
		lines.push("  </users>", "  <groups>");
		for (const child of view.children(name)) lines.push(`   <group name="${escaped(shown(how, child))}"/>`);
		lines.push("  </groups>", " </membership>");
	}
	lines.push("</memberships>");
	return `${lines.join("\n")}\n`;
}

/** An entity as XML: simple values of these names are attributes of their element, lists are elements of the singular. */
const IN_TAG = new Set(["name", "expand", "href", "rel"]);
const SINGULAR: Readonly<Record<string, string>> = { users: "user", groups: "group", attributes: "attribute", values: "value" };

export function xmlOf(tag: string, value: unknown): string {
	if (Array.isArray(value)) return value.map((one) => xmlOf(SINGULAR[tag] ?? tag, one)).join("");
	if (typeof value !== "object" || value === null) return `<${tag}>${escaped(String(value ?? ""))}</${tag}>`;
	const entries = Object.entries(value);
	const attributes = entries.filter(([key]) => IN_TAG.has(key)).map(([key, text]) => ` ${key}="${escaped(String(text))}"`);
	const children = entries
		.filter(([key]) => !IN_TAG.has(key))
		.map(([key, inner]) => (key === "values" ? `<values>${xmlOf(key, inner)}</values>` : xmlOf(key, inner)));
	return `<${tag}${attributes.join("")}>${children.join("")}</${tag}>`;
}
