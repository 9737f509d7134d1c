import type { GroupName } from "../../../core/model.ts";
import type { SeatPool } from "../../../core/product.ts";
import type { WireApplicationRole } from "./translate.ts";

/**
 * Licences as `GET /applicationrole` tells them: who is active and in one of an application's groups takes a seat of it. An account that
 * is created without a word about applications gets those that are selected by default
 * (https://confluence.atlassian.com/adminjiraserver/manage-application-access-938846813.html).
 */
export function seatsOf(roles: readonly WireApplicationRole[]): readonly SeatPool[] {
	return roles.flatMap((role): SeatPool[] => {
		const total = role.hasUnlimitedSeats === true || (role.numberOfSeats ?? -1) < 0 ? undefined : (role.numberOfSeats as number);
		const used = role.userCount ?? (total === undefined ? undefined : total - (role.remainingSeats ?? total));
		if (used === undefined || role.groups === undefined || role.groups === null) return [];
		const groups = new Set(role.groups as GroupName[]);
		return [{ name: role.name ?? role.key, total, used, groups, givenToNewAccounts: role.selectedByDefault === true }];
	});
}
