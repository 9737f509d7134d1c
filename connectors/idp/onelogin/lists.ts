import type { SnapshotRequest } from "../../../core/connector.ts";
import { fieldsFor } from "./attributes.ts";
import type { Listing } from "./paging.ts";
import { GROUPS_PAGE, type OneLoginSettings, PEOPLE_PAGE, ROLES_PAGE } from "./settings.ts";
import { type FoundGroup, type FoundPerson, type FoundRole, groupFrom, personFrom, roleFrom, type Translated } from "./translate.ts";

/** Fields must be named: a list leaves out roles and custom attributes by itself. They are no part of the page's place, and are named each time. */
export function peopleFields(settings: OneLoginSettings, request: SnapshotRequest): string {
	const { read, members } = settings.groups;
	const always = ["id", "username", "email", "firstname", "lastname", "status", "state"];
	const further = [
		...(read.includes("groups") ? ["group_id"] : []),
		...(read.includes("roles") && members !== "roles" ? ["role_ids"] : []),
	];
	return [...new Set([...always, ...further, ...fieldsFor(request.attributes)])].join(",");
}

export const personReader =
	(settings: OneLoginSettings, request: SnapshotRequest) =>
	(row: unknown): Translated<FoundPerson> =>
		personFrom(row, settings, request.attributes);

export function peopleListing(settings: OneLoginSettings, request: SnapshotRequest): Listing<FoundPerson> {
	return {
		list: { path: "/api/2/users", what: "people", query: { fields: peopleFields(settings, request) } },
		size: settings.pageSize ?? PEOPLE_PAGE,
		translate: personReader(settings, request),
		found: (done, total) => request.progress?.({ stage: "people", done, total }),
	};
}

export function rolesListing(settings: OneLoginSettings, request: SnapshotRequest): Listing<FoundRole> {
	const fields = settings.groups.members === "people" ? "id,name" : "id,name,users";
	return {
		list: { path: "/api/2/roles", what: "roles", query: { fields } },
		size: Math.min(settings.pageSize ?? ROLES_PAGE, ROLES_PAGE),
		translate: (row) => roleFrom(row, settings.groups.members),
		found: (done, total) => request.progress?.({ stage: "roles", done, total }),
	};
}

export function groupsListing(settings: OneLoginSettings, request: SnapshotRequest): Listing<FoundGroup> {
	return {
		list: { path: "/api/1/groups", what: "groups", query: {} },
		size: Math.min(settings.pageSize ?? GROUPS_PAGE, GROUPS_PAGE),
		translate: groupFrom,
		found: (done) => request.progress?.({ stage: "groups", done }),
	};
}
