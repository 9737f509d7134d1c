import type { ProductId } from "../../../core/model.ts";
import type { UserManagementSettings } from "../../usermanagement/settings.ts";

export interface CrowdSettings extends Omit<UserManagementSettings, "side"> {
	readonly id: ProductId;
	/** Whether this Crowd lets applications change e-mail addresses; default: before 4.4 it does. */
	readonly emailChanges?: "allowed" | "refused";
	/** Ids of the directories whose accounts are managed; accounts of all others are left alone. Default: all that the application has. */
	readonly directories?: readonly number[];
}
