// How things read.

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const number = new Intl.NumberFormat();
const UNITS = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60]];

export const dateTime = (instant) => time.format(new Date(instant));

export const count = (value) => number.format(value);

export function ago(instant) {
	const seconds = (new Date(instant) - Date.now()) / 1000;
	const [unit, length] = UNITS.find(([, unitLength]) => Math.abs(seconds) >= unitLength) ?? ['second', 1];
	return relative.format(Math.round(seconds / length), unit);
}

export function duration(micros) {
	if (micros === null) {
		return '';
	}
	return micros < 1000 ? `${micros} µs` : micros < 1000000 ? `${(micros / 1000).toFixed(1)} ms`
		: `${(micros / 1000000).toFixed(2)} s`;
}

export const value = (any) =>
	any === null || any === undefined ? '–' : typeof any === 'object' ? JSON.stringify(any, null, 2) : String(any);

export const actorName = (actor) => actor.name || actor.id || 'erased';

/** A time as the fields of forms write it, in the reader's own zone. */
export function toLocal(instant) {
	if (!instant) {
		return '';
	}
	const date = new Date(instant);
	return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

export const fromLocal = (text) => text ? new Date(text).toISOString() : '';
