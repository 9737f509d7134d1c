import { CORE_GROUP, CORE_USER } from "./documents.ts";
import type { Shown } from "./protocol.ts";
import type { ScimQuirks } from "./quirks.ts";
import { membersIn, type ResourceKind, type ResourceStore, type ScimResource } from "./resources.ts";

/** Where resources are shown: in a list, or each by itself. */
export interface View {
	readonly store: ResourceStore;
	readonly quirks: ScimQuirks;
	/** Base address. */
	readonly url: string;
	readonly place: "list" | "single";
}

/** A kept resource as the server shows it. */
export function shown(resource: ScimResource, kind: ResourceKind, view: View): Shown {
	const { url, place } = view;
	const meta = { resourceType: kind, location: `${url}/${kind}s/${encodeURIComponent(resource.id)}` };
	if (kind === "User") return { schemas: [CORE_USER], ...person(resource, view), meta };
	const { members: _members, ...rest } = resource;
	const tells = view.quirks.members === "list" || (view.quirks.members !== "never" && (place === "single" || few(resource, view)));
	const members = tells ? membersOf(resource, view) : [];
	return { schemas: [CORE_GROUP], ...rest, ...(members.length === 0 ? {} : { members }), meta };
}

const few = (group: ScimResource, { quirks }: View): boolean => quirks.members === "some" && membersIn(group).length <= 3;

function person(resource: ScimResource, { store, quirks, url }: View): ScimResource {
	const { withoutActive } = quirks;
	const { active, ...rest } = resource;
	const silent = withoutActive === "all" || withoutActive.has(resource.id);
	const groups = [...store.groupsOf(resource.id)].map(([id, type]) => ({
		value: id,
		$ref: `${url}/Groups/${id}`,
		type,
		display: store.groups.get(id)?.displayName,
	}));
	return {
		...rest,
		...(silent || active === undefined ? {} : { active }),
		...(quirks.personGroups && groups.length > 0 ? { groups } : {}),
	};
}

function membersOf(group: ScimResource, { quirks, url }: View): readonly unknown[] {
	return membersIn(group).map(({ value, type, display }) => ({
		value,
		...(quirks.memberTypes === "both" || quirks.memberTypes === "type" ? { type } : {}),
		...(quirks.memberTypes === "both" || quirks.memberTypes === "ref" ? { $ref: `${url}/${type}s/${encodeURIComponent(value)}` } : {}),
		...(display === undefined ? {} : { display }),
	}));
}
