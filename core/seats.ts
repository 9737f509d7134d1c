/** Licence seats of one pool, before and after a plan. */
export interface SeatForecast {
	readonly name: string;
	/** Undefined: without limit. */
	readonly total: number | undefined;
	/** As the product counts them now. */
	readonly used: number;
	/** By leavers, counted before anybody needs one. */
	readonly freed: number;
	/** Of those who need one, how many get it in this plan. */
	readonly taken: number;
	/** People who need a seat and find none: held. */
	readonly lacking: number;
}

/** Undefined: without limit. */
export const freeSeats = ({ total, used }: Pick<SeatForecast, "total" | "used">): number | undefined =>
	total === undefined ? undefined : Math.max(0, total - used);
export const usedAfter = ({ used, freed, taken }: SeatForecast): number => used - freed + taken;
