import { hasParts, write } from './numbers.js';
import { plain } from './text.js';
import { locale, t } from './words.js';

// How things read: in the reader's language, at the reader's clock or in UTC.

const UNITS = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60]];
const MINUTE = 60000;

let zone;
let formats = {};

/** Made anew whenever language or zone change. */
export function readIn(chosen) {
	zone = chosen === 'UTC' ? 'UTC' : undefined;
	formats = {};
}

const dates = (name, options) => formats[name] ??= new Intl.DateTimeFormat(locale(), { ...options, timeZone: zone });
const relative = (numeric) => formats[numeric] ??= new Intl.RelativeTimeFormat(locale(), { numeric });
const number = () => formats.number ??= new Intl.NumberFormat(locale());

/** Where the reader is, whatever zone times are shown in. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';

export const zoneName = () => zone ?? ownZone();

/** What is no time, as an address may have it, is shown as it is. */
const by = (name, options) => (instant) => {
	const then = new Date(instant);
	return Number.isNaN(then.getTime()) ? plain(instant) : dates(name, options).format(then);
};

export const dateTime = by('time', { dateStyle: 'medium', timeStyle: 'medium' });

export const date = by('day', { dateStyle: 'medium' });

export const dayTime = by('dayTime', { dateStyle: 'medium', timeStyle: 'short' });

export const clockTime = by('clock', { timeStyle: 'medium' });

export const shortTime = by('short', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export const count = (value) => number().format(value);

const dayOf = (instant) => dates('key', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);

/** The day of an entry, as a heading says it. */
export function day(instant, now = new Date()) {
	const then = new Date(instant);
	const name = dates('date', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(then);
	// Where clocks are changed, not every day has 24 hours.
	const yesterday = zone ? new Date(now - 86400000) : new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 12);
	const key = dayOf(then);
	return key === dayOf(now) ? t('Today, {day}', { day: name })
		: key === dayOf(yesterday) ? t('Yesterday, {day}', { day: name }) : name;
}

export function ago(instant) {
	const seconds = (new Date(instant) - Date.now()) / 1000;
	const [unit, length] = UNITS.find(([, unitLength]) => Math.abs(seconds) >= unitLength) ?? ['second', 1];
	// 25 hours ago may be the day before yesterday.
	return relative(unit === 'second' ? 'auto' : 'always').format(Math.round(seconds / length), unit);
}

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
	const span = new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / length));
	return milliseconds > 0 ? t('happened {time}, recorded {span} later', { time: shortTime(entry.occurredAt), span })
		: t('dated {time}, recorded {span} earlier', { time: shortTime(entry.occurredAt), span });
}

export function duration(micros) {
	if (micros === null) {
		return '';
	}
	return micros < 1000 ? `${micros} µs` : micros < 1000000 ? `${decimal(micros / 1000, 1)} ms` : `${decimal(micros / 1000000, 2)} s`;
}

const decimal = (value, digits) => new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const value = (any) =>
	any === null || any === undefined ? '–' : hasParts(any) ? write(any, 2) : String(any);

/** A time with six digits after its second, as entries are recorded: texts that can be compared. */
export const moment = (instant) => `${instant.slice(0, 19)}.${instant.slice(20, -1).padEnd(6, '0')}Z`;

export const actorName = (actor) => actor.name || actor.id || t('erased');

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
	return browser ? [browser, system].filter(Boolean).join(', ') : null;
}

/** A time as the fields of forms write it, in the zone that is shown. */
export function toLocal(instant) {
	if (!instant) {
		return '';
	}
	const then = new Date(instant);
	const offset = zone === 'UTC' ? 0 : then.getTimezoneOffset() * 60000;
	return Number.isNaN(then.getTime()) ? '' : new Date(then - offset).toISOString().slice(0, 16);
}

export const fromLocal = (text) => text ? new Date(zone === 'UTC' ? `${text}Z` : text).toISOString() : '';
