import { plain } from './text.js';

// How things read.

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const number = new Intl.NumberFormat();
const UNITS = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60]];

/** What is no time, as an address may have it, is shown as it is. */
const by = (format) => (instant) => {
	const then = new Date(instant);
	return Number.isNaN(then.getTime()) ? plain(instant) : format.format(then);
};

export const dateTime = by(time);

export const clockTime = by(clock);

export const shortTime = by(short);

export const count = (value) => number.format(value);

/** The day of an entry, as a heading says it. */
export function day(instant, now = new Date()) {
	const then = new Date(instant);
	const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 86400000);
	const name = date.format(then);
	return days === 0 ? `Today, ${name}` : days === 1 ? `Yesterday, ${name}` : name;
}

export function ago(instant) {
	const seconds = (new Date(instant) - Date.now()) / 1000;
	const [unit, length] = UNITS.find(([, unitLength]) => Math.abs(seconds) >= unitLength) ?? ['second', 1];
	return relative.format(Math.round(seconds / length), unit);
}

const MINUTE = 60000;

/**
 * An entry is recorded when it happens, or nearly. Where more than a minute lies between, both times are said: "happened
 * 18 Nov, recorded 10 days later".
 */
export function apart(entry) {
	const milliseconds = new Date(entry.recordedAt) - new Date(entry.occurredAt);
	if (Math.abs(milliseconds) <= MINUTE) {
		return null;
	}
	const seconds = Math.abs(milliseconds) / 1000;
	const [unit, length] = UNITS.find(([, unitLength]) => seconds >= unitLength);
	const span = new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / length));
	return `${milliseconds > 0 ? 'happened' : 'dated'} ${shortTime(entry.occurredAt)}, recorded ${span} ${milliseconds > 0 ? 'later' : 'earlier'}`;
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

export function initials(actor) {
	const words = actorName(actor).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
	return (words.length > 1 ? words[0][0] + words[words.length - 1][0] : (words[0] ?? '?').slice(0, 2)).toUpperCase();
}

/** The same actor always has the same colour, one of eight. */
export const hue = (actor) => [...String(actor.id)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 1009, 7) % 8;

/** The names of a browser and a system, where they can be told. */
export function program(userAgent) {
	const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']]
		.find(([mark]) => userAgent.includes(mark))?.[1];
	const system = [['Windows', 'Windows'], ['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Mac OS', 'macOS'], ['Linux', 'Linux']]
		.find(([mark]) => userAgent.includes(mark))?.[1];
	return browser ? [browser, system].filter(Boolean).join(' on ') : null;
}

/** A time as the fields of forms write it, in the reader's own zone. */
export function toLocal(instant) {
	if (!instant) {
		return '';
	}
	const then = new Date(instant);
	return Number.isNaN(then.getTime()) ? '' : new Date(then - then.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

export const fromLocal = (text) => text ? new Date(text).toISOString() : '';
