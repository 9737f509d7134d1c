import type { ConnectorId } from "../../../core/model.ts";
import type { UserManagementSettings } from "../../usermanagement/settings.ts";

export interface CrowdSourceSettings extends Omit<UserManagementSettings, "side" | "beforeWrite"> {
	readonly id: ConnectorId;
	/**
	 * What a person is known by. `key` (default): the directory's id and the id in there, which no renaming changes.
	 * `username`: for servers that send no key; somebody who is renamed is then somebody else.
	 */
	readonly personId?: "key" | "username";
	/** Ids of directories that must each be seen (have at least one person); a reading without one of them is refused. */
	readonly directories?: readonly number[];
}
