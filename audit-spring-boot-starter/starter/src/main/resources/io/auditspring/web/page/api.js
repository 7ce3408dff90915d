import { AWAY, Problem, SIGNED_OUT } from './problem.js';

// What the page asks the server. Everything else it shows is made of these answers.

const query = (parameters) => {
	const given = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
	return given.size ? `?${given}` : '';
};

async function ask(path, parameters = {}, options = {}) {
	const response = await answer(`api/${path}${query(parameters)}`, {
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
	return body;
}

/** Browsers tell of a server that does not answer by errors of their own. */
const answer = (address, options) => fetch(address, options).catch(unlessAborted);

function unlessAborted(error) {
	throw error.name === 'AbortError' ? error : new Problem(AWAY);
}

function content(response) {
	const type = response.headers.get('Content-Type') || '';
	return type.includes('json') ? response.json().catch(unlessAborted) : null;
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

export const entries = (filters, cursor, limit = 60, options) => ask('entries', { ...filters, cursor, limit }, options);

export const entry = (id) => ask(`entries/${encodeURIComponent(id)}`);

// By parameters: web servers refuse slashes in parts of a path, and ids have some.
export const target = (type, id) => ask('entries', { targetType: type, targetId: id, limit: 100 });

export const statistics = (filters, options) => ask('statistics', filters, options);

export const suggestions = (attribute, prefix, options) => ask('suggestions', { attribute, prefix }, options);

export const ledger = () => ask('ledger');

export const progress = () => ask('verification/progress');

// What changes something shows the application's own token, where it wants one. As a parameter: Spring Security's csrf.spa()
// takes what is in the header for the cookie's value, which this is not.
const changing = (method, csrf) => ({ method, body: csrf ? new URLSearchParams({ [csrf.parameter]: csrf.token }) : undefined });

export const verify = (csrf) => ask('verification', {}, changing('POST', csrf));

export const cancel = (csrf) => ask('verification', {}, changing('DELETE', csrf));

export const exportUrl = (filters, format) => `api/export${query({ ...filters, format })}`;

export const liveUrl = (filters) => `api/live${query(filters)}`;
