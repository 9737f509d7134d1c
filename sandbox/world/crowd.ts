import type { CrowdDirectory } from "../crowd/directory.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A Crowd that has been in use before Rollcall comes, with the administrator that set it up. */
export function fillCrowd(directory: CrowdDirectory, company: Company, before: Pick<Before, "known"> = {}): void {
	directory.addUser({ name: "admin", displayName: "Crowd Administrator", email: "admin@crowd.example.com" });
	directory.addGroup("crowd-administrators", { users: ["admin"] });
	for (const group of ["staff", "crowd-developers"]) directory.addGroup(group);
	fillBefore(
		{
			addGroup: (name) => void directory.addGroup(name),
			addAccount: ({ name, displayName, emailAddress: email }) => {
				const [firstName = "", ...rest] = displayName.split(" ");
				directory.addUser({ name, displayName, email, firstName, lastName: rest.join(" ") });
				return { id: name };
			},
			addMember: (name, user: string) => {
				const group = directory.group(name);
				if (group !== undefined) group.users = [...group.users, user.toLowerCase()];
			},
		},
		company,
		{ ...before, groupsOfKnown: ["staff", "crowd-developers"] },
	);
}
