import { exactly } from './filters.js';
import { parse } from './numbers.js';
import { AWAY, Problem, SIGNED_OUT } from './problem.js';

// What the page asks the server. Everything else it shows is made of these answers.

/** Leads to what is below the page's path, whatever page of ours asks and whether its own path has a slash at its end. */
const base = document.querySelector('[data-words-de]').getAttribute('src').replace(/page\/[^/]*\/[^/]*$/, '');

const query = (parameters) => {
	const given = new URLSearchParams(Object.entries(parameters).flatMap(([name, values]) => [values].flat().filter(Boolean).map((value) => [name, value])));
	return given.size ? `?${given}` : '';
};

async function ask(path, parameters = {}, options = {}) {
	const response = await answer(`${base}api/${path}${query(parameters)}`, {
		// Whoever leads elsewhere wants the reader to sign in there.
		credentials: 'same-origin', redirect: 'manual', ...options, headers: { Accept: 'application/json', ...options.headers }
	});
	const body = await content(response);
	if (response.status >= 400) {
		throw new Problem(response.status, { detail: body?.detail, parameter: body?.parameter, retryAfter: seconds(response.headers.get('Retry-After')) });
	}
	if (!body) {
		// A login page, most likely.
		throw new Problem(SIGNED_OUT);
	}
	// Beside the answer: which part of the period was looked for in the archive.
	archived.set(body, response.headers.get('Audit-Archived')?.split('/'));
	return body;
}

const archived = new WeakMap();

/** When the part of an answer begins and ends that is in the archive only, or nothing. */
export const archivedPart = (answer) => archived.get(answer);

/** Browsers tell of a server that does not answer by errors of their own. */
const answer = (address, options) => fetch(address, options).catch(unlessAborted);

function unlessAborted(error) {
	throw error.name === 'AbortError' ? error : new Problem(AWAY);
}

function content(response) {
	const type = response.headers.get('Content-Type') || '';
	return type.includes('json') ? response.text().then(parse).catch(unlessAborted) : null;
}

/** Retry-After is a number of seconds or a date. */
function seconds(retryAfter) {
	if (!retryAfter) {
		return null;
	}
	const wait = Number(retryAfter);
	return Number.isNaN(wait) ? Math.max(1, Math.ceil((new Date(retryAfter) - Date.now()) / 1000)) : Math.max(1, wait);
}

export const reader = () => ask('reader');

export const entries = (filters, cursor, limit = 60, options) => ask('entries', { ...filters, fields: 'summary', cursor, limit }, options);

const pathOf = (id) => `entries/${encodeURIComponent(id)}`;

export const entry = (id) => ask(pathOf(id));

export const entryUrl = (id) => new URL(`${base}api/${pathOf(id)}`, location.href).href;

/** The filters for one thing. By parameters: web servers refuse slashes in parts of a path, and ids have some. */
export const thing = ({ type, id }) => ({ targetType: exactly('targetType', type), targetId: exactly('targetId', id) });

/** The microseconds since 1970, of which dates of JavaScript keep only the milliseconds. */
const micros = (time) => {
	const [, seconds, fraction = ''] = /^(.+?)(?:\.(\d+))?Z$/.exec(time);
	return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
};

const bytes = (digits) => digits.match(/../g).map((pair) => parseInt(pair, 16));

/** The cursor that goes on after an entry, as the server writes those that name one. */
export const after = ({ id, recordedAt }) => btoa(String.fromCharCode(2, ...bytes(micros(recordedAt).toString(16).padStart(16, '0') + id.replaceAll('-', ''))))
	.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');

/** What was done to one thing, with everything there is of each entry. */
export const target = (target, part) => ask('entries', { ...thing(target), ...part, limit: 100 });

export const facets = (filters, field, options) => ask('facets', { ...filters, field }, options);

export const number = (filters, options) => ask('entries/count', filters, options);

export const context = (id, options) => ask(`${pathOf(id)}/context`, {}, options);

export const statistics = (filters, options) => ask('statistics', filters, options);

export const suggestions = (attribute, prefix, options) => ask('suggestions', { attribute, prefix }, options);

export const ledger = () => ask('ledger');

export const progress = () => ask('verification/progress');

// What changes something shows the application's own token, where it wants one. As a parameter: Spring Security's csrf.spa()
// takes what is in the header for the cookie's value, which this is not.
const changing = (csrf) => ({ method: 'POST', body: csrf ? new URLSearchParams({ [csrf.parameter]: csrf.token }) : undefined });

export const verify = (csrf) => ask('verification', {}, changing(csrf));

export const cancel = (csrf) => ask('verification/cancellation', {}, changing(csrf));

export const approvals = (after) => ask('approvals', after ? { after } : {});

/** As a form, for the token's sake. Pages of other sites cannot send the header, and so no form that the server takes. */
export function decide(id, decision, justification, csrf) {
	const body = new URLSearchParams({ justification, ...(csrf ? { [csrf.parameter]: csrf.token } : {}) });
	return ask(`approvals/${encodeURIComponent(id)}/${decision}`, {}, { method: 'POST', body, headers: { 'X-Requested-With': 'XMLHttpRequest' } });
}

/** The lines of an entry's export, which have everything that its hash is made of. */
export async function evidence(entry) {
	const response = await answer(exportUrl({ id: entry.id, from: entry.recordedAt }, 'ndjson'), { credentials: 'same-origin', redirect: 'manual' });
	if (!response.ok) {
		throw new Problem(response.status, { detail: (await content(response))?.detail });
	}
	return (await response.text()).split('\n').filter(Boolean);
}

export const exportUrl = (filters, format) => `${base}api/export${query({ ...filters, format })}`;

export const liveUrl = (filters) => `${base}api/live${query({ ...filters, fields: 'summary' })}`;
